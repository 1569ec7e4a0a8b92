"""`landscape-tables`: the exact theory as tables, from the closed forms and by enumeration."""

import argparse
from pathlib import Path

from ganscape.errors import InputError
from ganscape.landscape.strict_minima import MOST_BY_SYMMETRY
from ganscape.reporting.landscape_tables import (
    assumptions,
    assumptions_table,
    global_minima,
    global_minima_table,
    landscape_values,
    strict_minima,
    strict_minima_table,
    values_table,
)
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--largest", type=int, default=12, help="largest number of points whose minima to count"
    )
    parser.add_argument(
        "--output-directory",
        type=Path,
        required=True,
        help="folder for {landscape_values,strict_minima,global_minima,assumptions}.{csv,md,tex,html}",
    )


def run(arguments: argparse.Namespace) -> None:
    if not 2 <= arguments.largest <= MOST_BY_SYMMETRY:
        raise InputError(f"--largest {arguments.largest}: give a number from 2 to {MOST_BY_SYMMETRY}")
    values, counts, checks = landscape_values(), strict_minima(arguments.largest), assumptions()
    minima = global_minima()
    for numbers, shown in (
        (values, values_table(values)),
        (counts, strict_minima_table(counts)),
        (minima, global_minima_table(minima)),
        (checks, assumptions_table(checks)),
    ):
        write_table(numbers, shown, arguments.output_directory)
