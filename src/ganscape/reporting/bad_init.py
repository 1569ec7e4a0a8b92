"""Table and figures `bad_init`: both losses from a bad initial point (paper, Section 6, "Bad initial point").

The paper prints FIDs on MNIST for six learning rates and says that the gap is at least 30.
"""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from pandas.api.types import is_numeric_dtype

from ganscape.decimals import decimal
from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.imbalanced import grid_of, stand_in_note
from ganscape.reporting.losses import LOSS_NAMES, colour_of
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.reading import read_tables
from ganscape.reporting.rendering import Cell, Column, Section, Table, number
from ganscape.reporting.sample_sheet import part_of_grid
from ganscape.reporting.studies import Half
from ganscape.reporting.traces import Traces, draw_losses, logarithmic, network_note, require_study

LOSSES = ("js", "rs")
WEIGHTS = {"raw": "no", "ema": "yes"}
COLUMNS = (
    *("learning_rate", "paper_learning_rate", "ema", "seeds", "seeds_js", "diverged_js", "fid_js"),
    *("fid_js_std", "seeds_rs", "diverged_rs", "fid_rs", "fid_rs_std", "fid_gap", "fid_gap_std"),
    *("fid_at_start", "paper_fid_js", "paper_fid_rs", "paper_fid_gap", "features", "status"),
)
COUNTS = ("seeds", "seeds_js", "diverged_js", "seeds_rs", "diverged_rs")
VALUES = ("class", "collapsed", "images", "share", "discriminator", "discriminator_std", "optimum")


def read_values(paths: Sequence[Path]) -> pd.DataFrame:
    """D_0 on each class beside the optimum of the collapse, of several seeds (files of step `bad-start`)."""
    values = read_tables(paths, VALUES, "bad-start")
    if values.empty or not all(is_numeric_dtype(values[name]) for name in VALUES[2:]):
        raise InputError(f"{paths[0]} holds no values by class: make it with `bad-start`")
    return values


def bad_init_summary(traces: Traces, factor: float) -> pd.DataFrame:
    """FID of the last generators by learning rate, `COLUMNS`, raw and EMA weights.

    `factor`: our learning rates are the paper's times this. Means and standard deviations of a loss are over
    its seeds that finished (`seeds_js`, `seeds_rs` count them, `diverged_js`, `diverged_rs` those that did
    not), those of the gap FID(JS-GAN) − FID(RS-GAN) over the `seeds` that both finished.
    status: `done` where some seed finished with both. Raises `InputError` where none of the
    traces is of js or rs.
    """
    final = traces.final()
    if not final["loss"].isin(LOSSES).any():
        raise InputError("no trace of js or rs was given")
    printed = paper_figures("bad_init").pivot(index="learning_rate", columns="loss", values="fid")
    at_start = traces.scores[traces.scores["iteration"] == 0]
    rows = []
    for weights, ema in WEIGHTS.items():
        for rate, paper in zip(printed.index * factor, printed.itertuples(), strict=True):
            here = (final["weights"] == weights) & (final["generator_lr"] == float(decimal(rate)))
            rows.append(
                {
                    "learning_rate": rate,
                    "paper_learning_rate": paper.Index,
                    "ema": ema,
                    **_scores(final[here]),
                    "fid_at_start": at_start["fid"].mean(),
                    "paper_fid_js": paper.js,
                    "paper_fid_rs": paper.rs,
                    "paper_fid_gap": paper.js - paper.rs,
                }
            )
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    return table.astype(dict.fromkeys(COUNTS, "Int64"))


def _scores(runs: pd.DataFrame) -> dict:
    """Of both losses at one learning rate, over the seeds."""
    if runs.empty:
        return {**dict.fromkeys(COUNTS, 0), "features": "", "status": "missing"}
    fids = runs[runs["status"] == "done"].pivot(index="seed", columns="loss", values="fid")
    fids = fids.reindex(columns=list(LOSSES))
    gaps = (fids["js"] - fids["rs"]).dropna()
    diverged = runs[runs["status"] == "diverged"]["loss"].value_counts()
    return {
        **{f"seeds_{loss}": int(fids[loss].count()) for loss in LOSSES},
        **{f"diverged_{loss}": int(diverged.get(loss, 0)) for loss in LOSSES},
        **{f"fid_{loss}": fids[loss].mean() for loss in LOSSES},
        **{f"fid_{loss}_std": fids[loss].std() for loss in LOSSES},  # NaN of a single seed
        "fid_gap": gaps.mean(),
        "fid_gap_std": gaps.std(),
        "seeds": len(gaps),
        "features": runs["features"].iloc[0],
        "status": "done" if len(gaps) else "diverged" if len(diverged) else "missing",
    }


