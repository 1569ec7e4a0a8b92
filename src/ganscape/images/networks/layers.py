"""Convolutions, and the normalisation of discriminator layers."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrizations import spectral_norm

from ganscape.errors import InputError
from ganscape.images import minimal_filtering

NORMALISATIONS = ("spectral", "batch", "none")


class Convolution(nn.Conv2d):
    """PyTorch's, or the same by minimal filtering if `minimal_filtering` is set and it suits the images."""

    minimal_filtering = False
    ready_weight: Tensor | None = None  # in place of one that would be normalised anew

    def forward(self, images: Tensor) -> Tensor:
        weight = self.weight if self.ready_weight is None else self.ready_weight
        return self._conv_forward(images, weight, self.bias)

    def _conv_forward(self, images: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if self.minimal_filtering and (function := minimal_filtering.convolution(self, images, weight)):
            return function(images, weight, bias)
        return super()._conv_forward(images, weight, bias)


class Linear(nn.Linear):
    """PyTorch's, whose weight may be there already."""

    ready_weight: Tensor | None = None  # in place of one that would be normalised anew

    def forward(self, features: Tensor) -> Tensor:
        weight = self.weight if self.ready_weight is None else self.ready_weight
        return F.linear(features, weight, self.bias)


class TransposedConvolution(nn.ConvTranspose2d):
    """PyTorch's, or the same by minimal filtering if `minimal_filtering` is set and it suits the images."""

    minimal_filtering = False

    def forward(self, images: Tensor, output_size: list[int] | None = None) -> Tensor:
        if self.minimal_filtering and (function := minimal_filtering.transposed_convolution(self, images)):
            return function(images, self.weight, self.bias)
        return super().forward(images, output_size)


def can_filter(precision: str) -> bool:
    """Whether `use_minimal_filtering` is worth while on this processor, in the precision of a run."""
    if precision == "bf16":
        # AMX multiplies bfloat16 many times as fast, in PyTorch's convolutions alone.
        has_amx = torch.cpu.get_capabilities().get("amx_bf16", False)
        return minimal_filtering.multiplies_bfloat16() and not has_amx
    return minimal_filtering.available()


def use_minimal_filtering(network: nn.Module, wanted: bool = True) -> None:
    """Let the convolutions of `network` take fewer multiplications, where there is a compiler, or not."""
    for module in network.modules():
        if isinstance(module, Convolution | TransposedConvolution):
            module.minimal_filtering = wanted and minimal_filtering.available()


def spectrally_normalised(layer: Convolution | Linear) -> nn.Module:
    """`layer` with orthogonal weights, divided by their largest singular value on every use.

    PyTorch's own parametrisation, with one power iteration per use; inside `parametrize.cached()` of
    `torch.nn.utils`, or `ganscape.images.networks.spectral.normalised_once`, which is faster, the iteration
    and the division happen once for all uses.
    """
    nn.init.orthogonal_(layer.weight)
    return spectral_norm(layer)


def normalised(convolution: Convolution, normalisation: str, first: bool) -> list[nn.Module]:
    """The layers that stand for `convolution` under a normalisation; batch norm spares the first one."""
    if normalisation == "spectral":
        return [spectrally_normalised(convolution)]
    if normalisation == "batch" and not first:
        return [convolution, nn.BatchNorm2d(convolution.out_channels)]
    if normalisation in ("batch", "none"):
        return [convolution]
    raise InputError(f"unknown normalisation {normalisation!r}: choose from {', '.join(NORMALISATIONS)}")


def filters_minimally(network: nn.Module) -> bool:
    """Whether `use_minimal_filtering` has taken effect."""
    layers = (Convolution, TransposedConvolution)
    return any(module.minimal_filtering for module in network.modules() if isinstance(module, layers))
