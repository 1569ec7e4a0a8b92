"""Estimates against what finished jobs took, by kind of job."""

import csv
import glob
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import pandas as pd

from ganscape.costs.jobs import WorkflowJobs
from ganscape.errors import InputError
from ganscape.files import read_json
from ganscape.forms import NUMBER, Form, check_form
from ganscape.reporting.rendering import Cell, Column, Section, Table, number

RECORD = "training.json"
TIMES: Form = {
    "specification": {"iterations": int},
    "iterations_of_this_session": int,
    "wall_time_seconds_of_this_session": NUMBER,
}


@dataclass(frozen=True)
class Ratio:
    """Estimated over measured seconds of one job."""

    step: str
    constant: str
    value: float


def ratios(groups: list[WorkflowJobs]) -> list[Ratio]:
    """Of all jobs that have left a record. Raises `InputError` where none has, or one is damaged.

    A record is in the patterns of several groups where studies share some of the jobs that are alike.
    """
    found = {
        path: Ratio(group.step, group.constant, (group.seconds - group.start) / seconds)
        for group in groups
        if group.records
        for path in sorted(glob.glob(group.records))
        if (seconds := measured_seconds(Path(path)))
    }
    if not found:
        raise InputError("no job has left a record of its time yet: run some first")
    return list(found.values())


def measured_seconds(path: Path) -> float | None:
    """Of a training, without its start, as if it had not been interrupted; of another job, all of it.

    None for a training that found nothing left to do.
    """
    if path.name == RECORD:
        record = read_json(path)
        try:
            check_form(record, TIMES)
        except ValueError as error:
            raise InputError(f"{path} is not the record of a training ({error}): delete it") from None
        if not (iterations := record["iterations_of_this_session"]):
            return None
        whole = record["specification"]["iterations"]
        return record["wall_time_seconds_of_this_session"] * whole / iterations
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            rows = list(csv.DictReader(lines, delimiter="\t"))
        return float(rows[-1]["s"])
    except (csv.Error, IndexError, KeyError, TypeError, ValueError):
        raise InputError(f"{path} is not one of Snakemake's benchmarks: delete it") from None


def check_table(found: list[Ratio], preset: str) -> Table:
    """Median and extremes by kind of job, beside the constant to change."""
    numbers = pd.DataFrame(found).groupby(["step", "constant"], sort=False)["value"]
    rows = [
        [
            Cell(step),
            Cell(str(len(values))),
            *(Cell(number(pick(values))) for pick in (median, min, max)),
            Cell(f"costs.{constant}"),
        ]
        for (step, constant), values in numbers
    ]
    columns = [Column("job", words=True), Column("finished")]
    columns += [Column(name, group="estimated / measured") for name in ("median", "least", "most")]
    notes = [
        "Below 1 a job took longer than estimated: make its constant slower, above 1 faster.",
        "Trainings are measured from their first iteration on, other jobs from their start.",
    ]
    title = f"How far estimates of preset {preset} are off"
    return Table(title, notes, [*columns, Column("constant", words=True)], [Section("Jobs", rows)], "check")
