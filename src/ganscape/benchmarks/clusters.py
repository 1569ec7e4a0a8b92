"""Speed of two-cluster games: many seeds at once against one by one, and the arithmetic limit."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import torch

from ganscape.benchmarks.measurement import PLAIN, Measurement, compared, performance
from ganscape.benchmarks.training import MATRIX_SIZE, build_matmul
from ganscape.clusters import textbook
from ganscape.clusters.batched import BatchedGames
from ganscape.clusters.games import Game, Perceptron
from ganscape.clusters.native import NativeGames
from ganscape.clusters.starts import start
from ganscape.clusters.two_clusters import Setting
from ganscape.objectives import objective

NAME = "two-cluster"
LOSS = "rs"
SEEDS = 256
FEW, MANY = 16, 4096  # between which the cost of a seed must not rise
ITERATIONS = 10  # in one call
MATMUL = "matmul"


def measure_two_clusters(repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Seeds times iterations per second; operations per second beside a matrix product's; peak memory."""
    threads = torch.get_num_threads()
    natives = {f"native-{seeds}": (threads, seeds) for seeds in (FEW, SEEDS, MANY)}
    natives[f"native-{SEEDS}-one-thread"] = (1, SEEDS)
    variants: dict[str, Callable[[], Callable[[], object]]] = {
        PLAIN: _build_plain,
        "batched": partial(_build_batched, threads),
        **{name: partial(_build_native, *variant) for name, variant in natives.items()},
        MATMUL: partial(build_matmul, threads),
    }
    measured = performance(variants, repeats, seconds_per_turn)
    played = {PLAIN: 1, "batched": SEEDS}
    played |= {name: seeds * ITERATIONS for name, (_, seeds) in natives.items()}
    rates = {name: measured[name].rate * count for name, count in played.items()}
    operations = {name: rate * iteration_operations() / 1e9 for name, rate in rates.items()}
    product = measured[MATMUL].rate * 2 * MATRIX_SIZE**3 / 1e9
    memory = {name: measured[name].peak_memory for name in rates}
    limit = {name: rate / product for name, rate in operations.items()}
    return [
        *compared(NAME, rates, "seeds x iterations/s", threads),
        *compared(NAME, operations | {MATMUL: product}, "GFLOP/s", threads),
        *compared(NAME, limit, "share of the matmul rate", threads),
        *compared(NAME, memory, "MiB", threads),
    ]


def iteration_operations() -> int:
    """Multiplications and additions of one iteration of one game, those of matrix products alone.

    A layer with w weights takes 2 w operations per point forward, as many for the gradients of its weights
    and as many again for those of its inputs, which a first layer needs only when its inputs are
    generated. The activations, some 70,000 exponentials and divisions, come on top.
    """
    setting = Setting(LOSS)
    game, points = setting.game, setting.clusters.points
    return points * (
        game.discriminator_steps * _discriminator_step(game.discriminator) * 2
        + game.generator_steps * _generator_step(game.generator, game.discriminator)
        + 2 * _weights(game.discriminator) * objective(LOSS).generator_needs_real
    )


def _weights(network: Perceptron, first: int = 0) -> int:
    return sum(below * above for below, above in pairwise(network.sizes[first:]))


def _discriminator_step(discriminator: Perceptron) -> int:
    """Per point that is judged."""
    return 2 * (2 * _weights(discriminator) + _weights(discriminator, first=1))


def _generator_step(generator: Perceptron, discriminator: Perceptron) -> int:
    """Per generated point."""
    return 2 * (2 * _weights(generator) + _weights(generator, first=1) + 2 * _weights(discriminator))


def _build_plain() -> Callable[[], object]:
    torch.set_num_threads(1)  # its tensors are so small that more threads only wait for each other
    iterations = textbook.play(_game(), Setting(LOSS).clusters, seed=0)
    return lambda: next(iterations)


def _build_batched(threads: int) -> Callable[[], object]:
    torch.set_num_threads(threads)
    game, clusters = _game(), Setting(LOSS).clusters
    begin = start(game, clusters, range(SEEDS))
    games = BatchedGames(game, clusters, begin, torch.zeros(1, 1), torch.device("cpu"))
    return lambda: games.advance(1, 1)


def _build_native(threads: int, seeds: int) -> Callable[[], object]:
    torch.set_num_threads(threads)
    begin = start(_game(), Setting(LOSS).clusters, range(seeds))
    games = NativeGames(_game(), begin, torch.zeros(1, 1), threads)
    return lambda: games.advance(ITERATIONS, 1)


def _game() -> Game:
    return Setting(LOSS).game
