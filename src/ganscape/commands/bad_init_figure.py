"""`bad-init-figure`: the bad initial point, and FID over training from there."""

import argparse
from pathlib import Path

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.commands.trace_arguments import add_traces, the_half
from ganscape.reporting.bad_init import draw_bad_init, read_values
from ganscape.reporting.style import save
from ganscape.reporting.traces import read_traces


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_traces(parser)
    parser.add_argument(
        "--values",
        type=Path,
        nargs="+",
        required=True,
        help="files that step bad-start wrote beside the pairs",
    )
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_bad_init(
        read_traces(arguments.traces), read_values(arguments.values), the_half(arguments)
    )
    save(drawn, output, numbers)
