"""`basin-depth`: how deep mode collapse lies, against imbalance and against the number of points."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.reporting.basin_depth import draw_basin_depth
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_basin_depth()
    save(drawn, output, numbers)
