"""The exact values: the paper's claims, the definition by a convex solver, and what is refused."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import LOSSES, PAIRED, SEPARABLE, patterns

from ganscape.errors import InputError
from ganscape.landscape import (
    paired_value,
    paired_value_numeric,
    separable_value,
    separable_value_numeric,
    state_of,
    state_values,
)
from ganscape.landscape.values import FREE, edges_on_cycles, least_value

LOG2, LOG3 = np.log(2), np.log(3)
X = np.array([[0.0], [1.0]])
ELSEWHERE = 7.0


def value(real, fake, loss):
    return (separable_value if loss in SEPARABLE else paired_value)(real, fake, loss)


def numeric(real, fake, loss):
    return (separable_value_numeric if loss in SEPARABLE else paired_value_numeric)(real, fake, loss)


@pytest.mark.parametrize(
    ("state", "fake", "js", "rs"),
    [
        ("s2", [0, 1], -LOG2, -LOG2),
        ("s2, exchanged", [1, 0], -LOG2, -LOG2),
        ("s1b", [0, ELSEWHERE], -LOG2 / 2, -LOG2 / 2),
        ("s1a", [0, 0], (2 * LOG2 - 3 * LOG3) / 4, -LOG2 / 2),
        ("s1a, on x2", [1, 1], (2 * LOG2 - 3 * LOG3) / 4, -LOG2 / 2),
        ("s0", [ELSEWHERE, 8], 0, 0),
        ("s0, together", [ELSEWHERE, ELSEWHERE], 0, 0),
        # Claim 3.2 counts i with y_i = x_i: with y_1 on x_2 there is no cycle, and RS is at 0, unlike JS.
        ("s1b, on the other's point", [1, ELSEWHERE], -LOG2 / 2, 0),
    ],
)
def test_claims_3_1_and_3_2(state, fake, js, rs):
    fake = np.array(fake, dtype=float)[:, None]
    assert separable_value(X, fake, "js") == pytest.approx(js, abs=1e-15)
    assert paired_value(X, fake, "rs") == pytest.approx(rs, abs=1e-15)


def test_the_paper_prints_these_numbers():
    printed = {"s2": -0.6931, "s1b": -0.3467, "s1a": -0.4774}
    exact = {"s2": -LOG2, "s1b": -LOG2 / 2, "s1a": (2 * LOG2 - 3 * LOG3) / 4}
    assert printed == pytest.approx(exact, abs=2e-4)


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=40)
@given(points=patterns())
def test_exact_equals_the_definition_by_a_convex_solver(loss, points):
    assert value(*points, loss) == pytest.approx(numeric(*points, loss), abs=2e-6)


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=40)
@given(points=patterns(), seed=st.integers(0, 2**16))
def test_order_does_not_matter(loss, points, seed):
    """Of the points for a separable loss, of the pairs for a paired one."""
    real, fake = points
    random = np.random.default_rng(seed)
    order = random.permutation(len(real))
    other = random.permutation(len(real)) if loss in SEPARABLE else order
    assert value(real[order], fake[other], loss) == pytest.approx(value(real, fake, loss), abs=1e-14)


@pytest.mark.parametrize("loss", LOSSES)
@given(points=patterns(), seed=st.integers(0, 2**16))
@settings(max_examples=40)
def test_the_global_minimum_is_reached_exactly_when_the_points_agree_as_sets(loss, points, seed):
    """Theorems 1 (i) and 2 (i); for hinge as well, although it fails Assumption 4.3."""
    real, fake = points
    agree = sorted(map(tuple, real)) == sorted(map(tuple, fake))
    assert (value(real, fake, loss) <= least_value(loss) + 1e-12) == agree
    permuted = real[np.random.default_rng(seed).permutation(len(real))]
    assert value(real, permuted, loss) == pytest.approx(least_value(loss), abs=1e-14)


def test_the_least_value_is_half_the_supremum_of_theorem_1_without_its_minus_sign():
    assert least_value("js") == pytest.approx(-LOG2)
    assert [least_value(loss) for loss in ("hinge", "ls", "rs", "rp-hinge", "rp-ls")] == pytest.approx(
        [-1, -1 / 4, -LOG2, -1, -1]
    )


def test_equality_of_points_is_exact_and_zero_has_no_sign():
    near = np.nextafter(0.0, 1.0)
    assert list(state_of([[0.0, 1.0], [2.0, 1.0]], [[-0.0, 1.0], [near, 1.0]])) == [0, FREE]


@given(states=st.lists(st.lists(st.integers(-1, 5), min_size=6, max_size=6), min_size=1, max_size=5))
def test_edges_on_cycles_are_those_that_lead_back(states):
    def leads_back(state, start):
        place = state[start]
        for _ in state:
            if place in (start, FREE):
                break
            place = state[place]
        return place == start

    expected = [sum(leads_back(state, i) for i in range(6)) for state in states]
    assert list(edges_on_cycles(np.array(states))) == expected


@pytest.mark.parametrize("loss", LOSSES)
def test_a_hundred_thousand_points(loss):
    """All but the last point of one long cycle, and what a share of it leaves."""
    real = np.arange(200_000.0).reshape(-1, 2)
    shifted = np.roll(real, 1, axis=0)
    assert value(real, shifted, loss) == pytest.approx(least_value(loss))
    shifted[0] = -1
    without = 0 if loss in PAIRED else least_value(loss) * (1 - 1e-5)
    assert value(real, shifted, loss) == pytest.approx(without)


@pytest.mark.parametrize(
    ("function", "loss"),
    [
        (separable_value, "js"),
        (separable_value_numeric, "js"),
        (paired_value, "rs"),
        (paired_value_numeric, "rs"),
    ],
)
@pytest.mark.parametrize(
    ("real", "fake", "complaint"),
    [
        ([[0.0], [0.0]], [[1.0], [2.0]], "real points 0 and 1 .* are the same point"),
        ([[0.0], [1.0]], [[1.0]], r"fake has shape \(1, 1\), real has \(2, 1\)"),
        ([[0.0], [np.nan]], [[1.0], [2.0]], r"real\[1, 0\] is nan"),
        ([[0.0], [1.0]], [[np.inf], [2.0]], r"fake\[0, 0\] is inf"),
        ([0.0, 1.0], [0.0, 1.0], r"real has shape \(2,\): give points as rows"),
        ([], [], "give points as rows"),
        ([["a"], ["b"]], [[1.0], [2.0]], "real is not an array of numbers"),
    ],
)
def test_bad_points_are_refused(function, loss, real, fake, complaint):
    with pytest.raises(ValueError, match=complaint):
        function(real, fake, loss)


@pytest.mark.parametrize(
    ("function", "loss", "complaint"),
    [
        (separable_value, "rs", "rs is not a separable loss: choose from js, hinge, ls"),
        (paired_value, "js", "js is not a paired loss: choose from rs, rp-hinge, rp-ls"),
        (paired_value, "wgan-gp", "wgan-gp has an unbounded h"),
        (separable_value, "jz", "unknown loss 'jz': choose from js"),
    ],
)
def test_a_loss_of_the_wrong_kind_is_refused(function, loss, complaint):
    with pytest.raises(ValueError, match=complaint):
        function(X, X, loss)


@pytest.mark.parametrize("state", [[0, 2], [-2, 0], [0.5, 1.0], [], 0])
def test_what_is_no_state_is_refused(state):
    with pytest.raises(InputError, match="state"):
        state_values(state, "js")
