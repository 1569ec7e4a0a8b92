"""Step `evaluate-authors`: score a generator that the authors released, and draw its samples."""

import argparse
from dataclasses import asdict
from pathlib import Path

from ganscape.commands.devices import chosen_device
from ganscape.commands.evaluate import (
    add_batch_norm,
    add_protocol_arguments,
    chosen_protocol,
    matching_reference,
)
from ganscape.evaluation.scoring import score_released
from ganscape.files import write_json
from ganscape.images.networks import latent_dimension
from ganscape.images.networks.authors import load_released, release_of
from ganscape.images.samples import draw_grid, grid_latents, save_image


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--generator", type=Path, required=True, help="file as released, such as RSGAN-CNN-half-cifar.pth"
    )
    parser.add_argument("--git-blob", required=True, metavar="HEX", help="the file's git blob id")
    add_protocol_arguments(parser)
    add_batch_norm(parser)
    parser.add_argument("--seed", type=int, default=0, help="of the latents")
    parser.add_argument("--grid", type=Path, required=True, help="PNG of 8 x 8 samples to write")


def run(arguments: argparse.Namespace) -> None:
    device = chosen_device(arguments)
    protocol = chosen_protocol(arguments, arguments.batch_norm)
    release = release_of(arguments.generator.name)
    generator = load_released(arguments.generator, arguments.git_blob)
    reference, extractor = matching_reference(arguments, device, image_size=release.image_size, channels=3)
    latents = grid_latents(arguments.seed, latent_dimension(generator))
    save_image(draw_grid(generator, latents), arguments.grid)
    named = {"file": arguments.generator.name, "git_blob": arguments.git_blob, **asdict(release)}
    write_json(arguments.output, score_released(generator, named, reference, extractor, protocol, device))
