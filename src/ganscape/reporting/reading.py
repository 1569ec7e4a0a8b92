"""Reading the CSV files of earlier steps, with one clear line for files of another kind."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import pandas as pd

from ganscape.errors import InputError


def read_tables(paths: Iterable[Path], columns: Sequence[str], step: str) -> pd.DataFrame:
    """The files, one below the other; raises `InputError` unless all have the columns that `step` writes."""
    tables = []
    for path in paths:
        try:
            table = pd.read_csv(path)
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read ({error}): make it with `{step}`") from None
        if list(table.columns) != list(columns):
            raise InputError(f"{path} has other columns than `{step}` writes: make it again")
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
