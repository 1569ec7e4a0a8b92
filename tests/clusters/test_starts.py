"""Everything random about games: each seed's own, whatever other seeds, losses and precisions there are."""

from itertools import islice

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from small_games import two_cluster_game

from ganscape.clusters.distributions import Gaussians, TwoClusters
from ganscape.clusters.games import Perceptron
from ganscape.clusters.starts import (
    LARGEST_SEED,
    STEPS_AT_ONCE,
    Stream,
    as_seeds,
    batches,
    initial_state,
    penalty_positions,
    start,
)
from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES

RING = Gaussians(Gaussians.ring().centres, points=30)
TENSORS = ("real", "latents", "discriminator", "generator")


def fresh_game(loss="wgan-gp"):
    players = {
        "discriminator": Perceptron((2, 4, 1), "relu"),
        "generator": Perceptron((2, 3, 2), "relu"),
    }
    return two_cluster_game(loss, batch_size=5, **players)


def assert_same_start(ours, theirs):
    assert ours.seeds == theirs.seeds
    for name in TENSORS:
        assert torch.equal(getattr(ours, name), getattr(theirs, name)), name


def test_a_start_has_as_many_latents_as_real_points_and_both_players():
    begin = start(two_cluster_game(), TwoClusters(points=40), [3, 1])
    shapes = [tuple(getattr(begin, name).shape) for name in TENSORS]
    assert shapes == [(2, 40, 1), (2, 40, 1), (2, 141), (2, 46)]
    assert begin.seeds == (3, 1)
    assert torch.equal(
        begin.generator[1],
        two_cluster_game().generator.initial_parameters(initial_state(1, Stream.GENERATOR)),
    )


def test_every_loss_starts_from_the_same_points_latents_and_weights():
    first = start(two_cluster_game("js"), TwoClusters(), [2, 7])
    for loss in OBJECTIVES:
        assert_same_start(start(two_cluster_game(loss), TwoClusters(), [2, 7]), first)


@settings(max_examples=25)
@given(seeds=st.lists(st.integers(0, LARGEST_SEED), min_size=1, max_size=4, unique=True))
def test_a_start_depends_on_its_own_seed_alone(seeds):
    game, clusters = two_cluster_game(), TwoClusters(points=4)
    together = start(game, clusters, seeds)
    for row, seed in enumerate(seeds):
        alone = start(game, clusters, [seed])
        assert all(torch.equal(getattr(together, name)[row], getattr(alone, name)[0]) for name in TENSORS)


def test_drawing_a_start_leaves_pytorchs_random_state_alone():
    torch.manual_seed(0)
    before = torch.get_rng_state()
    first = start(two_cluster_game(), TwoClusters(), [0])
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(1)
    assert_same_start(start(two_cluster_game(), TwoClusters(), [0]), first)


def test_the_streams_of_a_seed_differ():
    states = {initial_state(0, stream) for stream in Stream}
    assert len(states) == len(Stream) == 6


def test_higher_precision_starts_from_the_very_same_numbers():
    single = start(two_cluster_game(), TwoClusters(), [4])
    double = start(two_cluster_game(precision="float64"), TwoClusters(), [4])
    for name in TENSORS:
        assert getattr(double, name).dtype == torch.float64
        assert torch.equal(getattr(double, name).float(), getattr(single, name))


def test_padding_repeats_the_last_game_and_never_drops_one():
    begin = start(two_cluster_game(), TwoClusters(), [4, 9])
    padded = begin.padded(4)
    assert padded.seeds == (4, 9, 9, 9)
    assert torch.equal(padded.real[3], begin.real[1])
    assert torch.equal(padded.generator[:2], begin.generator)
    assert_same_start(begin.padded(1), begin)


@pytest.mark.parametrize(
    ("seeds", "complaint"),
    [
        ([], "no seeds were given: name at least one"),
        ([3, -1], "seeds -1 to 3: they go from 0 to 9223372036854775807"),
        ([2, 2**63], "seeds 2 to 9223372036854775808: they go from 0 to 9223372036854775807"),
        ([3, 1, 3], "a seed was given twice: name each once"),
    ],
)
def test_seeds_that_are_no_seeds_are_refused(seeds, complaint):
    with pytest.raises(InputError, match=complaint):
        start(two_cluster_game(), TwoClusters(), seeds)


