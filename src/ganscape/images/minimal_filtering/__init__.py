"""Convolutions on a processor with fewer multiplications than their definition has."""

from collections.abc import Callable

import torch
from torch import Tensor

from ganscape.images.minimal_filtering.functions import Doubling, Halving, Same
from ganscape.images.minimal_filtering.library import CHANNELS, MOST_CHANNELS, available

__all__ = ["available", "convolution", "transposed_convolution"]

Pair = tuple[int, int]
Function = Callable[[Tensor, Tensor, Tensor | None], Tensor]

SAME = (3, 3), (1, 1), (1, 1)  # kernel, stride, padding
HALVING = (4, 4), (2, 2), (1, 1)


def convolution(shape: tuple[Pair, Pair, Pair], images: Tensor, weight: Tensor) -> Function | None:
    """The function of (images, weight, bias) that is a convolution of (kernel, stride, padding), if any."""
    if not _suits(images, weight):
        return None
    if shape == SAME:
        return Same.apply
    if shape == HALVING and not any(side % 2 for side in images.shape[2:]):
        return Halving.apply
    return None


def transposed_convolution(shape: tuple[Pair, Pair, Pair], images: Tensor, weight: Tensor) -> Function | None:
    """The function of (images, weight, bias) that is a transposed convolution of such a shape, if any."""
    return Doubling.apply if shape == HALVING and _suits(images, weight) else None


def _suits(images: Tensor, weight: Tensor) -> bool:
    return (
        images.device.type == "cpu"
        and images.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and all(n % CHANNELS == 0 and n <= MOST_CHANNELS for n in weight.shape[:2])
    )
