"""Step `prepare`: turn a data set into one memory-mapped array of images and one of labels."""

import argparse
from pathlib import Path

from ganscape.images.archives import DATASETS
from ganscape.images.datasets import prepare


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, help=f"one of {', '.join(DATASETS)}")
    parser.add_argument(
        "--downloads",
        required=True,
        type=Path,
        help="folder that step `fetch` filled or checked; not needed for digits",
    )
    parser.add_argument(
        "--image-size", required=True, type=int, help="height and width to resize to, in pixels"
    )
    parser.add_argument("--channels", required=True, type=int, help="1 (grey) or 3 (colour)")
    parser.add_argument("--output", required=True, type=Path, help="folder to write the arrays into")


def run(arguments: argparse.Namespace) -> None:
    prepare(
        arguments.dataset, arguments.downloads, arguments.image_size, arguments.channels, arguments.output
    )
