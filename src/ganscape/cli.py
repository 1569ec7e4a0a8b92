"""`python -m ganscape STEP`: every step of the workflow, runnable on its own."""

import argparse
import importlib
import logging
import math
import os
import signal
import sys
from typing import Any

from ganscape import __version__
from ganscape.errors import InputError, in_a_line

STEPS = {
    "fetch": "download a data set's archives and verify their checksums",
    "fetch-weights": "download a network's weights and verify their checksum",
    "prepare": "turn a data set into one memory-mapped array of images and one of labels",
    "select": "keep some classes of a prepared data set, a share of each, as one of its own",
    "bad-start": "train a discriminator to the optimum of a mode collapse, for runs to start from",
    "train": "train one GAN, resuming from its last checkpoint",
    "train-classifier": "train the small classifier that serves as feature extractor",
    "extract-features": "compute the features of real images, once per data set",
    "evaluate": "evaluate a trained run, raw and EMA weights",
    "trace": "evaluate every generator that a run kept along the way",
    "evaluate-authors": "evaluate a generator that the authors released",
    "evaluate-real": "evaluate real images as if they had been generated",
    "ema-table": "tabulate raw beside EMA weights for every network of Table 2",
    "ema-figure": "draw FID against model size, raw and EMA weights, beside the paper's",
    "authors-table": "tabulate the authors' released generators beside RS-GAN's rows of Table 2",
    "authors-figure": "draw samples of the authors' released generators",
    "sample-sheet": "draw sample grids of a table's runs side by side",
    "score-table": "render Table 2, or the table of another pair of losses, beside the figures in print",
    "narrow-figure": "draw FID over the training of narrow networks",
    "imbalanced-table": "tabulate which classes generators keep when the data have them in unequal shares",
    "imbalanced-figure": "draw class shares over training on such data",
    "bad-init-table": "tabulate FIDs of both losses from one bad initial point beside the paper's",
    "bad-init-figure": "draw the bad initial point, and FID over training from there",
    "bad-init-samples": "draw samples of both losses from there, by learning rate",
    "landscape-tables": "tabulate the exact theory: values, strict local minima, assumptions",
    "network-sizes": "count the parameters of Table 2's networks, beside the printed sizes",
    "barriers": "draw all basins of two or three points and the barriers between them",
    "basin-depth": "draw how deep mode collapse lies, against imbalance and number of points",
    "figure4": "draw the paper's Figure 4, exact and smoothed",
    "find-minima": "find all local minima of smoothed landscapes of two points",
    "descend": "minimise a smoothed landscape of three points from random starts",
    "minima-table": "tabulate the minima of smoothed landscapes by kernel width and penalty",
    "bad-minima": "draw which smoothed landscapes have bad minima, and how often descents end in one",
    "two-cluster": "train two-cluster GANs of many seeds at once, a row of outcomes per seed",
    "replay": "play one two-cluster seed again and keep everything",
    "gaussians": "train GANs on mixtures of Gaussians, many seeds at once",
    "figure5": "draw the paper's Figure 5, how generated points move",
    "figure6": "draw the paper's Figure 6, D's loss over all seeds, and D at a mode collapse",
    "escape": "draw how long seeds stay unsuccessful, loss by loss",
    "width": "draw escape times against the widths of both networks",
    "imbalance-clusters": "draw what becomes of two clusters of unequal size",
    "gaussians-figure": "draw modes and good samples of mixtures of Gaussians over training",
    "two-clusters-table": "tabulate what became of all two-cluster seeds",
    "animate": "animate a JS-GAN and an RS-GAN run side by side",
    "claims": "judge every statement and figure of the paper by what was measured",
    "provenance": "tabulate where and how results were made, and what the jobs took",
    "compare": "hold results against reference results, figure by figure",
    "estimate": "tabulate what all jobs of a configuration will take",
    "check-costs": "hold that against what finished jobs took",
    "archive": "keep the small and lasting part of results, with where and how they were made",
    "bench": "measure speed, as ratios to a plain textbook implementation",
}


