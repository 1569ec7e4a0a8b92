"""Where descents on the smoothed landscape end, from many random starts."""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss
from ganscape.landscape.minima import kind_of
from ganscape.landscape.points import checked_real
from ganscape.landscape.smoothed import SmoothedProblem
from ganscape.landscape.trust_region import minimise
from ganscape.threads import one_thread


@dataclass(frozen=True)
class Descents:
    """The ends of S descents, in the order of their starts.

    `positions` (S, n, d); `values`, `gradient_norms` and `smallest_curvatures` (of the Hessian) (S,); `kinds`
    (S,), as in `ganscape.landscape.minima.kind_of`; `status` (S,): "minimum" for a strict local minimum,
    "plateau" where the gradient vanishes but the Hessian is flat in some direction, or "not converged".
    """

    positions: np.ndarray
    values: np.ndarray
    gradient_norms: np.ndarray
    smallest_curvatures: np.ndarray
    kinds: tuple[str, ...]
    status: tuple[str, ...]


def random_starts(real: ArrayLike, number: int, seed: int, spread: float) -> np.ndarray:
    """`number` starts Y, (number, n, d), uniform in the bounding box of `real` (n, d) and `spread` beyond it.

    `spread` is in the units of the points. The same `seed` gives the same starts, and start s is the same
    whatever the number. Raises `InputError` (a `ValueError`) for arguments that do not fit.
    """
    real = checked_real(real)
    if not isinstance(number, int) or number < 1:
        raise InputError(f"number is {number}: give at least one start")
    if not isinstance(seed, int) or seed < 0:
        raise InputError(f"seed is {seed}: give a non-negative whole number")
    if not (np.isfinite(spread) and spread >= 0):
        raise InputError(f"spread is {spread!r}: give a non-negative number")
    low, high = real.min(axis=0) - spread, real.max(axis=0) + spread
    # One stream, consumed start by start, so that more starts only add to the end.
    return low + (high - low) * np.random.default_rng(seed).random((number, *real.shape))


@one_thread()
def descend(
    real: ArrayLike,
    starts: ArrayLike,
    loss: Loss,
    kernel_width: float,
    regularisation: float,
    most_steps: int = 500,
) -> Descents:
    """Minimise g_smooth from every start: `real` (n, d) with n ≥ 2, `starts` (S, n, d).

    A batched trust-region method that never raises the value, with at most `most_steps` tried steps. See
    `ganscape.landscape.smoothed.smoothed_value` for the other arguments and the errors.
    """
    problem = SmoothedProblem.checked(real, loss, kernel_width, regularisation)
    starts = problem.checked_fake(starts)
    if starts.ndim != 3:
        raise InputError(
            f"starts has shape {starts.shape}: give (starts, {', '.join(map(str, problem.real.shape))})"
        )
    if len(problem.real) < 2:
        raise InputError("real is a single point: give at least two")
    ends = minimise(problem, torch.from_numpy(starts), most_steps)
    positions = ends.positions.numpy()
    return Descents(
        positions=positions,
        values=ends.values.numpy(),
        gradient_norms=ends.gradients.numpy(),
        smallest_curvatures=ends.curvatures.numpy(),
        kinds=tuple(kind_of(problem.real.numpy(), position) for position in positions),
        status=ends.status,
    )
