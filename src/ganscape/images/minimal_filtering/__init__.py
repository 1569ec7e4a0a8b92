"""Convolutions on a processor with fewer multiplications than their definition has.

Between an image's few channels and many there is nothing to save in that way: those are computed by their
definition, for the most part faster than by PyTorch.
"""

import logging
from collections.abc import Callable
from functools import cache, partial

import torch
from torch import Tensor, nn

from ganscape.compilation import CompilationError, compiler
from ganscape.images.minimal_filtering import few_channels, library
from ganscape.images.minimal_filtering.functions import doubling, halving, narrowing, same, widening
from ganscape.images.minimal_filtering.kernels import CHANNELS, MOST_CHANNELS

logger = logging.getLogger(__name__)

Function = Callable[[Tensor, Tensor, Tensor | None], Tensor]


@cache
def available() -> bool:
    """Whether there is a compiler that compiles our sources."""
    if compiler() is None:
        return False
    try:
        library.kernels()
        few_channels.kernels()
    except (CompilationError, OSError) as problem:
        logger.warning("PyTorch's convolutions serve: ours did not compile (%s)", problem)
        return False
    return True


@cache
def multiplies_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 itself, in the way that `convolutions.cpp` needs."""
    return available() and bool(library.kernels().library.has_bfloat16())


def convolution(layer: nn.Conv2d, images: Tensor, weight: Tensor) -> Function | None:
    """The function of (images, weight, bias) that does what `layer` would, if there is one."""
    outputs, inputs, *_ = weight.shape
    if not _suits(layer, images, weight, inputs):
        return None
    shape = layer.kernel_size, layer.stride, layer.padding
    if shape == ((3, 3), (1, 1), (1, 1)):
        known = {(True, True): same, (False, True): widening, (True, False): narrowing}
        return _in_this_precision(known.get((_many(inputs), _many(outputs))))
    if shape == ((4, 4), (2, 2), (1, 1)) and _many(inputs) and _many(outputs):
        return None if any(side % 2 for side in images.shape[2:]) else _in_this_precision(halving)
    return None


def transposed_convolution(layer: nn.ConvTranspose2d, images: Tensor) -> Function | None:
    """The function of (images, weight, bias) that does what `layer` would, if there is one."""
    inputs, outputs, *_ = layer.weight.shape
    shape = layer.kernel_size, layer.stride, layer.padding, layer.output_padding
    known = shape == ((4, 4), (2, 2), (1, 1), (0, 0)) and _many(inputs) and _many(outputs)
    return _in_this_precision(doubling) if known and _suits(layer, images, layer.weight, inputs) else None


def _in_this_precision(function: Callable[..., Tensor] | None) -> Function | None:
    return function and partial(function, bfloat16=torch.is_autocast_enabled("cpu"))


def _many(channels: int) -> bool:
    return channels % CHANNELS == 0


def _suits(layer: nn.Module, images: Tensor, weight: Tensor, inputs: int) -> bool:
    return (
        images.device.type == "cpu"
        and weight.dtype == torch.float32
        and _precision_suits(images.dtype)
        and images.dim() == 4
        and images.numel() > 0
        and images.shape[1] == inputs
        and all(n in few_channels.FEW_CHANNELS or (_many(n) and n <= MOST_CHANNELS) for n in weight.shape[:2])
        and (layer.bias is None or layer.bias.dtype == torch.float32)
        and (layer.groups, layer.dilation, layer.padding_mode) == (1, (1, 1), "zeros")
    )


def _precision_suits(dtype: torch.dtype) -> bool:
    if not torch.is_autocast_enabled("cpu"):
        return dtype == torch.float32
    is_known = torch.get_autocast_dtype("cpu") == torch.bfloat16
    return is_known and dtype in (torch.float32, torch.bfloat16) and multiplies_bfloat16()
