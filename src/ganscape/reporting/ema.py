"""Table and figure `ema`: what averaging the generator's weights gains (Section 6, "Combining with EMA")."""

from collections.abc import Sequence

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES, colour_of, kind_of
from ganscape.reporting.measurements import REAL
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.rendering import Cell, Column, Section, Table, number
from ganscape.reporting.score_tables import ARCHITECTURE_NAMES, configuration_name, measurement_notes
from ganscape.reporting.studies import DATASET_NAMES, Half, Study

CONFIGURATION = ["dataset", "architecture", "width", "spectral_norm", "loss"]
COLUMNS = (
    *CONFIGURATION,
    *("parameters", "relative_size_percent", "fid", "fid_ema", "ema_gain", "fid_gap", "fid_gap_ema"),
    *("seeds", "features", "status"),
)
LOSSES = ("js", "rs")
# The paper's statement: RS-GAN's bottleneck ResNet with EMA comes near JS-GAN's full-width one without.
SMALL = {"architecture": "resnet", "width": "bottleneck", "loss": "rs"}
LARGE = {"architecture": "resnet", "width": "full", "loss": "js"}
CLAIM = "img-ema-bottleneck"
CLAIMED_HALF = "cifar10"
TICKS = [10, 20, 30, 50, 100]  # per cent of the full-width network
MARKERS = {("cnn", "yes"): "o", ("cnn", "no"): "^", ("resnet", "yes"): "s"}
NETWORKS = {("cnn", "yes"): "CNN", ("cnn", "no"): "CNN without SN", ("resnet", "yes"): "ResNet"}


def ema_summary(scores: pd.DataFrame) -> pd.DataFrame:
    """One row per trained configuration of `score_table`, raw and EMA weights beside each other, `COLUMNS`.

    ema_gain: FID(raw) − FID(EMA). fid_gap: FID(separable) − FID(paired) without EMA, fid_gap_ema with it.
    Of several learning rates either kind of weights has its own best. status: `done` where both are.
    """
    trained = scores[scores["loss"] != REAL]
    raw = trained[trained["ema"] == "no"]
    averaged = trained[trained["ema"] == "yes"][[*CONFIGURATION, "fid", "fid_gap", "status"]]
    both = raw.merge(averaged, on=CONFIGURATION, suffixes=("", "_ema"), validate="one_to_one")
    both["ema_gain"] = both["fid"] - both["fid_ema"]
    both["status"] = both["status"].where(both["status"] != "done", both["status_ema"])
    return both[list(COLUMNS)]


def ema_table(
    study: Study, summary: pd.DataFrame, measurements: pd.DataFrame, halves: Sequence[Half]
) -> Table:
    """`ema_summary` as a reader sees it."""
    columns = [
        Column("Configuration"),
        Column("%", "Size"),
        *(Column(name, "FID ↓") for name in ("raw", "EMA", "gain")),
        *(Column(name, "Gap") for name in ("raw", "EMA")),
        Column("seeds", "Training"),
    ]
    sections = []
    for half in halves:
        of_half = summary[summary["dataset"] == half.label]
        for architecture, rows in of_half.groupby("architecture", sort=False):
            heading = f"{half.shown_name}: {ARCHITECTURE_NAMES[architecture]}"
            sections.append(Section(heading, [_line(row) for _, row in rows.iterrows()]))
    notes = [
        *measurement_notes(study, summary, measurements, halves),
        "Gain = FID(raw) − FID(EMA); Gap = FID(JS-GAN) − FID(RS-GAN). The paper says that EMA improves both "
        "losses and approximately keeps the gap.",
    ]
    title = "EMA: what averaging the generator's weights gains, for every network of Table 2"
    return Table(title, notes, columns, sections, "ema")


def _line(row: pd.Series) -> list[Cell]:
    name = Cell(configuration_name(row))
    if row["status"] != "done":
        return [name, Cell(), Cell("—"), Cell(row["status"]), *[Cell("—")] * 3, Cell()]
    shown = [number(row[key]) for key in ("fid", "fid_ema", "ema_gain", "fid_gap", "fid_gap_ema")]
    size = number(row["relative_size_percent"], 1)
    return [name, Cell(size), *map(Cell, shown), Cell(str(row["seeds"]))]


# ---------------------------------------------------------------------------------------------------
# The figure


def draw_ema(scores: pd.DataFrame, halves: Sequence[Half]) -> tuple[Figure, pd.DataFrame]:
    """FID against model size, half by half: the paper's figures on the left, ours on the right.

    The numbers have `half, source, dataset, architecture, width, spectral_norm, loss, ema,
    relative_size_percent, fid, features`. A star marks RS-GAN's bottleneck ResNet with EMA, a line JS-GAN's
    full-width one without, of which the paper says that they are close.
    """
    points = {
        (half, source): _points(half, source, scores) for half in halves for source in ("paper", "ours")
    }
    drawn = style.figure(2.5 * len(halves) + 0.7)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(len(halves), 2, squeeze=False)
        for row, half in enumerate(halves):
            for place, source in zip(places[row], ("paper", "ours"), strict=True):
                _draw(place, points[half, source], half, source)
        for place in places[-1]:
            place.set_xlabel("parameters, % of the full-width network")
        drawn.legend(
            handles=_legend(),
            loc="outside lower center",
            ncols=7,
            columnspacing=1.2,
            handletextpad=0.2,
            frameon=False,
        )
    return drawn, pd.concat(points.values(), ignore_index=True)


