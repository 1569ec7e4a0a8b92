"""`train`: one GAN, from its last checkpoint if there is one."""

import argparse
from pathlib import Path

from ganscape.commands.devices import add_device_arguments, chosen_device
from ganscape.errors import InputError
from ganscape.files import digest
from ganscape.images import datasets, starts
from ganscape.images.networks import ARCHITECTURES, NORMALISATIONS, WIDTHS, paper_features
from ganscape.images.precision import PRECISIONS
from ganscape.images.specification import RunSpecification
from ganscape.images.training import Schedule, train
from ganscape.objectives import OBJECTIVES
from ganscape.own_losses import own_losses


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder of a prepared data set")
    parser.add_argument("--output", type=Path, required=True, help="the run's folder")
    parser.add_argument("--architecture", choices=ARCHITECTURES, required=True, help="of both networks")
    parser.add_argument("--width", choices=WIDTHS, default="full", help="of both networks")
    parser.add_argument(
        "--base-features", type=int, help="generator's features at full width (default: the paper's)"
    )
    parser.add_argument("--normalisation", choices=NORMALISATIONS, default="spectral", help="of D")
    parser.add_argument(
        "--loss", required=True, help=f"the objective: {', '.join(OBJECTIVES)}, or one of --loss-file"
    )
    parser.add_argument("--loss-file", type=Path, help="a Python file with losses of one's own, which is run")
    parser.add_argument("--iterations", type=int, default=100_000, help="generator steps")
    parser.add_argument("--batch-size", type=int, default=64, help="images per batch")
    parser.add_argument("--generator-learning-rate", type=float, required=True, help="initial, of Adam")
    parser.add_argument("--discriminator-learning-rate", type=float, default=2e-4, help="initial, of Adam")
    parser.add_argument("--betas", type=float, nargs=2, default=(0.5, 0.999), help="of Adam")
    parser.add_argument("--discriminator-steps", type=int, default=1, help="per generator step")
    parser.add_argument("--ema-decay", type=float, default=0.9999, help="of the average, per iteration")
    parser.add_argument(
        "--precision", choices=PRECISIONS, default="float32", help="of products; the paper's is float32"
    )
    parser.add_argument("--seed", type=int, default=0, help="of everything random")
    parser.add_argument("--history-every", type=int, default=100, help="iterations per row of history.csv")
    parser.add_argument("--checkpoint-every", type=int, default=1000, help="iterations between checkpoints")
    parser.add_argument("--samples-every", type=int, default=10_000, help="iterations between sample grids")
    parser.add_argument(
        "--snapshots-every", type=int, default=0, help="iterations between kept generators; 0: none"
    )
    parser.add_argument(
        "--cuda-graph",
        action="store_true",
        help="on a GPU: images in its memory, each iteration as one CUDA graph",
    )
    parser.add_argument(
        "--deterministic",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="on a GPU: the same bits each time, if more slowly",
    )
    parser.add_argument(
        "--start", type=Path, help="initial point of step bad-start (default: random weights)"
    )
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    dataset = datasets.load(arguments.data)
    size = dataset.image_size
    base = arguments.base_features
    start = None if arguments.start is None else starts.load(arguments.start)
    own = own_losses(arguments.loss_file) if arguments.loss_file else {}
    OBJECTIVES.update(own)
    if own and arguments.loss not in OBJECTIVES:
        raise InputError(f"{arguments.loss_file} defines no loss {arguments.loss}, only {', '.join(own)}")
    specification = RunSpecification(
        data=dataset.name,
        image_size=size,
        channels=dataset.channels,
        architecture=arguments.architecture,
        width=arguments.width,
        base_features=paper_features(arguments.architecture, size) if base is None else base,
        normalisation=arguments.normalisation,
        loss=arguments.loss,
        batch_size=arguments.batch_size,
        iterations=arguments.iterations,
        generator_learning_rate=arguments.generator_learning_rate,
        discriminator_learning_rate=arguments.discriminator_learning_rate,
        betas=tuple(arguments.betas),
        discriminator_steps=arguments.discriminator_steps,
        ema_decay=arguments.ema_decay,
        seed=arguments.seed,
        precision=arguments.precision,
        start="" if start is None else start.digest,
        images_sha256=dataset.images_sha256,
        loss_file_sha256=digest(arguments.loss_file, "sha256") if arguments.loss in own else "",
    )
    schedule = Schedule(
        arguments.history_every,
        arguments.checkpoint_every,
        arguments.samples_every,
        arguments.snapshots_every,
        arguments.cuda_graph,
        arguments.deterministic,
    )
    train(specification, dataset, arguments.output, schedule, chosen_device(arguments), start)
