"""The small and lasting part of a workflow's results: tables, figures, records of runs, and their provenance.

Weights, prepared images and features stay behind: they are large, and the records say how to make them again.
"""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pandas as pd

import ganscape
from ganscape.cores import available_cores, processor
from ganscape.errors import InputError
from ganscape.files import atomic_path, write_json

PROVENANCE = "provenance.json"
PACKAGES = (
    *("torch", "torchvision", "torch-fidelity", "safetensors", "numpy", "scipy", "pandas", "matplotlib"),
    *("snakemake", "scikit-learn", "pillow"),
)
KEPT = (
    *("tables/*.csv", "tables/*.md", "figures/*.png", "figures/*.gif", "figures/*.csv", "claims.csv"),
    *("runs/**/*.json", "runs/**/history.csv", "bad_init/**/*.json", "bad_init/**/*.csv"),
    *("real/**/metrics.json", "extractors/*.json", "authors/**/metrics.json"),
)
BENCHMARKS = "**/*.benchmark.tsv"
TIMES = ("wall_seconds", "cpu_seconds")


def archive(results: Path, output: Path, command: str) -> None:
    """Copy what lasts of `results` (`results/PRESET`) to `output`, and write `provenance.json` beside it.

    `command` is what made the results. Files of the same names are replaced, others left alone. Raises
    `InputError` where `results` has none of these files, and where one folder is inside the other.
    """
    results, output = results.resolve(), output.resolve()
    if results == output or results in output.parents or output in results.parents:
        raise InputError(f"{output} and {results} are or contain one another: name another folder")
    found = sorted({path for pattern in KEPT for path in results.glob(pattern) if path.is_file()})
    if not found:
        raise InputError(f"{results} has no tables, figures or runs: name a folder results/PRESET")
    record = provenance(results, command)
    for path in found:
        with atomic_path(output / path.relative_to(results)) as target:
            shutil.copyfile(path, target)
    write_json(output / PROVENANCE, record)


def provenance(results: Path, command: str) -> dict:
    """Commit, versions, hardware, and how long jobs took, summed by kind (`training`, `evaluation`, ...)."""
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
        "jobs": _times(results),
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


def _times(results: Path) -> dict[str, dict[str, float]]:
    """Jobs, their wall time and their processor time by kind, of the last time that each job ran."""
    times = pd.DataFrame(_benchmarks(results), columns=["kind", *TIMES])
    return {
        kind: {"jobs": len(jobs), **{name: round(float(jobs[name].sum()), 1) for name in TIMES}}
        for kind, jobs in times.groupby("kind")
    }


def _benchmarks(results: Path) -> Iterator[tuple[str, float, float]]:
    for path in results.glob(BENCHMARKS):
        sums = pd.read_csv(path, sep="\t", na_values="-")[["s", "cpu_time"]].sum()
        # A run's own are named by kind; others lie in a folder that is.
        kind = path.parent.name
        yield path.name.removesuffix(".benchmark.tsv") if kind == "logs" else kind, *sums
