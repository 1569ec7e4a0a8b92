"""The rules by which each statement and figure of the paper is judged: the only place that knows any.

A rule names its evidence, says in words what counts as agreement, and computes from the evidence what was
measured and whether it agrees. None is chosen by the verdict that it gives; which were changed when results
were known, and why, is in docs/claims.md:

- a value of the theory agrees if it is the printed one, rounded, or one unit of its last digit off;
- a figure of one run of the paper agrees with the median of many seeds if the median's 95 % interval meets
  the figure, give or take what "about" stands for;
- a figure of an image experiment agrees if our mean is within 5 % of it, or, of three seeds or more, if one
  more run may have it at a confidence of 95 %;
- that something is better, or larger, agrees if the 95 % interval of the difference is above zero; of single
  seeds, which have no interval, if the difference is, and the row says that there was one seed.

What is measured at another scale than the paper's (`ganscape.claims.protocol`), or on other data, is a
stand-in: its row shows what was measured and judges nothing.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from math import factorial, isfinite, isnan
from typing import Any

import pandas as pd

from ganscape.claims.evidence import Evidence, NotRun
from ganscape.claims.protocol import departures
from ganscape.clusters.two_clusters import DISCRIMINATOR_WIDTH, GENERATOR_WIDTH
from ganscape.errors import InputError
from ganscape.reporting.figure6 import NEAR
from ganscape.reporting.losses import LOSS_NAMES, kind_of
from ganscape.reporting.measurements import PAPER_EXTRACTOR
from ganscape.reporting.outcomes import BALANCED, CLOSE
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.statistics import (
    combination_interval,
    difference_interval,
    median_interval,
    prediction_half_width,
    proportion_interval,
    student_interval,
)
from ganscape.reporting.studies import DATASET_NAMES

RELATIVE, MOST_RELATIVE = 0.05, 0.15  # of a printed IS or FID; the latter however much seeds scatter
SEEDS_TO_PREDICT = 3
SEEDS_OF_A_MEDIAN = 30  # with fewer its interval meets almost anything
MOST_OF_GAP = 0.5  # of a gap, however much seeds scatter; two that differ by less are similar
STUCK_AT = 2800  # the iteration of Figure 6 (c)
ESCAPE_ABOUT = 50  # iterations; "about 800" has one digit

Paper = str | float
"""What the paper has: a number, a range such as "3-4", or "true"."""


@dataclass(frozen=True)
class Run:
    """What a rule may look at: the results of one preset and the configuration, nested like `config.yaml`."""

    evidence: Evidence
    configuration: dict[str, Any]


@dataclass(frozen=True)
class Finding:
    """What was measured, with intervals and seeds; whether it agrees; why it only stands in, if it does."""

    measured: str
    agrees: bool
    stands_in: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """`tolerance` is the rule in words; `evidence` names files below the results, without their endings;
    `judge` raises `NotRun` where they were not made."""

    tolerance: str
    evidence: tuple[str, ...]
    judge: Callable[[Run, Paper], Finding]


# ---------------------------------------------------------------------------------------------------
# Words


def shown(value: float, digits: int) -> str:
    """A number as the ledger has it; "never" for an infinite time."""
    return f"{value:.{digits}f}" if isfinite(value) else "never" if value > 0 else "not known"


def with_interval(value: float, low: float, high: float, seeds: int, digits: int) -> str:
    """A number, its 95 % interval and the number of seeds."""
    if isnan(low) or isnan(high):
        return f"{shown(value, digits)} ({_seeds(seeds)}, no interval)"
    interval = f"{shown(low, digits)} to {shown(high, digits)}"
    return f"{shown(value, digits)} (95 % interval {interval}, {_seeds(seeds)})"


def _seeds(count: int) -> str:
    return "1 seed" if count == 1 else f"{count} seeds"


def _lost(count: int, separator: str = ",") -> str:
    """What is to be said where seeds did not finish."""
    return f"{separator} {_seeds(count)} more did not finish" if count else ""


def _is_positive(value: float, low: float) -> bool:
    """Whether a difference surely is; one without an interval, as of single seeds, by itself."""
    return (value if isnan(low) else low) > 0


def _meets(low: float, high: float, paper_low: float, paper_high: float) -> bool:
    """Whether two intervals have a point in common; one without an end, as of "never", has none."""
    return isfinite(low) and isfinite(high) and low <= paper_high and paper_low <= high


def _range(paper: Paper) -> tuple[float, float]:
    """The ends of a printed range, such as "3-4"."""
    low, high = str(paper).split("-")
    return float(low), float(high)


# ---------------------------------------------------------------------------------------------------
# Theory: Sections 3, 4 and 6. Nothing here depends on seeds, data or scale.

VALUES = ("state", "pattern", "loss", "value", "strict_local_minimum")
MINIMA = ("n", "loss", "by_enumeration", "by_symmetry")
GLOBAL = ("n", "loss", "states", "lowest", "theorem", "at_lowest", "permutations", "reaching")
CHECKS = ("loss", "assumption", "holds", "evidence")
DEPTHS = ("study", "loss", "share", "rise_percent")
FOURTH_DIGIT = 1.000001e-4


def _state_value(loss: str, state: str, run: Run, paper: Paper) -> Finding:
    values = run.evidence.table("tables/landscape_values", VALUES)
    # Two states are mode dropping: `s1b`, and `s1b crossed`, where the point found is the other pair's.
    found = values[values["loss"].eq(loss) & values["state"].str.split().str[0].eq(state)]
    _require(found, f"{state} of {loss}")
    printed = found["value"].round(4)
    words = [
        f"{value + 0.0:.4f} ({len(same)} of {len(found)} states: y = {', '.join(f'({p})' for p in same)})"
        for value, same in found.groupby(printed)["pattern"]
    ]
    agreeing = (printed - float(paper)).abs() <= FOURTH_DIGIT
    if not agreeing.all() and agreeing[found["state"] == state].all():
        words.append("those that the authors' talk counts, with one i such that x_i = y_i, agree")
    return Finding("; ".join(words), bool(agreeing.all()))


def _collapse_is_strict_minimum(run: Run, paper: Paper) -> Finding:
    values = run.evidence.table("tables/landscape_values", VALUES)
    js = values[values["loss"] == "js"].set_index("pattern")
    _require(js, "JS-GAN")
    collapse, perfect = js.loc["x1 x1"], js.loc["x1 x2"]
    strict = bool(collapse["strict_local_minimum"])
    lower = perfect["value"] < collapse["value"] - FOURTH_DIGIT
    minimum = "a strict local minimum" if strict else "no strict local minimum"
    return Finding(
        f"(x1, x1) is {minimum}; its value {collapse['value']:.4f}, the lowest {perfect['value']:.4f}",
        strict and bool(lower),
    )


def _global_minimum(loss: str, run: Run, paper: Paper) -> Finding:
    minima = run.evidence.table("tables/global_minima", GLOBAL)
    found = minima[minima["loss"] == loss]
    _require(found, loss)
    # Where the paper prints no value, it is that of its formula.
    printed = float(paper) if isinstance(paper, float) else found["theorem"]
    values = (found["lowest"].round(4) - printed).abs() <= FOURTH_DIGIT
    permutations = found["n"].map(factorial)
    exactly = found["at_lowest"].eq(permutations) & found["permutations"].eq(permutations)
    where = "exactly the n! permutations" if exactly.all() else "other states than the n! permutations"
    words = f"{found['lowest'].iloc[0]:.4f}, reached in {where} ({_numbers(found['n'])})"
    if kind_of(loss) == "separable":
        words += f"; the formula as printed, with its minus sign, has {-found['lowest'].iloc[0]:.4f}"
    return Finding(words, bool(values.all() and exactly.all()))


def _assumptions(losses: tuple[str, ...], run: Run, paper: Paper) -> Finding:
    checks = run.evidence.table("tables/assumptions", CHECKS)
    words, holds = [], True
    for loss in losses:
        of_loss = checks[checks["loss"] == loss]
        _require(of_loss, loss)
        failing = of_loss[~of_loss["holds"]]
        holds &= failing.empty
        words.append(
            f"{LOSS_NAMES[loss]}: {', '.join(of_loss['assumption'].astype(str))} hold"
            if failing.empty
            else f"{LOSS_NAMES[loss]}: {failing.iloc[0]['assumption']} fails ({failing.iloc[0]['evidence']})"
        )
    return Finding("; ".join(words), bool(holds))


def _violates(loss: str, assumption: str, run: Run, paper: Paper) -> Finding:
    checks = run.evidence.table("tables/assumptions", CHECKS)
    found = checks[checks["loss"].eq(loss) & checks["assumption"].astype(str).eq(assumption)]
    _require(found, f"{assumption} of {loss}")
    holds = bool(found.iloc[0]["holds"])
    return Finding(f"{assumption} {'holds' if holds else 'fails'}: {found.iloc[0]['evidence']}", not holds)


def _strict_minima_of_separable(n: int, run: Run, paper: Paper) -> Finding:
    checks = run.evidence.table("tables/assumptions", CHECKS)
    meets = checks.groupby("loss")["holds"].all()
    counts = run.evidence.table("tables/strict_minima", MINIMA)
    found = counts[counts["n"].eq(n) & counts["loss"].map(kind_of).eq("separable")]
    _require(found, f"n = {n}")
    words, agreeing = [], []
    for row in found.itertuples():
        words.append(f"{LOSS_NAMES[row.loss]} {row.by_symmetry}")
        if meets[row.loss]:
            agreeing.append(row.by_symmetry == row.by_enumeration == float(paper))
        else:
            words[-1] += " (to which the theorem does not apply)"
    return Finding("; ".join(words), bool(agreeing) and all(agreeing))


def _no_strict_minima_of_paired(run: Run, paper: Paper) -> Finding:
    counts = run.evidence.table("tables/strict_minima", MINIMA)
    found = counts[counts["loss"].map(kind_of).eq("paired")]
    _require(found, "the paired losses")
    most = int(max(found["by_symmetry"].max(), found["by_enumeration"].max()))
    losses = " and ".join(LOSS_NAMES[loss] for loss in found["loss"].unique())
    told = f"{most} for each of" if not most else f"up to {most} for"
    return Finding(f"{told} {losses} ({_numbers(found['n'])})", most == float(paper))


def _reachable(run: Run, paper: Paper) -> Finding:
    minima = run.evidence.table("tables/global_minima", GLOBAL)
    found = minima[minima["loss"].map(kind_of).eq("paired")]
    _require(found, "the paired losses")
    states, reaching = int(found["states"].sum()), int(found["reaching"].sum())
    words = f"verified paths from {reaching} of {states} states ({_numbers(found['n'])}, three losses)"
    return Finding(words, states == reaching)


def _deeper_under_imbalance(run: Run, paper: Paper) -> Finding:
    depths = run.evidence.table("figures/basin_depth", DEPTHS)
    js = depths[depths["loss"].eq("js") & depths["study"].isin(["small share", "missing share"])]
    _require(js, "JS-GAN")
    few, few_deeper = _climb(js[js["study"] == "small share"])
    all_missing, _ = _climb(js[js["study"] == "missing share"])
    words = f"per share that leaves, the least climb to a lower value is {few}"
    words += "; where all that is missing elsewhere leaves at once, a higher climb than need be, it is "
    return Finding(words + all_missing, few_deeper)


def _climb(depths: pd.DataFrame) -> tuple[str, bool]:
    """The climb out of clusters of all sizes in words, and whether it is higher out of every larger one."""
    rise = depths.set_index("share")["rise_percent"]
    balanced, larger = rise[BALANCED], rise[rise.index > BALANCED]
    words = f"{balanced:.1f} % of the depth when balanced, {larger.min():.1f} to {larger.max():.1f} % "
    return words + "out of a larger cluster", bool((larger > balanced).all())


def _numbers(values: pd.Series) -> str:
    return f"n = {int(values.min())} to {int(values.max())}"


def _require(found: pd.DataFrame, what: str) -> None:
    if found.empty:
        raise NotRun(f"nothing of {what} was computed")


# ---------------------------------------------------------------------------------------------------
# Two clusters: Section 5 and the first half of Section 6. Seeds of the paper's setting.

SETTINGS = (
    *("loss", "discriminator_width", "generator_width", "share", "seeds", "escape_median"),
    *("escape_median_low", "escape_median_high", "min_d_loss", "min_d_loss_median_low"),
    *("min_d_loss_median_high", "at_collapsed_value", "iterations_collapsed"),
    *("iterations_collapsed_low", "iterations_collapsed_high"),
)
IMBALANCE = (
    *("loss", "share", "seeds", "collapsed", "collapsed_low", "collapsed_high"),
    *("success", "success_low", "success_high"),
)


def _of_two_clusters(run: Run, loss: str) -> pd.Series:
    """What became of all seeds of the paper's setting."""
    found = _of_both_widths(run, loss)
    found = found[found["discriminator_width"] == DISCRIMINATOR_WIDTH]
    _require(found, f"{loss} in the paper's setting")
    return found.iloc[0]


