"""What there is to judge by: the tables and the figures' numbers of one preset, read when a rule asks."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from pandas.api.types import is_numeric_dtype

from ganscape.errors import InputError

_NETWORK = ("dataset", "architecture", "width", "spectral_norm", "loss")
_RUN = (*_NETWORK, "generator_lr", "seed", "weights")
# By what the rows of a table differ; rules look for one of each.
KEYS = {
    "tables/landscape_values": ("loss", "pattern"),
    "tables/strict_minima": ("n", "loss"),
    "tables/global_minima": ("n", "loss"),
    "tables/assumptions": ("loss", "assumption"),
    "tables/network_sizes": ("dataset", "architecture", "width"),
    "tables/two_clusters": ("loss", "discriminator_width", "generator_width", "share"),
    "figures/basin_depth": ("study", "loss", "pairing", "share", "n"),
    "figures/escape": ("part", "loss", "other", "iteration"),
    "figures/width": ("study", "loss", "discriminator_width", "generator_width"),
    "figures/imbalance_clusters": ("loss", "share"),
    "tables/imbalanced": ("loss", "weights", "seed", "class"),
    "tables/bad_init": ("paper_learning_rate", "ema"),
    **{f"tables/{name}": (*_NETWORK, "ema") for name in ("table2", "hinge", "lsun")},
    **{f"tables/{name}_details": _RUN for name in ("table2", "hinge", "lsun")},
}
# Columns that need not be numbers.
WORDS = {
    *("state", "pattern", "loss", "assumption", "evidence", "study", "part", "other", "at", "data"),
    *("dataset", "architecture", "width", "spectral_norm", "ema", "weights", "features", "status"),
    "outcome",
}


class NotRun(Exception):
    """What a rule needs was not computed; the message says what."""


def read(path: Path) -> pd.DataFrame:
    """One of the workflow's CSV files; raises `InputError` where it cannot be read."""
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}): make it again") from None


def require_different(table: pd.DataFrame, keys: Sequence[str], path: Path) -> None:
    """Raise `InputError` where two rows have the same values in all `keys`."""
    if not keys or not set(keys) <= set(table.columns):  # it is of another version, as its reader says
        return
    if len(repeated := table[table.duplicated(list(keys))]):
        row = ", ".join(f"{key} {value}" for key, value in repeated.iloc[0][list(keys)].dropna().items())
        raise InputError(f"{path} has two rows of {row}: make it again")


class Evidence:
    """The CSV files below a folder of results, `results/PRESET`; each is read once."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise InputError(f"{folder} is no folder: give that of a preset, such as results/quick")
        self.folder = folder
        self._tables: dict[str, pd.DataFrame] = {}

    def table(self, name: str, columns: Sequence[str]) -> pd.DataFrame:
        """`tables/x` or `figures/x`, which has at least these columns; blank cells of words are "".

        Raises `NotRun` where the file is not there, `InputError` where it cannot be read, lacks a column, has
        words for numbers, or two rows where `KEYS` knows of one.
        """
        path = self.folder / f"{name}.csv"
        if name not in self._tables:
            self._tables[name] = self._read(path)
            require_different(self._tables[name], KEYS.get(name, ()), path)
        found = self._tables[name]
        if missing := [column for column in columns if column not in found.columns]:
            raise InputError(f"{path} has no column {missing[0]}: it is not of this version; make it again")
        numbers = [column for column in columns if column not in WORDS] if len(found) else []
        if words := [column for column in numbers if not is_numeric_dtype(found[column])]:
            raise InputError(f"{path} has words in {words[0]}: make it again")
        return found

    def _read(self, path: Path) -> pd.DataFrame:
        if not path.exists():
            raise NotRun(f"{path.parent.name}/{path.name} was not made")
        table = read(path)
        words = table.select_dtypes(exclude=["number", "bool"]).columns
        return table.fillna(dict.fromkeys(words, ""))
