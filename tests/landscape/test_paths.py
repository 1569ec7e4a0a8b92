"""Paths of Theorem 2 and their verification, against a referee that samples every instant that can matter.

Most patterns are on a small lattice, where points coincide and pass through one another all the time. A move
between lattice points whose coordinates differ by at most `SIDE` meets a lattice point only at a multiple of
1/lcm(1..SIDE); twice as fine a grid of times has every meeting and a point of every interval in between.
"""

import math
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ganscape.landscape import FREE, reachable_path, verify_path
from ganscape.landscape.losses import PAIRED
from ganscape.objectives import PairedObjective

SIDE = 4
STEPS = 2 * math.lcm(*range(1, SIDE + 1))
MINIMA = {"rs": -math.log(2), "rp-hinge": -1.0, "rp-ls": -1.0}


def points_on_cycles(successors):
    """The referee's count: i is on a cycle if n steps or fewer lead from it back to it."""
    count = 0
    for origin in range(len(successors)):
        node = successors[origin]
        for _ in successors:
            if node in (origin, FREE):
                break
            node = successors[node]
        count += node == origin
    return count


def sampled_counts(real, waypoints):
    """(piece, time, edges on cycles) at STEPS + 1 times of every piece, in rational arithmetic."""
    sites = [[Fraction(c) for c in point] for point in real.tolist()]
    for piece, (start, end) in enumerate(pairwise(waypoints.tolist())):
        for step in range(STEPS + 1):
            time = Fraction(step, STEPS)
            places = [
                [Fraction(a) + time * (Fraction(b) - Fraction(a)) for a, b in zip(y, z, strict=True)]
                for y, z in zip(start, end, strict=True)
            ]
            successors = [sites.index(place) if place in sites else FREE for place in places]
            yield piece, time, points_on_cycles(successors)


def sampled_first_rise(real, waypoints):
    """(piece, time, edges before, edges after) by the referee; None if the value never rises."""
    for (piece, time, before), (_, _, after) in pairwise(sampled_counts(real, waypoints)):
        if after < before:
            return piece, time, before, after
    return None


@st.composite
def patterns(draw, largest_n=6, waypoints=1):
    """Distinct real lattice points (n, d) and `waypoints` arrays of generated ones, (waypoints, n, d)."""
    d = draw(st.integers(1, 3))
    n = draw(st.integers(1, min(largest_n, (SIDE + 1) ** d)))
    point = st.tuples(*[st.integers(0, SIDE)] * d)
    real = draw(st.lists(point, min_size=n, max_size=n, unique=True))
    # Half of the generated points are at real ones, so that there are chains and cycles to close and break.
    generated = st.lists(st.one_of(point, st.sampled_from(real)), min_size=n, max_size=n)
    fake = [draw(generated) for _ in range(waypoints)]
    return np.array(real, dtype=float), np.array(fake, dtype=float)


def is_permutation(fake, real):
    return sorted(map(tuple, fake.tolist())) == sorted(map(tuple, real.tolist()))


# --- the path of Theorem 2 ---------------------------------------------------------------------------------


@given(patterns())
def test_path_leads_to_a_global_minimum_and_never_rises(pattern):
    real, (fake,) = pattern
    path = reachable_path(real, fake)
    np.testing.assert_array_equal(path.waypoints[0], fake)
    assert is_permutation(path.waypoints[-1], real)
    verification = verify_path(real, path.waypoints)
    assert verification.holds and verification.first_rise is None
    assert sampled_first_rise(real, path.waypoints) is None


@given(patterns())
def test_path_knows_its_values(pattern):
    real, (fake,) = pattern
    n, path = len(real), reachable_path(real, fake)
    for piece, time, count in sampled_counts(real, path.waypoints):
        at_end = path.cycle_edges_at_waypoints[piece + 1]
        assert count == (at_end if time == 1 else path.cycle_edges_between[piece])
    np.testing.assert_array_equal(path.cycle_edges_between, path.cycle_edges_at_waypoints[:-1])
    np.testing.assert_allclose(path.values_at_waypoints, -math.log(2) / n * path.cycle_edges_at_waypoints)
    np.testing.assert_allclose(path.values_between, -math.log(2) / n * path.cycle_edges_between)


