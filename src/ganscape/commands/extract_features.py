"""Step `extract-features`: the features of real images, once per data set."""

import argparse
from pathlib import Path

from ganscape.commands.devices import add_device_arguments, chosen_device
from ganscape.errors import InputError
from ganscape.evaluation.extractors import KINDS, create
from ganscape.evaluation.features import Reference, choose, extract_stored, save_reference, shared_reference
from ganscape.files import check_output
from ganscape.images import datasets


def add_extractor_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that name a feature extractor, the same for every step of evaluation."""
    parser.add_argument(
        "--extractor",
        choices=KINDS,
        required=True,
        help="inception: TensorFlow's, by torch-fidelity; classifier: of step train-classifier",
    )
    parser.add_argument("--weights", type=Path, required=True, help="the extractor's weights")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of a prepared data set")
    add_extractor_arguments(parser)
    parser.add_argument("--split", required=True, help="split of the data set, train or test")
    parser.add_argument("--images", type=int, default=10_000, help="at most so many images")
    parser.add_argument("--offset", type=int, default=0, help="images of the permutation to leave out first")
    parser.add_argument("--seed", type=int, default=0, help="of the permutation of the split")
    parser.add_argument("--batch-size", type=int, default=500, help="images read at once")
    parser.add_argument(
        "--shared", type=Path, help="folder of features by content, looked up first (default: none)"
    )
    add_device_arguments(parser)
    parser.add_argument("--output", type=Path, required=True, help="features to write (.npz)")


def run(arguments: argparse.Namespace) -> None:
    for name, least in (("images", 1), ("batch_size", 1), ("offset", 0), ("seed", 0)):
        if getattr(arguments, name) < least:
            raise InputError(f"--{name.replace('_', '-')} must be at least {least}")
    check_output(arguments.output, ".npz", "a file of features", [arguments.weights])
    device = chosen_device(arguments)
    dataset = datasets.load(arguments.data)
    dataset.split(arguments.split)  # an unknown split is the data set's error to report
    indices = choose(*dataset.splits[arguments.split], arguments.images, arguments.offset, arguments.seed)
    if len(indices) == 0:
        raise InputError(
            f"{dataset.name}, split {arguments.split}: no image beyond --offset {arguments.offset}"
        )
    extractor = create(arguments.extractor, arguments.weights, device)
    if extractor.classes is not None and extractor.classes != dataset.classes:
        raise InputError(
            f"{arguments.weights} classifies other classes than {dataset.name} has: train one for it"
        )
    metadata = {
        "extractor": extractor.name,
        "weights_sha256": extractor.weights_sha256,
        "data": dataset.name,
        "dataset": dataset.dataset,
        "image_size": dataset.image_size,
        "channels": dataset.channels,
        "images_sha256": dataset.images_sha256,
        "split": arguments.split,
        "offset": arguments.offset,
        "seed": arguments.seed,
    }

    def make() -> Reference:
        sample = extract_stored(
            dataset.images, indices, len(indices), arguments.batch_size, extractor, f"{dataset.name} features"
        )
        return Reference(sample.features, sample.logits, dataset.labels[indices], indices, metadata)

    if arguments.shared is None:
        reference = make()
    else:
        reference = shared_reference(arguments.shared, arguments.images, metadata, make)
    save_reference(arguments.output, reference)
