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
CLOSER, CLOSER_STEPS = 0.75, 16  # the grid's spacing towards a real point: down to a hundredth of a cell


def climbs(
    real: ArrayLike,
    minima: Sequence[Minimum],
    loss: Loss,
    kernel_width: float,
    regularisation: float,
    margin: float = 1.0,
    cells: int = 30,
) -> list[float]:
    """For each minimum the least rise of g_smooth on the way to something lower; infinite at a global one.

    real: (2, 1), two points on a line. The way leads over a grid of (y1, y2), on which both lie, with `cells`
    to their distance, ever finer towards each of them (the valleys there are narrow), and `margin` distances
    beyond. So a climb is one from above; `barrier` is its counterpart for the exact landscape. Raises
    `InputError` (a `ValueError`) for arguments that do not fit.
    """
    real = checked_real(real)
    if real.shape != (2, 1):
        raise InputError(f"real has shape {real.shape}: give two points on a line, (2, 1)")
    if not (isinstance(cells, int) and cells >= 2 and 0 <= margin < np.inf):
        raise InputError(
            f"cells is {cells}, margin {margin}: give 2 or more whole cells, a margin of 0 or more"
        )
    axis = _axis(real[:, 0], margin, cells)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)[..., None]
    values = smoothed_value(real, grid, loss, kernel_width, regularisation)
    lower = LOWER * float(values.max() - values.min())

    def neighbours_of(place: tuple[int, int]) -> Iterator[tuple[int, int]]:
        for row in range(max(place[0] - 1, 0), min(place[0] + 2, len(axis))):
            for column in range(max(place[1] - 1, 0), min(place[1] + 2, len(axis))):
                yield row, column

    heights = values.tolist()
    found = []
    for minimum in minima:
        if minimum.is_global:
            found.append(np.inf)
            continue
        row, column = (int(np.abs(axis - y).argmin()) for (y,) in minimum.points)
        highest = lowest_pass(
            (row, column), lambda place: heights[place[0]][place[1]], neighbours_of, minimum.value - lower
        )
        found.append(float(highest - minimum.value))
    return found


def _axis(real: np.ndarray, margin: float, cells: int) -> np.ndarray:
    """Evenly spaced places, and around each real point ever closer ones."""
    low, high = real.min(), real.max()
    beyond = round(margin * cells)
    even = low + (high - low) * np.arange(-beyond, cells + beyond + 1) / cells
    close = (high - low) / cells * CLOSER ** np.arange(1, CLOSER_STEPS + 1)
    around = [point + side * close for point in real for side in (-1, 1)]
    return np.unique(np.concatenate([even, *around, real]))
