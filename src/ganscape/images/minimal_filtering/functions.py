"""The three convolutions of the networks, and their gradients, by minimal filtering.

A convolution's gradient with respect to its input is a convolution too: of 3x3 taps with the filter turned
round, and between 4x4 of stride 2 and its transpose each is the other's. Gradients cannot be differentiated
again: that is an error, not a wrong number. Values are float32 throughout. With `bfloat16`, the factors of
the products are rounded to it where they are transformed, which errs three to four times as much as
rounding images and weights.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.autograd import Function

from ganscape.images.minimal_filtering import few_channels
from ganscape.images.minimal_filtering.library import (
    Geometry,
    Phase,
    convolve,
    convolve_transposed,
    correlate,
)

PARITIES = (0, 1)


@dataclass(frozen=True)
class _Kind:
    """A convolution, and its gradients given that of its value.

    The last argument of each is whether factors of products are rounded to bfloat16.
    """

    value: Callable[[Tensor, Tensor, Tensor | None, bool], Tensor]  # of images, weight and bias
    images_gradient: Callable[[Tensor, Tensor, None, bool], Tensor]  # of the gradient and weight
    weight_gradient: Callable[[Tensor, Tensor, bool], Tensor]  # of images and the gradient


class Filtered(Function):
    """A convolution of one of the kinds below, for automatic differentiation."""

    @staticmethod
    def forward(
        ctx, kind: _Kind, bfloat16: bool, images: Tensor, weight: Tensor, bias: Tensor | None
    ) -> Tensor:
        images = _channels_last(images)
        ctx.kind, ctx.bfloat16 = kind, bfloat16
        ctx.save_for_backward(images, weight)
        return kind.value(images, weight, None if bias is None else bias.contiguous(), bfloat16)

    @staticmethod
    def backward(ctx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        _refuse_second_derivatives()
        images, weight = ctx.saved_tensors
        gradient = _channels_last(gradient)
        kind, bfloat16 = ctx.kind, ctx.bfloat16
        _, _, *wanted = ctx.needs_input_grad
        return (
            None,
            None,
            kind.images_gradient(gradient, weight, None, bfloat16) if wanted[0] else None,
            kind.weight_gradient(images, gradient, bfloat16) if wanted[1] else None,
            gradient.sum((0, 2, 3)) if wanted[2] else None,
        )


def same(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool = False) -> Tensor:
    """3x3, padding 1: (N, C, H, W), (K, C, 3, 3) and (K,) to (N, K, H, W)."""
    return _filtered(_Kind(_same, _same_back, _same_weight), images, weight, bias, bfloat16)


def halving(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool = False) -> Tensor:
    """4x4, stride 2, padding 1: (N, C, 2H, 2W), (K, C, 4, 4) and (K,) to (N, K, H, W)."""
    return _filtered(_Kind(_halving, _doubling, _halving_weight), images, weight, bias, bfloat16)


def doubling(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool = False) -> Tensor:
    """Transposed 4x4, stride 2, padding 1: (N, C, H, W), (C, K, 4, 4) and (K,) to (N, K, 2H, 2W)."""
    return _filtered(_Kind(_doubling, _halving, _doubling_weight), images, weight, bias, bfloat16)


def widening(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool = False) -> Tensor:
    """`same` from few channels to many, by its definition; without rounding."""
    return _filtered(_Kind(_widening, _widening_back, _widening_weight), images, weight, bias, bfloat16)


def narrowing(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool = False) -> Tensor:
    """`same` from many channels to few, by its definition; without rounding."""
    return _filtered(_Kind(_narrowing, _narrowing_back, _narrowing_weight), images, weight, bias, bfloat16)


def _filtered(kind: _Kind, images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    return Filtered.apply(kind, bfloat16, images.float(), weight, bias)


def _refuse_second_derivatives() -> None:
    """PyTorch would leave out, silently, how a gradient depends on the weights."""
    if torch.is_grad_enabled():  # in a backward pass: create_graph=True
        raise RuntimeError("minimal filtering has no second derivatives: leave it off for this network")


def _same(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    out = _empty(images, len(weight), *images.shape[2:])
    convolve(_same_geometry(images, weight), images, weight, bias, out, bfloat16)
    return out


def _same_back(gradient: Tensor, weight: Tensor, bias: None, bfloat16: bool) -> Tensor:
    """The filter is turned round, and its channels change roles."""
    out = _empty(gradient, weight.shape[1], *gradient.shape[2:])
    of = _same_geometry(gradient, weight)
    inputs, outputs, row, column = of.strides
    turned = replace(
        of, strides=(outputs, inputs, -row, -column), phases=(Phase(-1, -1, 2 * row + 2 * column),)
    )
    convolve(turned, gradient, weight, bias, out, bfloat16)
    return out


def _same_weight(images: Tensor, gradient: Tensor, bfloat16: bool) -> Tensor:
    weight = _empty_weight(images, gradient, 3)
    correlate(_same_geometry(images, weight), images, gradient, weight, bfloat16)
    return weight


def _same_geometry(images: Tensor, weight: Tensor) -> Geometry:
    height, width = images.shape[2:]
    return Geometry(3, (height, width), 1, _strides(weight), (Phase(-1, -1, 0),))


def _halving(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    height, width = images.shape[2:]
    out = _empty(images, len(weight), height // 2, width // 2)
    convolve(_halving_geometry(images, weight), images, weight, bias, out, bfloat16)
    return out


def _halving_weight(images: Tensor, gradient: Tensor, bfloat16: bool) -> Tensor:
    weight = _empty_weight(images, gradient, 4)
    correlate(_halving_geometry(images, weight), images, gradient, weight, bfloat16)
    return weight


def _doubling_weight(images: Tensor, gradient: Tensor, bfloat16: bool) -> Tensor:
    return _halving_weight(gradient, images, bfloat16)


def _halving_geometry(images: Tensor, weight: Tensor) -> Geometry:
    """Samples 2 q - 1 + p, q = 0, 1, ..., meet taps p and p + 2, for both parities p of both dimensions."""
    height, width = images.shape[2:]
    inputs, outputs, row, column = _strides(weight)
    phases = tuple(Phase(p - 1, q - 1, p * row + q * column) for p in PARITIES for q in PARITIES)
    strides = inputs, outputs, 2 * row, 2 * column
    return Geometry(2, (height // 2, width // 2), 2, strides, phases)


def _doubling(images: Tensor, weight: Tensor, bias: Tensor | None, bfloat16: bool) -> Tensor:
    height, width = images.shape[2:]
    out = _empty(images, weight.shape[1], 2 * height, 2 * width)
    convolve_transposed(_halving_geometry(out, weight), images, weight, bias, out, bfloat16)
    return out


def _widening(images: Tensor, weight: Tensor, bias: Tensor | None, _: bool) -> Tensor:
    out = _empty(images, len(weight), *images.shape[2:])
    few_channels.widen(images, _few_to_many(weight), weight, bias, out)
    return out


def _widening_back(gradient: Tensor, weight: Tensor, bias: None, _: bool) -> Tensor:
    out = _empty(gradient, weight.shape[1], *gradient.shape[2:])
    few_channels.narrow(gradient, _few_to_many(weight).turned(), weight, bias, out)
    return out


def _widening_weight(images: Tensor, gradient: Tensor, _: bool) -> Tensor:
    weight = _empty_weight(images, gradient, 3)
    few_channels.correlate(images, gradient, _few_to_many(weight), weight)
    return weight


def _narrowing(images: Tensor, weight: Tensor, bias: Tensor | None, _: bool) -> Tensor:
    out = _empty(images, len(weight), *images.shape[2:])
    few_channels.narrow(images, _few_to_many(weight.transpose(0, 1)), weight, bias, out)
    return out


def _narrowing_back(gradient: Tensor, weight: Tensor, bias: None, _: bool) -> Tensor:
    out = _empty(gradient, weight.shape[1], *gradient.shape[2:])
    few_channels.widen(gradient, _few_to_many(weight.transpose(0, 1)).turned(), weight, bias, out)
    return out


def _narrowing_weight(images: Tensor, gradient: Tensor, _: bool) -> Tensor:
    weight = _empty_weight(images, gradient, 3)
    few_channels.correlate(gradient, images, _few_to_many(weight.transpose(0, 1)).turned(), weight)
    return weight


def _few_to_many(weight: Tensor) -> few_channels.Taps:
    """Of a weight (many, few, 3, 3)."""
    many, few, row, column = weight.stride()
    return few_channels.Taps(few, many, row, column)


def _strides(weight: Tensor) -> tuple[int, int, int, int]:
    """Of input channel, output channel, row and column of a weight (K, C, taps, taps)."""
    outputs, inputs, row, column = weight.stride()
    return inputs, outputs, row, column


def _channels_last(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=torch.channels_last)


def _empty(like: Tensor, channels: int, height: int, width: int) -> Tensor:
    shape = len(like), channels, height, width
    return torch.empty(shape, dtype=like.dtype, memory_format=torch.channels_last)


def _empty_weight(images: Tensor, gradient: Tensor, taps: int) -> Tensor:
    return torch.empty(gradient.shape[1], images.shape[1], taps, taps, dtype=torch.float32)
