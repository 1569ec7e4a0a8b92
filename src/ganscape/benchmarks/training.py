"""Training speed: our step against the textbook's, same networks, same batches, same machine."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import torch
from torch.utils.flop_counter import FlopCounterMode

from ganscape.benchmarks.measurement import PLAIN, Builder, Measurement, compared, performance
from ganscape.images.game import Game
from ganscape.images.networks import latent_dimension, paper_features
from ganscape.images.networks.layers import use_minimal_filtering
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
BATCH_SIZE = 64
MATMUL, BF16 = "matmul", "bf16"
FAST, LIBRARY = "fast", "fast-library"  # the latter with PyTorch's convolutions


def measure_training(name: str, repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Iterations per second, each one generator and one discriminator step; memory; share of the matmul rate.

    Operations are those of the definition of our step's products. Minimal filtering has fewer, so that their
    share of the rate of matrix products, in the same precision, can be above 1.
    """
    threads = torch.get_num_threads()
    steps: dict[str, Builder] = {
        PLAIN: partial(_build_iteration, name, TextbookGame, threads),
        LIBRARY: partial(_build_iteration, name, Game, threads, filtering=False),
        FAST: partial(_build_iteration, name, Game, threads),
    }
    products: dict[str, Builder] = {MATMUL: partial(build_matmul, threads)}
    if has_bf16():
        steps[f"{FAST}-{BF16}"] = partial(_build_iteration, name, Game, threads, precision=BF16)
        products[f"{MATMUL}-{BF16}"] = partial(build_matmul, threads, torch.bfloat16)
    measured = performance(steps | products, repeats, seconds_per_turn)
    rates = {variant: measured[variant].rate for variant in steps}
    memory = {variant: measured[variant].peak_memory for variant in steps}
    each = iteration_operations(name) / 1e9
    operations = {variant: rate * each for variant, rate in rates.items() if variant != PLAIN}
    matmul = {variant: measured[variant].rate * 2 * MATRIX_SIZE**3 / 1e9 for variant in products}
    share = {
        variant: value / matmul[f"{MATMUL}-{BF16}" if BF16 in variant else MATMUL]
        for variant, value in operations.items()
    }
    return [
        *_rows(name, rates, "iterations/s", threads),
        *_rows(name, memory, "MiB", threads),
        *_rows(name, operations | matmul, "GFLOP/s", threads),
        *_rows(name, share, "share of the matmul rate", threads),
    ]


def measure_matmul(repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """The machine's own rate: a square matrix product, 2 n^3 operations."""
    threads = torch.get_num_threads()
    measured = performance({"torch": partial(build_matmul, threads)}, repeats, seconds_per_turn)
    operations = 2 * MATRIX_SIZE**3 / 1e9
    return compared(MATMUL, {"torch": measured["torch"].rate * operations}, "GFLOP/s", threads)


def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself; emulated, it would only be slow."""
    capabilities = torch.cpu.get_capabilities()
    return any(capabilities.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16"))


def iteration_operations(name: str) -> int:
    """Multiplications and additions of one iteration's convolutions and matrix products, by definition."""
    few = 2
    iterate = _iteration(specification_of(*NETWORKS[name], batch_size=few), Game, filtering=False)
    with FlopCounterMode(display=False) as counter:
        iterate()
    return counter.get_total_flops() * BATCH_SIZE // few


def build_matmul(threads: int, dtype: torch.dtype = torch.float32) -> Callable[[], object]:
    """One product of square matrices of `MATRIX_SIZE`."""
    torch.set_num_threads(threads)
    a, b = torch.rand(2, MATRIX_SIZE, MATRIX_SIZE, dtype=dtype)
    return lambda: torch.mm(a, b)


def _rows(name: str, values: Mapping[str, float], unit: str, threads: int) -> list[Measurement]:
    rows = compared(name, values, unit, threads)
    return [replace(row, precision=BF16) if BF16 in row.variant else row for row in rows]


def _build_iteration(
    name: str,
    kind: type[Game] | type[TextbookGame],
    threads: int,
    precision: str = "float32",
    filtering: bool = True,
) -> Callable[[], object]:
    """One iteration of a network's game, on a batch that is already in memory."""
    torch.set_num_threads(threads)
    if kind is Game:
        keep_freed_memory()
    return _iteration(specification_of(*NETWORKS[name], precision=precision), kind, filtering)


def _iteration(
    specification: RunSpecification, kind: type[Game] | type[TextbookGame], filtering: bool
) -> Callable[[], object]:
    torch.manual_seed(0)
    game = kind(specification.generator(), specification.discriminator(), specification)
    if not filtering:
        use_minimal_filtering(game.generator, wanted=False)
        use_minimal_filtering(game.discriminator, wanted=False)
    size, batch = specification.image_size, specification.batch_size
    images = (torch.rand(batch, size, size, specification.channels) * 2 - 1).permute(0, 3, 1, 2)

    def iterate() -> None:
        latents = torch.randn(2, batch, latent_dimension(game.generator))
        game.generator_step(latents[0], images)
        game.discriminator_step(latents[1], images)

    return iterate


def specification_of(
    architecture: str, width: str, precision: str = "float32", batch_size: int = BATCH_SIZE
) -> RunSpecification:
    return RunSpecification(
        data="noise-32x32x3",
        image_size=32,
        channels=3,
        architecture=architecture,
        width=width,
        base_features=paper_features(architecture, 32),
        normalisation="spectral",
        loss="rs",
        batch_size=batch_size,
        iterations=1,
        generator_learning_rate=2e-4,
        discriminator_learning_rate=2e-4,
        betas=(0.5, 0.999),
        discriminator_steps=1,
        ema_decay=0.9999,
        seed=0,
        precision=precision,
    )
