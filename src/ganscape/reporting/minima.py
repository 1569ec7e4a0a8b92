"""Table `minima`: the local minima of the smoothed landscape of two points, by kernel width and penalty."""

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from ganscape.errors import InputError
from ganscape.landscape import climbs, local_minima
from ganscape.landscape.losses import LOSSES
from ganscape.landscape.minima import COLLAPSED, DROPPED, PERFECT
from ganscape.reporting.losses import LOSS_NAMES, kind_of
from ganscape.reporting.reading import read_tables
from ganscape.reporting.rendering import Cell, Column, Section, Table

REAL = np.array([[0.0], [1.0]])  # their distance is the unit of length
SETTING = ["loss", "kernel_width", "regularisation"]
COLUMNS = [*SETTING, "y1", "y2", "value", "climb", "kind", "is_global", "smallest_curvature"]
WORDS = ("loss", "kind", "status", "end")  # columns that hold no numbers
KINDS = (PERFECT, COLLAPSED, DROPPED)


def found_minima(
    loss: str, kernel_widths: Sequence[float], regularisations: Sequence[float], resolution: int
) -> pd.DataFrame:
    """Every local minimum of every landscape, with `COLUMNS`; see `ganscape.landscape.local_minima`."""
    rows = []
    for kernel_width in kernel_widths:
        for regularisation in regularisations:
            landscape = (loss, kernel_width, regularisation)
            minima = local_minima(REAL, *landscape, resolution=resolution)
            for minimum, climb in zip(minima, climbs(REAL, minima, *landscape), strict=True):
                (y1,), (y2,) = minimum.points
                rows.append(
                    {
                        "loss": loss,
                        "kernel_width": kernel_width,
                        "regularisation": regularisation,
                        "y1": y1,
                        "y2": y2,
                        "value": minimum.value,
                        "climb": climb,
                        "kind": minimum.kind,
                        "is_global": minimum.is_global,
                        "smallest_curvature": minimum.smallest_curvature,
                    }
                )
    return pd.DataFrame(rows, columns=COLUMNS)


def read_minima(paths: Iterable[Path]) -> pd.DataFrame:
    """Files of `find-minima` as one table, losses in the usual order; raises `InputError` for other files."""
    return read_by_loss(paths, COLUMNS, "find-minima")


def read_by_loss(paths: Iterable[Path], columns: Sequence[str], step: str) -> pd.DataFrame:
    """CSV files of one `step`, one per loss, as one table in the usual order of losses.

    Raises `InputError` for other files.
    """
    together = read_tables(paths, columns, step)
    words = [name for name in columns if name not in WORDS and not is_numeric_dtype(together[name])]
    unknown = sorted(map(str, set(together["loss"]) - set(LOSSES)))
    if unknown or words:
        problem = f"the losses {unknown}" if unknown else f"words in {', '.join(words)}"
        raise InputError(f"the files have {problem}, which `{step}` never writes: make them again")
    return together.sort_values("loss", key=lambda names: names.map(LOSSES.index), kind="stable")


def counted_minima(minima: pd.DataFrame) -> pd.DataFrame:
    """A row per landscape.

    Columns: `loss`, `kernel_width`, `regularisation`; how many minima are `perfect` (each y near another x),
    `collapsed` (near real points, not all of which are found), `dropped` (some y near none); `bad`, the last
    two together; `deepest_bad_climb`, the largest least rise out of a bad one; `bad_global`, whether one of
    them is as low as any.
    """
    rows = []
    for setting, found in minima.groupby(SETTING, sort=False):
        counts = {kind: int((found["kind"] == kind).sum()) for kind in KINDS}
        bad = found[found["kind"] != PERFECT]
        rows.append(
            {
                **dict(zip(SETTING, setting, strict=True)),
                **counts,
                "bad": len(bad),
                "deepest_bad_climb": bad["climb"].max() if len(bad) else 0.0,
                "bad_global": bool(bad["is_global"].any()),
            }
        )
    return pd.DataFrame(rows)


def minima_table(counts: pd.DataFrame) -> Table:
    """A section per loss: kernel widths down, penalties across, bad minima in bold."""
    penalties = sorted(counts["regularisation"].unique())
    columns = [Column("kernel width"), *(Column(f"{penalty:g}", "Penalty on f") for penalty in penalties)]
    sections = []
    for loss, of_loss in counts.groupby("loss", sort=False):
        rows = []
        for width, of_width in of_loss.groupby("kernel_width"):
            by_penalty = of_width.set_index("regularisation")
            rows.append([Cell(f"{width:g}"), *(_cell(by_penalty, penalty) for penalty in penalties)])
        sections.append(Section(f"{LOSS_NAMES[loss]} ({kind_of(loss)})", rows))
    notes = [
        "Two real points at distance 1, f in a Gaussian RKHS. Each cell counts local minima: perfect + "
        "collapsed + dropped. Bold: some are bad; in brackets the climb out of the deepest of these. A "
        "minimum that smoothing splits in two, as y1 and y2 part a little, counts twice."
    ]
    return Table("Local minima of the smoothed landscape", notes, columns, sections, "minima")


def _cell(by_penalty: pd.DataFrame, penalty: float) -> Cell:
    if penalty not in by_penalty.index:
        return Cell()
    row = by_penalty.loc[penalty]
    counts = " + ".join(str(row[kind]) for kind in KINDS)
    if not row["bad"]:
        return Cell(counts)
    climb = "lowest" if np.isinf(row["deepest_bad_climb"]) else f"{row['deepest_bad_climb']:.2g}"
    return Cell(f"{counts} ({climb})", True)
