"""`width`: escape times against the widths of both networks."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, add_iterations, add_outcomes, checked_output
from ganscape.reporting.outcomes import read_outcomes
from ganscape.reporting.style import save
from ganscape.reporting.width import draw_width


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_outcomes(parser)
    add_iterations(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_width(read_outcomes(arguments.outcomes), arguments.iterations)
    save(drawn, output, numbers)