@given(patterns())
def test_each_piece_moves_one_point_to_a_real_one_and_closes_a_cycle(pattern):
    real, (fake,) = pattern
    path = reachable_path(real, fake)
    assert len(path.moved) <= len(real) and len(set(path.moved.tolist())) == len(path.moved)
    for (start, end), i in zip(pairwise(path.waypoints), path.moved, strict=True):
        assert np.flatnonzero((start != end).any(axis=1)).tolist() == [i]
        assert end[i].tolist() in real.tolist()
    assert (np.diff(path.cycle_edges_at_waypoints) >= 1).all()
    assert path.cycle_edges_at_waypoints[-1] == len(real)


@given(patterns(), st.randoms(use_true_random=False))
def test_global_minimum_is_a_path_of_one_waypoint(pattern, random):
    real, _ = pattern
    fake = np.array(random.sample(real.tolist(), len(real)))
    path = reachable_path(real, fake)
    np.testing.assert_array_equal(path.waypoints, fake[None])
    assert path.moved.shape == path.values_between.shape == path.cycle_edges_between.shape == (0,)
    assert path.values_at_waypoints.tolist() == [-math.log(2)]
    assert verify_path(real, path.waypoints).holds


def test_path_stops_where_the_straight_move_would_close_and_break_a_cycle():
    real, fake = np.array([[0.0], [1.0]]), np.array([[2.0], [0.0]])
    path = reachable_path(real, fake)
    assert path.waypoints.tolist() == [[[2.0], [0.0]], [[1.0], [0.0]]]
    assert path.cycle_edges_at_waypoints.tolist() == [0, 2]


def test_path_passes_through_a_real_point_that_does_not_lead_back():
    real, fake = np.array([[0.0], [1.0], [5.0]]), np.array([[2.0], [5.0], [5.0]])
    path = reachable_path(real, fake)
    # y_0 passes x_1, which leads to x_2 only; then y_1 leaves x_2 for x_1 along free space.
    assert path.waypoints[1:].tolist() == [[[0.0], [5.0], [5.0]], [[0.0], [1.0], [5.0]]]
    assert verify_path(real, path.waypoints).holds


@pytest.mark.parametrize("loss", PAIRED)
def test_values_of_every_paired_loss(loss):
    real, fake = np.array([[0.0], [1.0], [5.0]]), np.array([[2.0], [0.0], [7.0]])
    path = reachable_path(real, fake, loss)
    np.testing.assert_allclose(path.values_at_waypoints, np.array([0, 2, 3]) / 3 * MINIMA[loss], rtol=1e-15)
    assert path.values_at_waypoints[-1] == MINIMA[loss]
    assert not np.signbit(path.values_at_waypoints[0])
    assert verify_path(real, path.waypoints, loss).holds
    naive = np.array([fake, [[0.0], [0.0], [7.0]]])
    rise = verify_path(real, naive, loss).first_rise
    assert (rise.value_before, rise.value_after) == pytest.approx((MINIMA[loss] * 2 / 3, 0))


def test_a_loss_of_the_callers_own():
    loss = PairedObjective("rp-hinge-3", h=lambda t: -(3 - t).clamp(min=0))
    path = reachable_path([[0.0], [1.0]], [[2.0], [0.0]], loss)
    assert path.values_at_waypoints.tolist() == [0.0, -3.0]


@given(patterns())
def test_values_agree_with_the_outer_value(pattern):
    values = pytest.importorskip("ganscape.landscape.values")
    real, (fake,) = pattern
    path = reachable_path(real, fake)
    expected = [float(values.paired_value(real, waypoint, "rs")) for waypoint in path.waypoints]
    np.testing.assert_allclose(path.values_at_waypoints, expected, atol=1e-12)


