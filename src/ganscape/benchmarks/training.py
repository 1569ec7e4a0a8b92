"""Training speed: our step against the textbook's, same networks, same batches, same machine."""

from collections.abc import Callable
from functools import partial

import torch

from ganscape.benchmarks.measurement import PLAIN, Measurement, compared, performance
from ganscape.images.game import Game
from ganscape.images.networks import paper_features
from ganscape.images.specification import RunSpecification
from ganscape.images.textbook import TextbookGame
from ganscape.memory import keep_freed_memory

MATRIX_SIZE = 2048

# Name of the benchmark: architecture and width, 32x32 colour images, batch 64, rs loss.
NETWORKS = {
    "train-cnn-full": ("cnn", "full"),
    "train-cnn-quarter": ("cnn", "quarter"),
    "train-resnet-full": ("resnet", "full"),
    "train-resnet-quarter": ("resnet", "quarter"),
}


def measure_training(name: str, repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Iterations per second, each one generator and one discriminator step, and peak memory in MiB."""
    threads = torch.get_num_threads()
    variants = {
        PLAIN: partial(_build_iteration, name, TextbookGame, threads),
        "fast": partial(_build_iteration, name, Game, threads),
    }
    measured = performance(variants, repeats, seconds_per_turn)
    rates = {variant: result.rate for variant, result in measured.items()}
    memory = {variant: result.peak_memory for variant, result in measured.items()}
    return [*compared(name, rates, "iterations/s", threads), *compared(name, memory, "MiB", threads)]


def measure_matmul(repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """The machine's own rate: a square matrix product, 2 n^3 operations."""
    threads = torch.get_num_threads()
    measured = performance({"torch": partial(build_matmul, threads)}, repeats, seconds_per_turn)
    operations = 2 * MATRIX_SIZE**3 / 1e9
    return compared("matmul", {"torch": measured["torch"].rate * operations}, "GFLOP/s", threads)


def _build_iteration(name: str, kind: type[Game] | type[TextbookGame], threads: int) -> Callable[[], None]:
    """One iteration of a network's game, on a batch that is already in memory."""
    torch.set_num_threads(threads)
    if kind is Game:
        keep_freed_memory()
    specification = _specification(*NETWORKS[name])
    torch.manual_seed(0)
    game = kind(specification.generator(), specification.discriminator(), specification)
    size, batch = specification.image_size, specification.batch_size
    images = (torch.rand(batch, size, size, specification.channels) * 2 - 1).permute(0, 3, 1, 2)

    def iterate() -> None:
        latents = torch.randn(2, batch, game.generator.latent_dimension)
        game.generator_step(latents[0], images)
        game.discriminator_step(latents[1], images)

    return iterate


def build_matmul(threads: int) -> Callable[[], None]:
    """One product of square matrices of `MATRIX_SIZE`."""
    torch.set_num_threads(threads)
    a, b = torch.rand(MATRIX_SIZE, MATRIX_SIZE), torch.rand(MATRIX_SIZE, MATRIX_SIZE)
    return lambda: torch.mm(a, b)


def _specification(architecture: str, width: str) -> RunSpecification:
    return RunSpecification(
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