def _of_both_widths(run: Run, loss: str) -> pd.DataFrame:
    """What became of all seeds on equal clusters where both networks are as wide as, or wider than, the
    paper's, narrowest first."""
    table = run.evidence.table("tables/two_clusters", SETTINGS)
    times = table["discriminator_width"] / DISCRIMINATOR_WIDTH
    in_step = times.ge(1) & times.eq(table["generator_width"] / GENERATOR_WIDTH)
    found = table[table["loss"].eq(loss) & in_step & table["share"].eq(BALANCED)]
    return found.sort_values("discriminator_width")


def _at_length(run: Run) -> tuple[str, ...]:
    found = departures(run.configuration, ["clusters"])
    seeds = _configured(run, "clusters", "seeds")
    if seeds < SEEDS_OF_A_MEDIAN:
        found.append(f"{_seeds(seeds)}, fewer than {SEEDS_OF_A_MEDIAN}")
    return tuple(found)


def _smallest_loss(loss: str, run: Run, paper: Paper) -> Finding:
    row = _of_two_clusters(run, loss)
    low, high = row["min_d_loss_median_low"], row["min_d_loss_median_high"]
    words = f"median {with_interval(row['min_d_loss'], low, high, row['seeds'], 3)}"
    words += f"; within {CLOSE:g} of the theory's value: {100 * row['at_collapsed_value']:.0f} % of the seeds"
    agrees = _meets(low, high, float(paper) - CLOSE, float(paper) + CLOSE)
    return Finding(words, agrees, _at_length(run))


