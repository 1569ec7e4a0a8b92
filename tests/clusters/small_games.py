"""Games short enough for tests, played by an engine or as a textbook would, in one form for comparison."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pytest
import torch

from ganscape import compilation
from ganscape.clusters import native, textbook
from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.games import SGD, Game, Perceptron
from ganscape.clusters.simulation import Execution, simulate
from ganscape.clusters.starts import start

needs_compiler = pytest.mark.skipif(compilation.compiler() is None, reason="there is no C++ compiler")
NATIVE = pytest.param("native", marks=needs_compiler)
ENGINES = ("batched", NATIVE)
CPU = torch.device("cpu")
PROBES = torch.tensor([[0.0], [4.0], [1.5]])


@dataclass(frozen=True)
class Played:
    """S games, or one without the first axis: what was seen at m iterations, who is finite at the end."""

    seeds: tuple[int, ...]
    iterations: np.ndarray
    losses: np.ndarray
    points: np.ndarray
    logits: np.ndarray
    finite: np.ndarray

    def of(self, seed):
        row = self.seeds.index(seed)
        seen = (values[row] for values in (self.losses, self.points, self.logits, self.finite))
        return Played((seed,), self.iterations, *seen)


def two_cluster_game(loss="js", rate=0.01, **changes):
    """The paper's networks, momentum and factor; the number of steps and all else as the test likes."""
    sgd = SGD(rate, momentum=0.9)
    paper = {
        "discriminator": Perceptron((1, 10, 10, 1), "sigmoid"),
        "generator": Perceptron((1, 5, 5, 1), "tanh"),
        "discriminator_optimiser": sgd,
        "generator_optimiser": sgd,
        "separable_factor": 0.5,
    }
    return Game(loss, **{**paper, **changes})


def play(
    game, seeds, iterations, engine="batched", *, distribution=None, threads=None, device=CPU, **options
):
    """All blocks of a simulation, joined; `options` are those of `simulate`."""
    execution = Execution(engine, device, threads)
    groups = {}
    for block in simulate(game, distribution or TwoClusters(), seeds, iterations, execution, **options):
        groups.setdefault(block.start.seeds, []).append(block)

    def joined(name):
        of_groups = [
            np.concatenate([getattr(block.observation, name) for block in blocks], axis=1)
            for blocks in groups.values()
        ]
        return np.concatenate(of_groups)

    return Played(
        tuple(seed for of_group in groups for seed in of_group),
        np.concatenate([block.iterations for block in next(iter(groups.values()))]),
        *(joined(name) for name in ("losses", "points", "logits")),
        np.concatenate([blocks[-1].finite for blocks in groups.values()]),
    )


def play_by_the_textbook(game, seed, iterations, *, distribution=None, probes=PROBES):
    """One game, seen at every iteration."""
    losses, points, logits = [], [], []
    steps = textbook.play(game, distribution or TwoClusters(), seed)
    for loss, fake, discriminator in islice(steps, iterations):
        losses.append(loss)
        points.append(fake.numpy())
        with torch.no_grad():
            logits.append(discriminator(probes.to(game.dtype))[:, 0].numpy())
    seen = (np.array(values) for values in (losses, points, logits))
    return Played((seed,), np.arange(1, iterations + 1), *seen, np.array(True))


@contextmanager
def compiling_ahead(kinds):
    """Compile (game, distribution, probes) in turn while tests run; a test waits if its turn has not come."""
    if compilation.compiler() is None:
        yield []
        return
    begun = [(game, start(game, distribution, [0]), probes) for game, distribution, probes in kinds]
    with ThreadPoolExecutor(max_workers=2) as pool:
        yield [pool.submit(native.NativeGames, *kind, 1) for kind in begun]
        pool.shutdown(cancel_futures=True)


def assert_close(ours, theirs, tolerance):
    """Losses, points and logits at all iterations, to an absolute tolerance."""
    for name in ("losses", "points", "logits"):
        close = {"rtol": 0, "atol": tolerance, "err_msg": name}
        np.testing.assert_allclose(getattr(ours, name), getattr(theirs, name), **close)


def assert_same_bits(ours, theirs):
    """Losses, points and logits, and which games are finite; NaN equals NaN."""
    for name in ("losses", "points", "logits", "finite"):
        np.testing.assert_array_equal(getattr(ours, name), getattr(theirs, name), err_msg=name)
