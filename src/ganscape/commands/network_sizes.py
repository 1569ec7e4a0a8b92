"""`network-sizes`: the parameters of Table 2's networks, counted, beside the printed sizes."""

import argparse
from pathlib import Path

from ganscape.reporting.network_sizes import network_sizes, network_sizes_table
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for network_sizes.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    sizes = network_sizes()
    write_table(sizes, network_sizes_table(sizes), arguments.output_directory)
