"""Step `fetch`: have a data set's archives in place, downloaded or by hand, and write down what is there."""

import argparse
from pathlib import Path

from ganscape.images.archives import DATASETS, fetch


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dataset", required=True, help=f"one of {', '.join(DATASETS)}")
    parser.add_argument(
        "--downloads", required=True, type=Path, help="folder of downloads, with one subfolder per data set"
    )
    parser.add_argument(
        "--mirror",
        action="append",
        default=[],
        metavar="URL",
        help="address of a folder that holds the archives, tried before the published addresses; repeatable",
    )
    parser.add_argument(
        "--manifest",
        type=Path,
        help="JSON file to write: the files and their checksums (default: DOWNLOADS/DATASET/manifest.json)",
    )


def run(arguments: argparse.Namespace) -> None:
    manifest = arguments.manifest or arguments.downloads / arguments.dataset / "manifest.json"
    fetch(arguments.dataset, arguments.downloads, manifest, arguments.mirror)
