"""`minima-table`: how many minima of which kind each smoothed landscape has, by kernel width and penalty."""

import argparse
from pathlib import Path

from ganscape.reporting.minima import counted_minima, minima_table, read_minima
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--minima", type=Path, nargs="+", required=True, help="files of `find-minima`")
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for minima.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    counts = counted_minima(read_minima(arguments.minima))
    write_table(counts, minima_table(counts), arguments.output_directory)
