"""The tables of docs/two_clusters.md, computed again from the reference results at the paper's scale."""

from math import isfinite
from pathlib import Path

import pandas as pd
import pytest

from ganscape.reporting.losses import LOSS_NAMES

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "results/reference/paper"
BOTH = ("js", "rs")


def percent(share):
    """Whole per cent, but for shares that would look like none or all."""
    if share in (0, 1):
        return "all" if share else "none"
    value = 100 * share
    return f"{value:.1f} %" if value < 0.5 or value > 99.5 else f"{value:.0f} %"


def of_setting(table, loss, discriminator, generator, share=0.5):
    keys = ["loss", "discriminator_width", "generator_width", "share"]
    found = table[(table[keys] == pd.Series([loss, discriminator, generator, share], keys)).all(axis=1)]
    return found.iloc[0]


def lines(folder):
    """The lines of the tables on widths, unequal clusters and other losses."""
    settings = pd.read_csv(folder / "tables/two_clusters.csv")
    widths = pd.read_csv(folder / "figures/width.csv")
    shares = pd.read_csv(folder / "figures/imbalance_clusters.csv")
    escape = pd.read_csv(folder / "figures/escape.csv")
    return [*width_lines(settings, widths), *share_lines(shares), *loss_lines(settings, escape)]


def width_lines(settings, widths):
    pairs = widths[["discriminator_width", "generator_width"]].drop_duplicates()
    others = sorted(pair for pair in pairs.itertuples(index=False, name=None) if pair != (10, 5))
    yield f"| discriminator, generator | {' | '.join(f'{d}, {g}' for d, g in others)} |"
    for loss in BOTH:
        cells = []
        for pair in others:
            where = {"loss": loss, "discriminator_width": pair[0], "generator_width": pair[1]}
            row = widths[(widths[list(where)] == pd.Series(where)).all(axis=1)].iloc[0]
            cells.append(f"{row['sooner']:.2f} ({row['sooner_low']:.2f}-{row['sooner_high']:.2f})")
        yield f"| {LOSS_NAMES[loss]}, times sooner | {' | '.join(cells)} |"
    for loss in BOTH:
        escaped = [percent(of_setting(settings, loss, *pair)["escaped"]) for pair in others]
        usual = percent(of_setting(settings, loss, 10, 5)["escaped"])
        yield f"| {LOSS_NAMES[loss]}, escape ({usual}) | {' | '.join(escaped)} |"


def share_lines(shares):
    kept = sorted(shares["share"].unique())
    for event, words in (("success", "end in proportion"), ("collapsed", "end collapsed")):
        for loss in BOTH:
            cells = []
            for share in kept:
                row = shares[shares["loss"].eq(loss) & shares["share"].eq(share)].iloc[0]
                low, high = (100 * row[f"{event}_{end}"] for end in ("low", "high"))
                cells.append(f"{percent(row[event])} ({low:.0f}-{high:.0f})")
            yield f"| {words}, {LOSS_NAMES[loss]} | {' | '.join(cells)} |"


def loss_lines(settings, escape):
    for name, (separable, paired) in {
        "JS, RS": ("js", "rs"),
        "least squares": ("ls", "rp-ls"),
        "hinge": ("hinge", "rp-hinge"),
    }.items():
        ratio = escape[escape["part"].eq("ratio") & escape["loss"].eq(separable)].iloc[0]
        of = [of_setting(settings, loss, 10, 5) for loss in (separable, paired)]
        medians = [f"{row['escape_median']:.0f}" if isfinite(row["escape_median"]) else "never" for row in of]
        never = ", ".join(percent(1 - row["escaped"]) for row in of)
        left = ", ".join(percent(1 - row["ends_success"] / row["escaped"]) for row in of)
        interval = f"{ratio['median']:.2g} ({ratio['low']:.2g} to {ratio['high']:.2g})"
        yield f"| {name} | {' | '.join(medians)} | {interval} | {never} | {left} |"


@pytest.mark.parametrize("line", lines(REFERENCE), ids=lambda line: line.split("|")[1].strip())
def test_the_page_has_what_the_reference_results_have(line):
    assert line in (ROOT / "docs/two_clusters.md").read_text(encoding="utf-8").splitlines()
