"""The jobs of a configuration, as the Snakefile lists them for the steps `estimate` and `check-costs`."""

from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter

from ganscape.costs.schedule import Jobs
from ganscape.errors import InputError
from ganscape.forms import check_fields, check_form, parsed


@dataclass(frozen=True)
class WorkflowJobs(Jobs):
    """Jobs of one rule on the same data and network.

    Attributes:
        studies: targets that need them.
        step: the rule.
        data, network: names, empty where a step has none.
        records: a pattern of the files that say how long each took, `training.json` or Snakemake's
            benchmarks; empty where there are none.
        start: seconds, of `seconds`, that those records leave out.
        constant: which constants of `costs` count most.
    """

    studies: tuple[str, ...] = ()
    step: str = ""
    data: str = ""
    network: str = ""
    records: str = ""
    start: float = 0.0
    constant: str = ""


def read_jobs(text: str) -> list[WorkflowJobs]:
    """From a JSON list of objects with the names of `WorkflowJobs`; `InputError` for what is none."""
    try:
        entries = parsed(text)
        check_form(entries, [{}])
        for place, entry in enumerate(entries):
            check_fields(entry, WorkflowJobs, str(place))
        groups = [
            WorkflowJobs(**entry | {key: tuple(entry.get(key, ())) for key in ("after", "studies")})
            for entry in entries
        ]
    except (TypeError, ValueError) as error:
        raise InputError(f"--jobs is not what the Snakefile lists ({error})") from None
    names = {group.name for group in groups}
    for group in groups:
        if missing := set(group.after) - names:
            raise InputError(f"--jobs: {group.name} comes after {min(missing)}, which is not among them")
    try:
        TopologicalSorter({group.name: group.after for group in groups}).prepare()
    except CycleError as error:
        raise InputError(f"--jobs: {error.args[1][0]} comes after itself") from None
    return groups


def studies_of(groups: list[WorkflowJobs]) -> list[str]:
    """In the order in which they come up."""
    return list(dict.fromkeys(study for group in groups for study in group.studies))
