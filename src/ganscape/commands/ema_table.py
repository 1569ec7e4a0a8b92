"""`ema-table`: raw beside EMA weights for every network of Table 2, as CSV, Markdown, LaTeX and HTML."""

import argparse
from pathlib import Path

from ganscape.commands.score_arguments import add_measurements, given_measurements
from ganscape.reporting.ema import ema_summary, ema_table
from ganscape.reporting.rendering import write_table
from ganscape.reporting.score_tables import score_table
from ganscape.reporting.studies import study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_measurements(parser)
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for ema.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    measurements = given_measurements(arguments)
    table2 = study("table2")
    summary = ema_summary(score_table(table2, measurements, arguments.half))
    shown = ema_table(table2, summary, measurements, arguments.half)
    write_table(summary, shown, arguments.output_directory)
