"""The convolutional networks for 256x256 images (LSUN), mirror images of each other."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganscape.images.networks.cnn import LEAK
from ganscape.images.networks.layers import (
    Convolution,
    TransposedConvolution,
    normalised,
    spectrally_normalised,
)

SIZE = 256
WIDENINGS = (32, 16, 8, 4, 2, 1)  # features of the maps from 4x4 to 128x128, in multiples of F


class CNN256Generator(nn.Module):
    """z (B, 128) to images (B, channels, 256, 256) in [-1, 1].

    A transposed 4x4 convolution to 32F channels at 4x4, six more of stride 2 that halve the channels, the
    last to the image; batch norm and ReLU after all but that one, no biases, tanh. PyTorch's default weights.
    """

    def __init__(self, channels: int, features: int, latent_dimension: int = 128) -> None:
        super().__init__()
        self.latent_dimension = latent_dimension
        self.memory_format = torch.contiguous_format  # of the activations; the values do not depend on it
        widths = [latent_dimension, *(k * features for k in WIDENINGS)]
        layers: list[nn.Module] = []
        for index, (inputs, outputs) in enumerate(pairwise(widths)):
            stride, padding = (1, 0) if index == 0 else (2, 1)
            layers += [
                TransposedConvolution(inputs, outputs, 4, stride, padding, bias=False),
                nn.BatchNorm2d(outputs),
                nn.ReLU(inplace=True),
            ]
        self.ups = nn.Sequential(*layers)
        self.to_image = TransposedConvolution(features, channels, 4, 2, 1, bias=False)

    def forward(self, z: Tensor) -> Tensor:
        bottom = z[:, :, None, None].contiguous(memory_format=self.memory_format)
        return self.to_image(self.ups(bottom)).tanh()


class CNN256Discriminator(nn.Module):
    """Images (B, channels, 256, 256) to logits (B,).

    Six 4x4 convolutions of stride 2 that double the channels from F to 32F, each followed by a leaky ReLU of
    slope 0.1, and one to a single number; no biases. `normalisation` as in `CNNDiscriminator`.
    """

    def __init__(self, channels: int, features: int, normalisation: str) -> None:
        super().__init__()
        widths = [channels, *(k * features for k in reversed(WIDENINGS))]
        layers: list[nn.Module] = []
        for index, (inputs, outputs) in enumerate(pairwise(widths)):
            convolution = Convolution(inputs, outputs, 4, stride=2, padding=1, bias=False)
            layers += normalised(convolution, normalisation, first=index == 0)
            layers.append(nn.LeakyReLU(LEAK, inplace=True))
        self.convolutions = nn.Sequential(*layers)
        to_logit = Convolution(widths[-1], 1, 4, bias=False)
        self.to_logit = spectrally_normalised(to_logit) if normalisation == "spectral" else to_logit

    def forward(self, images: Tensor) -> Tensor:
        return self.to_logit(self.convolutions(images)).flatten()
