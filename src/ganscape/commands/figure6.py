"""`figure6`: D's loss over all seeds, and D itself in a mode collapse."""

import argparse
from pathlib import Path

from ganscape.clusters.trajectories import load_replay, load_trajectory
from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.reporting.figure5 import LOSSES
from ganscape.reporting.figure6 import draw_figure6
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    for loss in LOSSES:
        parser.add_argument(
            f"--{loss}", type=Path, required=True, help=f"trajectory of `two-cluster`: all seeds of {loss}"
        )
        parser.add_argument(
            f"--{loss}-typical",
            type=Path,
            required=True,
            help=f"file of `replay`: the typical seed of {loss}",
        )
    parser.add_argument(
        "--js-stuck", type=Path, required=True, help="file of `replay`: the most collapsed seed of js"
    )
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    everyone = {loss: load_trajectory(getattr(arguments, loss), loss) for loss in LOSSES}
    typical = {loss: load_replay(getattr(arguments, f"{loss}_typical"), loss) for loss in LOSSES}
    drawn, numbers = draw_figure6(everyone, typical, load_replay(arguments.js_stuck, "js"))
    save(drawn, output, numbers)
