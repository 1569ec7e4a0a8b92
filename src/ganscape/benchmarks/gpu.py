"""Training speed on a GPU: our step, with a CUDA graph or without, against the textbook's; shared GPUs."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from ganscape.benchmarks.measurement import (
    PLAIN,
    Builder,
    Measurement,
    compared,
    performance,
    rate_together,
)
from ganscape.benchmarks.training import NETWORKS, specification_of
from ganscape.images.game import Game
from ganscape.images.iterations import Batches, captured, play
from ganscape.images.networks import latent_dimension
from ganscape.images.precision import PRECISIONS, arithmetic
from ganscape.images.textbook import TextbookGame

PREFIX = "gpu-"
GRAPH, ANY_ORDER = "graph", "graph-any-order"
SHARED = PREFIX + "shared"
NAMES = (*(PREFIX + name for name in NETWORKS), SHARED)

# Of these many runs of the narrowest of `NETWORKS`.
SHARES = (1, 2, 4)
NARROW = "train-cnn-quarter"


def measure_on_gpu(name: str, repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Iterations per second of one network, each variant with images in the GPU's memory.

    All are deterministic but the one in any order.
    """
    build = partial(_build, name.removeprefix(PREFIX), torch.cuda.current_device())
    variants: dict[str, Builder] = {
        PLAIN: partial(build, "float32", PLAIN),
        "fast": partial(build, "float32", "fast"),
        **{f"{GRAPH}-{precision}": partial(build, precision, GRAPH) for precision in PRECISIONS},
        ANY_ORDER: partial(build, "float32", GRAPH, deterministic=False),
    }
    measured = performance(variants, repeats, seconds_per_turn)
    rates = {variant: result.rate for variant, result in measured.items()}
    rows = compared(name, rates, "iterations/s", torch.get_num_threads())
    precisions = {f"{GRAPH}-{precision}": precision for precision in PRECISIONS}
    return [replace(row, precision=precisions.get(row.variant, "float32")) for row in rows]


def measure_sharing(repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Iterations per second of several runs together that share a GPU; ratios are to a run alone."""
    build = partial(_build, NARROW, torch.cuda.current_device(), "float32", GRAPH)
    rates = {count: rate_together(build, count, repeats, seconds_per_turn) for count in SHARES}
    threads = torch.get_num_threads()
    return [
        Measurement(SHARED, f"{count}-runs", "float32", threads, rate, "iterations/s", rate / rates[1])
        for count, rate in rates.items()
    ]


def _build(
    network: str, gpu: int, precision: str, kind: str, deterministic: bool = True
) -> Callable[[], object]:
    torch.cuda.set_device(gpu)
    device = torch.device("cuda", gpu)
    run = specification_of(*NETWORKS[network], precision=precision)
    torch.manual_seed(0)
    players = run.generator().to(device), run.discriminator().to(device)
    game: Any = (
        TextbookGame(*players, run) if kind == PLAIN else Game(*players, run, capturable=kind == GRAPH)
    )
    latents = torch.randn(2, run.batch_size, latent_dimension(game.generator), device=device)
    shape = 2, run.batch_size, run.image_size, run.image_size, run.channels
    images = (torch.rand(shape, device=device) * 2 - 1).permute(0, 1, 4, 2, 3)
    batches = Batches(tuple(latents), tuple(images))
    with arithmetic(precision, deterministic):
        iterate = captured(game, batches) if kind == GRAPH else partial(play, game)

    def call() -> None:
        with arithmetic(precision, deterministic):
            iterate(batches)
        torch.cuda.synchronize()

    return call
