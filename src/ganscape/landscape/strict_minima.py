"""The states of Y, and which of them are strict local minima (paper, Theorem 1 (ii), Theorem 2).

A small change of Y moves a free point to another free place, which changes no value, or takes some of the
points that lie on real ones off them; it cannot put one on. So Y is a strict local minimum exactly if no
point of it is free and every non-empty set of points taken off raises the value.
"""

from collections import Counter
from collections.abc import Iterator
from math import factorial, prod

import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, as_objective, is_paired
from ganscape.landscape.values import FREE, checked_states, least_value, state_values

# Values that differ by less are equal: they are sums of a few numbers of the order of one.
TOLERANCE = 1e-12

MOST_ENUMERATED = 6  # 7^6 = 117,649 states
MOST_BY_SYMMETRY = 30  # 5,604 partitions

METHODS = ("enumeration", "symmetry")


def states(n: int) -> np.ndarray:
    """All (n+1)^n states of n generated points, as rows, ((n+1)^n, n): each y_i on an x_j (j) or `FREE`.

    Where the free points are plays no part in either value, not even whether some of them coincide. Raises
    `InputError` (a `ValueError`) for n < 1 and for more states than can be listed.
    """
    return _all_rows(checked_size(n), range(FREE, n))


def strict_local_minima(n: int, loss: Loss, method: str = "enumeration") -> int:
    """How many sub-optimal strict local minima g has for n points (paper, Theorem 1 (ii): n^n - n!).

    By "enumeration" of every placement of n points on n points (n <= 6), or by
    "symmetry": placements with equal values by their kind, for n up to 30. Raises `InputError` (a
    `ValueError`) for an n or a method that will not do, and for an unknown loss.
    """
    as_objective(loss)
    if method not in METHODS:
        raise InputError(f"unknown method {method!r}: choose from {', '.join(METHODS)}")
    if method == "symmetry":
        return _counted_by_symmetry(checked_size(n, MOST_BY_SYMMETRY), loss)
    placements = _all_rows(checked_size(n), range(n))
    return int(_are_suboptimal_strict(placements, loss).sum())


def are_strict_local_minima(candidates: ArrayLike, loss: Loss) -> np.ndarray:
    """Whether states (..., n) are strict local minima of g, global ones among them; shape (...).

    One point is taken off at a time. That is enough: taking off one more never lowers the value, because xi
    does not increase and because a graph with one edge less has no more cycles.
    """
    candidates = checked_states(candidates)
    strict = (candidates != FREE).all(axis=-1)
    own = state_values(candidates, loss)
    for i in range(candidates.shape[-1]):
        left = candidates.copy()
        left[..., i] = FREE
        strict &= state_values(left, loss) > own + TOLERANCE
    return strict


def _are_suboptimal_strict(placements: np.ndarray, loss: Loss) -> np.ndarray:
    suboptimal = state_values(placements, loss) > least_value(loss) + TOLERANCE
    return are_strict_local_minima(placements, loss) & suboptimal


def _counted_by_symmetry(n: int, loss: Loss) -> int:
    kinds = _paired_kinds(n) if is_paired(loss) else _separable_kinds(n)
    return sum(count for representative, count in kinds if _are_suboptimal_strict(representative, loss))


def _separable_kinds(n: int) -> Iterator[tuple[np.ndarray, int]]:
    """A placement for every way to share n points among n places, and how many placements share so.

    g_sep depends on nothing else: it is a sum over the real points of what lies on each.
    """
    for shares in _partitions(n, n):
        placement = np.repeat(np.arange(len(shares)), shares)
        which_places = factorial(n) // (
            factorial(n - len(shares)) * prod(map(factorial, Counter(shares).values()))
        )
        which_points = factorial(n) // prod(map(factorial, shares))
        yield placement, which_places * which_points


def _paired_kinds(n: int) -> Iterator[tuple[np.ndarray, int]]:
    """A placement for every number c of edges on cycles, and how many of the n^n maps have c such edges.

    g_pair depends on nothing else, nor does strictness: an edge on no cycle can be taken off without a
    change of value, one on a cycle cannot.
    """
    for cyclic in range(1, n + 1):
        placement = np.where(np.arange(n) < cyclic, np.arange(n), 0)
        permutations = factorial(n) // factorial(n - cyclic)
        # The rest are trees that hang on the c cyclic points: c n^(n-c-1) forests (Cayley).
        forests = cyclic * n ** (n - cyclic - 1) if cyclic < n else 1
        yield placement, permutations * forests


def _partitions(total: int, largest: int) -> Iterator[tuple[int, ...]]:
    """The ways to write `total` as a sum of numbers up to `largest`, each in decreasing order."""
    if total == 0:
        yield ()
    for first in range(min(total, largest), 0, -1):
        for rest in _partitions(total - first, first):
            yield (first, *rest)


def _all_rows(n: int, entries: range) -> np.ndarray:
    grid = np.meshgrid(*[np.arange(entries.start, entries.stop, dtype=np.int8)] * n, indexing="ij")
    return np.stack(grid, axis=-1).reshape(-1, n)


def checked_size(n: int, most: int = MOST_ENUMERATED) -> int:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise InputError(f"n is {n!r}: give a whole number of points, at least 1")
    if n > most:
        raise InputError(
            f"n = {n} is too large to go through every case: at most {most}. Larger ones: "
            f"strict_local_minima(n, loss, method='symmetry') counts up to n = {MOST_BY_SYMMETRY}, "
            "state_values takes any state"
        )
    return int(n)
