"""Climbs out of the minima of the smoothed landscape, against another search and the exact barriers."""

import numpy as np
import pytest
from patterns import LOSSES
from scipy.ndimage import label
from scipy.optimize import minimize_scalar

from ganscape.landscape import barrier, climbs, local_minima, smoothed_value
from ganscape.landscape.climbing import _axis
from ganscape.landscape.minima import PERFECT

LINE = np.array([[0.0], [1.0]])


def deepest_bad_climb(loss, kernel_width, regularisation):
    minima = local_minima(LINE, loss, kernel_width, regularisation)
    found = climbs(LINE, minima, loss, kernel_width, regularisation)
    bad = [climb for minimum, climb in zip(minima, found, strict=True) if minimum.kind != PERFECT]
    return max(bad, default=0.0)


@pytest.mark.parametrize("loss", LOSSES)
def test_small_penalties_have_the_exact_barriers(loss):
    """What the smoothed landscape adds to the theory vanishes with the penalty: 0 where there is no basin."""
    exact = barrier([0, 0], loss)
    climb = deepest_bad_climb(loss, 0.3, 1e-4)
    assert climb == pytest.approx(exact, rel=0.05, abs=5e-4)


@pytest.mark.parametrize(
    ("loss", "kernel_width", "regularisation"),
    [("rs", 0.7, 1e-4), ("rs", 0.5, 1e-3), ("rp-ls", 0.7, 1e-3), ("rp-hinge", 1.0, 1e-3), ("js", 0.3, 1e-3)],
)
def test_narrow_valleys_are_resolved(loss, kernel_width, regularisation):
    """The climb along the valley's floor, y1 free to be best at every y2, is one from above as well."""
    minima = local_minima(LINE, loss, kernel_width, regularisation)
    bad = next(minimum for minimum in minima if minimum.kind != PERFECT and minimum.points[1][0] < 0.5)
    climb = dict(zip(minima, climbs(LINE, minima, loss, kernel_width, regularisation), strict=True))[bad]

    def floor(y2):
        def value(y1):
            return float(smoothed_value(LINE, [[y1], [y2]], loss, kernel_width, regularisation))

        return minimize_scalar(value, bounds=(-0.2, 0.2), method="bounded", options={"xatol": 1e-7}).fun

    along = max(floor(y2) for y2 in np.linspace(bad.points[1][0], 1, 60)) - bad.value
    assert climb == pytest.approx(along, rel=0.03)


@pytest.mark.parametrize("loss", ["js", "rs", "ls"])
def test_the_search_agrees_with_flooding(loss):
    """The lowest level at which the water reaches something lower."""
    kernel_width, regularisation, cells = 0.3, 0.01, 10
    axis = _axis(LINE[:, 0], 1.0, cells)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)[..., None]
    values = smoothed_value(LINE, grid, loss, kernel_width, regularisation)
    minima = local_minima(LINE, loss, kernel_width, regularisation)
    found = climbs(LINE, minima, loss, kernel_width, regularisation, cells=cells)
    for minimum, climb in zip(minima, found, strict=True):
        if minimum.is_global:
            assert climb == np.inf
            continue
        start = tuple(int(np.abs(axis - y).argmin()) for (y,) in minimum.points)
        lower = values < minimum.value - 1e-5
        for level in np.unique(values[values >= values[start]]):
            parts, _ = label(values <= level, structure=np.ones((3, 3)))
            if (parts[lower] == parts[start]).any():
                break
        assert climb == pytest.approx(level - minimum.value, abs=1e-9)


@pytest.mark.parametrize(
    ("real", "options", "complaint"),
    [
        ([[0.0], [1.0], [2.0]], {}, r"real has shape \(3, 1\): give two points on a line"),
        (LINE, {"cells": 1}, "cells is 1"),
        (LINE, {"cells": 10.5}, "cells is 10.5"),
        (LINE, {"margin": -1.0}, "margin -1.0"),
    ],
)
def test_bad_input_is_refused(real, options, complaint):
    with pytest.raises(ValueError, match=complaint):
        climbs(real, [], "js", 0.3, 0.01, **options)
