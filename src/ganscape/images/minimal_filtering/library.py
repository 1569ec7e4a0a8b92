"""`convolutions.cpp`, compiled once for this processor, called with tensors."""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from ganscape.images.minimal_filtering.kernels import Kernels, Shape
from ganscape.images.minimal_filtering.matrices import OUTPUTS, minimal_filtering

SOURCE = Path(__file__).with_name("convolutions.cpp")
CACHED, OWN_CACHED = 1 << 20, 1 << 18  # floats of a chunk of tiles: in the caches, and in a thread's own
SMALLEST_CHUNK, LARGEST_CHUNK = 64, 1024  # tiles
OWN_SMALLEST_CHUNK = 32
# Each thread works alone, not waiting for others or writing to their caches, if the filters, which it reads
# for each of its chunks, are no more floats than this. For the gradients of filters it takes parts of the
# tiles, each with sums of its own, if those are few.
FEW_FILTERS, FEW_SUMS = 1 << 20, 1 << 17
PARTS = 8  # fixed, so that no bit depends on the number of threads


@dataclass(frozen=True)
class Phase:
    """One set of samples and the taps that it meets.

    `row` and `column` are the offsets of its first sample; `tap` is where the first of its taps lies.
    """

    row: int
    column: int
    tap: int


@dataclass(frozen=True)
class Geometry:
    """Which samples, a regular part of their images, meet which taps to give which outputs.

    Attributes:
        taps: of the filters in one dimension, 2 or 3.
        area: height and width of the outputs.
        sample_step: every how many pixels a sample lies.
        strides: of a filter's input channel, output channel, row and column, in elements.
        phases: whose convolutions are added.
    """

    taps: int
    area: tuple[int, int]
    sample_step: int
    strides: tuple[int, int, int, int]
    phases: tuple[Phase, ...]


def convolve(
    geometry: Geometry, images: Tensor, filters: Tensor, bias: Tensor | None, out: Tensor, bfloat16: bool
) -> None:
    """Write the outputs of `geometry` to `out`: float32 (N, C, H, W), channels-last, as `images` are.

    `bfloat16`: whether factors of products are rounded to it.
    """
    shape = _shape(geometry, images.shape, out.shape)
    _call("convolve", bfloat16, geometry.taps, shape, images, filters, bias, out)


def convolve_transposed(
    geometry: Geometry, outputs: Tensor, filters: Tensor, bias: Tensor | None, images: Tensor, bfloat16: bool
) -> None:
    """Write to `images` the transpose of what `convolve` does, of `outputs`: its gradient, for one."""
    shape = _shape(geometry, images.shape, outputs.shape)
    _call("convolve_transposed", bfloat16, geometry.taps, shape, outputs, filters, bias, images)


def correlate(geometry: Geometry, images: Tensor, gradients: Tensor, filters: Tensor, bfloat16: bool) -> None:
    """Write to `filters` the gradient with respect to them, where `gradients` are those of the outputs."""
    shape = _shape(geometry, images.shape, gradients.shape)
    _call("correlate", bfloat16, geometry.taps, shape, images, gradients, filters)


@cache
def _shape(geometry: Geometry, images: torch.Size, outputs: torch.Size) -> Shape:
    """What `read` of `convolutions.cpp` reads."""
    count, inputs, height, width = images
    tiles = count * math.prod(-(-side // OUTPUTS) for side in geometry.area)
    positions = (OUTPUTS + geometry.taps - 1) ** 2
    depth = inputs * len(geometry.phases)
    filters, tile = positions * depth * outputs[1], positions * (depth + outputs[1])
    alone = filters <= FEW_FILTERS
    parts = PARTS if filters <= FEW_SUMS and tiles >= PARTS else 1
    chunks = [
        _chunk(OWN_CACHED // tile, OWN_SMALLEST_CHUNK) if own else _chunk(CACHED // tile, SMALLEST_CHUNK)
        for own in (alone, parts > 1)
    ]
    phases = ((phase.row, phase.column, phase.tap) for phase in geometry.phases)
    return Shape(
        *(count, *geometry.area, *chunks, alone, parts),
        *(height, width, inputs, geometry.sample_step),
        *(*outputs[2:], outputs[1]),
        *geometry.strides,
        *(len(geometry.phases), *(number for phase in phases for number in phase)),
    )


def _chunk(tiles: int, smallest: int) -> int:
    return min(max(tiles // smallest * smallest, smallest), LARGEST_CHUNK)


def _call(name: str, bfloat16: bool, taps: int, shape: Shape, *arrays: Tensor | None) -> None:
    kernels().call(f"{name}_{taps}{'_bfloat16' if bfloat16 else ''}", taps, shape, *arrays)


@cache
def kernels() -> Kernels:
    """Compiled at the first call; raises what `Kernels` does."""
    macros: dict[str, int | str] = {"OUTPUTS": OUTPUTS}
    for taps in (2, 3):
        outputs, filters, samples = minimal_filtering(taps)
        for name, matrix in (("A_TRANSPOSED", outputs), ("G", filters), ("B_TRANSPOSED", samples)):
            macros[f"{name}_{taps}"] = _initialiser(matrix)
    return Kernels(SOURCE, macros)


def _initialiser(matrix: list[list[Fraction]]) -> str:
    return "{" + ",".join("{" + ",".join(f"{float(value)!r}f" for value in row) + "}" for row in matrix) + "}"
