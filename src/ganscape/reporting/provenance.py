"""Where and how results were made: commit, versions, hardware, and what every kind of job took."""

import os
import platform
import subprocess
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

import ganscape
from ganscape.cores import available_cores, processor
from ganscape.errors import InputError
from ganscape.reporting.rendering import Cell, Column, Section, Table, number

PACKAGES = (
    *("torch", "torchvision", "torch-fidelity", "safetensors", "numpy", "scipy", "pandas", "matplotlib"),
    *("snakemake", "scikit-learn", "pillow"),
)
BENCHMARKS = "**/*.benchmark.tsv"
TIMES = ("wall_seconds", "cpu_seconds")
KINDS = {"two": "two_clusters"}  # of folders that are named otherwise
HOUR = 3600
DEPARTURES = "not as in the paper"
KNOWN = {True: "yes", False: "no", None: "not known"}


def provenance(jobs: pd.DataFrame, command: str) -> dict:
    """Commit, versions, hardware, and how long jobs took, summed by kind (`training`, `evaluation`, ...).

    `jobs` are the `job_costs` of results, `command` is what made these.
    """
    return {
        "command": command,
        **_commit(),
        "versions": {
            "ganscape": ganscape.__version__,
            "python": platform.python_version(),
            **{package: metadata.version(package) for package in PACKAGES},
        },
        "hardware": {
            "processor": processor(),
            "cores": available_cores(),
            "memory_mib": os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20,
        },
        "jobs": _times(jobs),
    }


def _commit() -> dict:
    """Of the source code that is running, where it lies in a git repository."""
    folder = Path(ganscape.__file__).parent

    def git(*words: str) -> str | None:
        try:
            done = subprocess.run(["git", "-C", folder, *words], capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        return done.stdout.strip()

    changes = git("status", "--porcelain", "--untracked-files=no", "--", ".")
    return {
        "commit": git("rev-parse", "HEAD"),
        "uncommitted_changes": None if changes is None else bool(changes),
    }


def _times(jobs: pd.DataFrame) -> dict[str, dict[str, float]]:
    """Jobs, their wall time and their processor time by kind."""
    return {
        kind: {"jobs": len(of_kind), **{name: round(float(of_kind[name].sum()), 1) for name in TIMES}}
        for kind, of_kind in jobs.groupby("kind")
    }


def job_costs(results: Path) -> pd.DataFrame:
    """What every job of `results`, a folder `results/PRESET`, took the last time it ran.

    Columns: `job, kind, wall_seconds, cpu_seconds, peak_memory_mib`.
    """
    return pd.DataFrame(_benchmarks(results), columns=["job", "kind", *TIMES, "peak_memory_mib"])


def _benchmarks(results: Path) -> Iterator[tuple[str, str, float, float, float]]:
    for path in sorted(results.glob(BENCHMARKS)):
        measured = _measured(path)
        # A run's own are named by kind; others lie in a folder that is.
        folder, name = path.parent.name, path.name.removesuffix(".benchmark.tsv")
        kind = name if folder == "logs" else KINDS.get(folder, folder)
        yield (
            str(path.relative_to(results).with_name(name)),
            kind,
            *measured[["s", "cpu_time"]].sum(),
            measured["max_rss"].max(),
        )


def _measured(path: Path) -> pd.DataFrame:
    """What Snakemake wrote of a job."""
    try:
        measured = pd.read_csv(path, sep="\t", na_values="-")[["s", "cpu_time", "max_rss"]]
    except (KeyError, ValueError):
        measured = None
    if measured is None or not all(map(is_numeric_dtype, measured.dtypes)):
        raise InputError(f"{path} is not one of Snakemake's benchmarks: delete it")
    return measured


def provenance_figures(record: dict, departures: Sequence[str]) -> pd.DataFrame:
    """`provenance` and where the configuration is not the paper's, a fact per row: `section, name, value`."""
    facts: list[tuple] = [
        ("source", "commit", record["commit"] or "not in a git repository"),
        ("source", "uncommitted changes", KNOWN[record["uncommitted_changes"]]),
        *(("version", name, version) for name, version in record["versions"].items()),
        *(("hardware", name, value) for name, value in record["hardware"].items()),
    ]
    for kind, times in record["jobs"].items():
        facts += [(f"jobs: {kind}", name, value) for name, value in times.items()]
    facts += [(DEPARTURES, *departure.split(" ", 1)) for departure in departures]
    return pd.DataFrame(facts, columns=["section", "name", "value"]).astype({"value": str})


def provenance_table(record: dict, departures: Sequence[str], preset: str) -> Table:
    """The same as a reader sees it."""
    hardware = record["hardware"]
    uncommitted = ", with uncommitted changes" if record["uncommitted_changes"] else ""
    facts = {
        "Commit": (record["commit"] or "not in a git repository") + uncommitted,
        "Processor": hardware["processor"],
        "Cores": str(hardware["cores"]),
        "Memory, GiB": number(hardware["memory_mib"] / 1024, 0),
        **record["versions"],
    }
    jobs = record["jobs"]
    total = {name: sum(times[name] for times in jobs.values()) for name in ("jobs", *TIMES)}
    sections = [
        Section(
            "Source, machine and versions", [[Cell(name), *_cells(value)] for name, value in facts.items()]
        ),
        Section(
            "Jobs: number, hours of wall time, hours of processor time",
            [_job(kind, times) for kind, times in sorted(jobs.items())] + [_job("all of these", total)],
        ),
        Section(
            "Configuration where it is not the paper's",
            [
                [Cell(key), *_cells(words)]
                for key, words in (departure.split(" ", 1) for departure in departures)
            ]
            or [[Cell("nothing"), *_cells("")]],
        ),
    ]
    notes = [
        "Of jobs that lasted: trainings, evaluations and games; downloads, tables and figures take seconds. "
        "Wall times add up what ran side by side. Commit, versions and machine are those that wrote this "
        "table; results that an earlier commit made are kept, and trainings on other nodes of a cluster name "
        "theirs in their training.json."
    ]
    columns = [Column("what"), Column("", words=True), Column("wall, h"), Column("processor, h")]
    return Table(f"Provenance of preset {preset}", notes, columns, sections, "provenance")


def _cells(words: str) -> list[Cell]:
    return [Cell(str(words)), Cell(), Cell()]


def _job(kind: str, times: dict[str, float]) -> list[Cell]:
    hours = (number(times[name] / HOUR, 2) for name in TIMES)
    return [Cell(kind), Cell(f"{times['jobs']:.0f}"), *map(Cell, hours)]
