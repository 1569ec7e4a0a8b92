"""`figure5`: how the generated points of a typical JS-GAN and RS-GAN move."""

import argparse
from pathlib import Path

from ganscape.clusters.trajectories import load_replay
from ganscape.commands.figure_arguments import add_figure_output, add_outcomes, checked_output
from ganscape.reporting.figure5 import LOSSES, draw_figure5
from ganscape.reporting.outcomes import of_setting, read_outcomes
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_outcomes(parser)
    for loss in LOSSES:
        parser.add_argument(
            f"--{loss}", type=Path, required=True, help=f"file of `replay`: the typical seed of {loss}"
        )
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    seeds = len(of_setting(read_outcomes(arguments.outcomes), LOSSES[0]))
    runs = {loss: load_replay(getattr(arguments, loss), loss) for loss in LOSSES}
    drawn, numbers = draw_figure5(runs, seeds)
    save(drawn, output, numbers)
