"""The exact outer objectives g(Y) of both kinds of loss, for a discriminator over all continuous functions.

A continuous f takes any values it likes at distinct points, so only coincidences count. They are a *state*:
for each y_i the index of the real point on which it lies, or `FREE`.

Separable (paper, Eq. (5); proof of Theorem 1): the terms of different points have nothing in common, so with
m_j generated points on x_j

    g_sep(Y) = 1/(2n) sum_j xi(m_j).

Paired (Eq. (6); proof of Theorem 2): draw an edge from the point x_i to the point y_i for every i. Every
point has at most one edge out, so every component of the graph has at most one cycle. Along a cycle the
differences f(x_i) - f(y_i) add up to zero, and h is concave, so none can do better there than h(0) each;
on all other edges the differences are free, and sup h = 0. Therefore

    g_pair(Y) = h(0) (number of edges on cycles) / n.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.assumptions import check_assumptions
from ganscape.landscape.losses import Loss, as_objective, as_paired, as_separable, at, is_named, is_paired
from ganscape.landscape.points import checked_points, point_identities
from ganscape.landscape.suprema import xi
from ganscape.objectives import Objective

FREE = -1  # the place of a generated point that lies on no real one


def separable_value(real: ArrayLike, fake: ArrayLike, loss: Loss) -> float:
    """g_sep(Y), exactly (paper, Eq. (5) with Assumption 4.1).

    `real`, `fake`: (n, d), the real points distinct; two points are the same only if all their coordinates
    are, as float64. Raises `InputError` (a `ValueError`) for points that do not qualify and a loss that is
    not separable or fails the assumptions.
    """
    as_separable(loss)
    return float(state_values(state_of(real, fake), loss))


def paired_value(real: ArrayLike, fake: ArrayLike, loss: Loss) -> float:
    """g_pair(Y), exactly (paper, Eq. (6) with Assumptions 4.4 and 4.5); y_i is paired with x_i.

    `real`, `fake`: (n, d), the real points distinct; two points are the same only if all their coordinates
    are, as float64. Raises `InputError` (a `ValueError`) for points that do not qualify and a loss that is
    not paired or fails the assumptions.
    """
    as_paired(loss)
    return float(state_values(state_of(real, fake), loss))


def state_of(real: ArrayLike, fake: ArrayLike) -> np.ndarray:
    """The state (n,) of `fake` (n, d): on which of the real points (n, d) each y_i lies, or `FREE`."""
    real, fake = checked_points(real, fake)
    identities = point_identities(np.concatenate([real, fake]))
    place = np.full(identities.max() + 1, FREE)
    place[identities[: len(real)]] = np.arange(len(real))
    return place[identities[len(real) :]]


def state_values(states: ArrayLike, loss: Loss) -> np.ndarray:
    """g of states (..., n), shape (...): of g_sep or g_pair, as `loss` is."""
    states = checked_states(states)
    n = states.shape[-1]
    if is_paired(loss):
        return paired_level(edges_on_cycles(states), n, loss)
    _require_assumptions(as_separable(loss))
    counts = occupancies(states)
    worth = {int(m): xi(int(m), loss) for m in np.unique(counts)}
    table = np.array([worth.get(m, 0.0) for m in range(max(worth) + 1)])
    return table[counts].sum(axis=-1) / (2 * n)


@cache
def _require_assumptions(loss: Objective) -> None:
    """Refuse an objective of one's own for which the formulas do not hold; those of the paper do."""
    if is_named(loss):
        return
    for assumption in check_assumptions(loss, largest=1):
        if assumption.number in ("4.1", "4.4", "4.5") and not assumption.holds:
            raise InputError(
                f"{loss.name} fails Assumption {assumption.number}, {assumption.statement} "
                f"({assumption.evidence}): the exact value is known only under it"
            )


def checked_states(states: ArrayLike) -> np.ndarray:
    """States as whole numbers (..., n); raises `InputError` unless each is an index below n or `FREE`."""
    array = np.asarray(states)
    if array.ndim == 0 or array.size == 0 or not np.issubdtype(array.dtype, np.integer):
        raise InputError(f"{states!r} is not a state: give one whole number per generated point")
    array = array.astype(np.int64) if np.issubdtype(array.dtype, np.unsignedinteger) else array
    n = array.shape[-1]
    if array.min() < FREE or array.max() >= n:
        raise InputError(
            f"a state of {n} points has an entry outside -1 (free) to {n - 1} (counted from 0): "
            f"{array.min()} to {array.max()}"
        )
    return array


def occupancies(states: np.ndarray) -> np.ndarray:
    """m_j of states (..., n), shape (..., n): how many generated points lie on each real one."""
    n = states.shape[-1]
    if states.ndim == 1:
        return np.bincount(states[states != FREE], minlength=n)
    return (states[..., None] == np.arange(n, dtype=states.dtype)).sum(axis=-2)


def paired_level(cycle_edges: ArrayLike, n: int, loss: Loss) -> np.ndarray:
    """g_pair where so many of the n edges lie on cycles; exactly h(0) if all of them do.

    Raises `InputError` for a loss that fails Assumption 4.4 or 4.5, which the formula needs.
    """
    chosen = as_paired(loss)
    _require_assumptions(chosen)
    at_zero = at(chosen.h, 0.0)
    return np.asarray(cycle_edges) / n * at_zero + 0.0  # no edges give 0, not -0


def edges_on_cycles(states: np.ndarray) -> np.ndarray:
    """How many edges x_i -> y_i lie on cycles, for states (..., n), shape (...)."""
    return on_cycles(states).sum(axis=-1)


def on_cycles(states: np.ndarray) -> np.ndarray:
    """Which edges x_i -> y_i lie on cycles, of states (..., n), same shape.

    Following edges n times or more from anywhere ends on a cycle or off the graph, and every point of a
    cycle is reached so; the paths are doubled until they are that long.
    """
    n = states.shape[-1]
    # One more place, n, leads to itself: where edges to free points end.
    ended = np.full((*states.shape[:-1], 1), n)
    following = np.concatenate([np.where(states == FREE, n, states), ended], axis=-1)
    for _ in range(n.bit_length()):
        following = np.take_along_axis(following, following, axis=-1)
    reached = np.zeros(following.shape, dtype=bool)
    np.put_along_axis(reached, following, True, axis=-1)
    return reached[..., :n]


def least_value(loss: Loss) -> float:
    """The global minimum of g (Theorems 1 (i) and 2 (i)): xi(1)/2 of a separable loss, h(0) of a paired one.

    It is that of the state in which every y_i lies on its own x_i, whatever n. (The paper prints
    -sup(h1(t) + h2(-t))/2 for the separable ones: the minus sign is a slip, as its Claim 3.1 shows.)
    """
    chosen = as_objective(loss)
    return float(paired_level(1, 1, chosen)) if is_paired(chosen) else xi(1, chosen) / 2
