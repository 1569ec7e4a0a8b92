"""Tables and prose of docs/two_clusters.md, computed again from the reference results."""

from math import inf, isfinite
from pathlib import Path

import pandas as pd
import pytest

from ganscape.claims.rules import ESCAPE_ABOUT
from ganscape.reporting.losses import LOSS_NAMES
from ganscape.reporting.outcomes import CLOSE, collapsed_loss
from ganscape.reporting.statistics import median_interval, proportion_interval

ROOT = Path(__file__).parents[1]
REFERENCE = ROOT / "results/reference/paper"
PAGE = (ROOT / "docs/two_clusters.md").read_text(encoding="utf-8")
BOTH = ("js", "rs")
NEAR = 0.05  # of D in a collapse, to the theory's value


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


def outcomes(loss):
    """A row per seed in the paper's setting."""
    return pd.read_csv(REFERENCE / f"clusters/two/{loss}-10-5-share0.5.csv", index_col="seed")


def sentences():
    """What the page says of seeds one by one."""
    return [
        *loss_sentences(),
        *speed_sentences(),
        *collapse_sentences(),
        *width_sentences(),
        *share_sentences(),
        *gaussians_sentences(),
    ]


def loss_sentences():
    for loss in BOTH:
        smallest, theory = outcomes(loss)["min_d_loss"], collapsed_loss(loss)
        low, median, high = smallest.quantile([0.05, 0.5, 0.95])
        near = (smallest - theory).abs() <= CLOSE
        at_least, at_most = (100 * end for end in proportion_interval(near.sum(), len(near)))
        of_all = "5th to 95th percentile " if loss == "js" else ""
        yield (
            f"the median is {median:.3f} ({of_all}{low:.3f} to {high:.3f}); for {percent(near.mean())} "
            f"({at_least:.0f} to {at_most:.0f}) it is within {CLOSE:g} of {theory:.3f}, and "
            f"{percent((smallest < theory - CLOSE).mean())} dip below"
        )


def speed_sentences():
    js, rs = (outcomes(loss)["escape_time"] for loss in BOTH)
    first, third = rs.quantile([0.25, 0.75])
    yield f"half of those that escape between {first:.0f} and {third:.0f}"
    slower = rs.fillna(inf) > js.fillna(inf)
    threefold = js.fillna(inf).ge(3 * rs.fillna(inf)) & rs.notna()
    yield (
        f"three times or more for {percent(threefold.mean())} of the seeds, and for {percent(slower.mean())} "
        "RS-GAN is the slower one"
    )
    never = outcomes("wgan-gp")
    yield f"({percent(never['escape_time'].notna().mean())} escape, none stays)"
    assert not never["success"].any()


def collapse_sentences():
    figure = pd.read_csv(REFERENCE / "figures/figure6.csv")
    found = figure[figure["part"] == "all seeds"].pivot(
        index=["seed", "iteration"], columns="at", values="value"
    )
    when = found.index.get_level_values("iteration")
    theirs = found.sub({"occupied": 1 / 3, "empty": 1}).abs().le(NEAR).all(axis=1)
    undecided = found.sub(1 / 2).abs().le(NEAR).all(axis=1)
    shares = []
    for values in (theirs, undecided):
        low, high = (100 * end for end in proportion_interval(values.sum(), len(values)))
        shares.append(f"{values.sum()} ({low:.0f} to {high:.0f} %)")
    yield (
        f"of the {len(found)} that collapse after their start, in the middle of their longest collapse "
        f"{shares[0]} have both values within {NEAR:g}, and {shares[1]} have ½ in both places"
    )
    early, late, latest = when <= 800, when > 1600, when >= 2800
    exceptions = {2: "two"}[(~theirs[late]).sum()]
    assert not theirs[early].any() and theirs[latest].all()
    yield (
        f"until iteration 800 none of {early.sum()} has the former, after 1,600 all but {exceptions} of "
        f"{late.sum()}, and all {latest.sum()} that are as late as the paper's, at 2,800 or later"
    )
    bands = figure[
        figure["part"].eq("band") & figure["loss"].eq("js") & figure["iteration"].between(2000, 4000)
    ]
    least = bands.groupby("percentile")["value"].min()
    yield f"is never below {least[5]:.3f} and the 25th never below {least[25]:.3f}"
    js, rs = (outcomes(loss)["iterations_collapsed"].median() for loss in BOTH)
    yield f"the median seed is collapsed for {rs:.0f} of the 5,000 iterations, under JS-GAN for {js:.0f}"


