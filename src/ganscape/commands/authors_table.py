"""`authors-table`: the authors' released generators beside RS-GAN's rows of Table 2."""

import argparse
from pathlib import Path

from ganscape.commands.authors_arguments import add_released
from ganscape.reporting.authors import authors_summary, authors_table, read_released
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_released(parser)
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for authors.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    summary = authors_summary(read_released(arguments.metrics), arguments.generators)
    write_table(summary, authors_table(summary), arguments.output_directory)
