"""The outer objectives from their definitions, by a convex solver: what the closed forms are held against.

The unknowns are the discriminator's values at the distinct points, free of one another because f is any
continuous function (paper, Eqs. (5) and (6)). The losses are written once more, as CVXPY's atoms, so that
nothing is shared with what is checked but the points.
"""

from collections.abc import Callable

import cvxpy
import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, as_paired, as_separable, is_named
from ganscape.landscape.points import checked_points, point_identities
from ganscape.objectives import Objective

Concave = Callable[[cvxpy.Expression], cvxpy.Expression]


def _logistic(t: cvxpy.Expression) -> cvxpy.Expression:
    return -cvxpy.logistic(-t)


def _hinge(t: cvxpy.Expression) -> cvxpy.Expression:
    return -cvxpy.pos(1 - t)


def _minus_squared_distance_to_one(t: cvxpy.Expression) -> cvxpy.Expression:
    return -cvxpy.square(1 - t)


def _minus_square(t: cvxpy.Expression) -> cvxpy.Expression:
    return -cvxpy.square(t)


# (h1, h2) of the separable losses, h of the paired ones.
SEPARABLE_FORMS: dict[str, tuple[Concave, Concave]] = {
    "js": (_logistic, _logistic),
    "hinge": (_hinge, _hinge),
    "ls": (_minus_squared_distance_to_one, _minus_square),
}
PAIRED_FORMS: dict[str, Concave] = {
    "rs": _logistic,
    "rp-hinge": _hinge,
    "rp-ls": _minus_squared_distance_to_one,
}


def separable_value_numeric(real: ArrayLike, fake: ArrayLike, loss: Loss) -> float:
    """g_sep(Y) of Eq. (5) from its definition, to about 1e-7; `real`, `fake`: (n, d).

    Seconds for n in the hundreds: a check of `separable_value`, not a substitute. Raises `InputError` as it
    does, and for a loss that has no form here.
    """
    h1, h2 = _form(as_separable(loss), SEPARABLE_FORMS)
    at_real, at_fake, count = _values_at(*checked_points(real, fake))
    return _solved(cvxpy.sum(h1(at_real)) + cvxpy.sum(h2(-at_fake))) / (2 * count)


def paired_value_numeric(real: ArrayLike, fake: ArrayLike, loss: Loss) -> float:
    """g_pair(Y) of Eq. (6) from its definition, to about 1e-7; `real`, `fake`: (n, d).

    Seconds for n in the hundreds: a check of `paired_value`, not a substitute. Raises `InputError` as it
    does, and for a loss that has no form here.
    """
    h = _form(as_paired(loss), PAIRED_FORMS)
    at_real, at_fake, count = _values_at(*checked_points(real, fake))
    return _solved(cvxpy.sum(h(at_real - at_fake))) / count


def paired_mass_value_numeric(coupling: np.ndarray, loss: Loss) -> float:
    """sup_f sum_ab coupling[a, b] h(f_a - f_b) over the values of f at k places, coupling (k, k)."""
    h = _form(as_paired(loss), PAIRED_FORMS)
    values = cvxpy.Variable(len(coupling))
    first, second = np.nonzero(coupling)
    if not len(first):
        return 0.0
    differences = values[first] - values[second]
    return _solved(cvxpy.sum(cvxpy.multiply(coupling[first, second], h(differences))))


def _form(loss: Objective, forms: dict):
    if not is_named(loss) or loss.name not in forms:
        raise InputError(f"no convex form of this {loss.name} is known here: known are {', '.join(forms)}")
    return forms[loss.name]


def _values_at(real: np.ndarray, fake: np.ndarray) -> tuple[cvxpy.Expression, cvxpy.Expression, int]:
    """f at the real points and at the generated ones, as one unknown per distinct point; and n."""
    identities = point_identities(np.concatenate([real, fake]))
    values = cvxpy.Variable(int(identities.max()) + 1)
    return values[identities[: len(real)]], values[identities[len(real) :]], len(real)


def _solved(concave: cvxpy.Expression) -> float:
    problem = cvxpy.Problem(cvxpy.Maximize(concave))
    problem.solve(solver=cvxpy.CLARABEL)
    if problem.status not in ("optimal", "optimal_inaccurate"):
        raise RuntimeError(f"the convex solver ended with status {problem.status}")
    return float(problem.value)
