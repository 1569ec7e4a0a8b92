"""The options that are the same for every step that draws on traced runs."""

import argparse
from pathlib import Path

from ganscape.commands.score_arguments import add_half
from ganscape.errors import InputError
from ganscape.reporting.studies import Half


def add_traces(parser: argparse.ArgumentParser) -> None:
    """What was measured over training (`ganscape.reporting.traces`), and which data stand for which."""
    parser.add_argument(
        "--traces",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help="trace.json of traced runs, in the runs' own folders",
    )
    add_half(parser)


def the_half(arguments: argparse.Namespace) -> Half:
    """The data of a study that has one alone."""
    if len(arguments.half) != 1:
        raise InputError("--half: this study is of one data set")
    return arguments.half[0]
