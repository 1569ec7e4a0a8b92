"""Figure `bad_minima`: which smoothed landscapes have bad minima, and how often a descent ends in one."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from ganscape.errors import InputError
from ganscape.landscape import barrier
from ganscape.landscape.losses import LOSSES
from ganscape.landscape.minima import PERFECT
from ganscape.landscape.values import least_value
from ganscape.reporting import style
from ganscape.reporting.descents import BAD, ENDS, UNDECIDED, end_shares
from ganscape.reporting.losses import LOSS_NAMES, PAIRED_WITH, colour_of

# From no climb (white) to one of a quarter of the depth of the global minimum.
BADNESS = LinearSegmentedColormap.from_list("badness", ["#ffffff", "#f5c4a3", style.SEPARABLE])
DARKEST = 25  # percent
END_COLOURS = {PERFECT: "#bfbfbf", BAD: style.SEPARABLE, UNDECIDED: "#ffffff"}


def draw_bad_minima(counts: pd.DataFrame, ends: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Maps of the counted minima of two points, and bars of the ends of descents with three points.

    The numbers have a row per landscape (`part` `minima`) and one per loss and end (`part` `descents`).
    """
    for step, table in (("find-minima", counts), ("descend", ends)):
        missing = [loss for loss in LOSSES if loss not in set(table["loss"])]
        if missing:
            raise InputError(
                f"nothing of {', '.join(missing)} is in these files: give `{step}` of every loss"
            )
    shares = end_shares(ends)
    drawn = style.figure(5.2)
    with rc_context(style.SETTINGS):
        maps, bars = drawn.subfigures(2, 1, height_ratios=(1.5, 1))
        _draw_maps(maps, counts)
        _draw_shares(bars, shares, ends)
    return drawn, pd.concat([counts.assign(part="minima"), shares.assign(part="descents")], ignore_index=True)


def _draw_maps(drawn: Figure, counts: pd.DataFrame) -> None:
    drawn.suptitle(
        "Two points on a line: climb out of the deepest bad minimum of the smoothed landscape,\n"
        "in % of the depth of the exact global minimum (–: no bad minimum)",
        fontsize=9,
    )
    pairs = list(PAIRED_WITH.items())
    places = drawn.subplots(2, len(pairs), sharex=True, sharey=True)
    for column, (paired, separable) in enumerate(pairs):
        for row, loss in enumerate((separable, paired)):
            _draw_map(places[row, column], counts[counts["loss"] == loss], loss)
    for place in places[-1]:
        place.set_xlabel("penalty on $f$")
    for place in places[:, 0]:
        place.set_ylabel("kernel width")


def _draw_map(place: Axes, counts: pd.DataFrame, loss: str) -> None:
    counts = counts.assign(percent=100 * counts["deepest_bad_climb"] / -least_value(loss))
    percents = counts.pivot(index="kernel_width", columns="regularisation", values="percent")
    shown = percents.replace(np.inf, DARKEST)
    place.imshow(shown, cmap=BADNESS, vmin=0, vmax=DARKEST, aspect="auto", origin="lower")
    for (row, column), percent in np.ndenumerate(percents.to_numpy()):
        place.text(column, row, _percent(percent), ha="center", va="center", fontsize=6.5)
    place.set_xticks(
        range(len(percents.columns)), [f"{penalty:g}" for penalty in percents.columns], fontsize=6
    )
    place.set_yticks(range(len(percents.index)), [f"{width:g}" for width in percents.index], fontsize=6)
    place.tick_params(length=0)
    place.spines[:].set_visible(False)
    exact = barrier([0, 0], loss) / -least_value(loss)
    limit = f"exact: {100 * exact:.0f} %" if exact else "exact: none"
    place.set_title(f"{LOSS_NAMES[loss]} ({limit})", color=colour_of(loss), fontweight="bold")


def _percent(climb: float) -> str:
    """As in a cell; at large penalties a bad minimum of LS-GAN can be the lowest there is."""
    if np.isnan(climb):
        return ""
    if np.isinf(climb):
        return "lowest"
    if climb == 0:
        return "–"
    return f"{climb:.0f}" if climb >= 9.5 else f"{climb:.1g}" if climb >= 0.01 else "<0.01"


def _draw_shares(drawn: Figure, shares: pd.DataFrame, ends: pd.DataFrame) -> None:
    width, penalty = ends["kernel_width"].iloc[0], ends["regularisation"].iloc[0]
    drawn.suptitle(
        f"Three points in the plane: ends of {shares['starts'].iloc[0]} descents from random starts "
        f"(kernel width {width:g}, penalty {penalty:g})",
        fontsize=9,
    )
    place = drawn.subplots()
    losses = list(shares["loss"].unique())
    left = np.zeros(len(losses))
    for end in ENDS:
        of_end = shares[shares["end"] == end].set_index("loss").loc[losses]
        place.barh(
            range(len(losses)),
            of_end["share"],
            left=left,
            color=END_COLOURS[end],
            edgecolor="black",
            linewidth=0.5,
        )
        named = int((of_end["share"] > 0.2).argmax())  # the first with room for the name
        for row, (share, low, high) in enumerate(of_end[["share", "low", "high"]].to_numpy()):
            if share > 0.08:
                text = f"{100 * share:.0f} % ({100 * low:.0f} to {100 * high:.0f})"
                text = f"{end}\n{text}" if row == named else text
                place.text(left[row] + share / 2, row, text, ha="center", va="center", fontsize=6)
        left += of_end["share"].to_numpy()
    place.set_yticks(range(len(losses)), [LOSS_NAMES[loss] for loss in losses])
    for label, loss in zip(place.get_yticklabels(), losses, strict=True):
        label.set_color(colour_of(loss))
    place.invert_yaxis()
    place.set_xlabel(f"share of starts, with 95 % intervals (white: {UNDECIDED})")
    place.set_xlim(0, 1)
    place.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
