"""Basins of g and the barriers between them, exactly: which rise a continuous path cannot avoid.

States are joined by moving one generated point on or off a real one. Nothing is missed by looking at one
point at a time: several that leave together pass through no lower value than one by one, and so do
several that arrive together. Free points move at no change of value (on a line they may have
to cross real points, which lowers the value for an instant and never raises it). So the lowest rise between
two configurations is that of the best path in the graph of states.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, is_paired
from ganscape.landscape.passes import lowest_pass
from ganscape.landscape.strict_minima import MOST_ENUMERATED, TOLERANCE, checked_size, states
from ganscape.landscape.values import FREE, checked_states, least_value, occupancies, state_values

State = tuple[int, ...]

MOST_POINTS = 20  # of a separable loss: a few thousand ways to share them


@dataclass(frozen=True)
class Basin:
    """A node of the disconnectivity graph: a minimum, or the level at which basins become one.

    level: value of g, of the minimum or of the lowest pass between the `children`.
    states: of a minimum, all the states of its bottom (one if it is strict); of a pass none.
    """

    level: float
    states: tuple[State, ...] = ()
    children: tuple["Basin", ...] = ()

    def minima(self) -> Iterator["Basin"]:
        """The minima at and under this node, depth first."""
        if not self.children:
            yield self
        for child in self.children:
            yield from child.minima()


def barrier(state: ArrayLike, loss: Loss) -> float:
    """The smallest rise of g on a continuous path from `state` (n,) to any lower value.

    0 where nothing has to be climbed, as everywhere short of the global minimum for a paired loss
    (Theorem 2); positive in a bad basin; infinite at the global minimum, which has nothing below it. Raises
    `InputError` (a `ValueError`) for what is no state, an unknown loss and too many points: above 20 for a
    separable loss, above 6 for a paired one (where `reachable_path` shows that there is nothing to climb).
    """
    start = checked_states(state)
    if start.ndim != 1:
        raise InputError(f"a state of shape {start.shape} was given: give one state, (n,)")
    checked_size(len(start), MOST_ENUMERATED if is_paired(loss) else MOST_POINTS)
    own = float(state_values(start, loss))
    if own <= least_value(loss) + TOLERANCE:
        return float("inf")
    highest = lowest_pass(
        _representative(start, loss),
        lambda state: float(state_values(state, loss)),
        lambda state: (_representative(neighbour, loss) for neighbour in _neighbours(state)),
        target=own - TOLERANCE,
    )
    return highest - own


def _representative(state: ArrayLike, loss: Loss) -> State:
    """One state for all that are the same to g_sep: only how many points share a place matters to it."""
    state = np.asarray(state)
    if is_paired(loss):
        return tuple(map(int, state))
    shares = np.sort(occupancies(state))[::-1]
    placed = np.repeat(np.arange(len(state)), shares)
    free = np.full(len(state) - len(placed), FREE)
    return tuple(map(int, (*placed, *free)))


def _neighbours(state: State) -> Iterator[State]:
    """The states that differ by one point, which goes from a real point to a free place or back."""
    for i, place in enumerate(state):
        for other in range(len(state)) if place == FREE else (FREE,):
            yield (*state[:i], other, *state[i + 1 :])


def disconnectivity(n: int, loss: Loss) -> Basin:
    """The tree of all basins of g for n points and the levels at which they join, root first.

    What the energy-landscape literature calls a disconnectivity graph (Becker and Karplus, 1997): cut g at a
    level; the parts below it that no path joins are its basins; raise the level, and basins appear at minima
    and become one at passes. Raises `InputError` (a `ValueError`) for n above 6 and an unknown loss.
    """
    all_states = states(n)
    values, level_of = _levels(state_values(all_states, loss))
    higher, lower = _moves(all_states)
    basins: dict[int, Basin] = {}  # so far, each by the number of one of its states
    for level, value in enumerate(values):
        below = level_of <= level
        joined = below[higher]  # a point taken off never lowers g, so the other end is below as well
        part = _parts(len(all_states), higher[joined], lower[joined])
        merged = _merged(float(value), part, basins)
        known = {part[index] for index in merged}
        bottoms: dict[int, list[int]] = {}
        for index in np.flatnonzero(level_of == level):
            if part[index] not in known:
                bottoms.setdefault(part[index], []).append(int(index))
        for indices in bottoms.values():
            bottom = tuple(tuple(map(int, row)) for row in all_states[indices])
            merged[indices[0]] = Basin(float(value), states=bottom)
        basins = merged
    (root,) = basins.values()
    return root


def _levels(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The different values in ascending order, and for each state the number of its value."""
    order = np.argsort(values, kind="stable")
    steps = np.diff(values[order]) > TOLERANCE
    number = np.empty(len(values), dtype=int)
    number[order] = np.concatenate([[0], np.cumsum(steps)])
    return values[order][np.concatenate([[True], steps])], number


def _moves(all_states: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All pairs of states, by their numbers, of which the first has one more point free than the second."""
    n = all_states.shape[1]
    weights = (n + 1) ** np.arange(n)[::-1]  # states are listed in this order, `FREE` first
    pairs = []
    for i in range(n):
        lower = np.flatnonzero(all_states[:, i] != FREE)
        pairs.append((lower - (all_states[lower, i] - FREE) * weights[i], lower))
    higher, lower = (np.concatenate(side) for side in zip(*pairs, strict=True))
    return higher, lower


def _parts(size: int, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    edges = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(size, size))
    return connected_components(edges, directed=False)[1]


def _merged(level: float, part: np.ndarray, basins: dict[int, Basin]) -> dict[int, Basin]:
    """The basins after those in the same part of the states have become one, at `level`."""
    together: dict[int, list[int]] = {}
    for index in basins:
        together.setdefault(part[index], []).append(index)
    return {
        first: Basin(level, children=tuple(basins[index] for index in (first, *others)))
        if others
        else basins[first]
        for first, *others in together.values()
    }
