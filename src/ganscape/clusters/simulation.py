"""Playing many games: which engine, how many seeds at a time, and what becomes of those that diverge."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import torch
from torch import Tensor

from ganscape.clusters import native
from ganscape.clusters.batched import BatchedGames
from ganscape.clusters.distributions import Distribution
from ganscape.clusters.games import Game
from ganscape.clusters.observations import Engine, Observation
from ganscape.clusters.starts import Start, check_seeds, start
from ganscape.cores import available_cores
from ganscape.errors import InputError

ENGINES = ("auto", "native", "batched")
SEEDS_AT_ONCE = 256  # on a processor; memory stays the same however many seeds there are
ITERATIONS_AT_ONCE = 50

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Execution:
    """How to compute, not what: one of `ENGINES`, a device, a number of threads (None: all)."""

    engine: str = "auto"
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))
    threads: int | None = None


@dataclass(frozen=True)
class Block:
    """Some seeds over some iterations: what was seen, and whose weights were finite at its end."""

    start: Start
    iterations: np.ndarray
    observation: Observation
    finite: np.ndarray


def simulate(
    game: Game,
    distribution: Distribution,
    seeds: Sequence[int],
    iterations: int,
    execution: Execution,
    *,
    every: int = 1,
    probes: Tensor | None = None,
    observed: int | None = None,
) -> Iterator[Block]:
    """Play `game` for every seed, block by block: all iterations of some seeds, then of the next.

    every: iterations between observations; iterations must be a multiple of it. probes: places (p, d) at
    which the discriminator's logit is observed. observed: how many generated points are, where batches are
    fresh. A game whose weights stop being finite goes on without disturbing the others.
    """
    check_seeds(seeds)
    check_length(iterations, every)
    if iterations % every:
        raise InputError(f"{iterations} iterations are no multiple of the {every} between observations")
    if probes is None:
        probes = torch.zeros(1, game.discriminator.sizes[0])
    engine = chosen_engine(game, execution, distribution.points)
    at_once = len(seeds) if execution.device.type == "cuda" else SEEDS_AT_ONCE
    block = every * max(1, ITERATIONS_AT_ONCE // every)
    for first in range(0, len(seeds), max(1, at_once)):
        begin = start(game, distribution, seeds[first : first + at_once], observed)
        games = _engine(engine, game, distribution, begin, probes, execution)
        for done in range(0, iterations, block):
            now = min(block, iterations - done)
            observation = games.advance(now, every)
            yield Block(begin, np.arange(done + every, done + now + 1, every), observation, games.finite())


def check_length(iterations: int, every: int) -> None:
    """Raise `InputError` unless there is something to play, and to see."""
    if iterations < 1 or every < 1:
        raise InputError(f"{iterations} iterations, observed every {every}: both must be at least 1")


def chosen_engine(game: Game, execution: Execution, points: int) -> str:
    """`native` or `batched`, for so many points; raises `InputError` where the one asked for cannot play."""
    reason = native.unsupported(game, execution.device, points)
    if execution.engine == "native" and reason:
        raise InputError(f"engine native cannot play this game ({reason}): use engine batched, or auto")
    if execution.engine == "auto" and reason:
        logger.info("engine batched: %s", reason)
    return "batched" if execution.engine == "batched" or reason else "native"


def _engine(
    name: str, game: Game, distribution: Distribution, begin: Start, probes: Tensor, execution: Execution
) -> Engine:
    if name == "native":
        return native.NativeGames(game, begin, probes, execution.threads or available_cores())
    return BatchedGames(game, distribution, begin, probes, execution.device)
