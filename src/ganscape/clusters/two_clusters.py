"""The two-cluster experiment (paper, Section 5) for many seeds: its games, and what becomes of each, defined.

A generated point belongs to a cluster when it lies within 0.36 of its centre, 0 or 4. Iterations count
from 1 and are looked at after both players' steps. At an iteration a game is

- a *success* if each cluster has at least 80 % of its share of the generated points: of 100 points, 40 and
  40 where the shares are equal, as the project defines it, and in proportion where they are not (our
  reading);
- *collapsed* if one cluster has at least 80 % of all generated points and the other at most 5 %.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np
import pandas as pd
import torch

from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.games import SGD, Game, Perceptron
from ganscape.clusters.observations import Observation
from ganscape.clusters.simulation import Block, Execution, check_length, simulate
from ganscape.clusters.trajectories import Trajectory, together
from ganscape.errors import InputError

RADIUS = 0.36
SUCCESS_SHARE = 0.8
COLLAPSED_SHARE, MISSED_SHARE = 0.8, 0.05
ITERATIONS = 5000
DISCRIMINATOR_WIDTH, GENERATOR_WIDTH = 10, 5  # the paper's

DONE, DIVERGED = "done", "diverged"
COLUMNS = [
    "loss",
    "seed",
    "discriminator_width",
    "generator_width",
    "share",
    "escape_time",
    "iterations_collapsed",
    "min_d_loss",
    "final_first",
    "final_second",
    "success",
    "status",
]


@dataclass(frozen=True)
class Setting:
    """Which two-cluster games: the loss, the widths of both networks' two hidden layers, the real shares."""

    loss: str
    discriminator_width: int = DISCRIMINATOR_WIDTH
    generator_width: int = GENERATOR_WIDTH
    shares: tuple[float, float] = (0.5, 0.5)

    def __post_init__(self) -> None:
        for network in ("discriminator", "generator"):
            width = getattr(self, f"{network}_width")
            if width < 1:
                raise InputError(f"a {network} of width {width}: give at least 1 unit")
        _ = self.game, self.clusters  # which refuse what cannot be

    @property
    def clusters(self) -> TwoClusters:
        return TwoClusters(cast(tuple[float, float], tuple(self.shares)))

    @property
    def game(self) -> Game:
        """The paper's game: ten discriminator steps, then ten generator steps, on all points."""
        sgd = SGD(learning_rate=0.01, momentum=0.9)
        return Game(
            self.loss,
            Perceptron((1, self.discriminator_width, self.discriminator_width, 1), "sigmoid"),
            Perceptron((1, self.generator_width, self.generator_width, 1), "tanh"),
            sgd,
            sgd,
            discriminator_steps=10,
            generator_steps=10,
            separable_factor=0.5,  # Eq. (1)
        )


def counts(points: np.ndarray) -> np.ndarray:
    """How many of the generated points (..., n, 1) belong to either cluster: (..., 2)."""
    within = [np.abs(points[..., 0] - centre) <= RADIUS for centre in TwoClusters.CENTRES]
    return np.stack([near.sum(-1) for near in within], -1)


def is_success(found: np.ndarray, clusters: TwoClusters) -> np.ndarray:
    """Whether counts (..., 2) are those of a success."""
    return np.asarray((found >= SUCCESS_SHARE * np.array(clusters.counts)).all(-1))


def is_collapsed(found: np.ndarray, points: int) -> np.ndarray:
    """Whether counts (..., 2) are those of a mode collapse."""
    collapsed = (found.max(-1) >= COLLAPSED_SHARE * points) & (found.min(-1) <= MISSED_SHARE * points)
    return np.asarray(collapsed)


def play(
    setting: Setting,
    seeds: Sequence[int],
    iterations: int,
    execution: Execution,
    *,
    keep_every: int | None = None,
    places: Sequence[float] = (),
    advanced: Callable[[int], object] = lambda count: None,
) -> tuple[pd.DataFrame, Trajectory]:
    """Play `setting` for every seed: a row of `COLUMNS` each, and the trajectory at every `keep_every`-th
    iteration.

    escape_time: the first iteration with success, none if there is none. success: whether the last one is.
    status: `diverged` where weights or losses stopped being finite; it then counts as not escaped, and its
    last state is left blank.
    `advanced` is called with the number of games times iterations that have just been played.
    """
    check_length(iterations, 1 if keep_every is None else keep_every)
    kept = np.arange(1, iterations + 1)[(keep_every or iterations) - 1 :: keep_every or iterations]
    probes = torch.tensor([*TwoClusters.CENTRES, *places])[:, None]
    tables, trajectories, seen = [], [], None
    for block in simulate(setting.game, setting.clusters, seeds, iterations, execution, probes=probes):
        if seen is None:
            seen = _Seen.empty(len(block.start.seeds), iterations, len(kept), block.observation, len(places))
        seen.note(block, kept)
        advanced(len(block.start.seeds) * len(block.iterations))
        if block.iterations[-1] == iterations:
            table, trajectory = _summary(setting, block, seen, kept, np.array(places, np.float32))
            tables.append(table)
            trajectories.append(trajectory)
            seen = None
    return pd.concat(tables, ignore_index=True), together(trajectories)