def _stuck_value(where: str, run: Run, paper: Paper) -> Finding:
    figure = run.evidence.table("figures/figure6", ("part", "at", "iteration", "value"))
    collapses = figure[figure["part"].eq("all seeds") & figure["at"].eq(where)]
    _require(collapses, "a JS-GAN that collapses")
    near = (collapses["value"] - float(paper)).abs() <= NEAR
    stuck = collapses[collapses["iteration"] >= STUCK_AT]
    _require(stuck, f"a JS-GAN that is stuck at iteration {STUCK_AT} or later")
    median, low, high = median_interval(stuck["value"].to_numpy())
    words = (
        f"median {with_interval(median, low, high, len(stuck), 3)} of those whose longest collapse is as "
        f"late as the paper's (its middle at iteration {STUCK_AT} or later); within {NEAR:g} of "
        f"{float(paper):.3g} are {near[stuck.index].sum()} of these, and {100 * near.mean():.0f} % of all "
        f"{len(collapses)} that collapse at any time"
    )
    # Few are stuck that late, so all of the interval has to be there.
    agrees = float(paper) - NEAR <= low and high <= float(paper) + NEAR
    return Finding(words, agrees, _at_length(run))


def _weaker_attraction(run: Run, paper: Paper) -> Finding:
    js, rs = (_of_two_clusters(run, loss) for loss in ("js", "rs"))
    words = "; ".join(f"{LOSS_NAMES[row['loss']]} {_collapsed_for(row)}" for row in (js, rs))
    shorter = rs["iterations_collapsed_high"] < js["iterations_collapsed_low"]
    return Finding(f"iterations that the median seed is collapsed: {words}", bool(shorter), _at_length(run))


def _collapsed_for(row: pd.Series) -> str:
    low, high = row["iterations_collapsed_low"], row["iterations_collapsed_high"]
    return with_interval(row["iterations_collapsed"], low, high, row["seeds"], 0)


def _collapsed_for_less_time(run: Run, paper: Paper) -> Finding:
    _of_two_clusters(run, "js")
    first, *wider = (row for _, row in _of_both_widths(run, "js").iterrows())
    _require(pd.DataFrame(wider), "wider networks of js")
    words = "; ".join(
        f"widths {row['discriminator_width']} and {row['generator_width']}: {_collapsed_for(row)}, of an "
        f"escape at {shown(row['escape_median'], 0)}"
        for row in (first, *wider)
    )
    shorter = all(row["iterations_collapsed_high"] < first["iterations_collapsed_low"] for row in wider)
    told = f"iterations that the median seed is collapsed: {words}"
    return Finding(told, shorter, _at_length(run))


def _escape_time(loss: str, run: Run, paper: Paper) -> Finding:
    row = _of_two_clusters(run, loss)
    low, high = row["escape_median_low"], row["escape_median_high"]
    words = f"median {with_interval(row['escape_median'], low, high, row['seeds'], 0)}"
    agrees = _meets(low, high, float(paper) - ESCAPE_ABOUT, float(paper) + ESCAPE_ABOUT)
    return Finding(words, agrees, _at_length(run))


def _times_faster(slower: str, faster: str, run: Run, paper: Paper) -> Finding:
    figure = run.evidence.table("figures/escape", ("part", "loss", "other", "median", "low", "high", "seeds"))
    ratios = figure[figure["part"].eq("ratio") & figure["loss"].eq(slower) & figure["other"].eq(faster)]
    _require(ratios, f"{slower} beside {faster}")
    seeds = figure[figure["part"].eq("median") & figure["loss"].eq(slower)]["seeds"].iloc[0]
    row = ratios.iloc[0]
    words = f"ratio of the medians {with_interval(row['median'], row['low'], row['high'], int(seeds), 1)}"
    agrees = row["low"] > 1 and _meets(row["low"], row["high"], *_range(paper))
    return Finding(words, bool(agrees), _at_length(run))


def _wider_is_faster(run: Run, paper: Paper) -> Finding:
    columns = ("study", "loss", "discriminator_width", "generator_width", "seeds", "sooner", "sooner_low")
    figure = run.evidence.table("figures/width", (*columns, "sooner_high"))
    words, holds = [], True
    for loss in ("js", "rs"):
        wider = figure[figure["study"].eq("both") & figure["loss"].eq(loss)]
        wider = wider[wider["discriminator_width"] > 10]
        _require(wider, f"wider networks of {loss}")
        for row in wider.itertuples():
            times = with_interval(row.sooner, row.sooner_low, row.sooner_high, row.seeds, 2)
            widths = f"{row.discriminator_width} and {row.generator_width}"
            words.append(f"{LOSS_NAMES[loss]}, widths {widths}: {times}")
            holds &= row.sooner_low > 1 and isfinite(row.sooner)
    told = "median escape time at the paper's widths over that at wider ones (above 1 is faster)"
    return Finding(f"{told}: {'; '.join(words)}", bool(holds), _at_length(run))


def _unequal_clusters(run: Run, paper: Paper) -> Finding:
    figure = run.evidence.table("figures/imbalance_clusters", IMBALANCE)
    unequal = figure[figure["share"] != BALANCED]
    _require(unequal, "unequal clusters")
    words, holding = [], []
    for share, both in unequal.groupby("share"):
        of = both.set_index("loss")
        if not {"js", "rs"} <= set(of.index):
            continue
        js, rs = of.loc["js"], of.loc["rs"]
        words.append(
            f"with {100 * share:.0f} % of the real points at 0, JS-GAN ends collapsed in "
            f"{_percent(js, 'collapsed')}, RS-GAN in proportion in "
            f"{_percent(rs, 'success')}"
        )
        if js["collapsed_low"] > 0.5 and rs["success_low"] > 0.5:
            holding.append(share)
    _require(pd.DataFrame(words), "both losses on unequal clusters")
    words[-1] += f" ({_seeds(int(unequal['seeds'].max()))} each)"
    return Finding("; ".join(words), bool(holding), _at_length(run))


def _percent(row: pd.Series, event: str) -> str:
    low, high = row[f"{event}_low"], row[f"{event}_high"]
    return f"{100 * row[event]:.0f} % ({100 * low:.0f} to {100 * high:.0f})"


# ---------------------------------------------------------------------------------------------------
# Images: Section 6, Table 2 and the appendices.

CONFIGURATION = ("dataset", "architecture", "width", "spectral_norm", "loss", "generator_lr")
SCORES = (
    *CONFIGURATION,
    *("ema", "seeds", "is_mean", "is_std", "fid", "fid_std", "features", "status"),
)
DETAILS = (*CONFIGURATION, "weights", "status")


