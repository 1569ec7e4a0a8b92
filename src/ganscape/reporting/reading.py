"""Reading the CSV files of earlier steps, with one clear line for files of another kind."""

from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import pandas as pd

from ganscape.errors import InputError


def read_tables(paths: Iterable[Path], columns: Sequence[str], step: str) -> pd.DataFrame:
    """The files, one below the other; raises `InputError` unless all have the columns that `step` writes."""
    tables = []
    for path in paths:
        try:
            content = Path(path).read_bytes()
            table = pd.read_csv(BytesIO(content))
        except (OSError, ValueError) as error:
            raise InputError(f"{path} cannot be read ({error}): make it with `{step}`") from None
        if list(table.columns) != list(columns):
            raise InputError(f"{path} has other columns than `{step}` writes: make it again")
        if table.empty or not content.endswith(b"\n"):
            raise InputError(
                f"{path} has no rows, or was cut off in its last one: make it again with `{step}`"
            )
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
