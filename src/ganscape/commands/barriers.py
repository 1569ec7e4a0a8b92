"""`barriers`: disconnectivity graphs of JS-GAN and RS-GAN side by side."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.reporting.barriers import draw_barriers
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--points", type=int, default=3, help="number of real points, 2 or 3")
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_barriers(arguments.points)
    save(drawn, output, numbers)