def bad_init_table(summary: pd.DataFrame, traces: Traces, half: Half) -> Table:
    """`bad_init_summary` as a reader sees it, the paper's figures beside."""
    names = [*(LOSS_NAMES[loss] for loss in LOSSES), "Gap"]
    columns = [
        Column("Learning rate of both players"),
        *(Column(name, "Ours, FID ↓") for name in names),
        *(Column(name, "Ours, EMA, FID ↓") for name in names),
        Column("seeds"),
        Column("learning rate", "Paper"),
        *(Column(name, "Paper") for name in names),
    ]
    require_study(traces, half)
    by_rate = summary.groupby("learning_rate")
    lines = [
        _line(rows[rows["ema"] == "no"].iloc[0], rows[rows["ema"] == "yes"].iloc[0]) for _, rows in by_rate
    ]
    notes = [
        *stand_in_note(half),
        f"{network_note(traces)} At the start it is {number(summary['fid_at_start'].iloc[0])}. The paper "
        "trained for 100,000 iterations.",
        "Both losses start from the same pair: a random generator, and a discriminator at the optimum of a "
        "mode collapse (our reading; the paper does not say how its own was found). ± is over seeds. "
        "The paper says that the gap is at least 30.",
    ]
    title = "Bad initial point: FID of JS-GAN and RS-GAN from the same bad discriminator"
    return Table(title, notes, columns, [Section(half.shown_name, lines)], "bad_init")


def _line(raw: pd.Series, ema: pd.Series) -> list[Cell]:
    ours = [cell for row in (raw, ema) for cell in _fid_cells(row)]
    paper = [number(raw[key], 0) for key in ("paper_fid_js", "paper_fid_rs", "paper_fid_gap")]
    rates = [f"{raw[key]:g}" for key in ("learning_rate", "paper_learning_rate")]
    seeds = str(raw["seeds"]) if raw["seeds"] else ""
    return [Cell(rates[0]), *ours, Cell(seeds), Cell(rates[1]), *map(Cell, paper)]


def _fid_cells(row: pd.Series) -> list[Cell]:
    def spread(key: str) -> str:
        if pd.isna(row[key]):
            return "—" if key == "fid_gap" else row["status"]
        deviation = row[f"{key}_std"]
        return number(row[key]) + ("" if pd.isna(deviation) else f" ± {number(deviation)}")

    return [
        Cell(spread("fid_js"), row["fid_js"] < row["fid_rs"]),
        Cell(spread("fid_rs"), row["fid_rs"] < row["fid_js"]),
        Cell(spread("fid_gap")),
    ]


# ---------------------------------------------------------------------------------------------------
# The figures


