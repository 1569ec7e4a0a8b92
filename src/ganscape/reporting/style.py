"""How every figure looks: readable in print, told apart without colour vision, the same bytes each time."""

import logging
from pathlib import Path

import matplotlib
import pandas as pd
from matplotlib.figure import Figure
from PIL import Image

from ganscape.files import atomic_path, check_ending, write_text

logging.getLogger("fontTools").setLevel(logging.WARNING)  # or embedding fonts fills a step's log

# Okabe and Ito's palette, distinguishable with every common form of colour blindness.
SEPARABLE = "#d55e00"  # vermillion: JS-GAN and the other separable losses
PAIRED = "#0072b2"  # blue: RS-GAN and the other paired losses
NEUTRAL = "#4d4d4d"

TEXT_WIDTH = 7.0  # inches, a page without its margins
RESOLUTION = 200  # dots per inch of bitmaps
RESOLUTION_OF_PHOTOGRAPHS = 140  # whose pixels stay visible; files are half as large
COLOURS = 256  # of a bitmap of lines and areas, which then takes half the space

SETTINGS = {
    "font.size": 8,
    "axes.titlesize": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.constrained_layout.use": True,
    "image.interpolation": "nearest",
    "pdf.fonttype": 42,  # text stays text
    "svg.hashsalt": "ganscape",
}


def figure(height: float, width: float = TEXT_WIDTH) -> Figure:
    """An empty figure of this size in inches. No window system is involved."""
    with matplotlib.rc_context(SETTINGS):
        return Figure(figsize=(width, height), layout="constrained")


def _compress(path: Path, colours: int | None) -> None:
    """Make a PNG smaller, without its alpha channel, which is opaque everywhere."""
    with Image.open(path) as image:
        opaque = image.convert("RGB")
    if colours is not None:
        opaque = opaque.quantize(colours, dither=Image.Dither.NONE)
    opaque.save(path, format="png", optimize=True)


def check_figure_path(target: Path) -> None:
    """Raise `InputError` unless a figure can be saved by this name."""
    check_ending(target, ".png", "a figure's file")


def figure_paths(target: Path) -> list[Path]:
    """The files that a figure consists of."""
    return [target.with_suffix(suffix) for suffix in (".png", ".pdf", ".csv")]


def save(drawn: Figure, target: Path, numbers: pd.DataFrame, photographs: bool = False) -> list[Path]:
    """Write a figure as `target` (.png) and .pdf, and the numbers it was drawn from as .csv beside it.

    Of `photographs` the bitmap has all colours, at a lower resolution. Raises `InputError` where `target` has
    another ending.
    """
    check_figure_path(target)
    bitmap, document, table = figure_paths(target)
    for place, metadata in (
        (bitmap, {"Software": None}),
        (document, {"CreationDate": None, "Producer": None}),
    ):
        with matplotlib.rc_context(SETTINGS), atomic_path(place) as path:
            resolution = RESOLUTION_OF_PHOTOGRAPHS if photographs else RESOLUTION
            drawn.savefig(path, format=place.suffix[1:], dpi=resolution, metadata=metadata)
            if place == bitmap:
                _compress(path, None if photographs else COLOURS)
    write_text(table, numbers.to_csv(index=False, float_format="%.6g"))
    return [bitmap, document, table]
