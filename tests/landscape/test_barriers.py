"""Basins and barriers, against an independent search for the lowest pass."""

from collections import Counter
from math import factorial, inf

import numpy as np
import pytest
from patterns import LOSSES, PAIRED

from ganscape.landscape import barrier, disconnectivity, state_values, states, strict_local_minima, xi
from ganscape.landscape.values import FREE, least_value


def lowest_passes(n, loss):
    """For all pairs of states the least highest value between them: Floyd and Warshall with max for plus."""
    listed = states(n)
    values = state_values(listed, loss)
    differing = (listed[:, None] != listed[None]).sum(-1)
    freed = ((listed[:, None] == FREE) ^ (listed[None] == FREE)).sum(-1)
    neighbours = (differing == 1) & (freed == 1)
    passes = np.where(neighbours, np.maximum(values[:, None], values), inf)
    np.fill_diagonal(passes, values)
    for k in range(len(listed)):
        passes = np.minimum(passes, np.maximum(passes[:, k, None], passes[k]))
    return listed, values, passes


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_barriers_are_the_lowest_passes_to_something_lower(n, loss):
    listed, values, passes = lowest_passes(n, loss)
    for i, state in enumerate(listed):
        lower = values < values[i] - 1e-12
        expected = (passes[i, lower] - values[i]).min() if lower.any() else inf
        assert barrier(state, loss) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [1, 2, 3])
def test_minima_join_at_the_lowest_pass_between_them(n, loss):
    listed, _, passes = lowest_passes(n, loss)
    number = {tuple(int(place) for place in row): i for i, row in enumerate(listed)}

    def check(node):
        for i, child in enumerate(node.children):
            assert child.level < node.level
            check(child)
            for other in node.children[:i]:
                for one in child.minima():
                    for two in other.minima():
                        between = passes[number[one.states[0]], number[two.states[0]]]
                        assert between == pytest.approx(node.level, abs=1e-12)

    check(disconnectivity(n, loss))


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("loss", LOSSES)
def test_the_leaves_are_the_strict_minima(n, loss):
    """For the losses of both theorems, and for hinge: no loss has a bad basin that is not strict."""
    minima = list(disconnectivity(n, loss).minima())
    assert all(len(minimum.states) == 1 for minimum in minima)
    perfect = [minimum for minimum in minima if minimum.level < least_value(loss) + 1e-12]
    assert len(perfect) == factorial(n)
    assert len(minima) - len(perfect) == strict_local_minima(n, loss)


def test_js_with_two_points():
    """Four minima at two levels, all joined at mode dropping, -log(2)/2."""
    root = disconnectivity(2, "js")
    assert root.level == pytest.approx(-np.log(2) / 2)
    assert Counter(round(minimum.level, 4) for minimum in root.children) == {-0.6931: 2, -0.4774: 2}


def test_leaving_collapse_is_a_climb_for_js_and_none_for_rs():
    collapse = (2 * np.log(2) - 3 * np.log(3)) / 4
    assert barrier([0, 0], "js") == pytest.approx(-np.log(2) / 2 - collapse)
    assert barrier([0, 0], "rs") == 0


@pytest.mark.parametrize("loss", PAIRED)
def test_theorem_2_leaves_nothing_to_climb(loss):
    for state in states(4):
        suboptimal = state_values(state, loss) > least_value(loss) + 1e-12
        assert barrier(state, loss) == (0 if suboptimal else inf)


@pytest.mark.parametrize("loss", ["js", "hinge", "ls"])
def test_the_easiest_to_leave_is_the_fullest_point(loss):
    """xi is convex, so the more points share a place, the less one of them is missed."""
    for counts in ((2, 1), (3, 2, 1), (4, 4, 2), (12,), (19, 1)):
        n = sum(counts)
        state = np.repeat(np.arange(len(counts)), counts)
        rise = (xi(max(counts) - 1, loss) - xi(max(counts), loss)) / (2 * n)
        assert barrier(state, loss) == pytest.approx(rise, abs=1e-14)


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: barrier([0] * 21, "js"), "n = 21 is too large"),
        (lambda: barrier([0] * 7, "rs"), "n = 7 is too large"),
        (lambda: barrier([[0, 1], [0, 0]], "js"), r"a state of shape \(2, 2\)"),
        (lambda: barrier([0, 5], "js"), "outside -1"),
        (lambda: barrier([0, 1], "jz"), "unknown loss"),
        (lambda: disconnectivity(7, "js"), "n = 7 is too large"),
        (lambda: disconnectivity(3, "jz"), "unknown loss"),
    ],
)
def test_bad_input_is_refused(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
