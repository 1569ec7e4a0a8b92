"""`descend`: where minimisations of the smoothed landscape of three points in the plane end."""

import argparse
from pathlib import Path

from ganscape.commands.figure_arguments import add_smoothing
from ganscape.files import check_output, write_text
from ganscape.landscape.losses import LOSSES
from ganscape.reporting.descents import descents


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--loss", choices=LOSSES, required=True, help="a loss of the theory")
    add_smoothing(parser)
    parser.add_argument("--starts", type=int, default=512, help="random starts")
    parser.add_argument("--seed", type=int, default=0, help="of the starts, the same for every loss")
    parser.add_argument(
        "--spread",
        type=float,
        default=0.5,
        help="how far beyond the real points starts may lie, in their distances",
    )
    parser.add_argument("--output", type=Path, required=True, help="CSV file, a row per start")


def run(arguments: argparse.Namespace) -> None:
    check_output(arguments.output, ".csv", "the file of the descents")
    ends = descents(
        arguments.loss,
        arguments.kernel_width,
        arguments.regularisation,
        arguments.starts,
        arguments.seed,
        arguments.spread,
    )
    write_text(arguments.output, ends.to_csv(index=False, float_format="%.10g"))