def width_sentences():
    settings = pd.read_csv(REFERENCE / "tables/two_clusters.csv")
    js = settings[settings["loss"].eq("js") & settings["share"].eq(0.5)]
    in_step = js["discriminator_width"].ge(10) & js["discriminator_width"].eq(2 * js["generator_width"])
    settings = js[in_step].sort_values("discriminator_width")
    collapsed = [f"{iterations:.0f}" for iterations in settings["iterations_collapsed"]]
    yield (
        f"its median seed is collapsed for {collapsed[0]} iterations with the paper's widths and for "
        f"{collapsed[1]} and {collapsed[2]} where both are two and four times as wide, but that is a small "
        f"part of the {settings['escape_median'].iloc[0]:,.0f} that it takes to escape"
    )


def share_sentences():
    figure = pd.read_csv(REFERENCE / "figures/imbalance_clusters.csv")
    js = figure[figure["loss"] == "js"].set_index("share").drop(0.5)
    of_missing = js["collapsed"] / (1 - js["success"])
    assert ((of_missing > 0.5) == (js.index > 0.5)).all()
    two, four = of_missing.loc[[0.6667, 0.8]]
    yield (
        "most are collapsed where the small cluster is at 4 "
        f"({percent(two)} at 2:1, {percent(four)} at 4:1), and most have points in both clusters, or between "
        "them, where it is at 0"
    )


def gaussians_sentences():
    looks = pd.read_csv(REFERENCE / "figures/gaussians.csv")
    looks = looks[looks["iteration"] == looks["iteration"].max()]
    last = looks.set_index(["mixture", "loss", "measure"])
    assert last["lower"].xs("modes", level="measure").tolist() == [5, 5, 25, 25]  # ring, grid
    good = last["median"].xs("good_share", level="measure")
    yield (
        f"ring {percent(good['ring', 'js'])} of the samples of the median seed are good under JS-GAN and "
        f"{percent(good['ring', 'rs'])} under RS-GAN, on the grid {percent(good['grid', 'js'])} and "
        f"{percent(good['grid', 'rs'])}, with quartiles that overlap"
    )


def test_the_page_on_claims_says_what_more_seeds_make_of_a_close_call():
    more = pd.read_csv(REFERENCE.parent / "more_seeds/rs-10-5-share0.5.csv", index_col="seed")
    pd.testing.assert_frame_equal(more[:256], outcomes("rs"))
    median, low, high = median_interval(more["escape_time"].fillna(inf).to_numpy())
    page = " ".join((ROOT / "docs/claims.md").read_text(encoding="utf-8").split())
    assert f"That of {len(more):,} seeds does not: the median is {median:g} ({low:.0f} to {high:.0f})" in page
    of_fewer = median_interval(outcomes("rs")["escape_time"].fillna(inf).to_numpy())[2]
    assert high < 800 - ESCAPE_ABOUT <= of_fewer


@pytest.mark.parametrize("line", lines(REFERENCE), ids=lambda line: line.split("|")[1].strip())
def test_the_tables_of_the_page_have_what_the_reference_results_have(line):
    assert line in PAGE.splitlines()


@pytest.mark.parametrize("sentence", sentences())
def test_the_prose_of_the_page_says_what_the_reference_results_have(sentence):
    assert sentence in " ".join(PAGE.split())