def scores_of(table: str) -> tuple[str, str]:
    """A table of scores, means over seeds, and the table of its single runs."""
    return f"tables/{table}", f"tables/{table}_details"


def network_in_words(architecture: str, width: str) -> str:
    """`ResNet, half width`."""
    name = {"cnn": "CNN", "resnet": "ResNet"}[architecture]
    return f"{name}, {width}" if width == "bottleneck" else f"{name}, {width} width"


@dataclass(frozen=True)
class Row:
    """One row of a table of scores: a trained configuration, or the real images of a data set."""

    dataset: str
    architecture: str
    width: str = ""
    spectral_norm: str = ""
    loss: str = "real"
    ema: str = "no"

    def __str__(self) -> str:
        if self.loss == "real":
            return f"real images of {DATASET_NAMES[self.dataset]}"
        averaged = ", EMA" if self.ema == "yes" else ""
        return f"{LOSS_NAMES[self.loss]}, {self.network}{averaged}"

    @property
    def network(self) -> str:
        """Data set and network, whatever its loss, in words."""
        normalised = "" if self.spectral_norm == "yes" else " without SN"
        return f"{DATASET_NAMES[self.dataset]}, {network_in_words(self.architecture, self.width)}{normalised}"


@dataclass(frozen=True)
class Score:
    """Mean, standard deviation over seeds (NaN of one) and number of seeds of IS or FID."""

    mean: float
    spread: float
    seeds: int
    lost: int = 0
    """Seeds that diverged."""

    def as_tuple(self) -> tuple[float, float, int]:
        return self.mean, self.spread, self.seeds

    def minus(self, other: "Score") -> tuple[float, float, float]:
        """The difference of the means with its 95 % interval."""
        return difference_interval(self.as_tuple(), other.as_tuple())

    def words(self, digits: int = 2) -> str:
        if not self.seeds:
            return f"{self.mean:.{digits}f}"
        lost = _lost(self.lost, ";")
        spread = f" ± {self.spread:.{digits}f}" if self.seeds > 1 else ""
        return f"{self.mean:.{digits}f}{spread} ({_seeds(self.seeds)}{lost})"


def score_of(run: Run, table: str, row: Row, metric: str = "fid") -> Score:
    """What was measured of a row; raises `NotRun` where seeds are missing, or where every one diverged."""
    measured = _measured(run, table, row)
    if measured["status"] != "done":
        raise NotRun(f"{row}: {measured['status']}")
    mean, spread = ("fid", "fid_std") if metric == "fid" else ("is_mean", "is_std")
    if row.loss == "real":
        return Score(float(measured[mean]), float("nan"), 0)
    lost = _lost_seeds(run, table, row, measured)
    seeds = int(measured["seeds"])
    several = float(measured[spread]) if seeds > 1 else float("nan")
    return Score(float(measured[mean]), several, seeds, lost)


def _lost_seeds(run: Run, table: str, row: Row, measured: pd.Series) -> int:
    """How many seeds of a row diverged, at the learning rate that it shows; raises `NotRun` where trainings
    at any of the configured learning rates were not evaluated."""
    details = run.evidence.table(scores_of(table)[1], DETAILS)
    network = [column for column in CONFIGURATION if column != "generator_lr"]
    same = (details[network] == measured[network]).all(axis=1)
    runs = details[same & details["weights"].eq("ema" if row.ema == "yes" else "raw")]
    rates = _configured(run, "recipes", _recipe_of(table, row))["generator_learning_rates"]
    seeds = _configured(run, SEEDS_OF[table], "seeds")
    _require_all(str(row), len(runs), len(seeds) * len(rates))
    here = runs["generator_lr"].eq(measured["generator_lr"]) & runs["status"].eq("diverged")
    return int(here.sum())


def _recipe_of(table: str, row: Row) -> str:
    if row.loss == "wgan-gp":
        return "wgan-gp"
    return "lsun-cnn" if table == "lsun" else f"{row.dataset}-{row.architecture}"


def _require_all(what: str, evaluated: int, wanted: int) -> None:
    if evaluated < wanted:
        raise NotRun(f"{what}: {evaluated} of {wanted} trainings so far")


def _configured(run: Run, section: str, key: str) -> Any:
    try:
        return run.configuration[section][key]
    except (KeyError, TypeError):
        problem = f"the configuration has no {section}.{key}: give that of `config.yaml` as a whole"
        raise InputError(problem) from None


# Where the configuration has the seeds of a table of scores.
SEEDS_OF = {"table2": "table2", "hinge": "other_losses", "lsun": "lsun"}


def _measured(run: Run, table: str, row: Row) -> pd.Series:
    """A row as the table of scores has it."""
    scores = run.evidence.table(scores_of(table)[0], SCORES)
    name = scores["dataset"]
    same = name.eq(row.dataset) | name.str.endswith(f"(stand-in for {row.dataset})")
    wanted = {"architecture": row.architecture, "loss": row.loss}
    if row.loss != "real":
        wanted |= {"width": row.width, "spectral_norm": row.spectral_norm, "ema": row.ema}
    for column, value in wanted.items():
        same &= scores[column].eq(value)
    found = scores[same]
    _require(found, str(row))
    return found.iloc[0]


def scale_of(run: Run, table: str, *rows: Row) -> tuple[str, ...]:
    """What is not the paper's about the data, trainings and scores of some rows."""
    sections = []
    for row in rows:
        place = "lsun" if table == "lsun" else f"table2.halves.{row.dataset}"
        if row.loss == "real":
            sections += [f"{place}.{key}" for key in ("dataset", "image_size", "channels")]
        else:
            sections.append(place)
        sections += [*SCORING, f"datasets.{row.dataset}"]
        if row.loss != "real":
            sections += ["training", f"recipes.{_recipe_of(table, row)}"]
    configured = departures(run.configuration, dict.fromkeys(sections))
    said = [words for row in rows for words in (*_unnormalised(run, row), *_labels(run, table, row))]
    return tuple(dict.fromkeys([*configured, *said]))


# What evaluation does for tables of scores, and for what is shown over iterations.
SCORING = tuple(
    f"evaluation.{key}"
    for key in ("extractor", "samples", "splits", "fid_samples", "batch_size", "batch_norm")
)
TRACING = ("evaluation.trace_samples", "evaluation.batch_size", "evaluation.batch_norm")


def _unnormalised(run: Run, row: Row) -> list[str]:
    """Networks without SN have batch normalisation instead, but for WGAN-GP's (docs/choices.md)."""
    if row.spectral_norm != "no":
        return []
    wanted = "none" if row.loss == "wgan-gp" else "batch"
    network = {"architecture": row.architecture, "width": row.width, "loss": row.loss}
    found = [
        one["normalisation"]
        for one in _configured(run, "table2", "rows")
        if network.items() <= one.items() and one["normalisation"] != "spectral"
    ]
    return [f"table2.rows normalisation {name} instead of {wanted}" for name in found if name != wanted]


