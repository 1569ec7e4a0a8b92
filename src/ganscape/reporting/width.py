"""Figure `width`: escape times against the widths of discriminator, generator, and both."""

from itertools import product

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.clusters.two_clusters import DISCRIMINATOR_WIDTH, GENERATOR_WIDTH
from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.figure5 import LOSSES
from ganscape.reporting.losses import LOSS_NAMES, colour_of, kind_of
from ganscape.reporting.outcomes import BALANCED, check_iterations
from ganscape.reporting.statistics import median_interval, median_ratio_interval, proportion_interval

STUDIES = {
    "discriminator": "discriminator's width\n(generator's: 5)",
    "generator": "generator's width\n(discriminator's: 10)",
    "both": "discriminator's width\n(generator's: half of it)",
}
SHIFT = {"js": -0.06, "rs": 0.06}  # so that intervals do not hide each other


def width_summary(outcomes: pd.DataFrame) -> pd.DataFrame:
    """A row per study, loss and width.

    Columns: `study, loss, discriminator_width, generator_width, seeds, median, low, high` (of escape times,
    infinite where more than half of the seeds do not escape), `escaped, escaped_low, escaped_high` (shares),
    `sooner, sooner_low, sooner_high` (how many times sooner the median seed escapes than with the paper's
    widths; of the same seeds).
    """
    balanced = outcomes[outcomes["share"].eq(BALANCED) & outcomes["loss"].isin(LOSSES)]
    rows = []
    for (loss, discriminator, generator), group in balanced.groupby(
        ["loss", "discriminator_width", "generator_width"]
    ):
        median, low, high = median_interval(group["escape"].to_numpy())
        escaped = int(np.isfinite(group["escape"]).sum())
        escaped_low, escaped_high = proportion_interval(escaped, len(group))
        sooner, sooner_low, sooner_high = _times_sooner(balanced[balanced["loss"] == loss], group)
        for study in _studies(discriminator, generator):
            rows.append(
                {
                    "study": study,
                    "loss": loss,
                    "discriminator_width": discriminator,
                    "generator_width": generator,
                    "seeds": len(group),
                    "median": median,
                    "low": low,
                    "high": high,
                    "escaped": escaped / len(group),
                    "escaped_low": escaped_low,
                    "escaped_high": escaped_high,
                    "sooner": sooner,
                    "sooner_low": sooner_low,
                    "sooner_high": sooner_high,
                }
            )
    summary = pd.DataFrame(rows)
    for study, loss in product(STUDIES, LOSSES):
        of_study = len(summary) and (summary["study"].eq(study) & summary["loss"].eq(loss)).sum()
        if of_study < 2:
            raise InputError(
                f"study {study} has {of_study} widths of {loss}: give outcomes of two, the paper's among them"
            )
    return summary


def _times_sooner(of_loss: pd.DataFrame, group: pd.DataFrame) -> tuple[float, float, float]:
    """The median escape time with the paper's widths over that of `group`, seeds that both have."""
    paper = of_loss["discriminator_width"].eq(DISCRIMINATOR_WIDTH)
    paper &= of_loss["generator_width"].eq(GENERATOR_WIDTH)
    both = of_loss[paper].merge(group, on="seed", suffixes=("_paper", ""))
    if both.empty:
        return float("nan"), float("nan"), float("nan")
    return median_ratio_interval(both["escape_paper"].to_numpy(), both["escape"].to_numpy())


def _studies(discriminator: int, generator: int) -> list[str]:
    """Which studies a pair of widths belongs to; the paper's to all."""
    return [
        study
        for study, belongs in (
            ("discriminator", generator == GENERATOR_WIDTH),
            ("generator", discriminator == DISCRIMINATOR_WIDTH),
            ("both", discriminator * GENERATOR_WIDTH == generator * DISCRIMINATOR_WIDTH),
        )
        if belongs
    ]


def draw_width(outcomes: pd.DataFrame, iterations: int) -> tuple[Figure, pd.DataFrame]:
    """Medians with 95 % intervals above, shares of seeds that escape below; returns `width_summary` too."""
    check_iterations(outcomes, iterations)
    summary = width_summary(outcomes)
    drawn = style.figure(4.0)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(2, len(STUDIES), sharey="row", sharex="col", height_ratios=(1.7, 1))
        for column, (study, label) in enumerate(STUDIES.items()):
            of_study = summary[summary["study"] == study]
            _draw_study(places[0, column], places[1, column], of_study, study, iterations)
            places[1, column].set_xlabel(label)
        places[0, 0].set_ylabel("median iteration at which\nboth clusters are found")
        places[1, 0].set_ylabel("share of seeds\nthat find both")
        for loss, side in zip(LOSSES, (0.98, 0.88), strict=True):
            places[0, 0].text(
                0.98,
                side,
                f"{LOSS_NAMES[loss]} ({kind_of(loss)})",
                color=colour_of(loss),
                transform=places[0, 0].transAxes,
                ha="right",
                va="top",
                fontweight="bold",
            )
        drawn.suptitle(
            f"Escape against width: medians of {summary['seeds'].max()} seeds with 95 % intervals", fontsize=9
        )
    return drawn, summary


def _draw_study(above: Axes, below: Axes, summary: pd.DataFrame, study: str, iterations: int) -> None:
    width = "generator_width" if study == "generator" else "discriminator_width"
    widths = sorted(summary[width].unique())
    for loss in LOSSES:
        line = summary[summary["loss"] == loss].sort_values(width)
        at = np.searchsorted(widths, line[width]) + SHIFT[loss]
        colour = colour_of(loss)
        for place, value in ((above, "median"), (below, "escaped")):
            low, high = ("low", "high") if value == "median" else ("escaped_low", "escaped_high")
            shown = line[[value, low, high]].clip(upper=iterations)
            errors = np.abs(shown[[low, high]].to_numpy() - shown[[value]].to_numpy()).T
            place.errorbar(
                at,
                shown[value],
                errors,
                color=colour,
                marker="o",
                markersize=3.5,
                linewidth=1.2,
                capsize=2,
                clip_on=False,
            )
        for place in at[~np.isfinite(line["median"])]:
            above.plot(place, iterations, "^", color=colour, markersize=7, clip_on=False)
            above.annotate(
                "never", (place, iterations), (0, -11), textcoords="offset points", ha="center", color=colour
            )
    above.set_yscale("log")
    above.set_yticks([30, 100, 300, 1000, 3000], ["30", "100", "300", "1000", "3000"])
    above.minorticks_off()
    least = summary["low"][np.isfinite(summary["low"])].min()
    above.set_ylim(min(200, iterations / 25, 0.8 * least), 1.05 * iterations)
    below.set_ylim(0, 1.02)
    below.set_xticks(range(len(widths)), [str(units) for units in widths])
    below.set_xlim(-0.4, len(widths) - 0.6)
