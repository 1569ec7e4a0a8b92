"""Figure `imbalance_clusters`: what becomes of two clusters of unequal size."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.two_clusters import DISCRIMINATOR_WIDTH, GENERATOR_WIDTH
from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.figure5 import LOSSES
from ganscape.reporting.losses import LOSS_NAMES, colour_of, kind_of
from ganscape.reporting.outcomes import ends_collapsed
from ganscape.reporting.statistics import proportion_interval

SHIFT = {"js": -0.17, "rs": 0.17}
QUARTILES = (0.25, 0.5, 0.75)


def imbalance_summary(outcomes: pd.DataFrame) -> pd.DataFrame:
    """A row per loss and share of the cluster at 0, in the paper's widths.

    Columns: `loss, share, seeds`; shares of runs with their 95 % intervals: `collapsed` at the end,
    `success` at the end, `ever` a success; `reached`, `reached_lower`, `reached_upper`, median and
    quartiles over all seeds of the share of the generated points in the cluster at 0.
    """
    paper = outcomes[
        outcomes["discriminator_width"].eq(DISCRIMINATOR_WIDTH)
        & outcomes["generator_width"].eq(GENERATOR_WIDTH)
        & outcomes["loss"].isin(LOSSES)
    ]
    rows = []
    for (loss, share), group in paper.groupby(["loss", "share"]):
        row = {"loss": loss, "share": share, "seeds": len(group)}
        events = {
            "collapsed": ends_collapsed(group),
            "success": group["success"],
            "ever": np.isfinite(group["escape"]),
        }
        for name, happened in events.items():
            low, high = proportion_interval(int(happened.sum()), len(group))
            row |= {name: happened.mean(), f"{name}_low": low, f"{name}_high": high}
        reached = group["final_first"].dropna() / TwoClusters().points
        row |= dict(
            zip(("reached_lower", "reached", "reached_upper"), reached.quantile(QUARTILES), strict=True)
        )
        rows.append(row)
    summary = pd.DataFrame(rows)
    for loss in LOSSES:
        if not len(summary) or (summary["loss"] == loss).sum() < 2:
            raise InputError(
                f"outcomes of {loss} with fewer than two --shares: give files of `two-cluster` with more"
            )
    return summary


def draw_imbalance_clusters(outcomes: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Shares of runs that end collapsed and in success, and the proportions that all reach."""
    summary = imbalance_summary(outcomes)
    drawn = style.figure(3.3)
    with rc_context(style.SETTINGS):
        collapsed, success, reached = drawn.subplots(1, 3)
        shares = sorted(summary["share"].unique())
        for loss in LOSSES:
            line = summary[summary["loss"] == loss].sort_values("share")
            at = np.searchsorted(shares, line["share"]) + SHIFT[loss]
            _draw_shares(collapsed, at, line, "collapsed", loss)
            _draw_shares(success, at, line, "success", loss)
            _draw_reached(reached, at, line, loss)
        for place in (collapsed, success, reached):
            place.set_xticks(range(len(shares)), [ratio_name(share) for share in shares])
            place.set_xlabel("real points at 0 : at 4")
            place.set_ylim(0, 1)
        for place in (collapsed, success):
            place.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
        for position, share in enumerate(shares):
            reached.plot([position - 0.4, position + 0.4], [share] * 2, color="black", linewidth=1)
        collapsed.set_title("runs that end collapsed")
        success.set_title("runs that end with both clusters\nin proportion (80 % of each)")
        reached.set_title("share of the generated points at 0\n(quartiles; black: of the real ones)")
        drawn.suptitle(_heading(summary), fontsize=9)
        names = [
            Patch(color=colour_of(loss), label=f"{LOSS_NAMES[loss]} ({kind_of(loss)})") for loss in LOSSES
        ]
        drawn.legend(handles=names, loc="outside lower center", ncols=len(LOSSES), frameon=False)
    return drawn, summary


def ratio_name(share: float) -> str:
    """A share as a ratio, such as 1:9."""
    if share <= 0.5:
        return f"1:{(1 - share) / share:.2g}"
    return f"{share / (1 - share):.2g}:1"


def _heading(summary: pd.DataFrame) -> str:
    return f"Two clusters of unequal size, {summary['seeds'].max()} seeds each (95 % intervals)"


def _draw_shares(place: Axes, at: np.ndarray, line: pd.DataFrame, event: str, loss: str) -> None:
    errors = np.abs(line[[f"{event}_low", f"{event}_high"]].to_numpy() - line[[event]].to_numpy()).T
    place.bar(
        at, line[event], 0.32, yerr=errors, color=colour_of(loss), error_kw={"linewidth": 0.8, "capsize": 1.5}
    )


def _draw_reached(place: Axes, at: np.ndarray, line: pd.DataFrame, loss: str) -> None:
    errors = np.abs(line[["reached_lower", "reached_upper"]].to_numpy() - line[["reached"]].to_numpy()).T
    place.errorbar(
        at,
        line["reached"],
        errors,
        color=colour_of(loss),
        marker="o",
        markersize=4,
        linewidth=0,
        elinewidth=1.2,
        capsize=2,
        clip_on=False,
    )
