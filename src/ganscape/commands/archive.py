"""`archive`: keep tables, figures and records of results, with commit, versions, hardware and wall time."""

import argparse
from pathlib import Path

from ganscape.reporting.archive import KEPT, archive


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, required=True, help="results/PRESET of a workflow")
    parser.add_argument("--made-by", required=True, help="the command that made them, for the record")
    parser.add_argument("--output", type=Path, required=True, help="folder to copy them to")
    parser.add_argument(
        "--keep", nargs="+", default=KEPT, metavar="PATTERN", help="the files to copy, below --results"
    )


def run(arguments: argparse.Namespace) -> None:
    archive(arguments.results, arguments.output, arguments.made_by, arguments.keep)
