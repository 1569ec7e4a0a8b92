"""Tables of IS, FID and model size, separable beside paired losses: Table 2 of the paper and its kin.

First the contract's table, one row per configuration and kind of weights (`score_table`); then the further
scores of every run (`details`); then what a reader sees, one line per configuration with the printed figures
beside ours (`display`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ganscape.files import write_text
from ganscape.reporting.losses import LOSS_NAMES, PAIRED_WITH, loss_name
from ganscape.reporting.measurements import FURTHER_SCORES, PAPER_EXTRACTOR, REAL, best_learning_rate
from ganscape.reporting.rendering import (
    Cell,
    Column,
    Section,
    Table,
    number,
    write_table,
)
from ganscape.reporting.studies import DATASET_NAMES, Half, Study

COLUMNS = (
    *("dataset", "architecture", "width", "spectral_norm", "loss", "ema", "generator_lr", "seeds"),
    *("is_mean", "is_std", "fid", "fid_std", "fid_gap", "parameters", "relative_size_percent"),
    *("paper_is", "paper_fid", "paper_relative_size_percent", "features", "status"),
)
DETAILS_COLUMNS = (
    *(
        "dataset",
        "architecture",
        "width",
        "spectral_norm",
        "loss",
        "generator_lr",
        "seed",
        "weights",
        "status",
    ),
    *FURTHER_SCORES,
)
INTEGERS = ("seeds", "parameters")

ARCHITECTURE_NAMES = {"cnn": "Standard CNN", "resnet": "ResNet"}
WIDTH_NAMES = {
    "full": "",
    "half": "; channels/2",
    "quarter": "; channels/4",
    "eighth": "; channels/8",
    "bottleneck": "; bottleneck",
}


def score_table(study: Study, measurements: pd.DataFrame, halves: Sequence[Half]) -> pd.DataFrame:
    """A study in its order, with `COLUMNS`: real images once, the others with raw and EMA weights.

    A configuration of the study that was not evaluated is there with status `missing`. Of several generator
    learning rates the best by mean FID is shown. With one seed `is_std` is over the splits of the samples;
    with several, `is_std` and `fid_std` are over the seeds that finished (`seeds` counts those).
    """
    rows = []
    for half in halves:
        ours = measurements[measurements["data"] == half.data]
        for configuration in study.of_half(half).to_dict("records"):
            for weights in (REAL,) if configuration["loss"] == REAL else ("raw", "ema"):
                rows.append(_row(half, configuration, weights, ours))
    table = pd.DataFrame(rows, columns=list(COLUMNS))
    table["fid_gap"] = _fid_gaps(table)
    return table.astype(dict.fromkeys(INTEGERS, "Int64"))


def _row(half: Half, configuration: dict, weights: str, ours: pd.DataFrame) -> dict:
    identity = {key: configuration[key] for key in ("architecture", "width", "spectral_norm", "loss")}
    same = (ours[list(identity)] == pd.Series(identity)).all(axis=1) & (ours["weights"] == weights)
    row = {
        "dataset": half.label,
        **identity,
        "ema": {"raw": "no", "ema": "yes", REAL: ""}[weights],
        **_figures(ours[same], weights),
    }
    sizes = _relative_size(ours[same])
    if weights == "ema":
        return {**row, **sizes}
    return {
        **row,
        **sizes,
        "paper_is": configuration["is_mean"],
        "paper_fid": configuration["fid"],
        "paper_relative_size_percent": configuration["relative_size_percent"],
    }


def _figures(candidates: pd.DataFrame, weights: str) -> dict:
    """What was measured of one configuration with one kind of weights."""
    if candidates.empty:
        return {"seeds": 0, "parameters": None, "features": "", "status": "missing"}
    known = {"features": candidates["features"].iloc[0], "parameters": candidates["parameters"].iloc[0]}
    if weights == REAL:
        measured = candidates.iloc[0]
        return {
            **known,
            "is_mean": measured["is_mean"],
            "is_std": measured["is_std"],
            "fid": measured["fid"],
            "status": measured["status"],
        }
    rate = best_learning_rate(candidates)
    finished = candidates[(candidates["status"] == "done") & (candidates["generator_lr"] == rate)]
    known |= {"generator_lr": rate, "seeds": len(finished)}
    if finished.empty:
        return {**known, "status": "diverged"}
    several = len(finished) > 1
    return {
        **known,
        "is_mean": finished["is_mean"].mean(),
        "is_std": finished["is_mean"].std() if several else finished["is_std"].iloc[0],
        "fid": finished["fid"].mean(),
        "fid_std": finished["fid"].std() if several else None,
        "status": "done",
    }


def _relative_size(candidates: pd.DataFrame) -> dict:
    """Parameters in percent of those at full width; real images have none."""
    if candidates.empty or candidates.iloc[0]["loss"] == REAL:
        return {}
    sizes = candidates.iloc[0][["parameters", "full_width_parameters"]]
    return {"relative_size_percent": 100 * sizes["parameters"] / sizes["full_width_parameters"]}


def _fid_gaps(table: pd.DataFrame) -> pd.Series:
    """FID(separable) - FID(paired), on the paired row; its sign is kept (paper: Table 2, "FID Gap")."""
    place = ["dataset", "architecture", "width", "spectral_norm", "ema"]
    fid = table.set_index([*place, "loss"])["fid"]
    gaps = [
        fid.get((*row[:-1], PAIRED_WITH[row[-1]]), float("nan")) - fid[row]
        if row[-1] in PAIRED_WITH
        else None
        for row in fid.index
    ]
    return pd.Series(gaps, index=table.index, dtype=float)


def details(measurements: pd.DataFrame, halves: Sequence[Half]) -> pd.DataFrame:
    """Scores that the table does not have, with `DETAILS_COLUMNS`: a row per evaluated run and weights."""
    labels = {half.data: half.label for half in halves}
    labelled = measurements.assign(dataset=measurements["data"].map(labels))
    used = [labelled[labelled["data"] == half.data] for half in halves]
    return pd.concat(used)[list(DETAILS_COLUMNS)].astype({"seed": "Int64"})


# ---------------------------------------------------------------------------------------------------
# What a reader sees

FIGURE_COLUMNS = ("IS ↑", "FID ↓", "Gap")


@dataclass(frozen=True)
class DetailedTable(Table):
    """A table as shown, with the `details` of the runs behind it for those who look further."""

    details: pd.DataFrame


def display(
    study: Study, table: pd.DataFrame, measurements: pd.DataFrame, halves: Sequence[Half]
) -> DetailedTable:
    """A study as the paper prints Table 2, with our figures beside; the better of each pair is bold."""
    sections = []
    for half in halves:
        of_half = table[table["dataset"] == half.label]
        for architecture, rows in of_half.groupby("architecture", sort=False):
            heading = half.shown_name
            if architecture != REAL:
                heading += f": {ARCHITECTURE_NAMES[architecture]}"
            configurations = rows.groupby(["width", "spectral_norm", "loss"], sort=False)
            sections.append(Section(heading, [_line(study, group, rows) for _, group in configurations]))
    return DetailedTable(
        title=study.title,
        notes=[*measurement_notes(study, table, measurements, halves), _reading_note(study)],
        columns=_columns(study),
        sections=sections,
        label=study.name,
        details=details(measurements, halves),
    )


def _columns(study: Study) -> list[Column]:
    groups = ["Ours", "Ours, EMA", *([study.printed_in] if study.printed_in else [])]
    return [
        Column("Configuration"),
        *(Column(name, group) for group in groups for name in FIGURE_COLUMNS),
        *(Column(name, "Size %") for name in ("ours", *(["paper"] if study.sizes_printed else []))),
        Column("G lr", "Training"),
        Column("seeds", "Training"),
    ]


def _line(study: Study, configuration: pd.DataFrame, rows: pd.DataFrame) -> list[Cell]:
    """One configuration's line; `rows` are those of its half and architecture, among them its rival."""
    first = configuration.iloc[0]
    ema = configuration[configuration["ema"] == "yes"]
    cells = [Cell(configuration_name(first)), *_our_cells(first, rows)]
    cells += _our_cells(ema.iloc[0], rows) if len(ema) else [Cell()] * len(FIGURE_COLUMNS)
    cells += _printed_cells(first, rows) if study.printed_in else []
    sizes = ["relative_size_percent", *(["paper_relative_size_percent"] if study.sizes_printed else [])]
    cells += [Cell(number(first[key], 1)) for key in sizes]
    rates = list(dict.fromkeys(f"{rate:g}" for rate in configuration["generator_lr"].dropna()))
    seeds = "" if first["loss"] == REAL or first["status"] == "missing" else str(first["seeds"])
    return [*cells, Cell(" / ".join(rates)), Cell(seeds)]


