"""Figure `basin_depth`: how deep the collapsed state lies, against imbalance and against n.

All depths are rises of g in percent of the depth of the global minimum, which all six losses have at
-|least value| and nothing recovered at 0, so that losses of different scale compare.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.landscape import collapse_rise, collapsed_value
from ganscape.landscape.losses import LOSSES, PAIRED, is_paired
from ganscape.landscape.values import least_value
from ganscape.landscape.weights import ROUNDING
from ganscape.reporting import style
from ganscape.reporting.losses import colour_of

SMALL_SHARE = 0.001  # shows the slope of g at the collapsed state: one generated point of a thousand
SHARES = np.round(np.linspace(0.02, 0.98, 49), 2)
RATIOS = {"1:1": 1 / 2, "2:1": 2 / 3, "4:1": 4 / 5, "9:1": 9 / 10}  # real points on the collapse and off it
NUMBERS = range(2, 21)
STUDIES = ("small share", "missing share", "number of points")


@dataclass(frozen=True)
class Line:
    """A loss, and for a paired one whether its pairs are fixed or drawn anew for every batch."""

    loss: str
    pairing: str


LINES = tuple(Line(loss, "fixed") for loss in LOSSES) + tuple(Line(loss, "independent") for loss in PAIRED)


def basin_depths() -> pd.DataFrame:
    """What the figure shows: a row per loss, pairing, study and place on the horizontal axis.

    study: `small share`: a share of 0.001 leaves a collapse on a cluster that has `share` of the real points;
    `missing share`: all that is missing elsewhere, 1 - share, leaves at once; `number of points`: one of n
    points leaves the collapse of all on one (share = 1/n).
    rise: of g. rise_percent: in percent of the depth of the global minimum, `small share` per share leaving.
    ratio_to_balanced: of the rise to the one at share 1/2, blank where that is zero.
    collapsed_value: g of the collapsed state, before anything leaves.
    """
    rows = []
    for line in LINES:
        for share in sorted({*SHARES, *RATIOS.values()}):
            rows.append(_row(line, "small share", share, SMALL_SHARE))
            rows.append(_row(line, "missing share", share, 1 - share))
        if line.pairing == "fixed":
            rows += [_row(line, "number of points", 1 / n, 1 / n, n) for n in NUMBERS]
    depths = pd.DataFrame(rows)
    depths["ratio_to_balanced"] = depths["rise"] / _balanced_rises(depths)
    return depths


def _balanced_rises(depths: pd.DataFrame) -> pd.Series:
    """For each row the rise at share 1/2 of the same line under imbalance; NaN where there is none."""
    under_imbalance = depths["study"] != "number of points"
    balanced = depths[under_imbalance & (depths["share"] == 0.5) & (depths["rise"] > ROUNDING)]
    line = ["study", "loss", "pairing"]
    return depths[line].merge(balanced[[*line, "rise"]], on=line, how="left")["rise"]


def _row(line: Line, study: str, share: float, leaving: float, n: int | None = None) -> dict:
    rise = collapse_rise(share, leaving, line.loss, line.pairing)
    per = leaving if study == "small share" else 1.0
    return {
        "study": study,
        "loss": line.loss,
        "pairing": line.pairing if is_paired(line.loss) else "none",
        "share": share,
        "n": n,
        "leaving": leaving,
        "rise": rise,
        "rise_percent": 100 * rise / per / -least_value(line.loss),
        "collapsed_value": collapsed_value(share, line.loss),
    }


# ---------------------------------------------------------------------------------------------------
# The figure

# Lines that lie on each other are drawn once, under one name: (loss, pairing) to name, dashes, and where
# each panel has room for the name.
NAMES = {
    ("js", "none"): "JS-GAN",
    ("ls", "none"): "LS-GAN",
    ("rs", "independent"): "all paired\nlosses, pairs\ndrawn anew",
    ("rs", "fixed"): "Hinge-GAN; paired losses, fixed pairs",
}
COLOURS = {("rs", "fixed"): style.NEUTRAL}  # of both kinds
DASHES = {("ls", "none"): (0, (5, 1.5)), ("rs", "independent"): (0, (1, 1))}
LABELS: dict[str, dict[tuple[str, str], tuple[float, float, str]]] = {
    "small share": {
        ("js", "none"): (0.62, 38, "right"),
        ("ls", "none"): (0.57, 19, "left"),
        ("rs", "independent"): (0.5, 57, "right"),
        ("rs", "fixed"): (0.99, 2, "right"),
    },
    "missing share": {
        ("js", "none"): (0.02, 20.3, "left"),
        ("ls", "none"): (0.42, 14.8, "center"),
        ("rs", "independent"): (0.7, 21.5, "left"),
        ("rs", "fixed"): (0.9, 0.5, "right"),
    },
    "number of points": {("js", "none"): (6, 2.4, "left"), ("ls", "none"): (6.3, 0.35, "right")},
}


def draw_basin_depth() -> tuple[Figure, pd.DataFrame]:
    """Depth under imbalance in two senses, then against n; returns the figure and `basin_depths()`."""
    depths = basin_depths()
    drawn = style.figure(3.3)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(1, 3)
        for place, study in zip(places, STUDIES, strict=True):
            for (loss, pairing), line in depths[depths["study"] == study].groupby(["loss", "pairing"]):
                if (loss, pairing) in LABELS[study]:
                    _draw_line(place, line, loss, pairing)
            for (loss, pairing), (x, y, side) in LABELS[study].items():
                text = NAMES[loss, pairing]
                colour = COLOURS.get((loss, pairing), colour_of(loss))
                place.text(x, y, text, color=colour, horizontalalignment=side, fontsize=6.5, in_layout=False)
        _finish(places)
    return drawn, depths


def _draw_line(place: Axes, line: pd.DataFrame, loss: str, pairing: str) -> None:
    by_number = line["n"].notna().all()
    horizontal = "n" if by_number else "share"
    colour = COLOURS.get((loss, pairing), colour_of(loss))
    dashes = DASHES.get((loss, pairing), "-")
    place.plot(line[horizontal], line["rise_percent"], color=colour, linestyle=dashes, clip_on=False)
    marked = line if by_number else line[line["share"].isin(RATIOS.values())]
    place.plot(marked[horizontal], marked["rise_percent"], "o", color=colour, markersize=3, clip_on=False)


def _finish(places: list[Axes]) -> None:
    small, missing, number = places
    for place in (small, missing):
        place.set_xlim(0, 1)
        place.set_ylim(bottom=0)
        place.set_xlabel("share of the real points in the cluster\non which all generated points lie")
        top = place.secondary_xaxis("top")
        top.set_xticks(list(RATIOS.values()), list(RATIOS), fontsize=6)
        top.tick_params(length=2, pad=1)
        top.spines[:].set_visible(False)
    small.set_ylabel("climb, % of the global minimum's depth")
    small.set_title("A few points leave: the climb per\nshare is higher under imbalance", pad=16)
    missing.set_title("All that is missing elsewhere leaves:\nlower under imbalance", pad=16)
    number.set_title("One of $n$ points leaves\nthe collapse of all on one", pad=16)
    number.set_xlabel("number of points $n$")
    number.set_xticks([2, 5, 10, 15, 20])
    number.set_yscale("log")
    number.set_yticks([0.1, 1, 10], ["0.1", "1", "10"])
    number.text(
        0.97,
        0.93,
        "Hinge-GAN and all\npaired losses: no climb",
        transform=number.transAxes,
        color=style.NEUTRAL,
        horizontalalignment="right",
        verticalalignment="top",
        fontsize=7,
        in_layout=False,
    )
