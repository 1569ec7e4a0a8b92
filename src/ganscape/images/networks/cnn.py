"""The "standard CNN" of Table 2, for 32x32 and 48x48 images (Miyato et al., 2018, Table 3)."""

from itertools import pairwise

import torch
from torch import Tensor, nn

from ganscape.images.networks.layers import (
    Convolution,
    Linear,
    TransposedConvolution,
    normalised,
    spectrally_normalised,
)

LEAK = 0.1


class CNNGenerator(nn.Module):
    """z (B, 128) to images (B, channels, size, size) in [-1, 1]; size 32 or 48.

    A linear layer to 8F channels at size/8, three transposed convolutions that double the size and halve
    the channels, each with batch norm and ReLU, then a 3x3 convolution and tanh. Linear and convolution
    weights are Xavier uniform; transposed convolutions keep PyTorch's default.
    """

    def __init__(self, image_size: int, channels: int, features: int, latent_dimension: int = 128) -> None:
        super().__init__()
        self.latent_dimension = latent_dimension
        self.memory_format = torch.contiguous_format  # of the activations; the values do not depend on it
        self.bottom = image_size // 8
        self.linear = nn.Linear(latent_dimension, 8 * features * self.bottom**2)
        self.ups = nn.Sequential(
            *[layer for k in (8, 4, 2) for layer in self._double_size(k * features, k * features // 2)]
        )
        self.to_image = Convolution(features, channels, 3, padding=1)
        nn.init.xavier_uniform_(self.linear.weight)
        nn.init.xavier_uniform_(self.to_image.weight)

    @staticmethod
    def _double_size(inputs: int, outputs: int) -> list[nn.Module]:
        return [
            TransposedConvolution(inputs, outputs, 4, stride=2, padding=1),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        ]

    def forward(self, z: Tensor) -> Tensor:
        hidden = self.linear(z).view(len(z), -1, self.bottom, self.bottom)
        return self.to_image(self.ups(hidden.contiguous(memory_format=self.memory_format))).tanh()


class CNNDiscriminator(nn.Module):
    """Images (B, channels, size, size) to logits (B,): seven convolutions and a linear layer without bias.

    The convolutions alternate 3x3 stride 1 and 4x4 stride 2 (F, F, 2F, 2F, 4F, 4F, 8F channels), each
    followed by a leaky ReLU of slope 0.1. `normalisation`: `spectral` (every layer, orthogonal weights),
    `batch` (after every convolution but the first) or `none`, the last two with PyTorch's default weights.
    """

    def __init__(self, image_size: int, channels: int, features: int, normalisation: str) -> None:
        super().__init__()
        widths = [channels] + [k * features for k in (1, 1, 2, 2, 4, 4, 8)]
        layers: list[nn.Module] = []
        for index, (inputs, outputs) in enumerate(pairwise(widths)):
            kernel, stride = (3, 1) if index % 2 == 0 else (4, 2)
            convolution = Convolution(inputs, outputs, kernel, stride, padding=1)
            self.last = len(layers)
            layers += normalised(convolution, normalisation, first=index == 0)
            layers.append(nn.LeakyReLU(LEAK, inplace=True))
        self.convolutions = nn.Sequential(*layers)
        linear = Linear(8 * features * (image_size // 8) ** 2, 1, bias=False)
        self.linear = spectrally_normalised(linear) if normalisation == "spectral" else linear

    def forward(self, images: Tensor) -> Tensor:
        hidden = self.convolutions[: self.last](images)
        # PyTorch's is slow in channels-last on the last convolution's 4x4 maps, and flattening copies anyway.
        if not self.convolutions[self.last].minimal_filtering:
            hidden = hidden.contiguous()
        return self.linear(self.convolutions[self.last :](hidden).flatten(1)).squeeze(1)