def _labels(run: Run, table: str, row: Row) -> list[str]:
    """What the results themselves say of their data and features, whatever the configuration."""
    measured = _measured(run, table, row)
    said = [] if measured["dataset"] == row.dataset else [f"data {measured['dataset']}"]
    return said + _features(measured["features"])


def _features(name: str) -> list[str]:
    return [] if name == PAPER_EXTRACTOR else [f"features of {name}"]


def _printed_score(table: str, row: Row, metric: str, run: Run, paper: Paper) -> Finding:
    score = score_of(run, table, row, metric)
    printed = float(str(paper).split(" ± ")[0])
    return Finding(score.words(), _close(score, printed), scale_of(run, table, row))


def _close(score: Score, printed: float) -> bool:
    """Whether one more run might have the printed figure."""
    return not score.lost and abs(score.mean - printed) <= _allowed(printed, score)


def _allowed(printed: float, score: Score) -> float:
    """How far from our mean a printed figure may be."""
    if score.seeds < SEEDS_TO_PREDICT:
        return RELATIVE * printed
    predicted = min(prediction_half_width(score.spread, score.seeds), MOST_RELATIVE * printed)
    return max(RELATIVE * printed, predicted)


def _better(worse: Score, better: Score) -> tuple[str, bool]:
    """By how much the FID of the one is above the other's, in words, and whether it surely is."""
    gap, low, high = worse.minus(better)
    lost = worse.lost + better.lost
    words = with_interval(gap, low, high, min(worse.seeds, better.seeds), 2) + _lost(lost)
    return words, _is_positive(gap, low) and not lost


@dataclass(frozen=True)
class Gap:
    """The FID of one row of a table less that of another, and what is not the paper's about them."""

    first: Score
    second: Score
    scale: tuple[str, ...]

    @property
    def interval(self) -> tuple[float, float, float]:
        """The gap and the ends of its 95 % interval."""
        return self.first.minus(self.second)

    @property
    def value(self) -> float:
        return self.interval[0]

    @property
    def seeds(self) -> int:
        return min(self.first.seeds, self.second.seeds)

    @property
    def lost(self) -> int:
        return self.first.lost + self.second.lost

    def words(self) -> str:
        return with_interval(*self.interval, self.seeds, 2) + _lost(self.lost)

    @property
    def is_positive(self) -> bool:
        """Surely, or, of one seed each, as far as one sees."""
        return _is_positive(*self.interval[:2]) and not self.lost

    @property
    def spread(self) -> float:
        """How far the gap of one more pair of runs may lie from the mean gap; 0 of too few seeds."""
        if self.seeds < SEEDS_TO_PREDICT:
            return 0.0
        scores = (self.first, self.second)
        return sum(prediction_half_width(score.spread, score.seeds) ** 2 for score in scores) ** 0.5

    def is_at_least(self, printed: float) -> bool:
        """Whether one more pair of runs may have a gap as large as the printed one."""
        return self.value >= printed - self._allowed(printed)

    def is_at_most(self, printed: float) -> bool:
        """Whether one more pair of runs may have a gap as small as the printed one."""
        return self.value <= printed + self._allowed(printed)

    def _allowed(self, printed: float) -> float:
        """How far from our gap a printed one may be."""
        return max(RELATIVE * printed, min(self.spread, MOST_OF_GAP * printed))


Network = tuple[str, str, str]
"""Architecture, width, spectral norm."""
Place = tuple[str, Network]
"""A data set and a network on it."""


def _gap(table: str, dataset: str, network: Network, losses: tuple[str, str], run: Run) -> Gap:
    architecture, width, spectral = network
    rows = [Row(dataset, architecture, width, spectral, loss) for loss in losses]
    separable, paired = (score_of(run, table, row) for row in rows)
    return Gap(separable, paired, scale_of(run, table, *rows))


def _printed_gap(
    table: str, dataset: str, network: Network, losses: tuple[str, str], run: Run, paper: Paper
) -> Finding:
    gap, printed = _gap(table, dataset, network, losses, run), float(paper)
    return Finding(
        gap.words(), gap.is_positive and gap.is_at_least(printed) and gap.is_at_most(printed), gap.scale
    )


DATASETS = ("cifar10", "stl10")
JS_RS = ("js", "rs")
FULL: list[Place] = [
    (dataset, (architecture, "full", "yes")) for dataset in DATASETS for architecture in ("cnn", "resnet")
]
NARROW: list[Place] = [
    (dataset, (architecture, width, "yes"))
    for dataset in DATASETS
    for architecture, widths in (("cnn", ("half", "quarter")), ("resnet", ("half", "quarter", "bottleneck")))
    for width in widths
]


def _without_normalisation(run: Run, paper: Paper) -> Finding:
    rows = {loss: Row("cifar10", "cnn", "full", "no", loss) for loss in ("js", "wgan-gp", "rs")}
    scores = {loss: score_of(run, "table2", row) for loss, row in rows.items()}
    words, holds = [], True
    for loss in ("js", "wgan-gp"):
        difference, better = _better(scores[loss], scores["rs"])
        words.append(f"{LOSS_NAMES[loss]} − RS-GAN: {difference}")
        holds &= better
    return Finding("FID: " + "; ".join(words), bool(holds), scale_of(run, "table2", *rows.values()))


def _gaps_at_full_width(run: Run, paper: Paper) -> Finding:
    smallest, largest = _range(paper)
    gaps = {place: _gap("table2", *place, JS_RS, run) for place in FULL}
    meeting = [gap.is_at_least(smallest) and gap.is_at_most(largest) for gap in gaps.values()]
    share = 1 / len(gaps)
    terms = [(share, gap.first.as_tuple()) for gap in gaps.values()]
    terms += [(-share, gap.second.as_tuple()) for gap in gaps.values()]
    mean, low, high = combination_interval(terms)
    seeds, lost = min(gap.seeds for gap in gaps.values()), sum(gap.lost for gap in gaps.values())
    words = f"mean of the four {with_interval(mean, low, high, seeds, 2)}{_lost(lost)}; {_told(gaps)}"
    return Finding(words, _is_positive(mean, low) and all(meeting) and not lost, _scale(gaps))


def _told(gaps: dict[Place, Gap]) -> str:
    return "; ".join(
        f"{DATASET_NAMES[dataset]}, {network_in_words(architecture, width)}: {gap.words()}"
        for (dataset, (architecture, width, _)), gap in gaps.items()
    )


def _scale(gaps: dict[Place, Gap]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words for gap in gaps.values() for words in gap.scale))


