"""Step `trace`: FID and class shares of every generator that a run kept along the way."""

import argparse
from functools import partial
from pathlib import Path

from ganscape.commands.devices import add_device_arguments, chosen_device
from ganscape.commands.evaluate import add_batch_norm, matching_reference
from ganscape.commands.extract_features import add_extractor_arguments
from ganscape.errors import InputError
from ganscape.evaluation.extractors import create
from ganscape.evaluation.scoring import Protocol
from ganscape.evaluation.tracing import trace_run
from ganscape.files import check_apart, write_json
from ganscape.images import snapshots
from ganscape.images.checkpoints import RECORD, read_training_record
from ganscape.images.specification import RunSpecification


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--run", dest="run_directory", type=Path, required=True, help="folder of a trained run"
    )
    parser.add_argument(
        "--reference", type=Path, required=True, help="features of real images, of step extract-features"
    )
    add_extractor_arguments(parser)
    parser.add_argument(
        "--classifier", type=Path, help="weights of step train-classifier, to count class shares with"
    )
    parser.add_argument("--samples", type=int, default=10_000, help="images per generator")
    parser.add_argument("--batch-size", type=int, default=500, help="images made at once")
    add_batch_norm(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the latents, the same for every generator")
    add_device_arguments(parser)
    parser.add_argument("--output", type=Path, required=True, help="the trace to write (JSON)")


def run(arguments: argparse.Namespace) -> None:
    device = chosen_device(arguments)
    check_apart([arguments.output], [arguments.run_directory / RECORD])
    training = read_training_record(arguments.run_directory)
    specification = RunSpecification.from_dict(training["specification"])
    iterations = _iterations(arguments.run_directory, training)
    protocol = Protocol(
        samples=arguments.samples,
        fid_samples=arguments.samples,
        splits=1,
        batch_size=arguments.batch_size,
        batch_norm=arguments.batch_norm,
        seed=arguments.seed,
    )
    reference, extractor = matching_reference(
        arguments,
        device,
        data=specification.data,
        image_size=specification.image_size,
        channels=specification.channels,
    )
    classifier = None
    if arguments.classifier is not None:
        classifier = create("classifier", arguments.classifier, device)
        if classifier.name != (needed := f"{reference.metadata['dataset']}-classifier"):
            raise InputError(
                f"{arguments.classifier} is the {classifier.name}, not the {needed}: name that one"
            )
        if classifier.weights_sha256 == extractor.weights_sha256:
            classifier = extractor  # so that images pass it once
    load = partial(snapshots.load, arguments.run_directory, specification)
    record = trace_run(training, load, iterations, reference, extractor, classifier, protocol, device)
    write_json(arguments.output, record)


def _iterations(run_directory: Path, training: dict) -> list[int]:
    """After which the run kept its generator: the start is among them, and the end of a run that has one."""
    found = snapshots.iterations(run_directory)
    needed = {0, training["iteration"]} if training["status"] == "done" else {0}
    if missing := needed - set(found):
        raise InputError(
            f"{run_directory} has no snapshot of iteration {min(missing)}: move it away and train with "
            "--snapshots-every"
        )
    return found
