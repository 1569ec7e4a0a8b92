"""`provenance`: where, how and with which options a preset's results were made, and what every job took."""

import argparse
from pathlib import Path

from ganscape.claims.protocol import PAPER, departures
from ganscape.commands.claims import add_results, read_configuration
from ganscape.files import write_text
from ganscape.reporting.configuration import configuration_figures, configuration_table
from ganscape.reporting.provenance import job_costs, provenance, provenance_figures, provenance_table
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_results(parser)
    parser.add_argument("--made-by", required=True, help="the command that made them, for the record")
    parser.add_argument(
        "--output-directory",
        type=Path,
        required=True,
        help="folder for provenance.{csv,md,tex,html}, configuration.{csv,md,tex,html} and jobs.csv",
    )


def run(arguments: argparse.Namespace) -> None:
    jobs = job_costs(arguments.results)
    record = provenance(jobs, arguments.made_by)
    configuration = read_configuration(arguments)
    found = departures(configuration, PAPER)
    preset, folder = arguments.results.resolve().name, arguments.output_directory
    write_table(provenance_figures(record, found), provenance_table(record, found, preset), folder)
    options = configuration_figures(configuration, PAPER)
    write_table(options, configuration_table(options, preset), folder)
    write_text(folder / "jobs.csv", jobs.to_csv(index=False))
