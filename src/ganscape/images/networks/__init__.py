"""The paper's networks, by architecture, image size and width."""

from typing import cast

import torch
from torch import nn

from ganscape.errors import InputError
from ganscape.images.networks.cnn import CNNDiscriminator, CNNGenerator
from ganscape.images.networks.cnn256 import SIZE as LARGE
from ganscape.images.networks.cnn256 import CNN256Discriminator, CNN256Generator
from ganscape.images.networks.layers import NORMALISATIONS
from ganscape.images.networks.resnet import ResNetDiscriminator, ResNetGenerator
from ganscape.widths import WIDTHS, Width

__all__ = [
    "ARCHITECTURES",
    "IMAGE_SIZES",
    "NORMALISATIONS",
    "WIDTHS",
    "build_discriminator",
    "build_generator",
    "count_full_width",
    "count_parameters",
    "latent_dimension",
    "paper_features",
]


ARCHITECTURES = ("cnn", "resnet")
IMAGE_SIZES = (32, 48, LARGE)

# Features of the generator at full width, by architecture and image size, in the paper's experiments.
PAPER_FEATURES = {
    **{("cnn", 32): 64, ("cnn", 48): 64, ("cnn", LARGE): 32},
    **{("resnet", 32): 256, ("resnet", 48): 64},
}


def build_generator(
    architecture: str, image_size: int, channels: int, width: str, base_features: int | None = None
) -> nn.Module:
    """The generator: latents (B, 128) to images (B, channels, image_size, image_size) in [-1, 1].

    `width` is a key of `WIDTHS`; `base_features` is the generator's feature count at full width, the
    paper's where it is not given. Raises `InputError` for what the paper does not define.
    """
    base, divisors = _resolve(architecture, image_size, channels, width, base_features)
    features = base // divisors.features_divisor
    if image_size == LARGE:
        return CNN256Generator(channels, features)
    if architecture == "cnn":
        return CNNGenerator(image_size, channels, features)
    return ResNetGenerator(image_size, channels, features, divisors.hidden_divisor)


def build_discriminator(
    architecture: str,
    image_size: int,
    channels: int,
    width: str,
    base_features: int | None = None,
    normalisation: str = "spectral",
) -> nn.Module:
    """The discriminator: images (B, channels, image_size, image_size) to logits (B,).

    Takes the *generator's* `base_features`: the 32x32 ResNet's discriminator has half as many.
    """
    base, divisors = _resolve(architecture, image_size, channels, width, base_features)
    features = base // divisors.features_divisor
    if image_size == LARGE:
        return CNN256Discriminator(channels, features, normalisation)
    if architecture == "cnn":
        return CNNDiscriminator(image_size, channels, features, normalisation)
    if image_size == 32:
        features //= 2
    return ResNetDiscriminator(image_size, channels, features, normalisation, divisors.hidden_divisor)


def paper_features(architecture: str, image_size: int) -> int:
    """The generator's feature count at full width in the paper."""
    try:
        return PAPER_FEATURES[architecture, image_size]
    except KeyError:
        known = ", ".join(f"{name} {size}x{size}" for name, size in PAPER_FEATURES)
        raise InputError(f"no network {architecture} {image_size}x{image_size}: there are {known}") from None


def latent_dimension(generator: nn.Module) -> int:
    """How many numbers its latents have."""
    return cast(int, generator.latent_dimension)


def count_parameters(network: nn.Module) -> int:
    """Number of trainable parameters."""
    return sum(parameter.numel() for parameter in network.parameters())


def count_full_width(
    architecture: str, image_size: int, channels: int, base_features: int, normalisation: str
) -> int:
    """Trainable parameters of generator and discriminator at full width, to which sizes are relative."""
    shape = (architecture, image_size, channels, "full", base_features)
    with torch.device("meta"):  # shapes alone
        networks = build_generator(*shape), build_discriminator(*shape, normalisation)
    return sum(map(count_parameters, networks))


def _resolve(
    architecture: str, image_size: int, channels: int, width: str, base_features: int | None
) -> tuple[int, Width]:
    for what, value, known in (
        ("architecture", architecture, ARCHITECTURES),
        ("image size", image_size, IMAGE_SIZES),
        ("width", width, tuple(WIDTHS)),
    ):
        if value not in known:
            raise InputError(f"unknown {what} {value!r}: choose from {', '.join(map(str, known))}")
    if architecture == "cnn" and width == "bottleneck":
        raise InputError("the cnn has no bottleneck width: its layers are not residual blocks")
    if channels < 1:
        raise InputError(f"images need at least one channel, not {channels}")
    paper = paper_features(architecture, image_size)  # refuses what the paper does not have
    base = paper if base_features is None else base_features
    divisors = WIDTHS[width]
    if base < divisors.multiple or base % divisors.multiple:
        raise InputError(
            f"{width} width needs base features that are a multiple of {divisors.multiple}, not {base}"
        )
    return base, divisors
