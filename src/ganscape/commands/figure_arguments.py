"""What the steps that draw a figure have in common."""

import argparse
from pathlib import Path

from ganscape.files import check_apart, check_writable
from ganscape.reporting.style import check_figure_path, figure_paths


def add_figure_output(parser: argparse.ArgumentParser) -> None:
    """Where `ganscape.reporting.style.save` writes."""
    parser.add_argument(
        "--output", type=Path, required=True, help="file.png; file.pdf and file.csv are written beside it"
    )


def checked_output(arguments: argparse.Namespace) -> Path:
    """`--output`, before anything is drawn: it can be written, and none of its files is to be read too."""
    check_figure_path(arguments.output)
    given = (value for name, value in vars(arguments).items() if name != "output")
    listed = (value if isinstance(value, list) else [value] for value in given)
    inputs = [value for values in listed for value in values if isinstance(value, Path)]
    check_apart(figure_paths(arguments.output), inputs)
    for path in figure_paths(arguments.output):
        check_writable(path)
    return arguments.output


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