def _points(half: Half, source: str, scores: pd.DataFrame) -> pd.DataFrame:
    """What is drawn of one half: Table 2 as printed, with the one figure of the text, or our scores."""
    if source == "paper":
        table = paper_figures("table2")
        chosen = table[table["dataset"] == half.name].assign(ema="no", features="inception")
        if half.name == CLAIMED_HALF:
            claims = paper_figures("claims").set_index("id")["paper_value"]
            small = chosen[_is(chosen, SMALL)].assign(fid=float(claims[CLAIM]), ema="yes")
            chosen = pd.concat([chosen, small])
    else:
        chosen = scores[(scores["dataset"] == half.label) & (scores["status"] == "done")]
    chosen = chosen[chosen["loss"].isin(LOSSES)]
    kept = ["dataset", "architecture", "width", "spectral_norm", "loss", "ema"]
    kept += ["relative_size_percent", "fid", "features"]
    return chosen[kept].assign(half=half.name, source=source).dropna(subset=["relative_size_percent", "fid"])


def _is(points: pd.DataFrame, network: dict[str, str]) -> pd.Series:
    return (points[list(network)] == pd.Series(network)).all(axis=1)


def _draw(place: Axes, points: pd.DataFrame, half: Half, source: str) -> None:
    place.set_xscale("log")
    place.set_xticks(TICKS, list(map(str, TICKS)))
    place.minorticks_off()
    place.set_xlim(7, 130)
    place.set_ylabel("FID")
    if points.empty:
        place.text(0.5, 0.5, "nothing was evaluated", ha="center", transform=place.transAxes)
    network = ["architecture", "width", "spectral_norm", "loss"]
    for (architecture, _, spectral, loss), pair in points.groupby(network):
        colour, marker = colour_of(loss), MARKERS[architecture, spectral]
        shift = 1.03 if kind_of(loss) == "paired" else 1 / 1.03  # so that equal sizes stand side by side
        at = pair["relative_size_percent"] * shift
        place.plot(at, pair["fid"], color=colour, linewidth=0.8, alpha=0.6)
        for _, point in pair.iterrows():
            face = "white" if point["ema"] == "yes" else colour
            x = point["relative_size_percent"] * shift
            place.plot(x, point["fid"], marker, color=colour, markerfacecolor=face, markersize=5)
    bottom, top = place.get_ylim()
    place.set_ylim(bottom, top + 0.15 * (top - bottom))  # room for words
    _mark_statement(place, points, half)
    features = " and ".join(sorted(set(points["features"])))
    if source == "paper":
        place.set_title(f"the paper, {DATASET_NAMES[half.name]}")
    else:
        place.set_title(f"ours, {half.shown_name}" + (f"\nfeatures of {features}" if features else ""))


def _mark_statement(place: Axes, points: pd.DataFrame, half: Half) -> None:
    """The two networks of the paper's statement, in the half that it is about, where both are there."""
    small = points[_is(points, SMALL) & (points["ema"] == "yes")]
    large = points[_is(points, LARGE) & (points["ema"] == "no")]
    if half.name != CLAIMED_HALF or small.empty or large.empty:
        return
    size, small_fid = small.iloc[0][["relative_size_percent", "fid"]]
    large_fid = large.iloc[0]["fid"]
    place.axhline(large_fid, color=colour_of("js"), linestyle="--", linewidth=0.8)
    place.plot(size * 1.03, small_fid, "*", color="black", markersize=11, markerfacecolor="#f0e442", zorder=5)
    place.text(
        0.98,
        0.97,
        f"star: RS-GAN, bottleneck, EMA: {small_fid:.2f} at {size:.1f} %\n"
        f"line: JS-GAN, full width, raw: {large_fid:.2f}",
        transform=place.transAxes,
        ha="right",
        va="top",
        fontsize=6.5,
    )


def _legend() -> list[Line2D]:
    def mark(label: str, marker: str, colour: str, face: str | None = None) -> Line2D:
        style_of = {"color": colour, "marker": marker, "markerfacecolor": face or colour, "markersize": 5}
        return Line2D([], [], linestyle="", label=label, **style_of)

    return [
        *(mark(LOSS_NAMES[loss], "o", colour_of(loss)) for loss in LOSSES),
        mark("raw weights", "o", style.NEUTRAL),
        mark("EMA", "o", style.NEUTRAL, "white"),
        *(mark(NETWORKS[network], marker, style.NEUTRAL) for network, marker in MARKERS.items()),
    ]