def draw_bad_init(traces: Traces, values: pd.DataFrame, half: Half) -> tuple[Figure, pd.DataFrame]:
    """D_0 on each class beside the optimum of the collapse, and FID over training by learning rate.

    Raw weights. Returns the figure and the scores of all runs over training.
    """
    require_study(traces, half)
    raw = traces.scores[(traces.scores["weights"] == "raw") & traces.scores["loss"].isin(LOSSES)]
    rates = sorted(raw["generator_lr"].unique())
    if not rates:
        raise InputError("no trace of js or rs was given")
    lines = -(-len(rates) // 3)
    drawn = style.figure(2.1 + 1.6 * lines)
    with rc_context(style.SETTINGS):
        top, bottom = drawn.subfigures(2, 1, height_ratios=(2, 1.6 * lines))
        _draw_values(top.subplots(), values)
        places = bottom.subplots(lines, 3, squeeze=False, sharex=True, sharey=True)
        for place, rate in zip(places.flat, rates, strict=False):
            logarithmic(place)
            place.set_title(f"learning rate {rate:g}")
            draw_losses(place, raw[raw["generator_lr"] == rate], LOSSES, LOSS_NAMES)
        for place in list(places.flat)[len(rates) :]:
            place.set_axis_off()
        for line in places:
            line[0].set_ylabel("FID")
        for place in places[-1]:
            place.set_xlabel("iteration")
        handles, labels = places[0, 0].get_legend_handles_labels()
        bottom.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        drawn.suptitle(
            f"{half.shown_name}: both losses from one bad initial point\n"
            f"FID of raw weights on {raw['samples'].max():,} images, features of {raw['features'].iloc[0]}",
            fontsize=8,
        )
    return drawn, traces.scores.drop(columns="path")


def _draw_values(place: Axes, values: pd.DataFrame) -> None:
    """A point per seed; a bar at the optimum."""
    classes = list(dict.fromkeys(values["class"].astype(str)))
    positions = {name: position for position, name in enumerate(classes)}
    at = values["class"].astype(str).map(positions)
    first = values.drop_duplicates("class")
    colours = [style.SEPARABLE if collapsed == "yes" else "#cccccc" for collapsed in first["collapsed"]]
    place.bar(range(len(classes)), first["optimum"], color=colours, alpha=0.6, width=0.7)
    place.errorbar(
        *(at, values["discriminator"], values["discriminator_std"]),
        **{"fmt": "o", "color": "black", "markersize": 3, "linewidth": 0.6, "capsize": 2},
    )
    place.set_xticks(range(len(classes)), classes)
    place.set_ylim(0, 1.19)
    place.set_ylabel(r"$D_0 = \sigma(f_0)$")
    place.set_xlabel("class of test images")
    collapsed = ", ".join(first.loc[first["collapsed"] == "yes", "class"].astype(str))
    place.set_title(
        f"the initial discriminator (points: mean and deviation over images)\n"
        f"and the optimum when all generated images are copies of class {collapsed} (bars)"
    )


def draw_bad_init_samples(traces: Traces, half: Half) -> tuple[Figure, pd.DataFrame]:
    """Samples of the first seed's last generators, JS-GAN above RS-GAN, by learning rate; raw weights."""
    require_study(traces, half)
    final = traces.final()
    raw = final[(final["weights"] == "raw") & final["loss"].isin(LOSSES)]
    raw = raw[raw["seed"] == raw["seed"].min()].sort_values("generator_lr")
    rates = sorted(raw["generator_lr"].unique())
    if not rates:
        raise InputError("no trace of js or rs was given")
    drawn = style.figure(2 * min(style.TEXT_WIDTH / len(rates), 2.4) + 0.75)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(len(LOSSES), len(rates), squeeze=False)
        for (loss, rate), place in zip(((a, b) for a in LOSSES for b in rates), places.flat, strict=True):
            place.set_xticks([])
            place.set_yticks([])
            place.spines[:].set_visible(False)
            run = raw[(raw["loss"] == loss) & (raw["generator_lr"] == rate)]
            if len(run):
                _draw_grid(place, run.iloc[0])
        for line, loss in zip(places, LOSSES, strict=True):
            line[0].set_ylabel(LOSS_NAMES[loss], color=colour_of(loss))
        seed = raw["seed"].iloc[0]
        drawn.suptitle(
            f"{half.shown_name}: samples after {raw['iteration'].max():,} iterations from one bad initial "
            f"point, seed {seed}\nFID from the features of {raw['features'].iloc[0]}",
            fontsize=8,
        )
    return drawn, raw


def _draw_grid(place: Axes, run: pd.Series) -> None:
    title = f"learning rate {run['generator_lr']:g}"
    if run["status"] == "done":
        place.imshow(part_of_grid(grid_of(run), rows=6, columns=6))
        title += f"\nFID {run['fid']:.1f}"
    else:
        place.set_box_aspect(1)
        place.text(0.5, 0.5, run["status"], ha="center", va="center", transform=place.transAxes)
    place.set_title(title, fontsize=7)
