"""`table2`: the paper's Table 2 from evaluated runs, as CSV, Markdown, LaTeX and HTML."""

import argparse
from pathlib import Path

from ganscape.commands.table2_arguments import add_table2_arguments
from ganscape.reporting.measurements import read_measurements
from ganscape.reporting.table2 import display, table2, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_table2_arguments(parser)
    parser.add_argument(
        "--output-directory",
        type=Path,
        required=True,
        help="folder for table2.{csv,md,tex,html} and table2_details.csv",
    )


def run(arguments: argparse.Namespace) -> None:
    measurements = read_measurements(arguments.metrics)
    table = table2(measurements, arguments.half)
    write(table, display(table, measurements, arguments.half), arguments.output_directory)
