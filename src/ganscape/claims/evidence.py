"""What there is to judge by: the tables and the figures' numbers of one preset, read when a rule asks."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ganscape.errors import InputError


class NotRun(Exception):
    """What a rule needs was not computed; the message says what."""


def read(path: Path) -> pd.DataFrame:
    """One of the workflow's CSV files; raises `InputError` where it cannot be read."""
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): make it again") from None


class Evidence:
    """The CSV files below a folder of results, `results/PRESET`; each is read once."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder: give that of a preset, such as results/quick")
        self.folder = folder
        self._tables: dict[str, pd.DataFrame] = {}

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """`tables/x` or `figures/x`, which has at least these columns; blank cells of words are "".

        Raises `NotRun` where the file is not there, `InputError` where it cannot be read or lacks a column.
        """
        if name not in self._tables:
            self._tables[name] = self._read(self.folder / f"{name}.csv")
        found = self._tables[name]
        if missing := [column for column in columns if column not in found.columns]:
            raise InputError(
                f"{self.folder / name}.csv has no column {missing[0]}: it is not of this version; "
                "make it again"
            )
        return found

    def _read(self, path: Path) -> pd.DataFrame:
        if not path.exists():
            raise NotRun(f"{path.parent.name}/{path.name} was not made")
        table = read(path)
        words = table.select_dtypes(exclude=["number", "bool"]).columns
        return table.fillna(dict.fromkeys(words, ""))
