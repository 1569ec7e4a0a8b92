"""Convolutions on a processor with fewer multiplications than their definition has."""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor, nn

from ganscape.images.minimal_filtering.functions import doubling, halving, same
from ganscape.images.minimal_filtering.library import (
    CHANNELS,
    MOST_CHANNELS,
    available,
    multiplies_bfloat16,
)

__all__ = ["available", "convolution", "multiplies_bfloat16", "transposed_convolution"]

Function = Callable[[Tensor, Tensor, Tensor | None], Tensor]


def convolution(layer: nn.Conv2d, images: Tensor, weight: Tensor) -> Function | None:
    """The function of (images, weight, bias) that does what `layer` would, if there is one."""
    if not _suits(layer, images, weight, inputs=weight.shape[1]):
        return None
    shape = layer.kernel_size, layer.stride, layer.padding
    if shape == ((3, 3), (1, 1), (1, 1)):
        return _in_this_precision(same)
    if shape == ((4, 4), (2, 2), (1, 1)) and not any(side % 2 for side in images.shape[2:]):
        return _in_this_precision(halving)
    return None


def transposed_convolution(layer: nn.ConvTranspose2d, images: Tensor) -> Function | None:
    """The function of (images, weight, bias) that does what `layer` would, if there is one."""
    shape = layer.kernel_size, layer.stride, layer.padding, layer.output_padding
    known = shape == ((4, 4), (2, 2), (1, 1), (0, 0))
    if not known or not _suits(layer, images, layer.weight, inputs=len(layer.weight)):
        return None
    return _in_this_precision(doubling)


def _in_this_precision(function: Callable[..., Tensor]) -> Function:
    return partial(function, bfloat16=torch.is_autocast_enabled("cpu"))


def _suits(layer: nn.Module, images: Tensor, weight: Tensor, inputs: int) -> bool:
    return (
        images.device.type == "cpu"
        and weight.dtype == torch.float32
        and _precision_suits(images.dtype)
        and images.dim() == 4
        and images.numel() > 0
        and images.shape[1] == inputs
        and all(n % CHANNELS == 0 and n <= MOST_CHANNELS for n in weight.shape[:2])
        and (layer.bias is None or layer.bias.dtype == torch.float32)
        and (layer.groups, layer.dilation, layer.padding_mode) == (1, (1, 1), "zeros")
    )


def _precision_suits(dtype: torch.dtype) -> bool:
    if not torch.is_autocast_enabled("cpu"):
        return dtype == torch.float32
    is_known = torch.get_autocast_dtype("cpu") == torch.bfloat16
    return is_known and dtype in (torch.float32, torch.bfloat16) and multiplies_bfloat16()
