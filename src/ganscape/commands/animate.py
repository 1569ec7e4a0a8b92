"""`animate`: a JS-GAN and an RS-GAN run side by side, as an animated GIF."""

import argparse
from pathlib import Path

from ganscape.clusters.trajectories import load_replay
from ganscape.errors import InputError
from ganscape.files import check_ending, check_writable
from ganscape.reporting.animation import animate
from ganscape.reporting.figure5 import LOSSES


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for loss in LOSSES:
        parser.add_argument(
            f"--{loss}", type=Path, required=True, help=f"file of `replay`: the typical seed of {loss}"
        )
    parser.add_argument("--frames", type=int, default=100, help="moments shown")
    parser.add_argument("--output", type=Path, required=True, help="GIF file")


def run(arguments: argparse.Namespace) -> None:
    if arguments.frames < 2:
        raise InputError(f"--frames {arguments.frames}: at least 2 are needed")
    check_ending(arguments.output, ".gif", "an animation's file")
    check_writable(arguments.output)
    animate(
        {loss: load_replay(getattr(arguments, loss), loss) for loss in LOSSES},
        arguments.frames,
        arguments.output,
    )