@dataclass(frozen=True)
class _Seen:
    """What is needed of every iteration, and what is kept of some; games come first.

    Room for all iterations is taken at once: what is kept of a block would lie scattered between the much
    larger observations that come and go, and let no memory be used twice.
    """

    losses: np.ndarray
    found: np.ndarray
    centre_logits: np.ndarray
    points: np.ndarray
    place_logits: np.ndarray

    @classmethod
    def empty(cls, games: int, iterations: int, kept: int, observation: Observation, places: int) -> "_Seen":
        dtype = observation.losses.dtype
        centres = len(TwoClusters.CENTRES)
        return cls(
            np.empty((games, iterations), dtype),
            np.empty((games, iterations, centres), np.int16),
            np.empty((games, iterations, centres), dtype),
            np.empty((games, kept, observation.points.shape[2]), dtype),
            np.empty((games, kept, places), dtype),
        )

    def note(self, block: Block, kept: np.ndarray) -> None:
        """Copy what is to be known of a block; `kept` are the iterations of which points are."""
        seen, centres = block.observation, len(TwoClusters.CENTRES)
        now = slice(block.iterations[0] - 1, block.iterations[-1])
        self.losses[:, now] = seen.losses
        self.found[:, now] = counts(seen.points)
        self.centre_logits[:, now] = seen.logits[..., :centres]
        into, chosen = np.isin(kept, block.iterations), np.isin(block.iterations, kept)
        self.points[:, into] = seen.points[:, chosen][..., 0]
        self.place_logits[:, into] = seen.logits[:, chosen][..., centres:]


def _summary(
    setting: Setting, last: Block, seen: _Seen, kept: np.ndarray, places: np.ndarray
) -> tuple[pd.DataFrame, Trajectory]:
    """Rows and trajectory of some seeds, from all of their iterations."""
    seeds = np.array(last.start.seeds)
    clusters = setting.clusters
    success = is_success(seen.found, clusters)
    collapsed = is_collapsed(seen.found, clusters.points)
    diverged = ~(last.finite & np.isfinite(seen.losses).all(1))
    escaped = success.any(1) & ~diverged  # what diverges in the end has not got away for good
    final = pd.DataFrame(seen.found[:, -1], dtype="Int64").mask(pd.Series(diverged))
    table = pd.DataFrame(
        {
            "loss": setting.loss,
            "seed": seeds,
            "discriminator_width": setting.discriminator_width,
            "generator_width": setting.generator_width,
            "share": setting.shares[0],
            "escape_time": pd.Series(success.argmax(1) + 1, dtype="Int64").where(pd.Series(escaped)),
            "iterations_collapsed": collapsed.sum(1),
            "min_d_loss": _least_finite(seen.losses),
            "final_first": final[0],
            "final_second": final[1],
            "success": success[:, -1] & ~diverged,
            "status": np.where(diverged, DIVERGED, DONE),
        }
    )[COLUMNS]
    middles = np.array([_middle_of_longest_return(row) for row in collapsed])
    at_middle = np.arange(len(seeds)), middles - 1
    trajectory = Trajectory(
        np.array(setting.loss),
        seeds,
        seen.losses,
        kept,
        seen.points,
        places,
        seen.place_logits,
        last.start.real[..., 0].numpy(),
        middles,
        np.where(middles[:, None] > 0, seen.found[at_middle], 0),
        np.where(middles[:, None] > 0, seen.centre_logits[at_middle], np.nan),
    )
    return table, trajectory


def _least_finite(losses: np.ndarray) -> np.ndarray:
    """Each row's smallest number; not a number where it has none."""
    finite = np.isfinite(losses)
    return np.where(finite.any(1), np.where(finite, losses, np.inf).min(1), np.nan)


def _middle_of_longest_return(flags: np.ndarray) -> int:
    """The middle, counted from 1, of the longest stretch of true ones; 0 if there are none.

    A stretch from the first iteration on is passed over: where all points start, D has learnt nothing.
    """
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    begins, ends = edges[::2], edges[1::2]
    if len(begins) and begins[0] == 0:
        begins, ends = begins[1:], ends[1:]
    if not len(begins):
        return 0
    longest = (ends - begins).argmax()
    return int(begins[longest] + ends[longest] + 1) // 2
