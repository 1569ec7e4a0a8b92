"""How deep the minima of the smoothed landscape of two points are: the climb out of each, on a grid."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss
from ganscape.landscape.minima import Minimum
from ganscape.landscape.passes import lowest_pass
from ganscape.landscape.points import checked_real
from ganscape.landscape.smoothed import smoothed_value

LOWER = 1e-6  # what counts as lower, as a share of the range of the values


def climbs(
    real: ArrayLike,
    minima: Sequence[Minimum],
    loss: Loss,
    kernel_width: float,
    regularisation: float,
    margin: float = 1.0,
    cells: int = 60,
) -> list[float]:
    """For each minimum the least rise of g_smooth on the way to something lower; infinite at a global one.

    real: (2, 1), two points on a line. The way leads over a grid of (y1, y2), with `cells` to the distance of
    the real points, on which both lie, and `margin` distances beyond them; so the climb is right to what the
    grid resolves, in narrow valleys some percent too high. `barrier` is its counterpart for the exact
    landscape. Raises `InputError` (a `ValueError`) for arguments that do not fit.
    """
    real = checked_real(real)
    if real.shape != (2, 1):
        raise InputError(f"real has shape {real.shape}: give two points on a line, (2, 1)")
    if cells < 2 or not 0 <= margin < np.inf:
        raise InputError(f"cells is {cells}, margin {margin}: give 2 or more cells, a margin of 0 or more")
    low, high = real.min(), real.max()
    beyond = round(margin * cells)
    axis = low + (high - low) * np.arange(-beyond, cells + beyond + 1) / cells
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)[..., None]
    values = smoothed_value(real, grid, loss, kernel_width, regularisation)
    lower = LOWER * float(values.max() - values.min())

    def value_of(place: tuple[int, int]) -> float:
        return float(values[place])

    def neighbours_of(place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        for row in range(max(place[0] - 1, 0), min(place[0] + 2, len(axis))):
            for column in range(max(place[1] - 1, 0), min(place[1] + 2, len(axis))):
                yield row, column

    found = []
    for minimum in minima:
        (y1,), (y2,) = minimum.points
        start = (int(np.abs(axis - y1).argmin()), int(np.abs(axis - y2).argmin()))
        if minimum.is_global:
            found.append(np.inf)
        else:
            highest = lowest_pass(start, value_of, neighbours_of, target=minimum.value - lower)
            found.append(float(highest - minimum.value))
    return found
