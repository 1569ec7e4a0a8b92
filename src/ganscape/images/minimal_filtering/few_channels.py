"""`few_channels.cpp`, compiled once for this processor, called with tensors.

All are float32 and channels-last; `few` has 1 or 3 channels, `many` a multiple of `CHANNELS`, up to
`MOST_CHANNELS`, and both have the same number, height and width.
"""

from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from ganscape.images.minimal_filtering.kernels import Kernels, Shape

SOURCE = Path(__file__).with_name("few_channels.cpp")
FEW_CHANNELS = (1, 3)
PARTS = 8  # of the images, in a gradient of filters: fixed, so that no bit depends on the number of threads


@dataclass(frozen=True)
class Taps:
    """Strides of a filter 3x3, in elements, and where the first of its taps lies."""

    few: int
    many: int
    row: int
    column: int
    first: int = 0

    def turned(self) -> "Taps":
        """The same by half a turn."""
        first = self.first + 2 * self.row + 2 * self.column
        return replace(self, row=-self.row, column=-self.column, first=first)


def widen(few: Tensor, taps: Taps, filters: Tensor, bias: Tensor | None, many: Tensor) -> None:
    """Write the convolution of `few`, 3x3 with padding 1, to `many`."""
    _call("widen", few, many, taps, few, filters, bias, many)


def narrow(many: Tensor, taps: Taps, filters: Tensor, bias: Tensor | None, few: Tensor) -> None:
    """Write the convolution of `many`, 3x3 with padding 1, to `few`."""
    _call("narrow", few, many, taps, many, filters, bias, few)


def correlate(few: Tensor, many: Tensor, taps: Taps, filters: Tensor) -> None:
    """Write to `filters` the gradient of `widen` with respect to them; `many` is that of its outputs."""
    _call("correlate", few, many, taps, few, many, filters)


@cache
def kernels() -> Kernels:
    """Compiled at the first call; raises what `Kernels` does."""
    return Kernels(SOURCE)


def _call(name: str, few: Tensor, many: Tensor, taps: Taps, *arrays: Tensor | None) -> None:
    channels = few.shape[1]
    kernels().call(f"{name}_{channels}", channels, _shape(many.shape, taps), *arrays)


@cache
def _shape(many: torch.Size, taps: Taps) -> Shape:
    """The `Shape` of `few_channels.cpp`."""
    count, channels, height, width = many
    strides = taps.few, taps.many, taps.row, taps.column, taps.first
    return Shape(count, height, width, channels, *strides, PARTS)
