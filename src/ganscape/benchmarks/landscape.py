"""Speed of the smoothed landscape: a grid of Y at once against one Y at a time, the textbook way."""

from collections.abc import Callable
from functools import partial

import numpy as np
import torch

from ganscape.benchmarks.measurement import PLAIN, Measurement, compared, performance
from ganscape.landscape import smoothed_value
from ganscape.landscape.textbook import textbook_smoothed_value

GRIDS = {"landscape-js": "js", "landscape-hinge": "hinge"}  # the smooth solver and the one for kinks

REAL = np.array([[0.0], [1.0]])
KERNEL_WIDTH, REGULARISATION = 0.5, 1e-3
RESOLUTION = 121
PLAIN_COUNT = 20  # of the grid's points, for the one that takes them one by one


def measure_landscape(name: str, repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Values of the smoothed landscape per second, on a grid of 121 x 121 generated pairs."""
    threads = torch.get_num_threads()
    counts = {PLAIN: PLAIN_COUNT, "fast": RESOLUTION**2}
    variants = {
        PLAIN: partial(_build_plain, GRIDS[name], threads),
        "fast": partial(_build_fast, GRIDS[name], threads),
    }
    measured = performance(variants, repeats, seconds_per_turn)
    rates = {variant: result.rate * counts[variant] for variant, result in measured.items()}
    return compared(name, rates, "values/s", threads, precision="float64")


def _grid() -> np.ndarray:
    axis = np.linspace(-0.75, 1.75, RESOLUTION)
    return np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2, 1)


def _build_fast(loss: str, threads: int) -> Callable[[], object]:
    torch.set_num_threads(threads)
    grid = _grid()
    return lambda: smoothed_value(REAL, grid, loss, KERNEL_WIDTH, REGULARISATION)


def _build_plain(loss: str, threads: int) -> Callable[[], object]:
    torch.set_num_threads(threads)
    some = np.random.default_rng(0).choice(_grid(), PLAIN_COUNT)

    def evaluate() -> None:
        for fake in some:
            textbook_smoothed_value(REAL, fake, loss, KERNEL_WIDTH, REGULARISATION)

    return evaluate
