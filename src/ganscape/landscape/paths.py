"""Theorem 2 at work: a path from any Y to a global minimum along which the paired value never rises.

**The value.** Draw an edge from the node of x_i to the node of y_i for every i, points at the same place
being one node. Real points are distinct, so out-degrees are at most one and a component has at most one
cycle; under Assumptions 4.4 and 4.5 the value of Eq. (6) is

    g_R(Y) = h(0) · (number of edges on cycles) / n,        h(0) < 0.

A y_i at no real point is *free*: its node has no successor, so its edge is on no cycle. This holds wherever
the free points are, and so it does not matter where two of them meet. All that counts is the *successor* of
each i: the j with y_i = x_j, or `FREE`. The value rises exactly where the number of edges on cycles falls, so
paths are judged by that whole number.

**The path.** As long as the edge of some i is on no cycle, move y_i straight towards x_i. That alone is not
enough: on its way y_i may pass through a real point x_j, j ≠ i, from which the edges lead to x_i. There a
cycle closes for one instant, and the value would drop and rise again. So y_i moves only up to the first real
point that leads to x_i in zero or more steps. It exists, since x_i itself is one.

*No move raises the value.* Only the edge of i changes. Before the stop, y_i is free or at an x_j that does
not lead to x_i; the same is true of its start, or its edge would be on a cycle. So up to the stop, the start
included, this edge is on no cycle, while cycles without it consist of edges that stand still: the number of
edges on cycles is constant. At the stop a cycle x_i → x_j → … → x_i closes and those without the edge of i
are still there, so the number grows by one at least.

*The end is a global minimum.* An edge on a cycle never moves, so each i moves once at most, and in the end
every edge is on a cycle. Then every x_i has one edge in and one out: Y is a permutation of X, and the value
is h(0), the least there is (Theorem 2 (i)).

**Exactness.** A float is a rational number, and so is the time at which a segment between floats meets a
point of floats. Whether and when it does is decided in rational arithmetic; only points that are off the
segment beyond any rounding error are ruled out in floating point before. The stops are real points, so no
way-point is rounded.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss
from ganscape.landscape.points import checked_points, checked_real, finite_array
from ganscape.landscape.values import FREE, edges_on_cycles, on_cycles, paired_level, state_of


@dataclass(frozen=True)
class ReachablePath:
    """A piecewise linear path from Y to a global minimum; k pieces for n points in d dimensions.

    On the interior of each piece the value is constant, and equal to that at the piece's start.
    """

    waypoints: np.ndarray
    """(k+1, n, d): Y first, a permutation of the real points last; linear in between."""
    moved: np.ndarray
    """(k,): which generated point moves in each piece (counted from 0); all the others stand still."""
    cycle_edges_at_waypoints: np.ndarray
    """(k+1,): edges on cycles at each way-point; rises in every piece, up to n."""
    cycle_edges_between: np.ndarray
    """(k,): edges on cycles on the interior of each piece."""
    values_at_waypoints: np.ndarray
    """(k+1,): g_R at each way-point; h(0) at the last."""
    values_between: np.ndarray
    """(k,): g_R on the interior of each piece."""


@dataclass(frozen=True)
class Rise:
    """The value rises as the path leaves the point at `time` of `piece`.

    A cycle may close for an instant but can break only when one of its points sets off, so a rise always
    follows such an instant: `value_before` holds at `time`, `value_after` right after it.
    """

    piece: int
    """The piece, counted from 0: from way-point `piece` to way-point `piece` + 1."""
    time: Fraction
    """The exact place within the piece: 0 at its start, 1 at its end."""
    value_before: float
    value_after: float


@dataclass(frozen=True)
class Verification:
    """What `verify_path` found."""

    never_rises: bool
    ends_at_global_minimum: bool
    cycle_edges_at_end: int
    """Edges on cycles at the last way-point; n at a global minimum."""
    value_at_end: float
    """g_R at the last way-point; h(0) at a global minimum."""
    first_rise: Rise | None
    """Where the value first rises, None if it never does."""

    @property
    def holds(self) -> bool:
        """Whether the path proves its start global-min-reachable (paper, Definition 4.1)."""
        return self.never_rises and self.ends_at_global_minimum


def reachable_path(real: ArrayLike, fake: ArrayLike, loss: Loss = "rs") -> ReachablePath:
    """A path from `fake` to a global minimum along which g_R never rises (paper, Theorem 2 (ii)).

    `real`, `fake`: points (n, d), the real ones distinct; `loss`: a paired one ("rs", "rp-hinge", "rp-ls") by
    name, or an objective. Points move one after the other, those of a lower index first; a `fake` that is
    a permutation of `real` gives a single way-point. The way-points are n+1 at most, n·d numbers each.

    Raises `InputError` (a `ValueError`) for points that `checked_points` does not accept, and for a loss that
    is not paired or whose h(0) is not negative.
    """
    real, fake = checked_points(real, fake)
    successors = state_of(real, fake)
    waypoints, moved, counts = [fake], [], [edges_on_cycles(successors)]
    for i in range(len(real)):
        if on_cycles(successors)[i]:
            continue
        # Where y_i sets off does not lead to x_i, or its edge would be on a cycle; x_i itself does.
        successors[i] = next(j for _, j in _meetings(real, fake[i], real[i]) if _leads(successors, j, i))
        fake = fake.copy()
        fake[i] = real[successors[i]]
        waypoints.append(fake)
        moved.append(i)
        counts.append(edges_on_cycles(successors))
    at_waypoints = np.array(counts)
    values = paired_level(at_waypoints, len(real), loss)
    return ReachablePath(
        waypoints=np.stack(waypoints),
        moved=np.array(moved, dtype=np.int64),
        cycle_edges_at_waypoints=at_waypoints,
        cycle_edges_between=at_waypoints[:-1].copy(),  # "no move raises the value", above
        values_at_waypoints=values,
        values_between=values[:-1].copy(),
    )


def verify_path(real: ArrayLike, waypoints: ArrayLike, loss: Loss = "rs") -> Verification:
    """Whether the paired value never rises along a piecewise linear path and is least at its end.

    `real`: distinct points (n, d); `waypoints`: (k+1, n, d) with k >= 0, any number of points moving in each
    piece; `loss` as for `reachable_path`. The answer is exact: it rests on the rational times at which moving
    points meet real ones, and takes in every such instant and every open interval in between, on which the
    moving points are free. Nothing is assumed of how the path was found. What is verified is that
    `waypoints[0]` is global-min-reachable (paper, Definition 4.1); the caller compares that with the start.

    Raises `InputError` (a `ValueError`) for real points that are not distinct, for way-points whose shape
    does not fit, for anything not finite and for a loss that is not paired or whose h(0) is not negative.
    """
    real = checked_real(real)
    waypoints = finite_array("waypoints", waypoints)
    if waypoints.ndim != 3 or not len(waypoints) or waypoints.shape[1:] != real.shape:
        raise InputError(
            f"waypoints has shape {waypoints.shape}, real has {real.shape}: give one array of "
            f"shape {real.shape} per way-point, and one way-point at least"
        )
    at_end = int(edges_on_cycles(state_of(real, waypoints[-1])))
    value_at_end = float(paired_level(at_end, len(real), loss))
    first_rise = None
    for (_, _, before), (piece, time, after) in pairwise(_counts_along(real, waypoints)):
        if after < before:
            values = (float(paired_level(count, len(real), loss)) for count in (before, after))
            first_rise = Rise(piece, time, *values)
            break
    return Verification(first_rise is None, at_end == len(real), at_end, value_at_end, first_rise)


def _counts_along(real: np.ndarray, waypoints: np.ndarray) -> Iterator[tuple[int, Fraction, int]]:
    """(piece, time, edges on cycles): at each instant that matters, then on the open interval after it."""
    for piece, (start, end) in enumerate(pairwise(waypoints)):
        in_between = state_of(real, start)
        arrivals: dict[Fraction, list[tuple[int, int]]] = {Fraction(0): [], Fraction(1): []}
        for i in np.flatnonzero((start != end).any(axis=1)).tolist():
            in_between[i] = FREE
            for time, j in _meetings(real, start[i], end[i]):
                arrivals.setdefault(time, []).append((i, j))
        count_in_between = int(edges_on_cycles(in_between))
        for time in sorted(arrivals):
            at_instant = in_between.copy()
            for i, j in arrivals[time]:
                at_instant[i] = j
            yield piece, time, int(edges_on_cycles(at_instant))
            if time < 1:
                yield piece, time, count_in_between


def _meetings(real: np.ndarray, start: np.ndarray, end: np.ndarray) -> list[tuple[Fraction, int]]:
    """(time, j) for every x_j on the segment from `start` (time 0) to `end` ≠ `start` (time 1), in order."""
    # Along the longest axis; halved, as a difference of floats may overflow.
    axis = int(np.argmax(np.where(start != end, np.abs(end / 2 - start / 2), -1)))
    origin = _as_fractions(start)
    direction = [there - here for here, there in zip(origin, _as_fractions(end), strict=True)]
    meetings = []
    for j in _possibly_on_segment(real, start, end, axis):
        offset = [there - here for here, there in zip(origin, _as_fractions(real[j]), strict=True)]
        time = offset[axis] / direction[axis]  # within [0, 1], as x_j is in the segment's bounding box
        if all(passed == time * whole for passed, whole in zip(offset, direction, strict=True)):
            meetings.append((time, j))
    return sorted(meetings)


def _as_fractions(point: np.ndarray) -> list[Fraction]:
    """The coordinates (d,) as the rational numbers that they are."""
    return [Fraction(coordinate) for coordinate in point.tolist()]


def _possibly_on_segment(real: np.ndarray, start: np.ndarray, end: np.ndarray, axis: int) -> list[int]:
    """Indices of the points in the segment's bounding box, less those off its line beyond rounding errors.

    For x on the line, (x - a)_l (b - a)_k = (x - a)_k (b - a)_l for all l, with k = `axis`. The computed
    products are each right to a factor within 1 ± 4u, u = eps/2, unless they underflow, and so is their
    difference to 1 ± u. Hence a difference above 8 eps times the products' sizes, plus the least normal
    number for underflow, is none of rounding's making. Overflow makes the tolerance inf or the comparison
    one with nan, and so rules out nothing.
    """
    in_box = ((np.minimum(start, end) <= real) & (real <= np.maximum(start, end))).all(axis=1)
    candidates = np.flatnonzero(in_box)
    number = np.finfo(np.float64)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        offset, direction = real[candidates] - start, end - start
        left, right = offset * direction[axis], offset[:, axis, None] * direction
        tolerance = 8 * number.eps * (np.abs(left) + np.abs(right)) + number.tiny
        off_the_line = (np.abs(left - right) > tolerance).any(axis=1)
    return candidates[~off_the_line].tolist()


def _leads(successors: np.ndarray, node: int, target: int) -> bool:
    """Whether `target` is `node` or is reached from it along the edges."""
    for _ in successors:  # n nodes are passed at most before one comes again
        if node in (target, FREE):
            break
        node = successors[node]
    return node == target
