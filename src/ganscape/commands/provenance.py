"""`provenance`: where and how a preset's results were made, as a table."""

import argparse
from pathlib import Path

from ganscape.claims.protocol import PAPER, departures
from ganscape.commands.claims import add_results, read_configuration
from ganscape.reporting.provenance import provenance, provenance_figures, provenance_table
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_results(parser)
    parser.add_argument("--made-by", required=True, help="the command that made them, for the record")
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for provenance.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    record = provenance(arguments.results, arguments.made_by)
    found = departures(read_configuration(arguments), PAPER)
    preset = arguments.results.resolve().name
    shown = provenance_table(record, found, preset)
    write_table(provenance_figures(record, found), shown, arguments.output_directory)
