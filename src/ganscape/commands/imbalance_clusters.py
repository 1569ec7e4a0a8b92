"""`imbalance-clusters`: what becomes of two clusters of unequal size."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, add_outcomes, checked_output
from ganscape.reporting.imbalance_clusters import draw_imbalance_clusters
from ganscape.reporting.outcomes import read_outcomes
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_outcomes(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_imbalance_clusters(read_outcomes(arguments.outcomes))
    save(drawn, output, numbers)
