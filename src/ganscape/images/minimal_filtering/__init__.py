"""Convolutions on a processor with fewer multiplications than their definition has."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganscape.images.minimal_filtering.functions import doubling, halving, same
from ganscape.images.minimal_filtering.library import CHANNELS, MOST_CHANNELS, available

__all__ = ["available", "convolution", "transposed_convolution"]

Function = Callable[[Tensor, Tensor, Tensor | None], Tensor]


def convolution(layer: nn.Conv2d, images: Tensor, weight: Tensor) -> Function | None:
    """The function of (images, weight, bias) that does what `layer` would, if there is one."""
    if not _suits(layer, images, weight, inputs=weight.shape[1]):
        return None
    shape = layer.kernel_size, layer.stride, layer.padding
    if shape == ((3, 3), (1, 1), (1, 1)):
        return same
    if shape == ((4, 4), (2, 2), (1, 1)) and not any(side % 2 for side in images.shape[2:]):
        return halving
    return None


def transposed_convolution(layer: nn.ConvTranspose2d, images: Tensor) -> Function | None:
    """The function of (images, weight, bias) that does what `layer` would, if there is one."""
    shape = layer.kernel_size, layer.stride, layer.padding, layer.output_padding
    known = shape == ((4, 4), (2, 2), (1, 1), (0, 0))
    return doubling if known and _suits(layer, images, layer.weight, len(layer.weight)) else None


def _suits(layer: nn.Module, images: Tensor, weight: Tensor, inputs: int) -> bool:
    return (
        images.device.type == "cpu"
        and images.dtype == weight.dtype == torch.float32
        and not torch.is_autocast_enabled("cpu")
        and images.dim() == 4
        and images.numel() > 0
        and images.shape[1] == inputs
        and all(n % CHANNELS == 0 and n <= MOST_CHANNELS for n in weight.shape[:2])
        and (layer.bias is None or layer.bias.dtype == torch.float32)
        and (layer.groups, layer.dilation, layer.padding_mode) == (1, (1, 1), "zeros")
    )
