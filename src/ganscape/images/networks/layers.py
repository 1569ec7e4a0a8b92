"""The normalisation of discriminator layers."""

from torch import nn
from torch.nn.utils.parametrizations import spectral_norm

from ganscape.errors import InputError

NORMALISATIONS = ("spectral", "batch", "none")


def spectrally_normalised(layer: nn.Module) -> nn.Module:
    """`layer` with orthogonal weights, divided by their largest singular value on every use.

    PyTorch's own parametrisation, with one power iteration per use; inside
    `torch.nn.utils.parametrize.cached()` the iteration and the division happen once for all uses.
    """
    nn.init.orthogonal_(layer.weight)
    return spectral_norm(layer)


def normalised(convolution: nn.Conv2d, normalisation: str, first: bool) -> list[nn.Module]:
    """The layers that stand for `convolution` under a normalisation; batch norm spares the first one."""
    if normalisation == "spectral":
        return [spectrally_normalised(convolution)]
    if normalisation == "batch" and not first:
        return [convolution, nn.BatchNorm2d(convolution.out_channels)]
    if normalisation in ("batch", "none"):
        return [convolution]
    raise InputError(f"unknown normalisation {normalisation!r}: choose from {', '.join(NORMALISATIONS)}")
