"""Counts of strict local minima: Theorem 1 (ii), where it holds, and by two ways."""

from itertools import product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import LOSSES, PAIRED, SEPARABLE

from ganscape.landscape import are_strict_local_minima, state_of, state_values, states, strict_local_minima
from ganscape.landscape.strict_minima import _paired_kinds, _separable_kinds
from ganscape.landscape.values import FREE, edges_on_cycles, least_value


def test_states_are_all_patterns():
    listed = states(3)
    assert listed.shape == (4**3, 3)
    assert len({tuple(row) for row in listed}) == 4**3
    assert set(listed.ravel()) == {FREE, 0, 1, 2}


@pytest.mark.parametrize(("n", "count"), [(1, 0), (2, 2), (3, 21), (4, 232), (5, 3005)])
@pytest.mark.parametrize("loss", ["js", "ls"])
def test_theorem_1_counts(n, count, loss):
    assert n**n - factorial(n) == count
    assert strict_local_minima(n, loss) == count


@pytest.mark.parametrize("n", range(1, 6))
@pytest.mark.parametrize("loss", [*PAIRED, "hinge"])
def test_paired_losses_have_none_and_neither_has_hinge(n, loss):
    """Theorem 2; and hinge, to which Theorem 1 does not apply although the paper says so."""
    assert strict_local_minima(n, loss) == 0


@pytest.mark.parametrize("n", range(1, 7))
@pytest.mark.parametrize("loss", LOSSES)
def test_symmetry_counts_as_enumeration_does(n, loss):
    assert strict_local_minima(n, loss, method="symmetry") == strict_local_minima(n, loss)


@pytest.mark.parametrize("n", [7, 12, 20])
@pytest.mark.parametrize("loss", LOSSES)
def test_theorem_1_counts_for_many_points(n, loss):
    expected = n**n - factorial(n) if loss in ("js", "ls") else 0
    assert strict_local_minima(n, loss, method="symmetry") == expected


@pytest.mark.parametrize("kinds", [_separable_kinds, _paired_kinds])
@pytest.mark.parametrize("n", [1, 2, 5, 9])
def test_the_kinds_are_all_placements(kinds, n):
    assert sum(count for _, count in kinds(n)) == n**n


@pytest.mark.parametrize("n", [3, 4])
def test_placements_of_a_kind_have_the_values_of_their_representative(n):
    placements = states(n)[(states(n) != FREE).all(axis=1)]
    for kinds, loss in ((_separable_kinds, "js"), (_paired_kinds, "rs")):
        values = state_values(placements, loss).round(12)
        for representative, count in kinds(n):
            assert (values == state_values(representative, loss).round(12)).sum() >= count
    cyclic = edges_on_cycles(placements)
    assert [(cyclic == c).sum() for c in range(1, n + 1)] == [count for _, count in _paired_kinds(n)]


def test_corollary_3_1():
    """(x1, x1) is a sub-optimal strict local minimum of JS; the global minima are strict for every loss."""
    assert are_strict_local_minima([0, 0], "js") and state_values([0, 0], "js") > least_value("js")
    assert not are_strict_local_minima([0, 0], "rs")
    assert not are_strict_local_minima([0, FREE], "js")
    assert all(are_strict_local_minima([1, 0], loss) for loss in LOSSES)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [1, 2, 3, 4])
def test_one_point_at_a_time_says_as_much_as_every_set_of_points(loss, n):
    """The definition: every non-empty set of points that leaves raises the value."""
    listed = states(n)
    expected = (listed != FREE).all(axis=1)
    for leaving in product((False, True), repeat=n):
        if any(leaving):
            left = np.where(leaving, FREE, listed)
            expected &= state_values(left, loss) > state_values(listed, loss) + 1e-12
    assert (are_strict_local_minima(listed, loss) == expected).all()


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=60)
@given(
    state=st.integers(1, 5).flatmap(
        lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n),
    ),
    seed=st.integers(0, 2**16),
)
def test_strictness_is_what_small_moves_of_real_points_say(loss, state, seed):
    """The definition, with points: a strict minimum is one that every small enough change of Y raises."""
    random = np.random.default_rng(seed)
    n = len(state)
    real = 10.0 * np.arange(n)[:, None]
    fake = np.where(np.array(state)[:, None] == FREE, random.uniform(20, 90, (n, 1)) + 0.5, real[state])
    strict = bool(are_strict_local_minima(state, loss))
    own = state_values(state_of(real, fake), loss)
    raised = []
    for _ in range(3 * 2**n):
        moves = random.uniform(-1e-3, 1e-3, (n, 1)) * random.integers(0, 2, (n, 1))
        if moves.any():
            moved = state_values(state_of(real, fake + moves), loss)
            assert moved >= own - 1e-12  # g is lower semicontinuous
            raised.append(bool(moved > own + 1e-12))
    if strict:
        assert all(raised)
    elif FREE not in state:  # some single point can leave for nothing
        moves = 1e-3 * np.eye(n)[:, :, None]
        assert any(state_values(state_of(real, fake + move), loss) <= own + 1e-12 for move in moves)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: strict_local_minima(7, "js"), "n = 7 is too large .* at most 6.* method='symmetry'"),
        (lambda: strict_local_minima(31, "js", "symmetry"), "n = 31 is too large"),
        (lambda: states(9), "n = 9 is too large"),
        (lambda: states(0), "n is 0: give a whole number of points"),
        (lambda: states(2.0), "n is 2.0: give a whole number"),
        (lambda: strict_local_minima(3, "jz"), "unknown loss 'jz'"),
        (lambda: strict_local_minima(3, "wgan-gp"), "wgan-gp has an unbounded h"),
        (lambda: strict_local_minima(3, "js", "guess"), "unknown method 'guess'"),
    ],
)
def test_bad_input_is_refused(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()


def test_separable_losses_are_the_ones_named_so():
    assert {loss for loss in LOSSES if strict_local_minima(2, loss)} == set(SEPARABLE) - {"hinge"}
