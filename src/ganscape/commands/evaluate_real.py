"""Step `evaluate-real`: score real images as if they had been generated."""

import argparse
from pathlib import Path

import numpy as np

from ganscape.commands.devices import chosen_device
from ganscape.commands.evaluate import add_protocol_arguments, chosen_protocol, matching_reference
from ganscape.errors import InputError
from ganscape.evaluation.features import choose
from ganscape.evaluation.scoring import score_real
from ganscape.files import write_json
from ganscape.images import datasets


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument(
        "--split",
        required=True,
        help="split to take the images from; those of the reference are left out",
    )
    add_protocol_arguments(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the choice of images")


def run(arguments: argparse.Namespace) -> None:
    device = chosen_device(arguments)
    protocol = chosen_protocol(arguments, batch_norm=None)
    dataset = datasets.load(arguments.data)
    dataset.split(arguments.split)  # an unknown split is the data set's error to report
    reference, extractor = matching_reference(
        arguments, device, data=dataset.name, images_sha256=dataset.images_sha256
    )
    first, last = dataset.splits[arguments.split]
    order = choose(first, last, last - first, 0, arguments.seed)
    candidates = order[~np.isin(order, reference.indices)]
    if len(candidates) == 0:
        raise InputError(
            f"every image of {dataset.name}, split {arguments.split}, is in {arguments.reference}: "
            "choose another --split, or a reference of fewer images"
        )
    write_json(arguments.output, score_real(dataset.images, candidates, reference, extractor, protocol))
