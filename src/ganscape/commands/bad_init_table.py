"""`bad-init-table`: FIDs from a bad initial point beside the paper's, as CSV, Markdown, LaTeX and HTML."""

import argparse
from pathlib import Path

from ganscape.commands.trace_arguments import add_traces, the_half
from ganscape.errors import InputError
from ganscape.reporting.bad_init import bad_init_summary, bad_init_table
from ganscape.reporting.rendering import write_table
from ganscape.reporting.traces import read_traces, require_study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_traces(parser)
    parser.add_argument(
        "--factor", type=float, default=1.0, help="our learning rates are the paper's times this"
    )
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for bad_init.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    if not arguments.factor > 0:
        raise InputError(f"--factor must be positive, not {arguments.factor}")
    traces, half = read_traces(arguments.traces), the_half(arguments)
    require_study(traces, half)  # a summary of several networks would have several runs in one place
    summary = bad_init_summary(traces, arguments.factor)
    write_table(summary, bad_init_table(summary, traces, half), arguments.output_directory)
