"""`imbalanced-table`: which classes are kept in the end, as CSV, Markdown, LaTeX and HTML."""

import argparse
from pathlib import Path

from ganscape.commands.trace_arguments import add_traces, the_half
from ganscape.reporting.imbalanced import final_shares, imbalanced_table
from ganscape.reporting.rendering import write_table
from ganscape.reporting.traces import read_traces


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_traces(parser)
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for imbalanced.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    traces = read_traces(arguments.traces)
    shares = final_shares(traces)
    write_table(shares, imbalanced_table(shares, traces, the_half(arguments)), arguments.output_directory)
