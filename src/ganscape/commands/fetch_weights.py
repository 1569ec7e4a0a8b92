"""Step `fetch-weights`: download the weights of a network and verify their checksum."""

import argparse
import re
from pathlib import Path

from ganscape.errors import InputError
from ganscape.evaluation import inception_weights
from ganscape.files import GIT_BLOB
from ganscape.images.downloads import Checksum, download

SHORTEST_PREFIX = 8  # hexadecimal digits, what PyTorch puts into the names of its weight files


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--url",
        action="append",
        required=True,
        metavar="URL",
        help="address of the file; repeatable: tried in this order",
    )
    parser.add_argument(
        "--sha256-prefix",
        default=inception_weights.SHA256_PREFIX,
        metavar="HEX",
        help=f"the file's SHA-256, whole or its first digits, at least {SHORTEST_PREFIX} "
        "(default: TensorFlow's Inception)",
    )
    parser.add_argument(
        "--git-blob", metavar="HEX", help="the file's git blob id, in place of its SHA-256 (40 digits)"
    )
    parser.add_argument(
        "--output", required=True, type=Path, help="file to write; kept if it is already right"
    )


def run(arguments: argparse.Namespace) -> None:
    if arguments.git_blob is not None:
        if not re.fullmatch("[0-9a-f]{40}", arguments.git_blob):
            raise InputError(f"--git-blob {arguments.git_blob}: give 40 hexadecimal digits")
        download(arguments.url, arguments.output, Checksum(GIT_BLOB, arguments.git_blob))
        return
    prefix = arguments.sha256_prefix.lower()
    if len(prefix) < SHORTEST_PREFIX or set(prefix) - set("0123456789abcdef"):
        raise InputError(
            f"--sha256-prefix {arguments.sha256_prefix}: give at least {SHORTEST_PREFIX} hexadecimal digits"
        )
    download(arguments.url, arguments.output, Checksum("sha256", prefix))
