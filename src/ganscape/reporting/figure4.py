"""Figure 4 of the paper, made rigorous: the landscape of two points on a line, JS-GAN beside RS-GAN.

Above, as in the paper, g along one line of states, from nothing recovered through mode collapse to perfect
recovery: the exact values, which are steps, and the smoothed landscape on the same path. Below, the smoothed
landscape over all (y1, y2), which the paper's figure could not show, with all its local minima.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.contour import QuadContourSet
from matplotlib.figure import Figure
from matplotlib.patheffects import withStroke

from ganscape.landscape import Minimum, climbs, local_minima, smoothed_value, state_of, state_values
from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES, colour_of, kind_of
from ganscape.reporting.minima import REAL
from ganscape.reporting.rendering import number

LOSSES = ("js", "rs")
FREE_PLACE = -0.6
# Corners of the path (y1, y2): both free; y1 found x1; y2 collapsed onto it; y2 went on to x2.
CORNERS = np.array([[FREE_PLACE, FREE_PLACE], [0, FREE_PLACE], [0, 0], [0, 1]])
CORNER_NAMES = ("$s_0$\nboth free", "$s_{1b}$\n$y_1=x_1$", "$s_{1a}$\ncollapse", "$s_2$\nboth found")
STEPS = 60  # points of the path per unit of length
LOW, HIGH = -0.75, 1.75
LEVELS = np.linspace(-0.7, 0, 29)
CLOSE = 0.5
WHITE_EDGE = withStroke(linewidth=2, foreground="white")


@dataclass(frozen=True)
class Landscape:
    """What one column shows: a path (p, 2) with exact and smoothed values, a surface (r, r), its minima."""

    loss: str
    path: np.ndarray
    exact: np.ndarray
    smoothed: np.ndarray
    axis: np.ndarray
    surface: np.ndarray
    minima: list[Minimum]
    climbs: list[float]


def draw_figure4(kernel_width: float, regularisation: float, resolution: int) -> tuple[Figure, pd.DataFrame]:
    """Both columns for f in the Gaussian RKHS, and the numbers behind them.

    kernel_width: in units of the distance of the two real points. resolution: of the surface, each way.
    Rows of the numbers: `part` (`path`, `surface` or `minimum`), `loss`, `y1`, `y2`, `exact`, `smoothed`
    and for a minimum its `kind` and `climb`.
    """
    landscapes = [_landscape(loss, kernel_width, regularisation, resolution) for loss in LOSSES]
    drawn = style.figure(5.6)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(2, 2, height_ratios=(1, 1.35))
        for landscape, (above, below) in zip(landscapes, places.T, strict=True):
            _draw_path(above, landscape)
            filled = _draw_surface(below, landscape)
        places[0, 0].set_ylabel("outer objective $g$")
        bar = drawn.colorbar(filled, ax=places[1], shrink=0.8, pad=0.02, ticks=np.arange(-7, 1) / 10)
        bar.set_label("smoothed $g(y_1, y_2)$")
        drawn.suptitle(_heading(kernel_width, regularisation), fontsize=9)
    return drawn, pd.concat([_numbers(landscape) for landscape in landscapes], ignore_index=True)


def _heading(kernel_width: float, regularisation: float) -> str:
    return (
        "The landscape of two points. Grey: exact values at four states and on the way between them.\n"
        f"Coloured lines and maps: smoothed, $f$ in a Gaussian RKHS (kernel width {kernel_width:g}, "
        f"penalty {regularisation:g})"
    )


def _landscape(loss: str, kernel_width: float, regularisation: float, resolution: int) -> Landscape:
    path = _path()
    axis = np.linspace(LOW, HIGH, resolution)
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1)
    smoothing = (loss, kernel_width, regularisation)
    minima = local_minima(REAL, *smoothing)
    exact = [float(state_values(state_of(REAL, point[:, None]), loss)) for point in path]
    return Landscape(
        loss,
        path,
        np.array(exact),
        smoothed_value(REAL, path[..., None], *smoothing),
        axis,
        smoothed_value(REAL, grid[..., None], *smoothing),
        minima,
        climbs(REAL, minima, *smoothing),
    )


def _path() -> np.ndarray:
    """Points (p, 2) from corner to corner; the corners themselves are exact."""
    pieces = []
    for start, end in pairwise(CORNERS):
        steps = round(STEPS * np.linalg.norm(end - start))
        pieces.append(start + (end - start) * np.arange(steps)[:, None] / steps)
    return np.concatenate([*pieces, CORNERS[-1:]])


def _travelled(path: np.ndarray) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])


def _draw_path(place: Axes, landscape: Landscape) -> None:
    colour = colour_of(landscape.loss)
    travelled = _travelled(landscape.path)
    corners = [int(np.flatnonzero((landscape.path == corner).all(axis=1))[0]) for corner in CORNERS]
    place.plot(travelled, landscape.smoothed, color=colour, linewidth=1.6)
    for start, end in pairwise(corners):
        # Between two corners the value is one; at a corner it may be lower for an instant.
        value = landscape.exact[start + 1]
        place.plot(travelled[[start, end]], [value] * 2, color=style.NEUTRAL, linewidth=2)
    for corner in corners:
        value = landscape.exact[corner]
        place.plot(travelled[corner], value, "o", color=style.NEUTRAL, markersize=4, clip_on=False)
        dips = corner > 0 and value < landscape.exact[corner - 1]
        dips &= value < landscape.exact[min(corner + 1, len(travelled) - 1)] or corner == corners[-1]
        place.annotate(
            number(value, 3),
            (travelled[corner], value),
            xytext=(0, -10 if dips else 5),
            textcoords="offset points",
            horizontalalignment="center",
            fontsize=7,
            path_effects=[WHITE_EDGE],
        )
    place.set_xticks(travelled[corners], CORNER_NAMES)
    place.set_ylim(-0.8, 0.12)
    place.set_title(
        f"{LOSS_NAMES[landscape.loss]} ({kind_of(landscape.loss)})", color=colour, fontweight="bold"
    )


def _draw_surface(place: Axes, landscape: Landscape) -> QuadContourSet:
    axis, surface = landscape.axis, landscape.surface.T  # y1 to the right, y2 upwards
    filled = place.contourf(axis, axis, surface, levels=LEVELS, cmap="cividis", extend="both")
    place.contour(axis, axis, surface, levels=LEVELS[::4], colors="black", linewidths=0.3, linestyles="-")
    place.plot(*CORNERS.T, color="white", linestyle=(0, (2, 2)), linewidth=1.2)
    for minimum, climb in zip(landscape.minima, landscape.climbs, strict=True):
        (y1,), (y2,) = minimum.points
        colour = "white" if minimum.is_global else style.SEPARABLE
        marker = "o" if minimum.is_global else "X"
        size = min(4 + 40 * climb, 8)  # points; shallow minima are small
        place.plot(y1, y2, marker, color=colour, markeredgecolor="black", markersize=size)
    for (y1, y2), text in _labels(landscape):
        place.annotate(
            text,
            (y1, y2),
            xytext=(0, 9),
            textcoords="offset points",
            horizontalalignment="center",
            fontsize=7,
            path_effects=[WHITE_EDGE],
        )
    place.set_aspect("equal")
    place.set_xlim(LOW, HIGH)
    place.set_ylim(LOW, HIGH)
    place.set_xticks([0, 1], ["$x_1$", "$x_2$"])
    place.set_yticks([0, 1], ["$x_1$", "$x_2$"])
    place.set_xlabel("$y_1$")
    place.set_ylabel("$y_2$")
    return filled


def _labels(landscape: Landscape) -> list[tuple[np.ndarray, str]]:
    """One label for every group of minima that lie close together: (place, text)."""
    groups: list[list[tuple[Minimum, float]]] = []
    for minimum, climb in zip(landscape.minima, landscape.climbs, strict=True):
        for group in groups:
            if np.abs(np.subtract(minimum.points, group[0][0].points)).max() < CLOSE:
                group.append((minimum, climb))
                break
        else:
            groups.append([(minimum, climb)])
    labels = []
    for group in groups:
        first, climb = group[0]
        bad = "bad minimum" if len(group) == 1 else f"{len(group)} bad minima"
        text = "global minimum" if first.is_global else f"{bad},\nclimb {climb:.3f}"
        labels.append((np.mean([minimum.points for minimum, _ in group], axis=0)[:, 0], text))
    return labels


def _numbers(landscape: Landscape) -> pd.DataFrame:
    path = pd.DataFrame(landscape.path, columns=["y1", "y2"]).assign(
        part="path", exact=landscape.exact, smoothed=landscape.smoothed
    )
    y1, y2 = np.meshgrid(landscape.axis, landscape.axis, indexing="ij")
    surface = pd.DataFrame(
        {"part": "surface", "y1": y1.ravel(), "y2": y2.ravel(), "smoothed": landscape.surface.ravel()}
    )
    minima = pd.DataFrame(
        {
            "part": "minimum",
            "y1": minimum.points[0][0],
            "y2": minimum.points[1][0],
            "smoothed": minimum.value,
            "kind": minimum.kind,
            "climb": climb,
        }
        for minimum, climb in zip(landscape.minima, landscape.climbs, strict=True)
    )
    numbers = pd.concat([path, minima, surface], ignore_index=True).assign(loss=landscape.loss)
    return numbers[["part", "loss", "y1", "y2", "exact", "smoothed", "kind", "climb"]]
