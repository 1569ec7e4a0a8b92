"""GANs on mixtures of Gaussians in the plane: how many modes they find, how good their samples are.

The ring of five follows the paper's released code: networks of two hidden layers of 128, fresh batches of
128, Adam; latents are two standard normals. The grid of twenty-five is played the same way.

A sample is *good* if it lies within three standard deviations of a mode's centre; a mode is *covered* if
at least one sample is good there (the field's usual count).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ganscape.arrays import ANY, FINITE, NAME, WHOLE, Layout
from ganscape.clusters.distributions import Gaussians
from ganscape.clusters.games import Adam, Game, Perceptron
from ganscape.clusters.simulation import Execution, simulate
from ganscape.clusters.two_clusters import DIVERGED, DONE

MIXTURES = {"ring": Gaussians.ring(), "grid": Gaussians.grid()}
DEVIATIONS = 3
WIDTH = 128
COLUMNS = ["mixture", "loss", "seed", "iteration", "modes", "good_share", "d_loss", "status"]


@dataclass(frozen=True)
class Samples:
    """What the generators of S seeds draw in the end, (S, n, 2), and some real points of each, (S, n, 2)."""

    mixture: np.ndarray
    loss: np.ndarray
    seeds: np.ndarray
    fake: np.ndarray
    real: np.ndarray


LAYOUTS = {
    "mixture": Layout("", NAME),
    "loss": Layout("", NAME),
    "seeds": Layout("s", WHOLE),
    "fake": Layout("sn2", ANY),  # of games that diverge, not finite
    "real": Layout("sm2", FINITE),
}


def game(loss: str) -> Game:
    """The released code's game; one step of each player per iteration."""
    adam = Adam(learning_rate=1e-4, betas=(0.0, 0.9))
    return Game(
        loss,
        Perceptron((2, WIDTH, WIDTH, 1), "leaky_relu", output_bias=False),
        Perceptron((2, WIDTH, WIDTH, 2), "relu"),
        adam,
        adam,
        batch_size=128,
    )


def quality(points: np.ndarray, mixture: Gaussians) -> tuple[np.ndarray, np.ndarray]:
    """Modes covered by points (..., n, 2) and their share of good ones, both (...)."""
    centres = np.array(mixture.centres)
    distances = np.linalg.norm(points[..., None, :] - centres, axis=-1)
    good = distances <= DEVIATIONS * mixture.variance**0.5
    return good.any(-2).sum(-1), good.any(-1).mean(-1)


def play(
    loss: str,
    mixture: str,
    seeds: Sequence[int],
    iterations: int,
    execution: Execution,
    *,
    every: int,
    samples: int,
    advanced: Callable[[int], object] = lambda count: None,
) -> tuple[pd.DataFrame, Samples]:
    """Train for every seed: a row of `COLUMNS` per seed and `every`-th iteration, and the last samples."""
    distribution = MIXTURES[mixture]
    tables, last = [], []
    blocks = simulate(game(loss), distribution, seeds, iterations, execution, every=every, observed=samples)
    for block in blocks:
        seen = block.observation
        modes, good = quality(seen.points, distribution)
        finite = block.finite[:, None] & np.isfinite(seen.losses)
        shape = finite.shape
        table = {
            "mixture": mixture,
            "loss": loss,
            "seed": np.broadcast_to(np.array(block.start.seeds)[:, None], shape).ravel(),
            "iteration": np.broadcast_to(block.iterations, shape).ravel(),
            "modes": modes.ravel(),
            "good_share": good.ravel(),
            "d_loss": seen.losses.ravel(),
            "status": np.where(finite, DONE, DIVERGED).ravel(),
        }
        tables.append(pd.DataFrame(table)[COLUMNS])
        if block.iterations[-1] == iterations:
            last.append(
                (np.array(block.start.seeds), seen.points[:, -1], block.start.real[:, :samples].numpy())
            )
        advanced(len(block.start.seeds) * every * len(block.iterations))
    joined = (np.concatenate(each) for each in zip(*last, strict=True))
    return pd.concat(tables, ignore_index=True).sort_values(["seed", "iteration"]), Samples(
        np.array(mixture), np.array(loss), *joined
    )
