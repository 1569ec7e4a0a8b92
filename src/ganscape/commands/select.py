"""Step `select`: some classes of a prepared data set, a share of each, as one of its own."""

import argparse
import re
from pathlib import Path

from ganscape.errors import InputError
from ganscape.images import datasets
from ganscape.images.selection import select


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of a prepared data set with labels")
    parser.add_argument(
        "--keep",
        type=_kept,
        action="append",
        required=True,
        metavar="CLASS=SHARE",
        help="a class by name and how much of it to keep, such as 5=0.2; repeatable",
    )
    parser.add_argument("--name", required=True, help="of the new data set, without its size")
    parser.add_argument("--output", type=Path, required=True, help="folder to write the arrays into")


def run(arguments: argparse.Namespace) -> None:
    names = [name for name, _ in arguments.keep]
    if repeated := {name for name in names if names.count(name) > 1}:
        raise InputError(f"--keep: class {min(repeated)} is named twice")
    if not re.fullmatch("[a-z0-9_]+", arguments.name):
        raise InputError(f"--name {arguments.name!r} is not made of small letters, figures and underscores")
    dataset = datasets.load(arguments.data)
    if arguments.output.resolve() == arguments.data.resolve():
        raise InputError(f"--output {arguments.output} is the folder to be read: name another")
    select(dataset, dict(arguments.keep), arguments.name, arguments.output)


def _kept(text: str) -> tuple[str, float]:
    name, equals, share = text.rpartition("=")
    try:
        if not equals or not name:
            raise ValueError
        return name, float(share)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text}: write CLASS=SHARE, such as 5=0.2") from None
