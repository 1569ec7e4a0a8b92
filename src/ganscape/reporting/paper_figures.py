"""The figures that the paper prints, as package data: what ours are held against."""

from importlib.resources import as_file, files

import pandas as pd

NAMES = ("table2", "hinge", "bad_init", "claims", "released_sizes")


def paper_figures(name: str) -> pd.DataFrame:
    """One of the paper's tables: `table2` (Table 2), `hinge`, `bad_init` (appendix) or `claims` (text).

    `released_sizes` has the parameters of the networks in the authors' released code.

    Blank cells are empty strings in columns of words and NaN in columns of numbers.
    """
    if name not in NAMES:
        raise ValueError(f"{name}: the paper's tables are {', '.join(NAMES)}")
    with as_file(files("ganscape.reporting") / "paper" / f"{name}.csv") as path:
        frame = pd.read_csv(path)
    words = frame.select_dtypes(exclude="number").columns
    return frame.fillna(dict.fromkeys(words, ""))
