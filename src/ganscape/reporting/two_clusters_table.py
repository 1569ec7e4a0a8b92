"""Table `two_clusters`: what became of all seeds, setting by setting."""

import numpy as np
import pandas as pd

from ganscape.clusters.two_clusters import DISCRIMINATOR_WIDTH, DIVERGED, GENERATOR_WIDTH
from ganscape.reporting.imbalance_clusters import ratio_name
from ganscape.reporting.losses import LOSS_NAMES
from ganscape.reporting.outcomes import BALANCED, CLOSE, SETTING, collapsed_loss, ends_collapsed
from ganscape.reporting.rendering import Cell, Column, Section, Table, number
from ganscape.reporting.statistics import median_interval, proportion_interval

SHARES = ("escaped", "at_collapsed_value", "ends_success", "ends_collapsed")
PERCENTILES = (0.05, 0.5, 0.95)


def summarised_outcomes(outcomes: pd.DataFrame) -> pd.DataFrame:
    """A row per setting.

    Columns: those of `SETTING`, `seeds`, `diverged` (how many); the shares of seeds `escaped` (ever a
    success), `at_collapsed_value` (whose smallest D loss is within 0.02 of the collapsed state's),
    `ends_success` and `ends_collapsed`, each with `_low` and `_high`; `escape_median` with `_low` and
    `_high`, infinite where more than half of the seeds do not escape; `min_d_loss`, its median,
    `min_d_loss_low`, `min_d_loss_high`, its 5th and 95th percentiles, and `min_d_loss_median_low` and
    `min_d_loss_median_high`, the interval of the median; `collapsed_value`, the theory's;
    `iterations_collapsed`, the median of how many of its iterations a seed is collapsed, with `_low` and
    `_high`.
    """
    return pd.DataFrame(
        [
            _summary(dict(zip(SETTING, key, strict=True)), group)
            for key, group in outcomes.groupby(SETTING, sort=False)
        ]
    )


def _summary(setting: dict, group: pd.DataFrame) -> dict:
    collapsed_at = collapsed_loss(setting["loss"], _larger(setting["share"]))
    close = pd.Series(False, index=group.index)
    if collapsed_at is not None:
        close = (group["min_d_loss"] - collapsed_at).abs() <= CLOSE
    happened = {
        "escaped": np.isfinite(group["escape"]),
        "at_collapsed_value": close,
        "ends_success": group["success"],
        "ends_collapsed": ends_collapsed(group),
    }
    row = {**setting, "seeds": len(group), "diverged": int(group["status"].eq(DIVERGED).sum())}
    for name in SHARES:
        low, high = proportion_interval(int(happened[name].sum()), len(group))
        row |= {name: happened[name].mean(), f"{name}_low": low, f"{name}_high": high}
    median, low, high = median_interval(group["escape"].to_numpy())
    row |= {"escape_median": median, "escape_median_low": low, "escape_median_high": high}
    low, median, high = group["min_d_loss"].quantile(PERCENTILES)
    row |= {"min_d_loss": median, "min_d_loss_low": low, "min_d_loss_high": high}
    _, low, high = median_interval(group["min_d_loss"].dropna().to_numpy())
    row |= {"min_d_loss_median_low": low, "min_d_loss_median_high": high}
    row["collapsed_value"] = np.nan if collapsed_at is None else collapsed_at
    median, low, high = median_interval(group["iterations_collapsed"].to_numpy(float))
    return row | {
        "iterations_collapsed": median,
        "iterations_collapsed_low": low,
        "iterations_collapsed_high": high,
    }


def _larger(share: float) -> float:
    """The share of the larger cluster, on which a collapse is taken to be."""
    return max(share, 1 - share)


def two_clusters_table(summary: pd.DataFrame) -> Table:
    """Sections for the paper's setting, other widths, and unequal shares."""
    paper_widths = summary["discriminator_width"].eq(DISCRIMINATOR_WIDTH) & summary["generator_width"].eq(
        GENERATOR_WIDTH
    )
    balanced = summary["share"].eq(BALANCED)
    sections = (
        ("The paper's setting: widths 10 and 5, equal clusters", paper_widths & balanced),
        ("Other widths", ~paper_widths & balanced),
        ("Unequal clusters", ~balanced),
    )
    columns = [
        Column("loss", words=True),
        Column("D", "Width"),
        Column("G", "Width"),
        Column("0:4", "Real"),
        Column("seeds"),
        Column("of seeds, %", "Escaped"),
        Column("median iteration", "Escaped"),
        Column("median (5 % to 95 %)", "Smallest D loss"),
        Column("collapsed value", "Smallest D loss"),
        Column("near it, % of seeds", "Smallest D loss"),
        Column("median", "Iterations collapsed"),
        Column("in success, %", "Ends"),
        Column("collapsed, %", "Ends"),
    ]
    notes = [
        "0:4 is the ratio of real points at 0 to those at 4. A seed escapes at the first iteration with at "
        "least 80 % of its share of generated points in each cluster (40 of 100 in each where they are "
        "equal); it is collapsed where one has at least 80 of 100 points and the other at most 5. Ranges "
        "after shares, medians of escape and of iterations collapsed are 95 % intervals; where a whole "
        "interval is never, only that is said. The collapsed value is the theory's for all generated points "
        f"in the larger cluster; near it are seeds whose smallest loss is within {CLOSE:g}, not those that "
        "dip below.",
        "The paper shows one run of each loss: JS-GAN with a smallest D loss of about 0.48, RS-GAN with one "
        "of about 0.35 that escapes at about 800, three to four times faster.",
    ]
    if diverged := int(summary["diverged"].sum()):
        notes.append(f"{diverged} seeds diverged; they count as not escaped.")
    return Table(
        "Two clusters, over seeds",
        notes,
        columns,
        [
            Section(heading, [_row(row) for _, row in summary[chosen].iterrows()])
            for heading, chosen in sections
            if chosen.any()
        ],
        "two_clusters",
    )


def _row(row: pd.Series) -> list[Cell]:
    texts = [
        LOSS_NAMES[row["loss"]],
        str(row["discriminator_width"]),
        str(row["generator_width"]),
        ratio_name(row["share"]),
        str(row["seeds"]),
        _percent(row, "escaped"),
        _iterations(row["escape_median"], row["escape_median_low"], row["escape_median_high"]),
        _range(*(number(row[f"min_d_loss{end}"], 3) for end in ("", "_low", "_high"))),
        number(row["collapsed_value"], 3),
        "" if np.isnan(row["collapsed_value"]) else _percent(row, "at_collapsed_value"),
        _iterations(*(row[f"iterations_collapsed{end}"] for end in ("", "_low", "_high"))),
        _percent(row, "ends_success"),
        _percent(row, "ends_collapsed"),
    ]
    return [Cell(text) for text in texts]


def _percent(row: pd.Series, name: str) -> str:
    return _range(*(number(100 * row[f"{name}{end}"], 0) for end in ("", "_low", "_high")))


def _iterations(middle: float, low: float, high: float) -> str:
    if np.isinf(low):
        return "never"
    return _range(*(number(value, 0) if np.isfinite(value) else "never" for value in (middle, low, high)))


def _range(middle: str, low: str, high: str) -> str:
    return f"{middle} ({low} to {high})" if middle else ""
