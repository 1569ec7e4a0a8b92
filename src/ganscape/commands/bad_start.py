"""Step `bad-start`: a random generator and a discriminator that is optimal for a mode collapse."""

import argparse
from pathlib import Path

import numpy as np
import torch

from ganscape.commands.devices import add_device_arguments, chosen_device
from ganscape.errors import InputError
from ganscape.files import check_apart, check_ending, check_writable, write_text
from ganscape.images import bad_start, datasets, starts
from ganscape.images.networks import ARCHITECTURES, WIDTHS, build_discriminator, build_generator
from ganscape.images.precision import arithmetic
from ganscape.images.sampling import RealImages, Stream
from ganscape.seeding import random_generator


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of a prepared data set with labels")
    parser.add_argument(
        "--collapsed-class", required=True, help="by name: of what the generated images are copies"
    )
    parser.add_argument("--architecture", choices=ARCHITECTURES, required=True, help="of both networks")
    parser.add_argument("--width", choices=WIDTHS, default="full", help="of both networks")
    parser.add_argument("--base-features", type=int, help="as in step train")
    # Batch norm's statistics would be those of real images and copies together.
    parser.add_argument("--normalisation", choices=("spectral", "none"), default="spectral", help="of D")
    parser.add_argument("--iterations", type=int, default=5000, help="steps of the discriminator")
    parser.add_argument("--learning-rate", type=float, default=2e-4, help="initial, of Adam")
    parser.add_argument("--batch-size", type=int, default=64, help="real images, and as many copies")
    parser.add_argument("--seed", type=int, default=0, help="of everything random")
    add_device_arguments(parser)
    parser.add_argument("--output", type=Path, required=True, help="the pair to write (.safetensors)")
    parser.add_argument(
        "--values", type=Path, required=True, help="D on each class beside the optimum (.csv)"
    )


def run(arguments: argparse.Namespace) -> None:
    _check(arguments)
    device = chosen_device(arguments)
    dataset = datasets.load(arguments.data)
    (images, labels), (test_images, test_labels) = dataset.split("train"), dataset.split("test")
    collapsed = dataset.label(arguments.collapsed_class)
    copies = images[labels == collapsed]
    if min(len(copies), len(images)) < arguments.batch_size:
        raise InputError(
            f"{dataset.name} has {len(copies)} training images of class {arguments.collapsed_class}, "
            f"fewer than a batch of {arguments.batch_size}"
        )
    shape = (arguments.architecture, dataset.image_size, dataset.channels)
    size = (arguments.width, arguments.base_features)
    torch.manual_seed(random_generator(arguments.seed, Stream.INITIALISATION).initial_seed())
    generator = build_generator(*shape, *size)
    discriminator = build_discriminator(*shape, *size, arguments.normalisation).to(device)
    batches = (arguments.batch_size, arguments.seed)
    with arithmetic("float32"):  # the same bits each time, on a GPU too: runs are tied to their start
        losses = bad_start.train_to_collapse(
            discriminator,
            RealImages(images, *batches, Stream.START_ORDER, Stream.START_NOISE),
            RealImages(copies, *batches, Stream.COPIES_ORDER, Stream.COPIES_NOISE),
            arguments.iterations,
            arguments.learning_rate,
        )
    shares = np.bincount(labels, minlength=len(dataset.classes)) / len(labels)
    values = bad_start.values_by_class(
        discriminator, test_images, test_labels, dataset.classes, shares, collapsed
    )
    starts.save(
        arguments.output,
        generator,
        discriminator,
        {"data": dataset.name, "collapsed_class": arguments.collapsed_class, "last_loss": losses[-1]},
    )
    write_text(arguments.values, values.to_csv(index=False, float_format="%.6g"))


def _check(arguments: argparse.Namespace) -> None:
    """What can be said of the arguments before anything is read."""
    for name, least in (("iterations", 1), ("batch_size", 1), ("seed", 0)):
        if getattr(arguments, name) < least:
            raise InputError(f"--{name.replace('_', '-')} must be at least {least}")
    if not 0 < arguments.learning_rate <= 1:
        raise InputError(f"--learning-rate {arguments.learning_rate} is not above 0 and at most 1")
    check_ending(arguments.output, ".safetensors", "an initial point's file")
    check_ending(arguments.values, ".csv", "the file of values")
    check_apart([arguments.output, arguments.values])
    for path in (arguments.output, arguments.values):
        check_writable(path)