@pytest.mark.parametrize("d", [1, 2])
def test_two_hundred_points(d):
    random = np.random.default_rng(0)
    cells = random.choice(400, 200, replace=False)
    real = np.stack([cells] if d == 1 else [cells // 20, cells % 20], axis=1).astype(float)
    anywhere = 21 * random.random((200, d))
    fake = np.where(random.random((200, 1)) < 0.7, real[random.integers(0, 200, 200)], anywhere)
    path = reachable_path(real, fake)
    assert is_permutation(path.waypoints[-1], real)
    assert verify_path(real, path.waypoints).holds
    stops = path.waypoints[-1][path.moved]
    assert (stops != real[path.moved]).any()  # some moves stop early


# --- the verification --------------------------------------------------------------------------------------


@given(patterns(largest_n=4, waypoints=3))
@example((np.array([[0.0], [1.0]]), np.array([[[0.0], [0.0]], [[2.0], [0.0]], [[0.0], [0.0]]])))
def test_verification_agrees_with_the_referee_on_any_path(pattern):
    real, waypoints = pattern
    verification = verify_path(real, waypoints)
    expected = sampled_first_rise(real, waypoints)
    rise = verification.first_rise
    assert verification.never_rises == (expected is None) == (rise is None)
    if rise is not None:
        before, after = (-math.log(2) / len(real) * count for count in expected[2:])
        assert (rise.piece, rise.time) == expected[:2]
        assert (rise.value_before, rise.value_after) == pytest.approx((before, after))
    assert verification.ends_at_global_minimum == is_permutation(waypoints[-1], real)
    assert verification.holds == (verification.never_rises and verification.ends_at_global_minimum)


# At 2^±600 products of coordinates overflow or vanish, at 2^1022 differences overflow, at 2^-1074 the lattice
# is made of the least numbers there are.
@pytest.mark.parametrize("exponent", [-1074, -600, 600, 1022])
@given(patterns(waypoints=2))
def test_scale_changes_nothing(exponent, pattern):
    real, waypoints = pattern

    def scaled(points):
        return np.ldexp(points - SIDE / 2, exponent)

    path, scaled_path = reachable_path(real, waypoints[0]), reachable_path(scaled(real), scaled(waypoints[0]))
    np.testing.assert_array_equal(scaled_path.waypoints, scaled(path.waypoints))
    assert verify_path(scaled(real), scaled(waypoints)) == verify_path(real, waypoints)


def test_naive_straight_moves_are_rejected_at_the_piece_that_rises():
    real = np.array([[0.0], [1.0], [8.0]])
    start, far = [[2.0], [0.0], [9.0]], [[2.0], [0.0], [8.0]]
    naive = np.array([start, far, [[0.0], [0.0], [8.0]], [[0.0], [1.0], [8.0]]])
    verification = verify_path(real, naive)
    assert not verification.never_rises and not verification.holds
    assert verification.ends_at_global_minimum
    rise = verification.first_rise
    assert (rise.piece, rise.time) == (1, Fraction(1, 2))
    assert rise.value_before == pytest.approx(-math.log(2))
    assert rise.value_after == pytest.approx(-math.log(2) / 3)
    assert verify_path(real, reachable_path(real, start).waypoints).holds


def test_path_from_one_global_minimum_to_another_is_rejected():
    real = np.array([[0.0, 0.0], [1.0, 0.0]])
    verification = verify_path(real, np.stack([real, real[::-1]]))
    assert verification.ends_at_global_minimum and not verification.holds
    rise = verification.first_rise
    assert (rise.piece, rise.time, rise.value_before, rise.value_after) == (0, 0, -math.log(2), 0)


def test_cycle_broken_by_a_later_piece_is_found_at_its_start():
    real = np.array([[0.0], [1.0], [2.0]])
    closed = [[1.0], [0.0], [3.0]]
    broken = [[1.0], [5.0], [3.0]]
    verification = verify_path(real, np.array([[[1.0], [-1.0], [3.0]], closed, closed, broken]))
    assert (verification.first_rise.piece, verification.first_rise.time) == (2, 0)


def test_cycle_closed_for_an_instant_by_two_moving_points_is_found():
    real = np.array([[0.0, 0.0], [2.0, 2.0]])
    # y_1 passes x_0 at 2/3; y_0 passes x_1 at that very instant, or else at 1/2.
    passing = [[-4.0, 1.0], [2.0, -0.5]]
    together = np.array([[[0.5, 0.5], passing[0]], [[2.75, 2.75], passing[1]]])
    apart = np.array([[[1.0, 1.0], passing[0]], [[3.0, 3.0], passing[1]]])
    rise = verify_path(real, together).first_rise
    assert (rise.piece, rise.time, rise.value_before, rise.value_after) == (
        0,
        Fraction(2, 3),
        -math.log(2),
        0,
    )
    assert verify_path(real, apart).never_rises


def test_generated_points_that_meet_in_free_space_change_nothing():
    real = np.array([[0.0], [1.0], [2.0]])
    # y_0 and y_1 meet at 5 while y_2 stays on its cycle.
    verification = verify_path(real, np.array([[[4.0], [6.0], [2.0]], [[6.0], [4.0], [2.0]]]))
    assert verification.never_rises and verification.cycle_edges_at_end == 1


@given(patterns())
def test_path_that_stops_short_is_not_at_a_global_minimum(pattern):
    real, (fake,) = pattern
    waypoints = reachable_path(real, fake).waypoints
    if len(waypoints) > 1:
        verification = verify_path(real, waypoints[:-1])
        assert verification.never_rises
        assert not verification.ends_at_global_minimum and not verification.holds
        assert verification.cycle_edges_at_end < len(real)


@given(
    st.lists(st.integers(-(2**51) + 2**8, 2**51 - 2**8), min_size=3, max_size=3).filter(any),
    st.lists(st.integers(-(2**8), 2**8), min_size=3, max_size=3),
    st.integers(1, 6),
    st.sampled_from([-1, 0, 1]),
    st.integers(0, 2),
)
@example([2**51 - 257, 2**50 + 1, 3 * 2**48 + 5], [1, 2, 3], 3, 0, 0)
@example([2**51 - 257, 2**50 + 1, 3 * 2**48 + 5], [1, 2, 3], 3, 1, 2)
def test_a_hit_is_told_from_the_nearest_miss(step, offset, sevenths, nudge, axis):
    # y_0 passes x_1 after so many sevenths of its way, or misses it by the least whole number; y_1 is at x_0.
    # Coordinates fit into the 53 bits of a float, but their differences, seven steps, do not always.
    start = [c - 3 * s for c, s in zip(offset, step, strict=True)]
    middle = [a + sevenths * s for a, s in zip(start, step, strict=True)]
    end = [a + 7 * s for a, s in zip(start, step, strict=True)]
    middle[axis] += nudge
    is_miss = nudge != 0 and any(step[:axis] + step[axis + 1 :])
    assume(nudge == 0 or is_miss)
    real = np.array([[2.0**60] * 3, middle])
    rise = verify_path(real, np.array([[start, real[0]], [end, real[0]]])).first_rise
    if is_miss:
        assert rise is None
    else:
        assert (rise.time, rise.value_before, rise.value_after) == (Fraction(sevenths, 7), -math.log(2), 0)


# --- bad input ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["js", "hinge", "ls", "wgan-gp", "none such"])
def test_other_losses_are_refused(loss):
    with pytest.raises(ValueError, match="choose from"):
        reachable_path([[0.0]], [[1.0]], loss)
    with pytest.raises(ValueError, match="choose from"):
        verify_path([[0.0]], [[[1.0]]], loss)


def test_a_loss_without_a_negative_value_at_zero_is_refused():
    flat = PairedObjective("flat", h=lambda t: 0 * t)
    with pytest.raises(ValueError, match=r"flat fails Assumption 4.4, sup h = 0 and h\(0\) < 0"):
        reachable_path([[0.0]], [[1.0]], flat)


@pytest.mark.parametrize(
    "real,waypoints,message",
    [
        ([[0.0], [0.0]], [[[0.0], [1.0]]], "same point"),
        ([0.0, 1.0], [[0.0, 1.0]], "real has shape"),
        ([[0.0], [math.nan]], [[[0.0], [1.0]]], "real.* is nan"),
        ([[0.0], [1.0]], [[[0.0], [math.inf]]], "waypoints.* is inf"),
        ([[0.0], [1.0]], [[0.0], [1.0]], "waypoints has shape"),
        ([[0.0], [1.0]], [[[0.0]]], "waypoints has shape"),
        ([[0.0], [1.0]], [[[0.0, 0.0], [1.0, 1.0]]], "waypoints has shape"),
        ([[0.0], [1.0]], np.empty((0, 2, 1)), "one way-point at least"),
        ([[0.0], [1.0]], [[["a"], ["b"]]], "not an array of numbers"),
    ],
)
def test_bad_paths(real, waypoints, message):
    with pytest.raises(ValueError, match=message) as caught:
        verify_path(real, waypoints)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "real,fake,message",
    [
        ([[0.0], [0.0]], [[0.0], [1.0]], "same point"),
        ([[0.0], [1.0]], [[0.0]], "one generated point per real point"),
        ([[0.0], [1.0]], [[0.0], [math.nan]], "fake.* is nan"),
    ],
)
def test_bad_points(real, fake, message):
    with pytest.raises(ValueError, match=message):
        reachable_path(real, fake)
