"""`figure4`: the landscape of two points, exact and smoothed, JS-GAN beside RS-GAN."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, add_smoothing, checked_output
from ganscape.errors import InputError
from ganscape.reporting.figure4 import draw_figure4
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_smoothing(parser)
    parser.add_argument("--resolution", type=int, default=121, help="points of the surfaces, each way")
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    if arguments.resolution < 2:
        raise InputError(f"--resolution {arguments.resolution}: give at least 2 points each way")
    drawn, numbers = draw_figure4(arguments.kernel_width, arguments.regularisation, arguments.resolution)
    save(drawn, output, numbers)