def _gaps_of_narrow_networks(run: Run, paper: Paper) -> Finding:
    full, narrow = (
        {place: _gap("table2", *place, JS_RS, run) for place in places} for places in (FULL, NARROW)
    )
    at_full = {(dataset, network[0]): gap.value for (dataset, network), gap in full.items()}
    least = {key: value - MOST_OF_GAP * abs(value) for key, value in at_full.items()}
    positive = {place for place, gap in narrow.items() if gap.is_positive}
    similar = {
        (dataset, network)
        for (dataset, network), gap in narrow.items()
        if gap.value >= least[dataset, network[0]]
    }
    counted = (
        f"of {len(narrow)} gaps {len(positive)} are above 0, {len(similar & positive)} of these "
        "similar to that of full width or larger"
    )
    gaps = full | narrow
    holds = len(similar & positive) > len(narrow) / 2 and not any(gap.lost for gap in gaps.values())
    return Finding(f"{counted} ({_told(gaps)})", holds, _scale(gaps))


def _largest_gap(run: Run, paper: Paper) -> Finding:
    named = ("cifar10", ("resnet", "quarter", "yes"))
    gaps = {place: _gap("table2", *place, JS_RS, run) for place in (*FULL, *NARROW)}
    largest = max(gaps, key=lambda place: gaps[place].value)
    finding = _printed_gap("table2", *named, JS_RS, run, paper)
    dataset, (architecture, width, _) = largest
    lost = sum(gap.lost for gap in gaps.values())
    place = f"{DATASET_NAMES[dataset]}, {network_in_words(architecture, width)}"
    words = f"{finding.measured}; the largest with SN is {gaps[largest].value:.2f}, of {place}"
    words += _lost(lost, ", of all networks")
    return Finding(words, finding.agrees and largest == named and not lost, _scale(gaps))


# The network that RS-GAN's of half the width comes close to.
LARGE = {"dataset": "cifar10", "architecture": "resnet", "width": "full", "loss": "js"}


def _close_to_full_width(run: Run, paper: Paper) -> Finding:
    small, large = Row("cifar10", "resnet", "half", "yes", "rs"), Row(**LARGE, spectral_norm="yes")
    table2 = paper_figures("table2")
    printed = table2[(table2[list(LARGE)] == pd.Series(LARGE)).all(axis=1)]["fid"].iloc[0]
    scale = scale_of(run, "table2", small, large)
    distance = Gap(score_of(run, "table2", small), score_of(run, "table2", large), scale)
    words = f"{distance.first.words()}, above JS-GAN's by {distance.words()}"
    close = distance.is_at_most(float(paper) - printed) and not distance.lost
    return Finding(words, close, scale)


def _ema_is_additive(run: Run, paper: Paper) -> Finding:
    falls, kept = dict.fromkeys(JS_RS, 0), 0
    rows: list[Row] = []
    fewest, lost = 1_000_000, 0
    for dataset, (architecture, width, spectral) in (*FULL, *NARROW):
        both = {
            (loss, ema): Row(dataset, architecture, width, spectral, loss, ema)
            for loss in JS_RS
            for ema in ("no", "yes")
        }
        scores = {key: score_of(run, "table2", row) for key, row in both.items()}
        rows += both.values()
        fewest = min([fewest, *(score.seeds for score in scores.values())])
        lost += sum(score.lost for score in scores.values())
        for loss in JS_RS:
            falls[loss] += _better(scores[loss, "no"], scores[loss, "yes"])[1]
        before, after = (scores["js", ema].mean - scores["rs", ema].mean for ema in ("no", "yes"))
        kept += abs(after - before) <= MOST_OF_GAP * abs(before)
    networks = len(FULL) + len(NARROW)
    words = "; ".join(
        f"{LOSS_NAMES[loss]}: FID falls in {count} of {networks} networks" for loss, count in falls.items()
    )
    words += f"; the gap keeps to within {100 * MOST_OF_GAP:g} % in {kept} ({_seeds(fewest)} or more)"
    holds = min(*falls.values(), kept) > networks / 2 and not lost
    return Finding(words + _lost(lost), holds, scale_of(run, "table2", *rows))


def _unequal_digits(run: Run, paper: Paper) -> Finding:
    columns = ("loss", "weights", "seed", "status", "outcome")
    table = run.evidence.table("tables/imbalanced", columns)
    runs = table[table["weights"] == "raw"].drop_duplicates(["loss", "seed"])
    words, holding = [], []
    for loss, outcome in (("js", "missing"), ("rs", "in proportion")):
        of_loss = runs[runs["loss"] == loss]
        _require(of_loss[of_loss["status"] == "done"], f"{loss} on unequal classes")
        wanted = len(_configured(run, "imbalanced", "seeds"))
        _require_all(f"{LOSS_NAMES[loss]} on unequal classes", len(of_loss), wanted)
        counts = of_loss["outcome"].value_counts()
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        such = int(counts.get(outcome, 0))
        low, high = proportion_interval(such, len(of_loss))
        interval = f"95 % interval {100 * low:.0f} to {100 * high:.0f} %"
        words.append(f"{LOSS_NAMES[loss]}: {such} of {len(of_loss)} {outcome} ({interval}; all: {told})")
        holding.append(such == len(of_loss) or low > 0.5)
    scale = departures(run.configuration, ["imbalanced", "training", "recipes.mnist-cnn", *TRACING])
    return Finding("; ".join(words), all(holding), (*scale, *_traced_data(run, "figures/imbalanced")))


def _traced_data(run: Run, figure: str) -> list[str]:
    """What a figure itself says of its images, which are MNIST's in the paper, whatever the configuration."""
    names = run.evidence.table(figure, ("data",))["data"].unique()
    return [f"data {name}" for name in names if name.split("-")[0].split("_")[0] != "mnist"]


BAD_INIT = (
    *("paper_learning_rate", "ema", "seeds", "seeds_js", "diverged_js", "fid_js", "fid_js_std"),
    *("seeds_rs", "diverged_rs", "fid_rs", "fid_rs_std", "fid_gap", "fid_gap_std", "features", "status"),
)


def _bad_init_rows(run: Run) -> pd.DataFrame:
    table = run.evidence.table("tables/bad_init", BAD_INIT)
    return table[table["ema"] == "no"].set_index("paper_learning_rate")


def _bad_init_scale(run: Run) -> tuple[str, ...]:
    sections = [
        "bad_init",
        "training",
        "recipes.mnist-cnn",
        "evaluation.extractor",
        *TRACING,
        "datasets.mnist",
    ]
    # Both players have the one learning rate that a row is about.
    found = departures(run.configuration, sections)
    found = [words for words in found if not words.startswith("recipes.mnist-cnn.discriminator_learning")]
    measured = _bad_init_rows(run)["features"]
    features = dict.fromkeys(said for name in measured[measured != ""] for said in _features(name))
    return (*found, *features, *_traced_data(run, "figures/bad_init"))


def _bad_init_fid(loss: str, rate: float, run: Run, paper: Paper) -> Finding:
    rows = _bad_init_rows(run)
    if rate not in rows.index:
        raise NotRun(f"nothing at learning rate {rate:g}")
    row = rows.loc[rate]
    seeds, lost = int(row[f"seeds_{loss}"]), int(row[f"diverged_{loss}"])
    what = f"{LOSS_NAMES[loss]} at learning rate {rate:g}"
    if not seeds:
        raise NotRun(f"{what}: {'diverged' if lost else 'missing'}")
    _require_all(what, seeds + lost, len(_configured(run, "bad_init", "seeds")))
    score = Score(row[f"fid_{loss}"], row[f"fid_{loss}_std"], seeds, lost)
    return Finding(score.words(), _close(score, float(paper)), _bad_init_scale(run))


