"""What a configuration will take: jobs, GPU-hours, core-hours and wall time, by study and together."""

from dataclasses import dataclass

import pandas as pd

from ganscape.costs.jobs import WorkflowJobs, studies_of
from ganscape.costs.schedule import wall_time
from ganscape.reporting.rendering import Cell, Column, Section, Table, number

LABEL = "estimate"
ALL = "all"
HOUR = 3600.0
MACHINES = {"gpus": "GPUs", "cores": "cores"}
TRAININGS = ("train_gan", "train_from_bad_start")


@dataclass(frozen=True)
class Machines:
    """Numbers of `gpus` or of `cores` to give wall times for; of the others there are enough."""

    unit: str
    counts: tuple[int, ...]

    def wall_time(self, groups: list[WorkflowJobs], count: int) -> float:
        return wall_time(groups, **{self.unit: count})

    def column(self, count: int) -> str:
        """Name in the numbers."""
        return f"wall_hours_{count}_{self.unit}"

    def heading(self, count: int) -> str:
        """As it is shown."""
        named = MACHINES[self.unit]
        return f"{count} {named.removesuffix('s') if count == 1 else named}"


def estimate(groups: list[WorkflowJobs], machines: Machines) -> pd.DataFrame:
    """A row per study and group of jobs; a row per study, and one for all, whose `step` is empty.

    The latter have wall times. Jobs of several studies are in the rows of each, and once in that of all.
    """
    rows = []
    for study in studies_of(groups):
        own = [group for group in groups if study in group.studies]
        rows.append(_total(study, own, machines))
        rows += [_row(study, group) for group in own]
    return pd.DataFrame([*rows, _total(ALL, groups, machines)])


def estimate_table(numbers: pd.DataFrame, machines: Machines, preset: str) -> Table:
    """The totals of `estimate`, as they are shown."""
    walls = list(map(machines.column, machines.counts))
    columns = [
        Column("study", words=True),
        *map(Column, ("trainings", "jobs", "shared", "GPU-hours", "core-hours")),
        *(Column(machines.heading(count), group="hours on") for count in machines.counts),
    ]
    totals = numbers[numbers["step"] == ""]
    rows = [
        [
            Cell(total["study"]),
            *(Cell(str(total[name])) for name in ("trainings", "jobs", "shared_jobs")),
            *(Cell(hours(total[name])) for name in ("gpu_hours", "core_hours", *walls)),
        ]
        for _, total in totals.iterrows()
    ]
    notes = [
        "Estimated by a model (docs/cost.md); `snakemake check_costs` shows how far it is off.",
        "Shared are jobs that other studies need as well; `all` has each job once.",
        "Core-hours are those of jobs without a GPU. Of what else jobs need, there is enough for each number "
        f"of {MACHINES[machines.unit]}.",
    ]
    return Table(f"What preset {preset} takes", notes, columns, [Section("Studies", rows)], LABEL)


def hours(value: float) -> str:
    """A number of hours, with two decimals if it is below ten, else with one."""
    return number(value, 2 if value < 10 else 1)


def to_text(table: Table) -> str:
    """A table for a terminal."""
    names = [f"{column.group} {column.name}".strip() for column in table.columns]
    lines = [names, *([cell.text for cell in row] for section in table.sections for row in section.rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    words = table.has_words()
    shown = [
        "  ".join(
            cell.ljust(width) if left else cell.rjust(width)
            for cell, width, left in zip(line, widths, words, strict=True)
        ).rstrip()
        for line in lines
    ]
    return "\n".join([f"{table.title}", "", *shown, "", *table.notes]) + "\n"


def _total(study: str, groups: list[WorkflowJobs], machines: Machines) -> dict:
    return {
        "study": study,
        **dict.fromkeys(("step", "data", "network"), ""),
        "jobs": sum(group.count for group in groups),
        "trainings": sum(group.count for group in groups if group.step in TRAININGS),
        "shared_jobs": sum(group.count for group in groups if len(group.studies) > 1),
        "gpu_hours": sum(group.gpu_seconds for group in groups) / HOUR,
        "core_hours": sum(group.core_seconds for group in groups) / HOUR,
        **{machines.column(count): machines.wall_time(groups, count) / HOUR for count in machines.counts},
    }


def _row(study: str, group: WorkflowJobs) -> dict:
    return {
        "study": study,
        "step": group.step,
        "data": group.data,
        "network": group.network,
        "jobs": group.count,
        "trainings": group.count * (group.step in TRAININGS),
        "shared_jobs": group.count * (len(group.studies) > 1),
        "gpu_hours": group.gpu_seconds / HOUR,
        "core_hours": group.core_seconds / HOUR,
        "hours_per_job": group.seconds / HOUR,
    }
