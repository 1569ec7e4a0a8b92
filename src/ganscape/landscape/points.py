"""Real and generated points: what is accepted, and which of them are the same point."""

import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError


def checked_points(real: ArrayLike, fake: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """`real` and `fake` as float64 arrays of shape (n, d).

    Raises `InputError` (a `ValueError`) unless both have one shape, finite coordinates, n >= 1, d >= 1 and
    the real points are distinct, as both theorems assume.
    """
    real, fake = finite_array("real", real), finite_array("fake", fake)
    if real.shape != fake.shape:
        raise InputError(
            f"fake has shape {fake.shape}, real has {real.shape}: give one generated point per real point"
        )
    return checked_real(real), fake


def checked_real(real: ArrayLike) -> np.ndarray:
    """`real` as a float64 array of shape (n, d) with distinct rows, or an `InputError`."""
    real = finite_array("real", real)
    if real.ndim != 2 or not real.size:
        raise InputError(f"real has shape {real.shape}: give points as rows, (n, d) with n, d >= 1")
    identities = point_identities(real)
    _, firsts = np.unique(identities, return_index=True)
    if len(firsts) < len(real):
        repeated = int(np.setdiff1d(np.arange(len(real)), firsts)[0])
        original = int(np.flatnonzero(identities == identities[repeated])[0])
        raise InputError(
            f"real points {original} and {repeated} (counted from 0) are the same point: drop one of them"
        )
    return real


def finite_array(name: str, values: ArrayLike) -> np.ndarray:
    """`values` in float64; raises `InputError` where they are no numbers or one of them is not finite."""
    try:
        array = np.asarray(values, dtype=np.float64) + 0.0  # a negative zero is the same number as zero
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} is not an array of numbers ({error})") from None
    if not np.isfinite(array).all():
        place = tuple(int(index) for index in np.argwhere(~np.isfinite(array))[0])
        raise InputError(f"{name}{list(place)} is {array[place]}: remove or replace such points")
    return array


def point_identities(points: np.ndarray) -> np.ndarray:
    """For points (n, d) whole numbers (n,), equal exactly where points are equal in every coordinate."""
    order = np.lexsort(points.T)
    in_order = points[order]
    is_new = np.empty(len(points), dtype=bool)
    is_new[0] = False
    np.any(in_order[1:] != in_order[:-1], axis=1, out=is_new[1:])
    identities = np.empty(len(points), dtype=np.int64)
    identities[order] = np.cumsum(is_new)
    return identities
