"""The small and lasting part of a workflow's results: tables, figures, records of runs, and their provenance.

Weights, prepared images and features stay behind: they are large, and the records say how to make them again.
"""

import shutil
from collections.abc import Iterable
from pathlib import Path

from ganscape.errors import InputError
from ganscape.files import atomic_path, write_json
from ganscape.reporting.provenance import job_costs, provenance

PROVENANCE = "provenance.json"
KEPT = (
    *("tables/*.csv", "tables/*.md", "figures/*.png", "figures/*.gif", "figures/*.csv", "claims.*"),
    *("runs/**/*.json", "runs/**/history.csv", "bad_init/**/*.json", "bad_init/**/*.csv"),
    *("real/**/metrics.json", "extractors/*.json", "authors/**/metrics.json"),
)


def archive(results: Path, output: Path, command: str, kept: Iterable[str] = KEPT) -> None:
    """Copy what lasts of `results` (`results/PRESET`) to `output`, and write `provenance.json` beside it.

    `command` is what made the results, `kept` are patterns of the files to copy. Files of the same names are
    replaced, others left alone. Raises `InputError` where `results` has none of these files, where one folder
    is inside the other, and for a pattern of files elsewhere.
    """
    results, output = results.resolve(), output.resolve()
    if results == output or results in output.parents or output in results.parents:
        raise InputError(f"{output} and {results} are or contain one another: name another folder")
    found = sorted({path for pattern in kept for path in _matching(results, pattern) if path.is_file()})
    if not found:
        raise InputError(f"{results} has no tables, figures or runs: name a folder results/PRESET")
    record = provenance(job_costs(results), command)
    for path in found:
        with atomic_path(output / path.relative_to(results)) as target:
            shutil.copyfile(path, target)
    write_json(output / PROVENANCE, record)


def _matching(results: Path, pattern: str) -> list[Path]:
    """What `pattern` names below `results`; what lies elsewhere would be copied to elsewhere, too."""
    if Path(pattern).is_absolute() or ".." in Path(pattern).parts:
        raise InputError(f"{pattern} does not stay below {results}: give patterns such as {KEPT[0]}")
    try:
        return list(results.glob(pattern))
    except ValueError as error:
        raise InputError(f"{pattern!r} is no pattern of files ({error})") from None
