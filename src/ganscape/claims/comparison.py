"""A new run held against reference results of the same preset and version, figure by figure.

On the same kind of processor and with the same versions of everything, all of it is the same to the bit.
Elsewhere rounding differs, which trainings and games amplify. So what counts as the same is

- of the theory: values that differ by a thousandth at most;
- of games over seeds: 95 % intervals that overlap, and middle halves of the seeds that do where a figure
  shows these;
- of trained networks: Inception scores within 10 % and FIDs within 25 % of the reference, shares of classes
  within a tenth of all images;
- of claims: the same verdict, where the reference has one.

Not compared are single games (`figure5`, the animation), which another rounding turns into others, and sheets
of samples, whose runs have their scores in the tables.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ganscape.claims.evidence import read, require_different
from ganscape.claims.ledger import NOT_RUN
from ganscape.errors import InputError, in_a_line
from ganscape.reporting.provenance import DEPARTURES
from ganscape.reporting.rendering import Cell, Column, Section, Table
from ganscape.reporting.statistics import median_interval

PROVENANCE = "tables/provenance"
THOUSANDTH = 1e-3
IS_WITHIN, FID_WITHIN, SHARE_WITHIN = 0.10, 0.25, 0.1
SETTING = ("loss", "discriminator_width", "generator_width", "share", "seeds")
KEYS = ("seeds", "paper_learning_rate")  # numbers that say what a row is about
SAME, OTHER, MISSING = "same", "differs", "missing"


@dataclass(frozen=True)
class Comparison:
    """Of one file: how many figures were compared, how many are outside, and the first of those."""

    name: str
    figures: int
    outside: int
    first: str

    @property
    def verdict(self) -> str:
        if not self.figures:
            return MISSING
        return OTHER if self.outside else SAME


Judge = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]
"""Of the reference's rows and ours, which figures are the same: True, False, or None where there is none."""


def compare(results: Path, reference: Path) -> list[Comparison]:
    """Every file of `COMPARED` that the reference has, in a new run's folder `results`.

    Raises `InputError` where the two are of different versions or configurations, and for what cannot be
    read.
    """
    check_alike(results, reference)
    found = [
        _comparison(name, judge, results, reference)
        for name, judge in COMPARED.items()
        if (reference / f"{name}.csv").exists()
    ]
    if not found:
        raise InputError(f"{reference} has no figures to compare with: name a folder of results/reference")
    return found


def check_alike(results: Path, reference: Path) -> None:
    """Raise `InputError` unless both are of the same version and of the same configuration."""
    ours, theirs = (_provenance(folder) for folder in (results, reference))
    for section, what in (("version", "version"), (DEPARTURES, "configuration")):
        mine, other = _facts(ours, section), _facts(theirs, section)
        if section == "version":
            mine, other = ({"ganscape": found.get("ganscape", "")} for found in (mine, other))
        if mine != other:
            name = min(key for key in {**mine, **other} if mine.get(key) != other.get(key))
            values = " and ".join(found.get(name, "as in the paper") for found in (mine, other))
            raise InputError(
                f"{results} is of another {what} than {reference}: {name} is {values}; "
                "compare results that were made alike"
            )


def _provenance(folder: Path) -> pd.DataFrame:
    path = folder / f"{PROVENANCE}.csv"
    if not path.exists():
        raise InputError(f"{path} does not exist: make it with `snakemake available`")
    return read(path)


def _facts(provenance: pd.DataFrame, section: str) -> dict[str, str]:
    """Names and values of one section; of a table of another version, none."""
    if list(provenance.columns) != ["section", "name", "value"]:
        return {"ganscape": "unknown"} if section == "version" else {}
    found = provenance[provenance["section"] == section]
    return dict(zip(found["name"], found["value"].astype(str), strict=True))


def _comparison(name: str, judge: Judge, results: Path, reference: Path) -> Comparison:
    """`_compared`; `InputError` where a table is not what its judge can compute with."""
    try:
        return _compared(name, judge, results, reference)
    except InputError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(
            f"{name}.csv of {results} or of {reference} lacks a column or has words for numbers "
            f"({in_a_line(error)}): make it again"
        ) from error


