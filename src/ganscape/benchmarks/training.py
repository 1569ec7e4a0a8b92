"""Training speed: our step against the textbook's, same networks, same batches, same machine."""

import copy
from collections.abc import Callable

import torch

from ganscape.benchmarks.measurement import PLAIN, Measurement, compared, rates
from ganscape.images.game import Game
from ganscape.images.networks import paper_features
from ganscape.images.specification import RunSpecification
from ganscape.images.textbook import TextbookGame

# Name of the benchmark: architecture and width, 32x32 colour images, batch 64, rs loss.
NETWORKS = {
    "train-cnn-full": ("cnn", "full"),
    "train-cnn-quarter": ("cnn", "quarter"),
    "train-resnet-full": ("resnet", "full"),
    "train-resnet-quarter": ("resnet", "quarter"),
}


def measure_training(name: str, repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Iterations per second, each one generator and one discriminator step, plain and fast."""
    architecture, width = NETWORKS[name]
    specification = RunSpecification(
        data="noise-32x32x3",
        image_size=32,
        channels=3,
        architecture=architecture,
        width=width,
        base_features=paper_features(architecture, 32),
        normalisation="spectral",
        loss="rs",
        batch_size=64,
        iterations=1,
        generator_learning_rate=2e-4,
        discriminator_learning_rate=2e-4,
        betas=(0.5, 0.999),
        discriminator_steps=1,
        ema_decay=0.9999,
        seed=0,
    )
    torch.manual_seed(0)
    generator, discriminator = specification.generator(), specification.discriminator()
    plain = TextbookGame(copy.deepcopy(generator), copy.deepcopy(discriminator), specification)
    variants = {PLAIN: plain, "fast": Game(generator, discriminator, specification)}
    rate = rates({key: _iteration(game) for key, game in variants.items()}, repeats, seconds_per_turn)
    return compared(name, rate, "iterations/s", torch.get_num_threads())


def _iteration(game: Game | TextbookGame) -> Callable[[], None]:
    specification = game.specification
    draws = torch.Generator().manual_seed(0)
    size, batch = specification.image_size, specification.batch_size
    images = torch.rand(batch, size, size, specification.channels, generator=draws) * 2 - 1
    images = images.permute(0, 3, 1, 2)

    def iterate() -> None:
        latents = torch.randn(2, batch, game.generator.latent_dimension, generator=draws)
        game.generator_step(latents[0], images)
        game.discriminator_step(latents[1], images)

    return iterate


def measure_matmul(repeats: int, seconds_per_turn: float, size: int = 2048) -> list[Measurement]:
    """The machine's own rate: a square matrix product, 2 n^3 operations."""
    a, b = torch.rand(size, size), torch.rand(size, size)
    rate = rates({"torch": lambda: torch.mm(a, b)}, repeats, seconds_per_turn)["torch"]
    return compared("matmul", {"torch": rate * 2 * size**3 / 1e9}, "GFLOP/s", torch.get_num_threads())
