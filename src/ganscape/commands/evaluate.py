"""Step `evaluate`: score a trained run, raw and EMA weights."""

import argparse
from functools import partial
from pathlib import Path

import torch

from ganscape.commands.devices import add_device_arguments, chosen_device
from ganscape.commands.extract_features import add_extractor_arguments
from ganscape.evaluation.extractors import Extractor, create
from ganscape.evaluation.features import BATCH_NORMS, Reference, load_reference, require_match
from ganscape.evaluation.scoring import Protocol, score_run
from ganscape.files import check_apart, check_output, write_json
from ganscape.images.checkpoints import RECORD, load_generator, read_training_record


def add_protocol_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the evaluation protocol that runs and real images share; defaults are the paper's."""
    parser.add_argument(
        "--reference", type=Path, required=True, help="features of real images, of step extract-features"
    )
    add_extractor_arguments(parser)
    parser.add_argument("--samples", type=int, default=50_000, help="images for the Inception score")
    parser.add_argument(
        "--fid-samples", type=int, default=10_000, help="the first of them, for FID, KID, precision, recall"
    )
    parser.add_argument("--splits", type=int, default=10, help="parts of the Inception score")
    parser.add_argument("--batch-size", type=int, default=500, help="images made or read at once")
    add_device_arguments(parser)
    parser.add_argument("--output", type=Path, required=True, help="metrics to write (JSON)")


def add_batch_norm(parser: argparse.ArgumentParser) -> None:
    """The option of the protocol that only generated images have."""
    parser.add_argument(
        "--batch-norm",
        choices=BATCH_NORMS,
        default="batch",
        help="statistics while sampling: of the batch (the paper's protocol) or the stored running ones",
    )


def chosen_protocol(arguments: argparse.Namespace, batch_norm: str | None) -> Protocol:
    """The protocol that the arguments describe; real images have no batch norm statistics."""
    return Protocol(
        samples=arguments.samples,
        fid_samples=arguments.fid_samples,
        splits=arguments.splits,
        batch_size=arguments.batch_size,
        batch_norm=batch_norm,
        seed=arguments.seed,
    )


def matching_reference(
    arguments: argparse.Namespace, device: torch.device, **expected: object
) -> tuple[Reference, Extractor]:
    """The reference and the extractor of the arguments; `InputError` unless the one was made with the other
    and from what is `expected` (`data="digits-32x32x3"`)."""
    check_output(arguments.output, ".json", "a file of scores", [arguments.reference, arguments.weights])
    reference = load_reference(arguments.reference)
    extractor = create(arguments.extractor, arguments.weights, device)
    network = {"extractor": extractor.name, "weights_sha256": extractor.weights_sha256}
    require_match(reference, arguments.reference, **network, **expected)
    return reference, extractor


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run", dest="run_directory", type=Path, required=True, help="folder of a trained run"
    )
    add_protocol_arguments(parser)
    add_batch_norm(parser)
    parser.add_argument(
        "--seed", type=int, default=0, help="of the latents, the same for raw and EMA weights"
    )


def run(arguments: argparse.Namespace) -> None:
    device = chosen_device(arguments)
    protocol = chosen_protocol(arguments, arguments.batch_norm)
    check_apart([arguments.output], [arguments.run_directory / RECORD])
    training = read_training_record(arguments.run_directory)
    specification = training["specification"]
    reference, extractor = matching_reference(
        arguments,
        device,
        data=specification["data"],
        image_size=specification["image_size"],
        channels=specification["channels"],
    )
    load = partial(load_generator, arguments.run_directory)
    write_json(arguments.output, score_run(training, load, reference, extractor, protocol, device))
