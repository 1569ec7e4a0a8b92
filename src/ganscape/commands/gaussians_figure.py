"""`gaussians-figure`: modes and good samples of mixtures of Gaussians over training."""

import argparse
from pathlib import Path

from ganscape.clusters.gaussians import MIXTURES
from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.reporting.figure5 import LOSSES
from ganscape.reporting.gaussians import draw_gaussians, load_samples, read_looks
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--looks", type=Path, nargs="+", required=True, help="CSV files of `gaussians`")
    for mixture in MIXTURES:
        for loss in LOSSES:
            parser.add_argument(
                f"--{mixture}-{loss}", type=Path, required=True, help=f"samples of {loss} on {mixture}"
            )
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    samples = {
        (mixture, loss): load_samples(getattr(arguments, f"{mixture}_{loss}"), mixture, loss)
        for mixture in MIXTURES
        for loss in LOSSES
    }
    drawn, numbers = draw_gaussians(read_looks(arguments.looks), samples)
    save(drawn, output, numbers)