def _compared(name: str, judge: Judge, results: Path, reference: Path) -> Comparison:
    ours = results / f"{name}.csv"
    if not ours.exists():
        return Comparison(name, 0, 0, "was not made")
    old, new = (ROWS.get(name, _as_it_is)(read(path)) for path in (reference / f"{name}.csv", ours))
    if list(old.columns) != list(new.columns) or len(old) != len(new):
        return Comparison(
            name, 1, 1, f"{len(new)} rows of {len(new.columns)} columns, not {len(old)} of {len(old.columns)}"
        )
    same = judge(old, new)
    outside = same.eq(False)
    count = int(outside.to_numpy().sum())
    first = ""
    if count:
        row, column = np.argwhere(outside.to_numpy())[0]
        key = same.columns[column]
        found, expected = (_told(table.iloc[row], key) for table in (new, old))
        first = f"row {row + 1}, {key}: {found}, not {expected}"
    return Comparison(name, int(same.notna().to_numpy().sum()), count, first)


def _told(row: pd.Series, key: str) -> str:
    """A value, or the ends of its interval where it has some of its own."""
    if f"{key}_low" in row.index:
        return f"{row[f'{key}_low']:g} to {row[f'{key}_high']:g}"
    return str(row[key])


def close(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Numbers within a thousandth of each other, of their own size where that is above one; words equal."""
    return pd.DataFrame({column: _same(old[column], new[column], THOUSANDTH) for column in old.columns})


def _same(old: pd.Series, new: pd.Series, within: float) -> pd.Series:
    if pd.api.types.is_numeric_dtype(old) and pd.api.types.is_numeric_dtype(new):
        first, second = old.to_numpy(float), new.to_numpy(float)
        with np.errstate(invalid="ignore"):
            near = np.abs(first - second) <= within * np.maximum(1, np.abs(first))
        return pd.Series(near | (first == second) | (np.isnan(first) & np.isnan(second)), dtype=object)
    return pd.Series(old.fillna("").astype(str).eq(new.fillna("").astype(str)), dtype=object)


def scores(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """IS and FID in relation to the reference; words, such as networks and statuses, equal."""
    judged = {}
    for column in old.columns:
        if column in ("is_mean", "fid", "fid_ema", "fid_js", "fid_rs"):
            within = IS_WITHIN if column == "is_mean" else FID_WITHIN
            first, second = old[column].astype(float), new[column].astype(float)
            near = (first - second).abs() <= within * first.abs()
            judged[column] = _where_known(near, first, second)
        elif column in KEYS or not pd.api.types.is_numeric_dtype(old[column]):
            judged[column] = _same(old[column], new[column], 0.0)
    return pd.DataFrame(judged)


def shares(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Shares of generated images by class; whose they are, equal."""
    same = columns_alike("loss", "seed", "iteration", "weights", "class")(old, new)
    near = (old["share"] - new["share"]).abs() <= SHARE_WITHIN
    return same.assign(share=_where_known(near, old["share"], new["share"]))


def _where_known(same: pd.Series, old: pd.Series, new: pd.Series) -> pd.Series:
    """`same`, but None where neither has a figure."""
    return same.astype(object).where(old.notna() | new.notna(), None)


def overlapping(keys: Sequence[str], *values: str) -> Judge:
    """A judge of values whose intervals are in columns `VALUE_low` and `VALUE_high`, or `low` and `high`, in
    rows whose `keys` must be equal."""

    def judge(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
        judged = columns_alike(*keys)(old, new)
        for value in values:
            low, high = (
                f"{value}_{end}" if f"{value}_low" in old.columns else end for end in ("low", "high")
            )
            meet = (new[low] <= old[high]) & (old[low] <= new[high])
            judged[value] = _where_known(meet, old[low], new[low])
        return judged

    return judge


def columns_alike(*columns: str) -> Judge:
    """A judge of some columns, which must be equal."""

    def judge(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
        return pd.DataFrame({column: _same(old[column], new[column], 0.0) for column in columns})

    return judge


def verdicts(old: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """Of the same claims, the verdicts of those that the reference judges."""
    same = columns_alike("id", "verdict")(old, new)
    return same.assign(verdict=same["verdict"].where(old["verdict"] != NOT_RUN, None))


COMPARED: dict[str, Judge] = {
    "tables/landscape_values": close,
    "tables/strict_minima": close,
    "tables/global_minima": close,
    "tables/assumptions": columns_alike("loss", "assumption", "holds"),
    "tables/minima": close,
    "tables/network_sizes": close,
    "figures/figure4": close,
    "figures/basin_depth": close,
    "figures/barriers": close,
    "figures/bad_minima": overlapping(("part", "loss", "end", "starts"), "share"),
    "tables/two_clusters": overlapping(
        SETTING,
        "escaped",
        "at_collapsed_value",
        "ends_success",
        "ends_collapsed",
        "escape_median",
        "min_d_loss_median",
    ),
    "figures/figure6": overlapping(("part", "loss", "at", "iteration"), "median"),
    "figures/escape": overlapping(("part", "loss", "other", "seeds"), "median"),
    "figures/width": overlapping(("study", *SETTING[:3], "seeds"), "median", "escaped", "sooner"),
    "figures/imbalance_clusters": overlapping(("loss", "share", "seeds"), "collapsed", "success", "ever"),
    "figures/gaussians": overlapping(("mixture", "loss", "measure", "iteration", "seeds"), "median"),
    "tables/table2": scores,
    "tables/ema": scores,
    "figures/ema": scores,
    "tables/hinge": scores,
    "tables/least_squares": scores,
    "tables/narrow": scores,
    "figures/narrow": scores,
    "tables/lsun": scores,
    "tables/bad_init": scores,
    "figures/bad_init": scores,
    "tables/imbalanced": columns_alike("loss", "weights", "seed", "class", "status"),
    "figures/imbalanced": shares,
    "tables/authors": scores,
    "claims": verdicts,
}
"""Files below the results of a preset, and how their figures are judged."""


def _as_it_is(table: pd.DataFrame) -> pd.DataFrame:
    return table


def _without_curves(escape: pd.DataFrame) -> pd.DataFrame:
    """Steps of a curve are as many as there are different times."""
    return escape[escape["part"] != "curve"].reset_index(drop=True)


def _quartiles(gaussians: pd.DataFrame) -> pd.DataFrame:
    looks = gaussians[gaussians["part"] == "look"].reset_index(drop=True)
    return looks.rename(columns={"lower": "low", "upper": "high"})


def _over_seeds(figure6: pd.DataFrame) -> pd.DataFrame:
    """Quartiles of D's loss at every iteration, and the 95 % intervals of D's median in the collapses."""
    bands = figure6[figure6["part"] == "band"]
    require_different(bands, ("loss", "iteration", "percentile"), Path("figures/figure6.csv"))
    bands = bands.pivot(index=["loss", "iteration"], columns="percentile", values="value")
    quartiles = (
        bands[[25, 50, 75]].set_axis(["low", "median", "high"], axis=1).reset_index().assign(part="band")
    )
    collapses = figure6[figure6["part"] == "all seeds"].groupby(["part", "loss", "at"])["value"]
    medians = [
        (*place, median, low, high)
        for place, values in collapses
        for median, low, high in [median_interval(values.to_numpy())]
    ]
    collapsed = pd.DataFrame(medians, columns=["part", "loss", "at", "median", "low", "high"])
    return pd.concat([quartiles, collapsed], ignore_index=True)


# Of files that are not compared row by row as they are: what is.
ROWS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "figures/escape": _without_curves,
    "figures/figure6": _over_seeds,
    "figures/gaussians": _quartiles,
}


def comparison_table(found: list[Comparison], results: Path, reference: Path) -> Table:
    """A line per file."""
    rows = [
        [
            Cell(one.name),
            Cell(str(one.figures)),
            Cell(str(one.outside), one.outside > 0),
            Cell(one.verdict, one.verdict != SAME),
            Cell(one.first),
        ]
        for one in found
    ]
    columns = [Column("file"), Column("figures"), Column("outside"), Column("verdict", words=True)]
    columns.append(Column("the first that is outside", words=True))
    notes = [
        "The same are, of the theory, values that differ by a thousandth at most; of games, 95 % intervals "
        "or middle halves of the seeds that overlap; of trained networks, IS within "
        f"{100 * IS_WITHIN:g} %, FID within {100 * FID_WITHIN:g} % and shares within "
        f"{100 * SHARE_WITHIN:g} % of all images; of claims, equal verdicts."
    ]
    title = f"{results} beside {reference}"
    return Table(title, notes, columns, [Section("Files", rows)], "comparison")
