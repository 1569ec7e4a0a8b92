"""Where minimisations of the smoothed landscape of three points in the plane end, as a table."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from ganscape.errors import InputError
from ganscape.landscape.descents import descend, random_starts
from ganscape.landscape.minima import PERFECT
from ganscape.landscape.trust_region import MINIMUM
from ganscape.reporting.minima import read_by_loss
from ganscape.reporting.statistics import proportion_interval

TRIANGLE = np.array(
    [[0.0, 0.0], [1.0, 0.0], [0.5, np.sqrt(3) / 2]]
)  # equilateral, its side the unit of length
COLUMNS = [
    "loss",
    "kernel_width",
    "regularisation",
    "start",
    "value",
    "gradient_norm",
    "kind",
    "status",
    "end",
]
BAD, UNDECIDED = "bad minimum", "plateau or not converged"
ENDS = (PERFECT, BAD, UNDECIDED)


def descents(
    loss: str, kernel_width: float, regularisation: float, starts: int, seed: int, spread: float
) -> pd.DataFrame:
    """A row per random start, with `COLUMNS`; see `ganscape.landscape.descents.descend`.

    `kind` is where the points are, `status` whether that is a minimum, `end` both in one: `perfect`,
    `bad minimum` or `plateau or not converged`.
    """
    found = descend(
        TRIANGLE, random_starts(TRIANGLE, starts, seed, spread), loss, kernel_width, regularisation
    )
    return pd.DataFrame(
        {
            "loss": loss,
            "kernel_width": kernel_width,
            "regularisation": regularisation,
            "start": np.arange(starts),
            "value": found.values,
            "gradient_norm": found.gradient_norms,
            "kind": found.kinds,
            "status": found.status,
            "end": [_end(*end) for end in zip(found.kinds, found.status, strict=True)],
        }
    )[COLUMNS]


def _end(kind: str, status: str) -> str:
    if status != MINIMUM:
        return UNDECIDED
    return PERFECT if kind == PERFECT else BAD


def read_descents(paths: Iterable[Path]) -> pd.DataFrame:
    """Files of `descend` as one table, losses in the usual order; raises `InputError` for other files."""
    ends = read_by_loss(paths, COLUMNS, "descend")
    if len(ends.drop_duplicates(["kernel_width", "regularisation"])) > 1:
        raise InputError("descents of several kernel widths or penalties were given: give those of one")
    return ends


def end_shares(ends: pd.DataFrame) -> pd.DataFrame:
    """Per loss and end the share of starts and its 95 % interval: `loss, end, starts, share, low, high`."""
    rows = []
    for loss, of_loss in ends.groupby("loss", sort=False):
        for end in ENDS:
            count, total = int((of_loss["end"] == end).sum()), len(of_loss)
            low, high = proportion_interval(count, total)
            rows.append(
                {"loss": loss, "end": end, "starts": total, "share": count / total, "low": low, "high": high}
            )
    return pd.DataFrame(rows)
