"""All local minima of the smoothed landscape of two real points on a line, and what kind each one is.

The paper's theory counts the minima of the exact landscape; here the same question is asked of the smooth
one, numerically. Seeds are the points of a grid over (y1, y2) that no neighbour undercuts, and all grid
points on the lines where some y is an x, for at small penalties the valleys there are narrow. A trust region
carries each seed to where the gradient vanishes; only ends with a positive definite Hessian are kept, as flat
parts, far away from all real points, are no minima. Minima elsewhere can be missed if they are narrower
than the grid's spacing or outside the grid.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.spatial.distance import pdist

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, is_paired
from ganscape.landscape.smoothed import SmoothedProblem
from ganscape.landscape.trust_region import MINIMUM, Ends, minimise, value_scale
from ganscape.threads import one_thread

PERFECT, COLLAPSED, DROPPED = "perfect", "collapsed", "dropped"

MOST_STEPS = 300
SAME_PLACE = 1e-3  # minima closer than this many kernel widths are one
SAME_VALUE = 1e-8  # times value scale


@dataclass(frozen=True)
class Minimum:
    """A strict local minimum: `points` is Y, a tuple of n points, each a tuple of d coordinates.

    `kind` is one of those of `kind_of`; `smallest_curvature` is the smallest eigenvalue of the Hessian, in
    units of the value over those of the points squared; `is_global` says that no found minimum is lower.
    """

    points: tuple[tuple[float, ...], ...]
    value: float
    kind: str
    smallest_curvature: float
    is_global: bool


def kind_of(real: ArrayLike, fake: ArrayLike) -> str:
    """What became of the real points (n, d), n ≥ 2, in the generated ones (n, d).

    "perfect": every y is near a different real point; "collapsed": every y is near a real point, but some
    real point has none; "dropped": some y is near no real point. Near means within a quarter of the smallest
    distance between two real points.
    """
    real, fake = np.asarray(real, dtype=np.float64), np.asarray(fake, dtype=np.float64)
    distances = np.linalg.norm(fake[:, None] - real[None], axis=-1)
    nearest = distances.argmin(axis=1)
    if (distances.min(axis=1) > pdist(real).min() / 4).any():
        return DROPPED
    return PERFECT if len(set(nearest.tolist())) == len(real) else COLLAPSED


@one_thread()
def local_minima(
    real: ArrayLike,
    loss: Loss,
    kernel_width: float,
    regularisation: float,
    margin: float = 1.0,
    resolution: int = 61,
) -> list[Minimum]:
    """The strict local minima of g_smooth for two real points on a line, `real` (2, 1), lowest first.

    The grid of seeds has `resolution` points each way and reaches `margin` times the distance of the real
    points beyond them. See `ganscape.landscape.smoothed.smoothed_value` for loss, kernel width (in the units
    of the points) and regularisation. Raises `InputError` (a `ValueError`) for arguments that do not fit.
    """
    problem = SmoothedProblem.checked(real, loss, kernel_width, regularisation)
    if problem.real.shape != (2, 1):
        raise InputError(f"real has shape {tuple(problem.real.shape)}: give two points on a line, (2, 1)")
    if not (np.isfinite(margin) and margin >= 0):
        raise InputError(f"margin is {margin!r}: give a non-negative number of distances")
    if not isinstance(resolution, int) or resolution < 5:
        raise InputError(f"resolution is {resolution}: give at least 5 grid points each way")
    seeds = torch.cat([_line_seeds(problem, margin, resolution), _grid_seeds(problem, margin, resolution)])
    ends = minimise(problem, seeds, MOST_STEPS)
    found = _distinct(problem, ends)
    if not found:
        return []
    # A seed can be equally near to two minima, so the mirror images of what was found are tried as well.
    ends = minimise(problem, _images(problem, ends.positions[found]), MOST_STEPS)
    found = _distinct(problem, ends)
    highest = float(ends.values[found[0]]) + SAME_VALUE * value_scale(problem)
    return [
        Minimum(
            points=tuple(tuple(point) for point in ends.positions[i].tolist()),
            value=float(ends.values[i]),
            kind=kind_of(problem.real.numpy(), ends.positions[i].numpy()),
            smallest_curvature=float(ends.curvatures[i]),
            is_global=bool(ends.values[i] <= highest),
        )
        for i in found
    ]


def _line_seeds(problem: SmoothedProblem, margin: float, resolution: int) -> torch.Tensor:
    """The grid points (S, 2, 1) on the lines where y1 or y2 is moved onto a real point."""
    axis = _axis(problem, margin, resolution)
    axis = torch.cat([axis, problem.real[:, 0]])
    lines = torch.cartesian_prod(problem.real[:, 0], axis)
    return torch.cat([lines, lines.flip(1)])[..., None]


def _axis(problem: SmoothedProblem, margin: float, resolution: int) -> torch.Tensor:
    low, high = problem.real.min(), problem.real.max()
    beyond = margin * (high - low)
    return torch.linspace(float(low - beyond), float(high + beyond), resolution, dtype=torch.float64)


def _grid_seeds(problem: SmoothedProblem, margin: float, resolution: int) -> torch.Tensor:
    """The grid points (S, 2, 1) that none of their eight neighbours undercuts, and that lie below some."""
    axis = _axis(problem, margin, resolution)
    grid = torch.cartesian_prod(axis, axis).reshape(-1, 2, 1)
    values = problem.value(grid)
    around = torch.full((resolution + 2, resolution + 2), torch.inf, dtype=torch.float64)
    around[1:-1, 1:-1] = values.reshape(resolution, resolution)
    inner = slice(1, -1)
    shifts = [(i, j) for i in (-1, 0, 1) for j in (-1, 0, 1) if i or j]
    neighbours = torch.stack([around.roll(shift, (0, 1))[inner, inner] for shift in shifts])
    centre = around[inner, inner]
    highest = torch.where(neighbours.isinf(), -torch.inf, neighbours).amax(0)
    # On a plateau every grid point is a minimum by rounding errors.
    clear = highest - centre > 1e-12 * (values.max() - values.min())
    return grid[((neighbours >= centre).all(0) & clear).flatten()]


def _images(problem: SmoothedProblem, positions: torch.Tensor) -> torch.Tensor:
    """`positions` (S, 2, 1) and what the problem's symmetries make of them.

    Mirroring the line exchanges the real points, hence also the names of their partners; a separable loss
    does not care about names at all.
    """
    mirrored = (problem.real.sum() - positions).flip(1)
    images = torch.cat([positions, mirrored])
    if is_paired(problem.objective):
        return images
    return torch.cat([images, images.flip(1)])


def _distinct(problem: SmoothedProblem, ends: Ends) -> list[int]:
    """Which of the ends are strict minima, one index for each different one, lowest first."""
    kept: list[int] = []
    for i in ends.values.argsort().tolist():
        apart = (ends.positions[kept] - ends.positions[i]).flatten(1).norm(dim=-1)
        if ends.status[i] == MINIMUM and bool((apart > SAME_PLACE * problem.kernel_width).all()):
            kept.append(i)
    return kept
