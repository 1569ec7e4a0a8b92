"""`bad-minima`: in which smoothed landscapes there are bad minima, and how often descents end in one."""

import argparse
from pathlib import Path

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.reporting.bad_minima import draw_bad_minima
from ganscape.reporting.descents import read_descents
from ganscape.reporting.minima import counted_minima, read_minima
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minima", type=Path, nargs="+", required=True, help="files of `find-minima`")
    parser.add_argument("--descents", type=Path, nargs="+", required=True, help="files of `descend`")
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    counts = counted_minima(read_minima(arguments.minima))
    drawn, numbers = draw_bad_minima(counts, read_descents(arguments.descents))
    save(drawn, output, numbers)
