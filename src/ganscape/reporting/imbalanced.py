"""Table and figure `imbalanced`: which classes generators keep when the data have them in unequal shares.

The paper (Section 6, "Imbalanced data experiments") says that JS-GAN ends up with mode collapse while RS-GAN
generates proportions similar to those of the data.
"""

from pathlib import Path

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES, colour_of
from ganscape.reporting.rendering import Cell, Column, Section, Table, number
from ganscape.reporting.sample_sheet import GRID_FILES, part_of_grid
from ganscape.reporting.studies import DATASET_NAMES, Half
from ganscape.reporting.traces import RUN, Traces, draw_seeds, network_note, require_study

LOSSES = ("js", "rs")
KEPT = 0.8  # of its share in the data, as for two clusters
MISSING = 0.1
OTHERS = "other classes"
SUFFIX = "_imbalanced"  # of the selection's name
COLUMNS = (
    *("loss", "weights", "seed", "iteration", "status", "outcome"),
    *("class", "share", "real_share", "fid", "features"),
)
GREY = "#999999"


def final_shares(traces: Traces) -> pd.DataFrame:
    """Class shares after each run's last iteration, `COLUMNS`; a row per class of the data, one for others.

    outcome: `in proportion` where every class has at least 80 % of its share in the data, `missing` where
    one has at most 10 % of it, else `uneven`; *our reading*.
    """
    traces = traces.at_best_rates()
    last = traces.final()
    if not last["loss"].isin(LOSSES).any() or traces.shares.empty:
        raise InputError("no trace with class shares of js or rs was given: run step trace with --classifier")
    merged = last.merge(traces.shares, on=[*RUN, "iteration", "weights"], how="left")
    runs = {key: run for key, run in merged.groupby(["weights", "loss", "seed"])}
    ordered = [key for weights in GRID_FILES for loss in LOSSES for key in runs if key[:2] == (weights, loss)]
    rows = [row for key in ordered for row in _shares_of(runs[key])]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _shares_of(run: pd.DataFrame) -> list[dict]:
    """One run's lines of `final_shares`, from one row per class."""
    known = run.iloc[0][["loss", "weights", "seed", "iteration", "status", "fid", "features"]].to_dict()
    present = run[run["real_share"] > 0]
    if known["status"] != "done":
        present = present.assign(share=float("nan"))
    known["outcome"] = _outcome(present) if known["status"] == "done" else known["status"]
    rest = 1 - present["share"].sum() if known["status"] == "done" else float("nan")
    others = {"class": OTHERS, "share": rest, "real_share": 0.0}
    shares = [*present[["class", "share", "real_share"]].to_dict("records"), others]
    return [{**known, **share} for share in shares]


def _outcome(present: pd.DataFrame) -> str:
    relative = present["share"] / present["real_share"]
    if (relative >= KEPT).all():
        return "in proportion"
    return "missing" if (relative <= MISSING).any() else "uneven"


def imbalanced_table(shares: pd.DataFrame, traces: Traces, half: Half) -> Table:
    """`final_shares` as a reader sees it: a line per run."""
    require_study(traces, half, SUFFIX)
    classes = [name for name in dict.fromkeys(shares["class"]) if name != OTHERS]
    real = shares.drop_duplicates("class").set_index("class")["real_share"]
    columns = [
        Column("Run"),
        *(Column(f"{name} ({100 * real[name]:.1f} in the data)", "Share of images, %") for name in classes),
        Column(OTHERS, "Share of images, %"),
        Column("Outcome", words=True),
        Column("FID ↓"),
    ]
    sections = [
        Section({"raw": "Raw weights", "ema": "EMA weights"}[weights], _lines(rows, classes))
        for weights, rows in shares.groupby("weights", sort=False)
    ]
    notes = [
        *stand_in_note(half),
        f"{network_note(traces)} A classifier of the data counts the classes.",
        f"In proportion: every class has at least {100 * KEPT:.0f} % of its share in the data; missing: one "
        f"has at most {100 * MISSING:.0f} % of it. The paper says that JS-GAN ends in mode collapse and "
        "RS-GAN keeps the proportions.",
    ]
    return Table(
        "Classes in unequal shares: what the generators keep", notes, columns, sections, "imbalanced"
    )


def stand_in_note(half: Half) -> list[str]:
    """What a reader must know first where other data stand for the paper's."""
    if not half.stands_in:
        return []
    return [f"Stand-in: {half.data} in place of {DATASET_NAMES[half.name]}."]