class HelpFormatter(argparse.ArgumentDefaultsHelpFormatter):
    """Shows the default of an option that has one."""

    def _get_help_string(self, action: argparse.Action) -> str | None:
        return action.help if action.default is None else super()._get_help_string(action)


class Parser(argparse.ArgumentParser):
    """Does not pass over, as `argparse` does, that its help could not be printed."""

    def print_help(self, file: Any = None) -> None:
        print(self.format_help(), end="", file=file)


NO_MEMORY = ("can't allocate memory", "out of memory")  # in errors of PyTorch, which have no own kind
LARGEST_NUMBER = 2**63 - 1  # that arrays and random generators hold


def main(argv: list[str] | None = None) -> int:
    """Run one step; returns the exit status: 0 done, 1 bad input or what the system refuses (one line on
    stderr), 2 bad usage, 130 interrupted, 141 where no one reads on what is printed."""
    try:
        try:
            return _run(sys.argv[1:] if argv is None else argv)
        finally:
            print(end="", flush=True)  # here, as at the interpreter's end it would be too late for an answer
    except KeyboardInterrupt:
        print("ganscape: interrupted; no output was left half-written", file=sys.stderr)
        return 130
    except BrokenPipeError:  # as of `| head`, which has seen enough
        _drop_what_is_unprinted()
        return 128 + signal.SIGPIPE
    except OSError as error:
        if error.errno is None:  # not the operating system's word, so perhaps a fault of our own
            raise
        _drop_what_is_unprinted()
        print(f"ganscape: {_what_failed(error)}", file=sys.stderr)
        return 1


def _drop_what_is_unprinted() -> None:
    """Otherwise the interpreter tries once more at its end, and complains."""
    try:
        print(end="", flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _what_failed(error: OSError) -> str:
    """Where the system refused something, and why."""
    if error.filename is None:
        return f"reading or writing failed: {error.strerror}; look at the disk and at where output goes"
    return f"cannot use {error.filename}: {error.strerror}"


def _run(arguments: list[str]) -> int:
    parser = Parser(prog="python -m ganscape", description=__doc__)
    parser.add_argument("--version", action="version", version=f"ganscape {__version__}")
    subparsers = parser.add_subparsers(dest="step", metavar="STEP", required=True)
    chosen = next((word for word in arguments if not word.startswith("-")), None)
    for step, summary in STEPS.items():
        subparser = subparsers.add_parser(
            step,
            help=summary,
            description=summary[0].upper() + summary[1:],
            formatter_class=HelpFormatter,
        )
        if step == chosen:
            module = importlib.import_module(f"ganscape.commands.{step.replace('-', '_')}")
            module.add_arguments(subparser)
            subparser.set_defaults(run=module.run)
    namespace = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    try:
        _check_numbers(namespace)
        namespace.run(namespace)
    except InputError as error:
        print(f"ganscape {namespace.step}: {error}", file=sys.stderr)
        return 1
    except (MemoryError, RuntimeError) as error:
        if not isinstance(error, MemoryError) and not any(words in str(error) for words in NO_MEMORY):
            raise
        print(f"ganscape {namespace.step}: {_what_is_lacking(error)}", file=sys.stderr)
        return 1
    return 0


def _what_is_lacking(error: BaseException) -> str:
    """How much memory was asked for, as far as is known."""
    return f"there is not enough memory ({in_a_line(error)}): ask for less at once, such as smaller batches"


def _check_numbers(namespace: argparse.Namespace) -> None:
    """Raise `InputError` for an option that is not a number or infinite, or a whole number that is too large.

    Steps compare options with their bounds, and not a number is neither below nor above any.
    """
    for name, value in vars(namespace).items():
        option = f"--{name.replace('_', '-')}"
        for number in value if isinstance(value, list) else [value]:
            if isinstance(number, float) and not math.isfinite(number):
                raise InputError(f"{option} {number}: give a finite number")
            if isinstance(number, int) and abs(number) > LARGEST_NUMBER:
                raise InputError(f"{option} {number}: whole numbers go up to {LARGEST_NUMBER}")
