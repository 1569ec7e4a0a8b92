"""The options of the steps that play low-dimensional games."""

import argparse

from ganscape.clusters.simulation import ENGINES, Execution
from ganscape.commands.devices import add_device_arguments, chosen_device


def add_execution(parser: argparse.ArgumentParser) -> None:
    """How to compute; none of it changes what is computed, beyond rounding."""
    parser.add_argument(
        "--engine",
        choices=ENGINES,
        default="auto",
        help="native: compiled for the game, small full-batch ones on a processor; batched: any; "
        "auto: native where it can",
    )
    add_device_arguments(parser, default="all cores for native; batched always takes one")


def chosen_execution(arguments: argparse.Namespace) -> Execution:
    """What the options ask for; also sets PyTorch's threads."""
    return Execution(arguments.engine, chosen_device(arguments), arguments.threads)
