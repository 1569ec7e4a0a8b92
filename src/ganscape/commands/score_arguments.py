"""The options that are the same for every step that draws on evaluated runs."""

import argparse
from pathlib import Path
from typing import Any

import pandas as pd

from ganscape.errors import InputError
from ganscape.reporting.losses import LOSS_NAMES
from ganscape.reporting.measurements import read_measurements
from ganscape.reporting.studies import DATASET_NAMES, STUDIES, Half, Study, study


def add_study(parser: argparse.ArgumentParser) -> None:
    """Which table (`ganscape.reporting.studies`)."""
    parser.add_argument("--study", choices=STUDIES, required=True, help="the table")
    parser.add_argument(
        "--own-loss", action="append", default=[], help="a loss of table own_losses, by name; repeatable"
    )


def chosen_study(arguments: argparse.Namespace) -> Study:
    """The table that was asked for; raises `InputError` where a loss of one's own cannot be one."""
    names = arguments.own_loss
    for name in names:
        if name in LOSS_NAMES:
            raise InputError(f"--own-loss {name}: that is a loss of ours; name one of your own")
        if names.count(name) > 1:
            raise InputError(f"--own-loss {name} was given twice: give it once")
    return study(arguments.study, tuple(arguments.own_loss))


def add_measurements(parser: argparse.ArgumentParser) -> None:
    """What was measured (`ganscape.reporting.measurements`), and which data stand for which."""
    parser.add_argument(
        "--metrics",
        type=Path,
        nargs="+",
        required=True,
        metavar="FILE",
        help="metrics.json of evaluated runs, in the runs' own folders",
    )
    add_half(parser)


def given_measurements(arguments: argparse.Namespace) -> pd.DataFrame:
    """What was measured; raises `InputError` where none of it is of the halves, as of misspelt ones."""
    measurements = read_measurements(arguments.metrics)
    halves = [half.data for half in arguments.half]
    if not measurements["data"].isin(halves).any():
        found = ", ".join(measurements["data"].unique())
        raise InputError(f"none of the given metrics is of {' or '.join(halves)}: they are of {found}")
    return measurements


def add_half(parser: argparse.ArgumentParser) -> None:
    """Which data stand for which (`ganscape.reporting.studies.Half`)."""
    parser.add_argument(
        "--half",
        type=_half,
        action=_Halves,
        required=True,
        metavar="NAME=DATA",
        help="a data set of the paper or of ours and the prepared data used for it; repeatable",
    )


class _Halves(argparse.Action):
    """Appends to those before, of which none may have the same name in a table."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        before = getattr(namespace, self.dest) or []
        if values.label in {half.label for half in before}:
            raise argparse.ArgumentError(self, f"{values.label} was given twice: give it once")
        setattr(namespace, self.dest, [*before, values])


def _half(text: str) -> Half:
    name, separator, data = text.partition("=")
    if name not in DATASET_NAMES or not separator or not data:
        raise argparse.ArgumentTypeError(
            f"{text}: write NAME=DATA with NAME one of {', '.join(DATASET_NAMES)}, "
            "such as cifar10=cifar10-32x32x3"
        )
    return Half(name, data)