def test_full_batches_are_all_points_and_latents_for_ever():
    begin = start(two_cluster_game(), TwoClusters(), [0, 1])
    for real, latents in islice(batches(two_cluster_game(), TwoClusters(), begin), 3):
        assert real is begin.real
        assert latents is begin.latents


def test_fresh_batches_are_drawn_from_the_seeds_own_points_whatever_other_seeds_there_are():
    game, steps = fresh_game(), STEPS_AT_ONCE + 6  # beyond what is drawn together
    both = start(game, RING, [8, 3], observed=11)
    assert both.latents.shape == (2, 11, 2)
    drawn = list(islice(batches(game, RING, both), steps))
    alone = list(islice(batches(game, RING, start(game, RING, [3])), steps))
    chosen = set()
    for (real, latents), (own_real, own_latents) in zip(drawn, alone, strict=True):
        assert real.shape == latents.shape == (2, 5, 2)
        assert torch.equal(real[1], own_real[0])
        assert torch.equal(latents[1], own_latents[0])
        for row in range(2):
            places = (real[row][:, None] == both.real[row][None]).all(-1)
            assert (places.sum(1) == 1).all()
            chosen |= {(row, int(place)) for place in places.int().argmax(1)}
    assert len(chosen) == 2 * 30  # sooner or later all of them
    fresh = torch.stack([latents for _, latents in drawn])
    assert len(fresh.unique()) == fresh.numel()


@pytest.mark.parametrize("game", [fresh_game(), two_cluster_game("wgan-gp", precision="float64")])
def test_penalties_look_at_fresh_places_of_the_seeds_own(game):
    distribution = RING if game.batch_size else TwoClusters(points=7)
    both, alone = (start(game, distribution, seeds) for seeds in ([6, 2], [2]))
    drawn = torch.stack(list(islice(penalty_positions(game, both), STEPS_AT_ONCE + 6)))
    own = torch.stack(list(islice(penalty_positions(game, alone), STEPS_AT_ONCE + 6)))
    assert drawn.shape == (STEPS_AT_ONCE + 6, 2, game.batch_size or 7)
    assert drawn.dtype == game.dtype
    assert torch.equal(drawn[:, 1], own[:, 0])
    assert ((drawn >= 0) & (drawn < 1)).all()
    assert abs(drawn.mean().item() - 0.5) < 0.06
    assert len(drawn.unique()) > 0.99 * drawn.numel()


@pytest.mark.parametrize(
    ("text", "seeds"),
    [("0:4", (0, 1, 2, 3)), ("5:6", (5,)), ("3,7,9", (3, 7, 9)), ("9,3", (9, 3)), ("12", (12,))],
)
def test_seeds_are_a_range_or_a_list(text, seeds):
    assert as_seeds(text) == seeds


@given(first=st.integers(0, 10**6), count=st.integers(1, 50))
def test_a_range_ends_before_its_end(first, count):
    assert as_seeds(f"{first}:{first + count}") == tuple(range(first, first + count))


@pytest.mark.parametrize("text", ["", "a", "1:b", "1:2:3", "1,,2", "0.5", "1-3", ":"])
def test_what_names_no_seeds_is_refused_with_examples(text):
    with pytest.raises(InputError, match="give FIRST:END, such as 0:128, or a list, such as 3,7,9"):
        as_seeds(text)


@pytest.mark.parametrize("text", ["4:4", "4:2", "-1:3", "3,-7"])
def test_no_seeds_and_negative_ones_are_refused(text):
    with pytest.raises(InputError, match="that names none, or a negative one; END is not included"):
        as_seeds(text)


@pytest.mark.parametrize("text", ["0:99999999999", f"7:{10**23}", "0:1000001"])
def test_more_seeds_than_can_be_kept_are_refused_before_they_are_listed(text):
    with pytest.raises(InputError, match=f"seeds '{text}': these are too many, give at most 1,000,000"):
        as_seeds(text)
