"""`score-table`: Table 2 or one of its kin from evaluated runs, as CSV, Markdown, LaTeX and HTML."""

import argparse
from pathlib import Path

from ganscape.commands.score_arguments import add_measurements, add_study, chosen_study, given_measurements
from ganscape.reporting.score_tables import display, score_table, write


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser)
    add_measurements(parser)
    parser.add_argument(
        "--output-directory",
        type=Path,
        required=True,
        help="folder for STUDY.{csv,md,tex,html} and STUDY_details.csv",
    )


def run(arguments: argparse.Namespace) -> None:
    chosen = chosen_study(arguments)
    measurements = given_measurements(arguments)
    table = score_table(chosen, measurements, arguments.half)
    write(table, display(chosen, table, measurements, arguments.half), arguments.output_directory)
