"""The points that games are played on: where they lie, in which order, and how many of each kind."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganscape.clusters.distributions import Gaussians, TwoClusters
from ganscape.errors import InputError
from ganscape.seeding import random_generator

RATIOS = {"1:1": (50, 50), "1:2": (33, 67), "1:4": (20, 80), "1:9": (10, 90), "9:1": (90, 10)}


def shares_of(ratio):
    first, second = map(int, ratio.split(":"))
    return first / (first + second), second / (first + second)


def centres_of(real):
    """The centre from which each point is at most 0.3 to the right; a cluster further away has no name."""
    assert real.shape[1:] == (1,)
    places = real[:, 0]
    assert (((places >= 0) & (places <= 0.3)) | ((places >= 4) & (places <= 4.3 + 1e-6))).all()
    return torch.where(places > 2, 4, 0)


@given(seed=st.integers(0, 2**32))
def test_equal_clusters_alternate_within_their_intervals(seed):
    real = TwoClusters().real(random_generator(seed, 0))
    assert real.dtype == torch.float32
    assert centres_of(real).tolist() == [0, 4] * 50


@pytest.mark.parametrize("ratio", RATIOS)
def test_unequal_clusters_have_their_shares_of_a_hundred_points(ratio):
    clusters = TwoClusters(shares_of(ratio))
    centres = centres_of(clusters.real(random_generator(0, 0)))
    assert clusters.counts == RATIOS[ratio] == (int((centres == 0).sum()), int((centres == 4).sum()))


def test_shares_may_be_typed_with_a_few_digits():
    assert TwoClusters((0.3333333, 0.6666666)).counts == (33, 67)


@given(points=st.integers(2, 60), data=st.data())
def test_clusters_alternate_as_evenly_as_their_shares_allow(points, data):
    first = data.draw(st.integers(1, points - 1))
    centres = centres_of(
        TwoClusters((first / points, 1 - first / points), points).real(random_generator(0, 0))
    )
    so_far = np.cumsum(centres.numpy() == 0)
    assert so_far[-1] == first
    assert np.abs(so_far - first / points * np.arange(1, points + 1)).max() < 1


def test_points_fill_their_intervals_evenly():
    real = TwoClusters(points=20_000).real(random_generator(1, 0))[:, 0]
    offsets = (real - 4 * (real > 2)).numpy() / 0.3
    counts, _ = np.histogram(offsets, np.linspace(0, 1 + 1e-5, 11))
    assert np.abs(counts - 2000).max() < 5 * math.sqrt(2000)


def test_latents_fill_the_interval_from_minus_five_to_five():
    latents = TwoClusters().latents(20_000, random_generator(2, 1))
    assert latents.shape == (20_000, 1)
    assert latents.dtype == torch.float32
    assert latents.abs().max() <= 5
    counts, _ = np.histogram(latents.numpy(), np.linspace(-5, 5, 11))
    assert np.abs(counts - 2000).max() < 5 * math.sqrt(2000)


@pytest.mark.parametrize(
    ("shares", "points", "complaint"),
    [
        ((0.5, 0.6), 100, r"shares 0.5 0.6 sum to 1.1: they must sum to 1"),
        ((0.5, 0.4), 100, r"shares 0.5 0.4 sum to 0.9"),
        ((math.nan, 0.5), 100, r"shares nan 0.5: give two, each between 0 and 1"),
        ((0.5, math.nan), 100, r"shares 0.5 nan: give two"),
        ((math.inf, -math.inf), 100, r"shares inf -inf: give two"),
        ((0.0, 1.0), 100, r"shares 0 1: give two, each between 0 and 1"),
        ((1.5, -0.5), 100, r"shares 1.5 -0.5: give two"),
        ((0.2, 0.3, 0.5), 100, r"shares 0.2 0.3 0.5: give two"),
        ((1.0,), 100, r"shares 1: give two"),
        ((0.001, 0.999), 100, r"shares 0.001 0.999 of 100 points leave a cluster empty"),
        ((0.999, 0.001), 100, r"leave a cluster empty: give larger ones or more points"),
        ((0.1, 0.9), 3, r"of 3 points leave a cluster empty"),
        ((0.5, 0.5), 1, "1 points: two clusters need at least 2"),
    ],
)
def test_what_are_no_two_clusters_is_refused(shares, points, complaint):
    with pytest.raises(InputError, match=complaint):
        TwoClusters(shares, points)


def test_the_ring_is_five_centres_on_the_unit_circle():
    centres = np.array(Gaussians.ring().centres)
    angles = np.arctan2(centres[:, 1], centres[:, 0]) % (2 * np.pi)
    np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1)
    np.testing.assert_allclose(angles, 2 * np.pi * np.arange(5) / 5, atol=1e-15)


def test_the_grid_is_twenty_five_centres_from_minus_two_to_two():
    centres = Gaussians.grid().centres
    assert len(centres) == 25
    assert set(centres) == {(x, y) for x in (-2, -1, 0, 1, 2) for y in (-2, -1, 0, 1, 2)}


@pytest.mark.parametrize("mixture", [Gaussians.ring(), Gaussians.grid()])
def test_gaussians_have_equal_weights_and_the_stated_variance_in_both_directions(mixture):
    assert (mixture.variance, mixture.points) == (0.002, 10_000)  # the released code's
    real = mixture.real(random_generator(0, 0))
    assert real.shape == (10_000, 2)
    assert real.dtype == torch.float32
    centres = torch.tensor(mixture.centres)
    nearest = torch.cdist(real, centres).argmin(1)
    expected = len(real) / len(centres)
    assert (nearest.bincount(minlength=len(centres)) - expected).abs().max() < 5 * math.sqrt(expected)
    offsets = real - centres[nearest]
    error = 5 * 0.002 * math.sqrt(2 / len(real))  # five standard deviations of an estimated variance
    torch.testing.assert_close(offsets.T.cov(), 0.002 * torch.eye(2), rtol=0, atol=error)
    assert offsets.mean(0).abs().max() < 5 * math.sqrt(0.002 / len(real))


def test_latents_of_gaussians_are_two_standard_normals():
    latents = Gaussians.ring().latents(20_000, random_generator(0, 1))
    assert latents.shape == (20_000, 2)
    torch.testing.assert_close(latents.T.cov(), torch.eye(2), rtol=0, atol=5 * math.sqrt(2 / 20_000))
    assert latents.mean(0).abs().max() < 5 / math.sqrt(20_000)


@pytest.mark.parametrize("distribution", [TwoClusters(), TwoClusters((0.1, 0.9)), Gaussians.ring()])
def test_the_same_seed_has_the_same_points(distribution):
    def drawn(seed):
        draws = random_generator(seed, 0)
        return distribution.real(draws), distribution.latents(10, draws)

    torch.testing.assert_close(drawn(5), drawn(5), rtol=0, atol=0)
    assert not torch.equal(drawn(5)[0], drawn(6)[0])
