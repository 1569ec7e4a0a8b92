"""Step `train-classifier`: train the small classifier that serves as feature extractor."""

import argparse
import logging
from pathlib import Path

from ganscape.commands.devices import set_threads
from ganscape.errors import InputError
from ganscape.evaluation.classifier import Description, accuracy, save_classifier, train
from ganscape.evaluation.metrics import class_shares
from ganscape.files import check_output, digest, write_json
from ganscape.images import datasets

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, help="folder of a prepared data set with labels, train and test"
    )
    parser.add_argument("--output", type=Path, required=True, help="weights to write (safetensors)")
    parser.add_argument("--record", type=Path, required=True, help="record to write: accuracy, data, classes")
    parser.add_argument("--seed", type=int, default=0, help="of initialisation, order and augmentation")
    parser.add_argument("--epochs", type=int, default=30, help="passes over the training images")
    parser.add_argument(
        "--minimum-accuracy", type=float, default=0.97, help="test accuracy below which nothing is written"
    )
    parser.add_argument("--threads", type=int, help="processor threads (default: PyTorch's choice)")


def run(arguments: argparse.Namespace) -> None:
    for name, least in (("epochs", 1), ("seed", 0)):
        if getattr(arguments, name) < least:
            raise InputError(f"--{name} must be at least {least}")
    set_threads(arguments.threads)
    check_output(arguments.output, ".safetensors", "a file of weights")
    check_output(arguments.record, ".json", "a record", [arguments.output])
    dataset = datasets.load(arguments.data)
    images, labels = dataset.split("train")
    test_images, test_labels = dataset.split("test")
    classes = len(dataset.classes)
    classifier = train(images, labels, classes, arguments.epochs, arguments.seed)
    reached = accuracy(classifier, test_images, test_labels)
    logger.info("%s: test accuracy %.4f after %d epochs", dataset.name, reached, arguments.epochs)
    if reached < arguments.minimum_accuracy:
        raise InputError(
            f"the classifier of {dataset.name} reaches a test accuracy of {reached:.4f} after "
            f"{arguments.epochs} epochs, less than {arguments.minimum_accuracy}: raise --epochs or lower "
            "--minimum-accuracy"
        )
    save_classifier(arguments.output, classifier, Description(dataset.dataset, dataset.classes))
    write_json(
        arguments.record,
        {
            "extractor": f"{dataset.dataset}-classifier",
            "data": dataset.name,
            "images_sha256": dataset.images_sha256,
            "train_images": len(labels),
            "test_images": len(test_labels),
            "test_accuracy": reached,
            "minimum_accuracy": arguments.minimum_accuracy,
            "epochs": arguments.epochs,
            "seed": arguments.seed,
            "classes": list(dataset.classes),
            "class_shares": class_shares(labels, classes).tolist(),
            "weights_sha256": digest(arguments.output, "sha256"),
        },
    )