def configuration_name(row: pd.Series) -> str:
    """As the paper names a line of Table 2."""
    spectral = " + SN" if row["spectral_norm"] == "yes" else ""
    name = "Real images" if row["loss"] == REAL else loss_name(row["loss"])
    return name + spectral + WIDTH_NAMES.get(row["width"], "")


def _our_cells(row: pd.Series, rows: pd.DataFrame) -> list[Cell]:
    if row["status"] != "done":
        return [Cell("—"), Cell(row["status"]), Cell("—")]
    rival = _rival(row, rows)
    return [
        Cell(_spread(row["is_mean"], row["is_std"]), _better(row, rival, "is_mean", sign=1)),
        Cell(_spread(row["fid"], row["fid_std"]), _better(row, rival, "fid", sign=-1)),
        Cell(number(row["fid_gap"])),
    ]


def _printed_cells(row: pd.Series, rows: pd.DataFrame) -> list[Cell]:
    rival = _rival(row, rows)
    gap = rival["paper_fid"] - row["paper_fid"] if rival is not None and row["loss"] in PAIRED_WITH else None
    return [
        Cell(number(row["paper_is"]), _better(row, rival, "paper_is", sign=1)),
        Cell(number(row["paper_fid"]), _better(row, rival, "paper_fid", sign=-1)),
        Cell(number(gap)),
    ]


