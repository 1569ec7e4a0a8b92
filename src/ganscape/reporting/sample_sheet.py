"""Samples of one half of a table on a sheet: separable beside paired loss, raw and EMA weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image, UnidentifiedImageError

from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.losses import PAIRED_WITH, loss_name
from ganscape.reporting.measurements import REAL, best_learning_rate
from ganscape.reporting.studies import Half, Study

GRID_FILES = {"raw": "final.png", "ema": "final_ema.png"}  # in a run's folder `samples`
COLUMNS = ((False, "raw"), (True, "raw"), (False, "ema"), (True, "ema"))  # (paired loss?, weights)
COLUMN_NAMES = ("separable loss", "paired loss", "separable loss, EMA", "paired loss, EMA")
TILES = 8  # images along each side of a grid
GAP = 3 / 32  # between them on the sheet, of an image's side
ROW_HEIGHT = 1.12  # inches
HEADING_HEIGHT = 0.6


@dataclass(frozen=True)
class Panel:
    """One grid of samples: `row` and `column` on the sheet, the run it shows, and where its image lies."""

    row: int
    column: int
    label: str
    measured: pd.Series

    @property
    def image(self) -> Path:
        return Path(self.measured["path"]).parent / "samples" / GRID_FILES[self.measured["weights"]]

    @property
    def title(self) -> str:
        name = loss_name(self.measured["loss"]) + (", EMA" if self.measured["weights"] == "ema" else "")
        if self.measured["status"] != "done":
            return f"{name}: {self.measured['status']}"
        return f"{name}, FID {self.measured['fid']:.2f}"


def draw_sample_sheet(study: Study, measurements: pd.DataFrame, half: Half) -> tuple[Figure, pd.DataFrame]:
    """Draw the sheet; returns it with a table that says which run each panel shows.

    Of several learning rates each panel shows the one that the table names, of several seeds the first that
    finished; the FID in its title is that run's own. Raises `InputError` where a grid is missing.
    """
    panels = list(_panels(study, measurements, half))
    if not panels:
        raise InputError(f"none of the given runs is a row of the table {study.name} on {half.data}")
    labels = {panel.row: panel.label for panel in panels}
    sheet = style.figure(ROW_HEIGHT * len(labels) + HEADING_HEIGHT)
    with rc_context(style.SETTINGS):
        axes = sheet.subplots(len(labels), len(COLUMNS), squeeze=False)
        for panel in panels:
            _draw(panel, axes[panel.row, panel.column], study.tiles)
        for row, label in labels.items():
            axes[row, 0].set_ylabel(label)
        for place in axes.flat:
            place.set_xticks([])
            place.set_yticks([])
            place.spines[:].set_visible(False)
        sheet.suptitle(_heading(study, half, measurements), fontsize=9)
    return sheet, pd.DataFrame([_described(panel, half) for panel in panels])


def _panels(study: Study, measurements: pd.DataFrame, half: Half) -> Iterator[Panel]:
    ours = measurements[measurements["data"] == half.data]
    rows = study.of_half(half)
    networks: dict[tuple, int] = {}
    for configuration in rows[rows["loss"] != REAL].to_dict("records"):
        keys = ("architecture", "width", "spectral_norm", "loss")
        same = ours[(ours[list(keys)] == pd.Series({key: configuration[key] for key in keys})).all(axis=1)]
        if same.empty:
            continue
        # A row of the sheet holds both losses of a pair; WGAN-GP, which has no rival, has a row of its own.
        alone = configuration["loss"] not in {*PAIRED_WITH, *PAIRED_WITH.values()}
        row = networks.setdefault((*(configuration[key] for key in keys[:3]), alone), len(networks))
        for column, (paired, weights) in enumerate(COLUMNS):
            if paired == (configuration["loss"] in PAIRED_WITH):
                candidates = same[same["weights"] == weights]
                yield Panel(row, column, _row_label(configuration), _shown_run(candidates))


def _shown_run(candidates: pd.DataFrame) -> pd.Series:
    rate = best_learning_rate(candidates)
    at_rate = candidates[candidates["generator_lr"] == rate] if rate is not None else candidates
    return at_rate.sort_values(["status", "seed"], key=_done_first).iloc[0]


def _done_first(values: pd.Series) -> pd.Series:
    return values != "done" if values.name == "status" else values


def _row_label(configuration: dict) -> str:
    network = "CNN" if configuration["architecture"] == "cnn" else "ResNet"
    spectral = "" if configuration["spectral_norm"] == "yes" else "\nno SN"
    return f"{network}\n{configuration['width']}{spectral}"


def _draw(panel: Panel, place: Axes, tiles: int) -> None:
    colour = style.PAIRED if COLUMNS[panel.column][0] else style.SEPARABLE
    place.set_title(panel.title, color=colour, fontsize=7)
    if panel.image.exists():
        place.imshow(part_of_grid(panel.image, tiles // 2, tiles))
    elif panel.measured["status"] == "done":
        raise InputError(
            f"{panel.image} is missing: delete {panel.image.parent.parent} and train that run again"
        )
    else:
        place.set_box_aspect(0.5)
        place.text(0.5, 0.5, panel.measured["status"], ha="center", va="center", color=style.NEUTRAL)


def part_of_grid(path: Path, rows: int, columns: int) -> np.ndarray:
    """The upper left part of a grid of 8x8 images, RGB: enough to judge by, and losses fit side by side."""
    try:
        with Image.open(path) as image:
            pixels = np.asarray(image.convert("RGB"))
        side = len(pixels) // TILES
        tiles = pixels.reshape(TILES, side, TILES, side, 3)[:rows, :, :columns]
    except PermissionError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except (UnidentifiedImageError, OSError, ValueError) as error:
        raise InputError(
            f"{path} is not a grid of {TILES}x{TILES} images ({error}): delete it and train that run again"
        ) from error
    # White lines between the images, so that the eye takes each for itself.
    gap = max(1, round(GAP * side))
    separated = np.pad(tiles, ((0, 0), (0, gap), (0, 0), (0, gap), (0, 0)), constant_values=255)
    return separated.reshape(rows * (side + gap), columns * (side + gap), 3)[:-gap, :-gap]


def _heading(study: Study, half: Half, measurements: pd.DataFrame) -> str:
    features = measurements.loc[measurements["data"] == half.data, "features"].iloc[0]
    shown = f"{study.short_title}, {half.shown_name}"
    return f"{shown}: samples of the trained generators\nFID from the features of {features}"


def _described(panel: Panel, half: Half) -> dict:
    kept = (
        "architecture",
        "width",
        "spectral_norm",
        "loss",
        "weights",
        "generator_lr",
        "seed",
        "status",
        "fid",
    )
    return {
        "row": panel.row,
        "column": COLUMN_NAMES[panel.column],
        "dataset": half.label,
        **{key: panel.measured[key] for key in kept},
        "features": panel.measured["features"],
        "image": panel.image.as_posix(),
    }