def _lines(rows: pd.DataFrame, classes: list[str]) -> list[list[Cell]]:
    lines = []
    for (loss, seed), run in rows.groupby(["loss", "seed"], sort=False):
        share = run.set_index("class")["share"]
        first = run.iloc[0]
        lines.append(
            [
                Cell(f"{LOSS_NAMES[loss]}, seed {seed}"),
                *(Cell(number(100 * share.get(name, float("nan")), 1)) for name in [*classes, OTHERS]),
                Cell(first["outcome"], first["outcome"] == "in proportion"),
                Cell(number(first["fid"])),
            ]
        )
    return lines


# ---------------------------------------------------------------------------------------------------
# The figure


def draw_imbalanced(traces: Traces, half: Half) -> tuple[Figure, pd.DataFrame]:
    """Class shares over training, JS-GAN beside RS-GAN, and samples of the first seed's last generator.

    Raw weights. Dotted: shares in the data. Returns the figure and the shares of all classes over training.
    A loss of which no trace is given has empty places that say so; `InputError` where neither has one.
    """
    require_study(traces, half, SUFFIX)
    traces = traces.at_best_rates()
    shares = traces.shares[traces.shares["weights"] == "raw"]
    if not shares["loss"].isin(LOSSES).any():
        raise InputError(f"no trace with class shares of {' or '.join(LOSSES)} was given")
    final = traces.final()
    drawn = style.figure(4.6)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(2, len(LOSSES), height_ratios=(1.25, 1))
        for column, loss in enumerate(LOSSES):
            of_loss = shares[shares["loss"] == loss]
            if of_loss.empty:
                places[0, column].set_title(f"{LOSS_NAMES[loss]}: not evaluated", color=colour_of(loss))
                for place in places[:, column]:
                    place.set_axis_off()
                continue
            _draw_shares(places[0, column], of_loss)
            seeds = of_loss["seed"].nunique()
            name = f"{LOSS_NAMES[loss]}, {seeds} seed{'s' if seeds > 1 else ''}"
            places[0, column].set_title(name, color=colour_of(loss))
            _draw_samples(places[1, column], final[(final["loss"] == loss) & (final["weights"] == "raw")])
        places[0, 0].set_ylabel("share of generated images")
        legend = next(found for place in places[0] if (found := place.get_legend_handles_labels())[0])
        drawn.legend(*legend, loc="outside lower center", ncols=6, frameon=False)
        drawn.suptitle(
            f"{half.shown_name}, classes in unequal shares\n"
            "as a classifier sees them; dotted: their shares in the data",
            fontsize=8,
        )
    return drawn, shares


def _draw_shares(place: Axes, shares: pd.DataFrame) -> None:
    real = shares.drop_duplicates("class").set_index("class")["real_share"]
    present = real[real > 0].sort_values(ascending=False)
    palette = ["#000000", "#cc79a7", "#009e73", "#e69f00"]
    for (name, share), colour in zip(present.items(), palette * len(present), strict=False):
        draw_seeds(place, shares[shares["class"] == name], "share", colour, f"class {name}")
        place.axhline(share, color=colour, linestyle=":", linewidth=1.2)
    others = shares[~shares["class"].isin(present.index)]
    total = others.groupby(["seed", "iteration"], as_index=False)["share"].sum()
    draw_seeds(place, total, "share", GREY, OTHERS)
    place.set_ylim(-0.02, 1.02)
    place.set_xlabel("iteration")


def _draw_samples(place: Axes, runs: pd.DataFrame) -> None:
    first = runs.sort_values("seed").iloc[0]
    place.set_axis_off()
    if first["status"] != "done":
        place.text(0.5, 0.5, first["status"], ha="center", transform=place.transAxes)
        return
    place.imshow(part_of_grid(grid_of(first), rows=4, columns=8))
    place.set_title(f"seed {first['seed']}, iteration {first['iteration']:,}", fontsize=7)


def grid_of(run: pd.Series) -> Path:
    """The samples of a finished run's last raw generator; `InputError` where they are missing."""
    grid = Path(run["path"]).parent / "samples" / GRID_FILES["raw"]
    if not grid.exists():
        raise InputError(f"{grid} is missing: move {grid.parent.parent} away and train that run again")
    return grid
