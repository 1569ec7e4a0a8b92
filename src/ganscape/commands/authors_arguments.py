"""The options that the steps on the authors' released generators share."""

import argparse
from pathlib import Path


def add_released(parser: argparse.ArgumentParser) -> None:
    """What there is, and what was evaluated of it."""
    parser.add_argument(
        "--generators", nargs="+", required=True, metavar="NAME", help="all released files, by name"
    )
    parser.add_argument(
        "--metrics",
        type=Path,
        nargs="*",
        default=[],
        metavar="FILE",
        help="metrics.json of evaluate-authors, its grid beside it as samples.png",
    )
