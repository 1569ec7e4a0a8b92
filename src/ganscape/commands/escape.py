"""`escape`: how long seeds stay without success, loss by loss."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, add_iterations, add_outcomes, checked_output
from ganscape.reporting.escape import draw_escape
from ganscape.reporting.outcomes import read_outcomes
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_outcomes(parser)
    add_iterations(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_escape(read_outcomes(arguments.outcomes), arguments.iterations)
    save(drawn, output, numbers)