def _bad_init_gap(run: Run, paper: Paper) -> Finding:
    rows = _bad_init_rows(run)
    printed = paper_figures("bad_init")["learning_rate"].unique()
    for rate in printed:
        status = rows["status"].get(rate, "missing")
        if status != "done":
            raise NotRun(f"the gap at learning rate {rate:g}: {status}")
    words, holds, wanted = [], True, len(_configured(run, "bad_init", "seeds"))
    for rate, row in rows.iterrows():
        seeds, lost = int(row["seeds"]), {loss: int(row[f"diverged_{loss}"]) for loss in JS_RS}
        for loss in JS_RS:
            what = f"{LOSS_NAMES[loss]} at learning rate {rate:g}"
            _require_all(what, int(row[f"seeds_{loss}"]) + lost[loss], wanted)
        gap, low, high = student_interval(row["fid_gap"], row["fid_gap_std"], seeds)
        words.append(f"at {rate:g}: {with_interval(gap, low, high, seeds, 1)}{_lost(sum(lost.values()))}")
        holds &= gap >= float(paper) and _is_positive(gap, low) and not any(lost.values())
    return Finding("; ".join(words), bool(holds), _bad_init_scale(run))


def _lsun(run: Run, paper: Paper) -> Finding:
    words, holds, rows = [], True, []
    for dataset in ("lsun_church_outdoor", "lsun_tower"):
        pair = [Row(dataset, "cnn", "full", "yes", loss) for loss in JS_RS]
        difference, better = _better(*(score_of(run, "lsun", row) for row in pair))
        words.append(f"{DATASET_NAMES[dataset]}: FID of JS-GAN − RS-GAN {difference}")
        holds &= better
        rows += pair
    return Finding("; ".join(words), bool(holds), scale_of(run, "lsun", *rows))


# ---------------------------------------------------------------------------------------------------
# Which rule judges what

DIGITS = "the printed value, give or take one in its last digit"
FORMULA = "reached by exactly the n! permutations; the value, to four digits, is that of the formula"
STRICT = "a strict local minimum, and a lower value elsewhere"
SEEDS = "the 95 % interval of the median over seeds (bootstrap) meets"
STUCK = (
    f"of the seeds that are stuck as late as the paper's (the middle of their longest collapse at iteration "
    f"{STUCK_AT} or later), the 95 % interval of the median (bootstrap) lies within"
)
ABOVE = "the 95 % interval (Welch) of the difference is above 0; with one seed each, the difference itself"
WITHIN = f"within {100 * RELATIVE:g} % of the printed figure"
REAL = f"{WITHIN}; no seeds"
PREDICTED = (
    f"{WITHIN}, or, of {SEEDS_TO_PREDICT} seeds or more, one more run may have it at 95 % confidence (and "
    f"within {100 * MOST_RELATIVE:g} %); every seed finished"
)
ONE_MORE_PAIR = (
    f"of {SEEDS_TO_PREDICT} seeds or more, one more pair of runs may have it at 95 % confidence (and within "
    f"{100 * MOST_OF_GAP:g} %); every seed finished"
)
PREDICTED_GAP = f"{ABOVE}; {WITHIN}, or, {ONE_MORE_PAIR}"
ABOUT_GAP = f"give or take {100 * RELATIVE:g} % of it, or, {ONE_MORE_PAIR}"


def _theory(judge: Callable[[Run, Paper], Finding], tolerance: str, *evidence: str) -> Rule:
    return Rule(tolerance, evidence, judge)


def gap_rule(table: str, dataset: str, network: Network, losses: tuple[str, str]) -> Rule:
    """Of a printed gap between the FIDs of two losses."""
    return Rule(PREDICTED_GAP, scores_of(table), partial(_printed_gap, table, dataset, network, losses))


def _values(loss: str) -> dict[str, Rule]:
    states = ("s2", "s1b", "s1a", "s0")
    return {
        f"thm-{loss}-{state}": _theory(
            partial(_state_value, loss, state),
            f"in every state of that kind, {DIGITS}",
            "tables/landscape_values",
        )
        for state in states
    }


