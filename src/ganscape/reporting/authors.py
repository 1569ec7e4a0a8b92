"""Table and figure `authors`: the authors' released generators beside the RS-GAN rows of Table 2."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib import rc_context
from matplotlib.figure import Figure

from ganscape.errors import InputError
from ganscape.evaluation.scoring import RELEASED
from ganscape.files import read_json
from ganscape.forms import Form, check_form
from ganscape.images.networks.authors import release_of
from ganscape.reporting import style
from ganscape.reporting.measurements import SCORED, require_fids, scores_of
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.rendering import Cell, Column, Section, Table, number
from ganscape.reporting.sample_sheet import part_of_grid
from ganscape.reporting.score_tables import ARCHITECTURE_NAMES, PAPER_EXTRACTOR
from ganscape.reporting.studies import DATASET_NAMES, Half

NETWORK = ["dataset", "architecture", "width"]
COLUMNS = (
    *("file", *NETWORK, "generator_parameters", "is_mean", "is_std", "fid"),
    *("paper_is", "paper_fid", "fid_difference", "data", "features", "samples", "fid_samples", "status"),
)
RELEASED_SCORES: Form = {  # of the JSON
    **{"data": str, "features": str, "protocol": {"samples": int, "fid_samples": int}},
    **{"release": {"file": str}, "parameters": {"generator": int}, "entries": [SCORED]},
}
GRID = "samples.png"  # beside a generator's metrics.json


def read_released(paths: Iterable[Path]) -> pd.DataFrame:
    """`metrics.json` files of `evaluate-authors`, a row each; raises `InputError` for other files.

    Columns: `path, file, data, generator_parameters, is_mean, is_std, fid, features, samples, fid_samples,
    status`.
    """
    rows = []
    for path in paths:
        record = read_json(path)
        try:
            check_form(record, {"kind": str})
            if record["kind"] != RELEASED:
                raise ValueError(f"kind {record['kind']}")
            check_form(record, RELEASED_SCORES)
            require_fids(record["entries"])
            (entry,) = record["entries"]
            rows.append(
                {
                    "path": path,
                    "file": record["release"]["file"],
                    "data": record["data"],
                    "generator_parameters": record["parameters"]["generator"],
                    "features": record["features"],
                    "samples": record["protocol"]["samples"],
                    "fid_samples": record["protocol"]["fid_samples"],
                    **scores_of(entry),
                }
            )
        except ValueError as error:
            raise InputError(f"{path} is not a metrics.json of evaluate-authors ({error})") from error
    measured = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["path", "file"])
    if len(repeated := measured[measured.duplicated("file")]):
        raise InputError(f"{repeated.iloc[0]['file']} was given twice: give each generator once")
    return measured


def authors_summary(measured: pd.DataFrame, files: Sequence[str]) -> pd.DataFrame:
    """A row per released file in the order of Table 2, with `COLUMNS`; `missing` where it was not evaluated.

    fid_difference: ours minus the paper's, only where data and features are the paper's.
    """
    paper = paper_figures("table2")
    order = {tuple(row): place for place, row in enumerate(paper[NETWORK].drop_duplicates().values)}
    printed = paper[(paper["loss"] == "rs") & (paper["spectral_norm"] == "yes")].set_index(NETWORK)
    known = measured.set_index("file")
    rows = []
    for file in files:
        release = release_of(file)
        network = (release.dataset, release.architecture, release.width)
        row: dict[str, Any] = {"file": file, **dict(zip(NETWORK, network, strict=True)), "status": "missing"}
        if file in known.index:
            row |= known.loc[file].drop("path").to_dict()
        row |= {"paper_is": printed.loc[network, "is_mean"], "paper_fid": printed.loc[network, "fid"]}
        if row["status"] == "done" and _as_in_the_paper(row):
            row["fid_difference"] = row["fid"] - row["paper_fid"]
        rows.append(row)
    rows.sort(key=lambda row: order[tuple(row[name] for name in NETWORK)])
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype({"generator_parameters": "Int64"})


def _as_in_the_paper(row: dict) -> bool:
    return row["features"] == PAPER_EXTRACTOR and not Half(row["dataset"], row["data"]).stands_in


def authors_table(summary: pd.DataFrame) -> Table:
    """`authors_summary` as a reader sees it."""
    columns = [
        Column("Generator"),
        Column("of G", "Parameters"),
        *(Column(name, "Ours") for name in ("IS ↑", "FID ↓")),
        *(Column(name, "Paper") for name in ("IS ↑", "FID ↓")),
        Column("ours − paper", "FID"),
        Column("File", words=True),
    ]
    sections = []
    for dataset, rows in summary.groupby("dataset", sort=False):
        used = sorted(set(rows["data"].dropna()))
        heading = DATASET_NAMES[dataset]
        if used and Half(dataset, used[0]).stands_in:
            heading = f"{used[0]} as reference (stand-in for {heading})"
        sections.append(Section(heading, [_line(row) for _, row in rows.iterrows()]))
    title = "The authors' released RS-GAN generators, evaluated here, beside Table 2"
    return Table(title, _notes(summary), columns, sections, "authors")


def _line(row: pd.Series) -> list[Cell]:
    name = f"{ARCHITECTURE_NAMES[row['architecture']]}, {row['width']}"
    count = "" if pd.isna(row["generator_parameters"]) else f"{row['generator_parameters']:,}"
    ours = ["—", row["status"]]
    if row["status"] == "done":
        ours = [f"{number(row['is_mean'])} ± {number(row['is_std'])}", number(row["fid"])]
    printed = [number(row["paper_is"]), number(row["paper_fid"])]
    return [Cell(text) for text in (name, count, *ours, *printed, number(row["fid_difference"]), row["file"])]


def _notes(summary: pd.DataFrame) -> list[str]:
    done = summary[summary["status"] == "done"]
    notes = []
    if any(not _as_in_the_paper(row) for row in done.to_dict("records")):
        features, data = (" and ".join(sorted(set(done[name]))) for name in ("features", "data"))
        notes.append(
            f"Stand-in: scores from the features of {features}, against {data}. "
            "They show that the evaluation works; they say nothing about the generators, and do not compare "
            "with the paper's."
        )
    if len(missing := summary[summary["status"] == "missing"]):
        notes.append(
            f"{len(missing)} of {len(summary)} generators were not at hand. They are downloaded where "
            "authors.addresses names addresses, or taken from authors.folder."
        )
    if len(done):
        notes.append(
            f"IS on {done['samples'].max():,.0f} samples, FID on {done['fid_samples'].max():,.0f}. Of equal "
            "protocol and data, FIDs should agree within the noise of sampling."
        )
    return notes or ["None of the generators was evaluated."]


def draw_authors(measured: pd.DataFrame, summary: pd.DataFrame) -> tuple[Figure, pd.DataFrame]:
    """Samples of every generator that was evaluated, in the order of Table 2."""
    paths = measured.set_index("file")["path"]
    shown = summary[summary["file"].isin(paths.index)]
    if shown.empty:
        drawn = style.figure(1.0)
        drawn.text(0.5, 0.5, "none of the authors' generators is at hand", ha="center")
        return drawn, summary
    rows = -(-len(shown) // 2)
    drawn = style.figure(1.95 * rows + 0.4)
    with rc_context(style.SETTINGS):
        places = list(drawn.subplots(rows, 2, squeeze=False).flat)
        for place in places:
            place.set_axis_off()
        for place, (_, row) in zip(places, shown.iterrows(), strict=False):
            place.imshow(part_of_grid(Path(paths[row["file"]]).parent / GRID, rows=4, columns=8))
            place.set_title(_panel_title(row))
        drawn.suptitle("Samples of the authors' released RS-GAN generators", fontsize=9)
    return drawn, summary


def _panel_title(row: pd.Series) -> str:
    network = [DATASET_NAMES[row["dataset"]], ARCHITECTURE_NAMES[row["architecture"]], row["width"]]
    ours = row["status"]
    if ours == "done":
        ours = f"FID {number(row['fid'])}"
        if not _as_in_the_paper(row.to_dict()):
            ours = f"FID of a stand-in ({row['features']}) {number(row['fid'])}"
    return f"{', '.join(network)}\n{ours}; paper: {number(row['paper_fid'])}"
