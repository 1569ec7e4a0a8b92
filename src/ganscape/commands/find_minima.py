"""`find-minima`: all local minima of the smoothed landscape of two points, over widths and penalties."""

import argparse
from pathlib import Path

from ganscape.files import check_output, write_text
from ganscape.landscape.losses import LOSSES
from ganscape.reporting.minima import found_minima


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--loss", choices=LOSSES, required=True, help="a loss of the theory")
    parser.add_argument(
        "--kernel-widths", type=float, nargs="+", required=True, help="in distances of the two real points"
    )
    parser.add_argument(
        "--regularisations",
        type=float,
        nargs="+",
        required=True,
        help="penalties on half the squared norm of f",
    )
    parser.add_argument("--resolution", type=int, default=61, help="points of the grid of seeds, each way")
    parser.add_argument("--output", type=Path, required=True, help="CSV file, a row per minimum")


def run(arguments: argparse.Namespace) -> None:
    check_output(arguments.output, ".csv", "the file of the minima")
    found = found_minima(
        arguments.loss, arguments.kernel_widths, arguments.regularisations, arguments.resolution
    )
    write_text(arguments.output, found.to_csv(index=False, float_format="%.10g"))