def _better(row: pd.Series, rival: pd.Series | None, key: str, sign: int) -> bool:
    """Whether the row beats its rival in the digits shown; `sign` is -1 where less is better."""
    return rival is not None and sign * (round(row[key], 2) - round(rival[key], 2)) > 0


def _rival(row: pd.Series, rows: pd.DataFrame) -> pd.Series | None:
    """The other loss of a pair, with the same network and kind of weights."""
    other = {**PAIRED_WITH, **{separable: paired for paired, separable in PAIRED_WITH.items()}}.get(
        row["loss"]
    )
    same = (rows[["width", "spectral_norm", "ema"]] == row[["width", "spectral_norm", "ema"]]).all(axis=1)
    found = rows[same & (rows["loss"] == other)]
    return found.iloc[0] if len(found) else None


def _spread(mean: float, deviation: float | None) -> str:
    return number(mean) if pd.isna(deviation) else f"{number(mean)} ± {number(deviation)}"


def measurement_notes(
    study: Study, table: pd.DataFrame, measurements: pd.DataFrame, halves: Sequence[Half]
) -> list[str]:
    """What a reader must know of our figures: stand-ins, features, length of training, samples."""
    halves = [half for half in halves if len(study.of_half(half))]
    notes = [
        f"Stand-in: {half.data} in place of {DATASET_NAMES[half.name]}. "
        "These rows show that the workflow works; their figures do not compare with the paper's."
        for half in halves
        if half.stands_in
    ]
    extractors = sorted(set(table["features"]) - {""})
    if extractors and extractors != [PAPER_EXTRACTOR]:
        notes.append(
            f"IS and FID are computed from the features of {' and '.join(extractors)}, not of the Inception "
            "network: they are not Inception scores."
        )
    trained = measurements[
        measurements["data"].isin([half.data for half in halves])
        & measurements["loss"].isin(set(study.configurations["loss"]) - {REAL})
    ]
    if len(trained):
        notes.append(
            f"Ours: {_range(trained['iterations'])} training iterations; IS on {_range(trained['samples'])} "
            f"samples in {_range(trained['splits'])} splits, FID on {_range(trained['fid_samples'])}."
        )
        notes.append(
            f"Features of generators at full width: {_base_features(trained)}. Relative sizes depend on "
            "them; those at the paper's are in the table network_sizes."
        )
    return notes


def _base_features(trained: pd.DataFrame) -> str:
    networks = trained.groupby(["data", "architecture"], sort=False)["base_features"]
    return ", ".join(
        f"{_range(features)} ({ARCHITECTURE_NAMES[architecture]} on {data})"
        for (data, architecture), features in networks
    )


def _reading_note(study: Study) -> str:
    gaps = [
        f"FID({LOSS_NAMES[separable]}) − FID({LOSS_NAMES[paired]})"
        for paired, separable in PAIRED_WITH.items()
        if paired in set(study.configurations["loss"])
    ]
    return (
        "± is over the splits with one seed, over the seeds with several. "
        f"Gap = {' or '.join(gaps)}. The better of each pair is bold."
    )


def _range(values: pd.Series) -> str:
    low, high = int(values.min()), int(values.max())
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


def write(table: pd.DataFrame, shown: DetailedTable, directory: Path) -> None:
    """Write `NAME.csv` (the contract's columns), `NAME_details.csv`, and `.md`, `.tex`, `.html`."""
    write_table(table, shown, directory)
    write_text(
        directory / f"{shown.label}_details.csv", shown.details.to_csv(index=False, float_format="%.6g")
    )
