"""`authors-figure`: samples of the authors' released generators."""

import argparse

from ganscape.commands.authors_arguments import add_released
from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.reporting.authors import authors_summary, draw_authors, read_released
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_released(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    measured = read_released(arguments.metrics)
    drawn, numbers = draw_authors(measured, authors_summary(measured, arguments.generators))
    save(drawn, output, numbers, photographs=True)
