"""What the steps that draw a figure have in common."""

import argparse
from pathlib import Path


def add_figure_output(parser: argparse.ArgumentParser) -> None:
    """Where `ganscape.reporting.style.save` writes."""
    parser.add_argument(
        "--output", type=Path, required=True, help="file.png; file.pdf and file.csv are written beside it"
    )


def add_outcomes(parser: argparse.ArgumentParser) -> None:
    """What became of two-cluster seeds (`ganscape.reporting.outcomes`)."""
    parser.add_argument("--outcomes", type=Path, nargs="+", required=True, help="files of `two-cluster`")


def add_iterations(parser: argparse.ArgumentParser) -> None:
    """How long those seeds were trained, which their outcomes do not say."""
    parser.add_argument("--iterations", type=int, required=True, help="of every seed in the outcomes")


def add_smoothing(parser: argparse.ArgumentParser) -> None:
    """One smoothed landscape (`ganscape.landscape.smoothed`)."""
    parser.add_argument(
        "--kernel-width",
        type=float,
        required=True,
        help="of the Gaussian kernel, in distances of real points",
    )
    parser.add_argument("--regularisation", type=float, required=True, help="penalty on half of |f| squared")