CLAIMS: dict[str, Rule] = {
    **_values("js"),
    "thm-js-cor31": _theory(_collapse_is_strict_minimum, STRICT, "tables/landscape_values"),
    **_values("rs"),
    "thm1-global-js": _theory(
        partial(_global_minimum, "js"),
        f"the value (not the sign of the printed formula) {DIGITS}; reached by exactly the n! permutations",
        "tables/global_minima",
    ),
    **{
        f"thm1-global-{loss}": _theory(
            partial(_global_minimum, loss), f"{FORMULA}, with the sign of Claim 3.1", "tables/global_minima"
        )
        for loss in ("hinge", "ls")
    },
    **{
        f"thm1-assumptions-{loss}": _theory(
            partial(_assumptions, (loss,)),
            "all three hold, strict inequalities strictly",
            "tables/assumptions",
        )
        for loss in ("js", "hinge", "ls")
    },
    **{
        f"thm1-count-{n}": _theory(
            partial(_strict_minima_of_separable, n),
            "the same number, by enumeration and through symmetry, for every separable loss that meets the "
            "assumptions",
            "tables/strict_minima",
            "tables/assumptions",
        )
        for n in (2, 3, 4, 5)
    },
    "thm2-global": _theory(
        partial(_global_minimum, "rs"),
        f"{DIGITS}; reached by exactly the n! permutations",
        "tables/global_minima",
    ),
    **{
        f"thm2-global-{loss}": _theory(partial(_global_minimum, loss), FORMULA, "tables/global_minima")
        for loss in ("rp-hinge", "rp-ls")
    },
    "thm2-assumptions-rs": _theory(
        partial(_assumptions, ("rs", "rp-hinge", "rp-ls")), "both hold of each loss", "tables/assumptions"
    ),
    "thm2-gmr": _theory(
        _reachable, "from every state a path that never rises, verified exactly", "tables/global_minima"
    ),
    "thm2-no-minima": _theory(
        _no_strict_minima_of_paired, "none, by enumeration and through symmetry", "tables/strict_minima"
    ),
    "wgan-unbounded": _theory(
        partial(_violates, "wgan-gp", "4.4"), "the assumption fails", "tables/assumptions"
    ),
    "two-js-min-dloss": Rule(
        f"{SEEDS} the printed value ± {CLOSE:g}",
        ("tables/two_clusters", "figures/figure6"),
        partial(_smallest_loss, "js"),
    ),
    "two-js-d0": Rule(
        f"{STUCK} the printed value ± {NEAR:g}", ("figures/figure6",), partial(_stuck_value, "occupied")
    ),
    "two-js-d4": Rule(
        f"{STUCK} the printed value ± {NEAR:g}", ("figures/figure6",), partial(_stuck_value, "empty")
    ),
    "two-rs-min-dloss": Rule(
        f"{SEEDS} the printed value ± {CLOSE:g}",
        ("tables/two_clusters", "figures/figure6"),
        partial(_smallest_loss, "rs"),
    ),
    "two-rs-attraction": Rule(
        "the 95 % interval of the median over seeds (bootstrap) of how many iterations a seed is collapsed "
        "is, under RS-GAN, below that under JS-GAN",
        ("tables/two_clusters",),
        _weaker_attraction,
    ),
    "two-rs-escape": Rule(
        f"{SEEDS} the printed value ± {ESCAPE_ABOUT}",
        ("tables/two_clusters", "figures/escape"),
        partial(_escape_time, "rs"),
    ),
    "two-speedup": Rule(
        "the 95 % interval of the ratio of the medians (bootstrap over seeds) is above 1 and meets the "
        "printed range",
        ("figures/escape",),
        partial(_times_faster, "js", "rs"),
    ),
    "two-width": Rule(
        "under both losses, the 95 % interval of how many times sooner the median seed escapes when both "
        "networks are wider is above 1",
        ("figures/width",),
        _wider_is_faster,
    ),
    "two-width-collapse": Rule(
        "under JS-GAN, the 95 % interval of the median over seeds (bootstrap) of how many iterations a seed "
        "is collapsed is, wherever both networks are wider, below that at the paper's widths",
        ("tables/two_clusters",),
        _collapsed_for_less_time,
    ),
    "img-nosn": Rule(ABOVE + ", for both", scores_of("table2"), _without_normalisation),
    "img-sn-gap": Rule(
        "the 95 % interval (Welch) of the mean of the four gaps is above 0 (with one seed each, the mean), "
        f"and each gap in the printed range, {ABOUT_GAP}",
        scores_of("table2"),
        _gaps_at_full_width,
    ),
    "img-narrow-gap": Rule(
        "of more than half of the narrow networks the 95 % interval (Welch) of the gap is above 0 (with "
        f"one seed each, the gap itself), and the gap at least {100 * MOST_OF_GAP:g} % of that of full "
        "width; every seed finished",
        scores_of("table2"),
        _gaps_of_narrow_networks,
    ),
    "img-narrow-13": Rule(
        f"it is the largest gap of networks with SN; {PREDICTED_GAP}", scores_of("table2"), _largest_gap
    ),
    "img-28-percent": Rule(
        f"the distance to JS-GAN at full width is at most the printed one, {ABOUT_GAP}",
        scores_of("table2"),
        _close_to_full_width,
    ),
    "img-ema-additive": Rule(
        "of more than half of the networks, under both losses, the 95 % interval (Welch) of what FID falls "
        "by with EMA is above 0 (with one seed each, the fall itself); of more than half the gap changes by "
        f"at most {100 * MOST_OF_GAP:g} %; every seed finished",
        (*scores_of("table2"), "tables/ema"),
        _ema_is_additive,
    ),
    "img-ema-bottleneck": Rule(
        PREDICTED,
        (*scores_of("table2"), "tables/ema"),
        partial(_printed_score, "table2", Row("cifar10", "resnet", "bottleneck", "yes", "rs", "yes"), "fid"),
    ),
    **{
        f"real-{short}-{metric}": Rule(
            REAL,
            scores_of("table2")[:1],
            partial(_printed_score, "table2", Row(dataset, "real"), metric),
        )
        for short, dataset in (("cifar", "cifar10"), ("stl", "stl10"))
        for metric in ("fid", "is")
    },
    "imbalanced-two": Rule(
        "at one share at least, more than half of the JS-GANs end collapsed and more than half of the "
        "RS-GANs in proportion, by the 95 % intervals (Wilson)",
        ("figures/imbalance_clusters", "tables/two_clusters"),
        _unequal_clusters,
    ),
    "imbalanced-mnist": Rule(
        "all JS-GANs miss a class and all RS-GANs are in proportion, or more than half are by the 95 % "
        "interval (Wilson)",
        ("tables/imbalanced", "figures/imbalanced"),
        _unequal_digits,
    ),
    "bad-init-gap": Rule(
        "at every learning rate of the paper the gap is at least the printed figure, and its 95 % interval "
        "(Student) above 0; every seed finished",
        ("tables/bad_init", "figures/bad_init"),
        _bad_init_gap,
    ),
    "lsun": Rule(ABOVE + ", on both data sets", scores_of("lsun"), _lsun),
    **{
        f"hinge-{name}-gap": gap_rule("hinge", "cifar10", ("resnet", width, "yes"), ("hinge", "rp-hinge"))
        for name, width in (("full", "full"), ("narrow", "bottleneck"))
    },
    "basin-imbalance": Rule(
        "a larger cluster's basin is deeper than a balanced one's, by the least climb to a lower value per "
        "share that leaves",
        ("figures/basin_depth",),
        _deeper_under_imbalance,
    ),
}
"""By the ids of the paper's statements."""


def score_rule(table: str, row: Row, metric: str) -> Rule:
    """Of a printed IS (`is`) or FID (`fid`) of Table 2 or of the hinge losses."""
    real = row.loss == "real"
    tolerance, evidence = (REAL, scores_of(table)[:1]) if real else (PREDICTED, scores_of(table))
    return Rule(tolerance, evidence, partial(_printed_score, table, row, metric))


def size_rule(dataset: str, architecture: str, width: str) -> Rule:
    """Of a printed relative size."""
    return Rule(
        "equal to the printed size, to one decimal; parameters counted, no seeds",
        ("tables/network_sizes",),
        partial(_size, dataset, architecture, width),
    )


def bad_init_rule(loss: str, learning_rate: float) -> Rule:
    """Of a printed FID from the bad initial point."""
    return Rule(
        PREDICTED, ("tables/bad_init", "figures/bad_init"), partial(_bad_init_fid, loss, learning_rate)
    )


def _size(dataset: str, architecture: str, width: str, run: Run, paper: Paper) -> Finding:
    columns = ("dataset", "architecture", "width", "parameters", "released_parameters")
    sizes = run.evidence.table("tables/network_sizes", (*columns, "relative_size_percent"))
    same = sizes["dataset"].eq(dataset) & sizes["architecture"].eq(architecture) & sizes["width"].eq(width)
    _require(sizes[same], f"{architecture}, {width}, {dataset}")
    row = sizes[same].iloc[0]
    measured = round(row["relative_size_percent"], 1)
    agrees, ours = measured == float(paper), int(row["parameters"]) == int(row["released_parameters"])
    words = f"{measured:.1f} ({int(row['parameters']):,} parameters)"
    if not ours:
        words += f"; not the released code's network, which has {int(row['released_parameters']):,}"
    elif not agrees:
        words += "; the paper disagrees with its own released code, whose network this is"
    return Finding(words, agrees and ours)


def departures_in_words(reasons: Iterable[str], most: int = 3) -> str:
    """Why a result stands in, the first reasons in full."""
    reasons = list(reasons)
    rest = f", and {len(reasons) - most} more (tables/provenance)" if len(reasons) > most else ""
    return ", ".join(reasons[:most]) + rest
