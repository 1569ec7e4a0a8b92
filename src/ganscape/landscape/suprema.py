"""xi(m) = sup_t h1(t) + m h2(-t): what a real point with m generated ones on it is worth to a separable loss.

Everything that Theorem 1 says follows from this one function (paper, Section 4.1): its value at a point is
the best the discriminator can do against that point's real and generated copies.
"""

from collections.abc import Callable
from numbers import Real

import numpy as np
import torch
from scipy.special import xlogy

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, as_separable, is_named
from ganscape.objectives import ScalarFunction, SeparableObjective

# Where suprema are looked for: densely where losses bend, then ever more coarsely as far as losses go on.
NEAR = np.arange(-50 * 256, 50 * 256 + 1) / 256  # these and their distances are exact
FAR = np.geomspace(50, 1e8, 100)[1:]
GRID = np.concatenate([-FAR[::-1], NEAR, FAR])
# How often the neighbourhood of the best point is narrowed to a 128th: down to neighbouring floats.
ROUNDS, DIVISIONS = 9, 256


def xi(m: float, loss: Loss) -> float:
    """sup_t h1(t) + m h2(-t) of a separable loss (paper, Section 4.1), for any number m >= 0.

    m counts generated points on a real one; a fraction is a ratio of weights. In closed form for the losses
    of the paper, by `supremum` for others. Raises `InputError` (a `ValueError`) for a loss that is not
    separable and for m that is negative or not finite.
    """
    chosen = as_separable(loss)
    if not isinstance(m, Real) or not 0 <= m < np.inf:
        raise InputError(f"m is {m}: give a finite number of generated points, at least 0")
    if is_closed(chosen):
        return CLOSED_FORMS[chosen.name](float(m))
    if m == 0:  # 0 times an h2 that goes to minus infinity is no number
        return supremum(chosen.h1)[0]
    return supremum(lambda t: chosen.h1(t) + m * chosen.h2(-t))[0]


def is_closed(objective: SeparableObjective) -> bool:
    """Whether xi of this loss is computed from a formula, without a search."""
    return is_named(objective) and objective.name in CLOSED_FORMS


def _xi_js(m: float) -> float:
    """m log m - (m+1) log(m+1), attained where the sigmoid of t is 1/(1+m); written to keep its digits."""
    if m < 1:
        return float(xlogy(m, m) - (m + 1) * np.log1p(m))
    return float(-np.log1p(m) - m * np.log1p(1 / m))


def _xi_hinge(m: float) -> float:
    """Piecewise linear in t between -1 and 1, so attained at one of the two."""
    return -2.0 * min(1.0, m) + 0.0  # nothing gives 0, not -0


def _xi_ls(m: float) -> float:
    """Attained at t = 1/(1+m)."""
    return -m / (1 + m) + 0.0


CLOSED_FORMS: dict[str, Callable[[float], float]] = {"js": _xi_js, "hinge": _xi_hinge, "ls": _xi_ls}


def supremum(h: ScalarFunction) -> tuple[float, float]:
    """(sup_t h(t), a t where it is reached or nearly so), h elementwise on float64 tensors.

    Searched for on a grid that reaches to +-1e8, then on ever finer ones around its best point, so a supremum
    that is only approached at infinity is found, and one that does not exist shows as a large value. Around
    that point h must rise and then fall, as concave losses do; where it has a kink, the kink is found to the
    last digit, which a solver for smooth functions does not do. Raises `InputError` where h is not a number.
    """
    place, value, low, high = _best_of(h, GRID)
    for _ in range(ROUNDS):
        finer, its_value, low, high = _best_of(h, np.linspace(low, high, DIVISIONS + 1))
        if its_value > value:
            place, value = finer, its_value
    return value, place


def _best_of(h: ScalarFunction, grid: np.ndarray) -> tuple[float, float, float, float]:
    """The best of these points, its value, and the points on both sides of it."""
    values = h(torch.as_tensor(grid)).numpy()
    if np.isnan(values).any():
        raise InputError(
            f"h is not a number at t = {grid[np.isnan(values)][0]:g}: give one that is everywhere"
        )
    best = int(np.argmax(values))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    return float(grid[best]), float(values[best]), float(low), float(high)
