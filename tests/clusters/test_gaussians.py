"""Mixtures of Gaussians: the released code's game, which samples are good, and what is reported when."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganscape.clusters import gaussians, simulation
from ganscape.clusters.distributions import Gaussians
from ganscape.clusters.gaussians import COLUMNS, MIXTURES, play, quality
from ganscape.clusters.simulation import Execution
from ganscape.clusters.starts import start
from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES

DEVIATION = math.sqrt(0.002)
RING, GRID = MIXTURES["ring"], MIXTURES["grid"]
BATCHED = Execution("batched")
SEEDS = (3, 1)


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_game_is_the_released_codes(loss):
    game = gaussians.game(loss)
    assert game.objective is OBJECTIVES[loss]
    d, g = game.discriminator, game.generator
    assert (d.sizes, d.activation, d.output_bias) == ((2, 128, 128, 1), "leaky_relu", False)
    assert (g.sizes, g.activation, g.output_bias) == ((2, 128, 128, 2), "relu", True)
    for optimiser in (game.discriminator_optimiser, game.generator_optimiser):
        assert (optimiser.learning_rate, optimiser.betas) == (1e-4, (0.0, 0.9))
    assert (game.batch_size, game.discriminator_steps, game.generator_steps) == (128, 1, 1)
    assert (game.separable_factor, game.simultaneous) == (1.0, False)


def test_the_mixtures_are_the_ring_of_five_and_the_grid_of_twenty_five():
    assert list(MIXTURES) == ["ring", "grid"]
    assert MIXTURES["ring"] == Gaussians.ring()
    assert MIXTURES["grid"] == Gaussians.grid()


@pytest.mark.parametrize(
    ("points", "modes", "good"),
    [
        ([(1, 0)] * 4, 1, 1),
        ([(1, 0), (1, 0.01), (5, 5), (0, 0)], 1, 1 / 2),
        ([(1 + 2.99 * DEVIATION, 0)], 1, 1),
        ([(1 + 3.01 * DEVIATION, 0)], 0, 0),
        ([(1 + 2.2 * DEVIATION, 2.2 * DEVIATION)], 0, 0),  # near in each direction, far in the plane
        ([(math.cos(a), math.sin(a)) for a in 2 * np.pi * np.arange(5) / 5], 5, 1),
        ([(math.nan, 0), (math.inf, 0), (1, 0)], 1, 1 / 3),
    ],
)
def test_a_sample_is_good_within_three_deviations_and_one_good_sample_covers_a_mode(points, modes, good):
    found, share = quality(np.array(points), RING)
    assert found == modes
    assert share == pytest.approx(good)


@given(
    points=arrays(
        np.float64,
        (2, 3, 6, 2),
        elements=st.one_of(st.sampled_from([-2, -1, 0, 1, 2, 1.1, 0.1]), st.floats(-2.5, 2.5)),
    )
)
def test_quality_is_that_of_every_set_of_samples_on_its_own(points):
    modes, good = quality(points, GRID)
    assert modes.shape == good.shape == (2, 3)
    for place in np.ndindex(2, 3):
        covered = {
            centre
            for centre in GRID.centres
            if any(math.dist(point, centre) <= 3 * DEVIATION for point in points[place])
        }
        shares = [
            any(math.dist(point, centre) <= 3 * DEVIATION for centre in GRID.centres)
            for point in points[place]
        ]
        assert modes[place] == len(covered)
        assert good[place] == pytest.approx(np.mean(shares))


def test_real_points_are_good_and_cover_every_mode():
    for mixture, count in ((RING, 5), (GRID, 25)):
        real = mixture.real(torch.Generator().manual_seed(0)).numpy()
        modes, good = quality(real, mixture)
        assert modes == count
        assert good == pytest.approx(1 - math.exp(-9 / 2), abs=5e-3)  # of a normal in the plane


@pytest.mark.parametrize(("mixture", "loss"), [("ring", "wgan-gp"), ("grid", "rs")])
def test_every_seed_has_a_row_per_observation(mixture, loss):
    told = []
    table, samples = play(loss, mixture, SEEDS, 4, BATCHED, every=2, samples=50, advanced=told.append)
    assert list(table.columns) == COLUMNS
    assert COLUMNS[:4] == ["mixture", "loss", "seed", "iteration"]
    rows = list(zip(table["seed"], table["iteration"], strict=True))
    assert rows == [(seed, iteration) for seed in sorted(SEEDS) for iteration in (2, 4)]
    assert set(table["mixture"]) == {mixture}
    assert set(table["loss"]) == {loss}
    assert set(table["status"]) == {"done"}
    assert np.isfinite(table["d_loss"]).all()
    assert sum(told) == len(SEEDS) * 4

    assert samples.seeds.tolist() == list(SEEDS)
    assert samples.fake.shape == samples.real.shape == (2, 50, 2)
    modes, good = quality(samples.fake, MIXTURES[mixture])
    last = table[table["iteration"] == 4].set_index("seed").loc[list(SEEDS)]
    assert last["modes"].tolist() == modes.tolist()
    assert last["good_share"].tolist() == good.tolist()
    real = start(gaussians.game(loss), MIXTURES[mixture], SEEDS).real[:, :50].numpy()
    np.testing.assert_array_equal(samples.real, real)


def test_a_seed_is_the_same_alone_and_by_blocks(monkeypatch):
    both, _ = play("js", "ring", SEEDS, 2, BATCHED, every=1, samples=10)
    alone, _ = play("js", "ring", SEEDS[:1], 2, BATCHED, every=1, samples=10)
    monkeypatch.setattr(simulation, "SEEDS_AT_ONCE", 1)
    blocks, samples = play("js", "ring", SEEDS, 2, BATCHED, every=1, samples=10)
    assert samples.seeds.tolist() == list(SEEDS)
    of_seed = both[both["seed"] == SEEDS[0]].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone.reset_index(drop=True), of_seed)
    pd.testing.assert_frame_equal(blocks.reset_index(drop=True), both.reset_index(drop=True))


def test_a_seed_that_diverges_is_marked_and_the_others_are_as_without_it(monkeypatch):
    sound, _ = play("js", "ring", SEEDS, 2, BATCHED, every=1, samples=10)

    def poisoned(*arguments):
        begin = start(*arguments)
        generator = begin.generator.clone()
        generator[begin.seeds.index(1)] = math.nan
        return replace(begin, generator=generator)

    monkeypatch.setattr(simulation, "start", poisoned)
    table, _ = play("js", "ring", SEEDS, 2, BATCHED, every=1, samples=10)
    lost = table["seed"] == 1
    assert set(table.loc[lost, "status"]) == {"diverged"}
    assert (table.loc[lost, "good_share"] == 0).all()
    pd.testing.assert_frame_equal(table[~lost], sound[~lost])


def test_iterations_that_are_no_multiple_of_the_observations_are_refused():
    with pytest.raises(InputError, match="5 iterations are no multiple of the 2 between observations"):
        play("js", "ring", [0], 5, BATCHED, every=2, samples=10)


def test_fresh_batches_are_for_the_batched_engine():
    with pytest.raises(InputError, match="engine native cannot play this game"):
        play("js", "ring", [0], 2, Execution("native"), every=1, samples=10)
