"""`two-clusters-table`: what became of all two-cluster seeds, setting by setting."""

import argparse
from pathlib import Path

from ganscape.commands.figure_arguments import add_outcomes
from ganscape.reporting.outcomes import read_outcomes
from ganscape.reporting.rendering import write_table
from ganscape.reporting.two_clusters_table import summarised_outcomes, two_clusters_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_outcomes(parser)
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="two_clusters.{csv,md,tex,html} go there"
    )


def run(arguments: argparse.Namespace) -> None:
    summary = summarised_outcomes(read_outcomes(arguments.outcomes))
    write_table(summary, two_clusters_table(summary), arguments.output_directory)
