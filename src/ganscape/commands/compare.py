"""`compare`: hold a preset's results against reference results, figure by figure."""

import argparse
from pathlib import Path

from ganscape.claims.comparison import SAME, compare, comparison_table
from ganscape.errors import InputError
from ganscape.reporting.rendering import to_markdown


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--results", type=Path, required=True, help="a new run, results/PRESET")
    parser.add_argument(
        "--reference", type=Path, required=True, help="what to hold it against, results/reference/PRESET"
    )


def run(arguments: argparse.Namespace) -> None:
    found = compare(arguments.results, arguments.reference)
    print(to_markdown(comparison_table(found, arguments.results, arguments.reference)))
    if differing := [one.name for one in found if one.verdict != SAME]:
        raise InputError(f"not as in {arguments.reference}: {', '.join(differing)}")
