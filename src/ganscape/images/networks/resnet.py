"""The SN-ResNet of Table 2, for 32x32 and 48x48 images (Miyato et al., 2018, Tables 4 and 5).

Two linear maps commute, so each shortcut's 1x1 convolution runs at the smaller of its two resolutions:
before the bilinear up-sampling, after the average pooling. The result is the same function (interpolation
and pooling weights sum to one, so the bias commutes as well) at a quarter of the arithmetic.
"""

from itertools import pairwise

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable

from ganscape.images.networks.layers import Convolution, Linear, normalised, spectrally_normalised

LEAK = 0.1


def _double_size(images: Tensor) -> Tensor:
    if images.device.type == "cuda" and torch.backends.cudnn.deterministic:
        return RepeatableDoubling.apply(images)
    return _interpolate(images)


def _interpolate(images: Tensor) -> Tensor:
    return F.interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)


class RepeatableDoubling(torch.autograd.Function):
    """Bilinear x2 whose gradient has the same bits each time; PyTorch's adds in any order on a GPU."""

    @staticmethod
    def forward(ctx: FunctionCtx, images: Tensor) -> Tensor:
        return _interpolate(images)

    @staticmethod
    @once_differentiable
    def backward(ctx: FunctionCtx, gradient: Tensor) -> Tensor:
        return _halve(_halve(gradient, 2), 3)


def _halve(gradient: Tensor, dimension: int) -> Tensor:
    """The transpose of doubling one dimension: an output is 3/4 of one input and 1/4 of its neighbour.

    At both ends the neighbour is the input itself.
    """
    even, odd = gradient.unflatten(dimension, (-1, 2)).unbind(dimension + 1)
    length = even.shape[dimension]
    before = torch.cat((even.narrow(dimension, 0, 1), odd.narrow(dimension, 0, length - 1)), dimension)
    after = torch.cat(
        (even.narrow(dimension, 1, length - 1), odd.narrow(dimension, length - 1, 1)), dimension
    )
    return (even + odd).mul_(0.75).add_(before.add_(after), alpha=0.25)


class UpBlock(nn.Module):
    """BN, ReLU, bilinear x2, 3x3 conv, BN, ReLU, 3x3 conv, plus a shortcut: bilinear x2 and 1x1 conv."""

    def __init__(self, inputs: int, outputs: int, hidden: int) -> None:
        super().__init__()
        self.norm1 = nn.BatchNorm2d(inputs)
        self.conv1 = Convolution(inputs, hidden, 3, padding=1)
        self.norm2 = nn.BatchNorm2d(hidden)
        self.conv2 = Convolution(hidden, outputs, 3, padding=1)
        self.shortcut = Convolution(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        residual = self.conv1(_double_size(F.relu(self.norm1(x), inplace=True)))
        residual = self.conv2(F.relu(self.norm2(residual), inplace=True))
        return residual + _double_size(self.shortcut(x))


class ResNetGenerator(nn.Module):
    """z (B, 128) to images (B, channels, size, size) in [-1, 1], with PyTorch's default initialisation.

    32x32: linear to F channels at 4x4 and three blocks F to F. 48x48: linear to 8F channels at 6x6 and
    blocks 8F to 4F to 2F to F. Then batch norm, ReLU, a 1x1 convolution and tanh. `hidden_divisor`
    narrows the hidden width of every block (the bottleneck's is 2).
    """

    def __init__(
        self,
        image_size: int,
        channels: int,
        features: int,
        hidden_divisor: int = 1,
        latent_dimension: int = 128,
    ) -> None:
        super().__init__()
        self.latent_dimension = latent_dimension
        self.memory_format = torch.contiguous_format  # of the activations; the values do not depend on it
        self.bottom = image_size // 8
        widths = [features] * 4 if image_size == 32 else [k * features for k in (8, 4, 2, 1)]
        self.linear = nn.Linear(latent_dimension, widths[0] * self.bottom**2)
        self.blocks = nn.Sequential(
            *[UpBlock(inputs, outputs, outputs // hidden_divisor) for inputs, outputs in pairwise(widths)]
        )
        self.norm = nn.BatchNorm2d(features)
        self.to_image = Convolution(features, channels, 1)

    def forward(self, z: Tensor) -> Tensor:
        hidden = self.linear(z).view(len(z), -1, self.bottom, self.bottom)
        hidden = self.blocks(hidden.contiguous(memory_format=self.memory_format))
        return self.to_image(F.relu(self.norm(hidden), inplace=True)).tanh()


class DownBlock(nn.Module):
    """[leaky ReLU,] 3x3 conv, leaky ReLU, 3x3 conv, average pool, plus a pooled 1x1 shortcut.

    The `first` block sees the image itself: it has no leading activation.
    """

    def __init__(self, inputs: int, outputs: int, hidden: int, normalisation: str, first: bool) -> None:
        super().__init__()
        self.first = first
        self.conv1 = nn.Sequential(
            *normalised(Convolution(inputs, hidden, 3, padding=1), normalisation, first)
        )
        self.conv2 = nn.Sequential(
            *normalised(Convolution(hidden, outputs, 3, padding=1), normalisation, first=False)
        )
        self.shortcut = nn.Sequential(*normalised(Convolution(inputs, outputs, 1), normalisation, first=True))

    def forward(self, x: Tensor) -> Tensor:
        residual = x if self.first else F.leaky_relu(x, LEAK)
        residual = self.conv2(F.leaky_relu(self.conv1(residual), LEAK, inplace=True))
        return F.avg_pool2d(residual, 2) + self.shortcut(F.avg_pool2d(x, 2))


class ResNetDiscriminator(nn.Module):
    """Images (B, channels, size, size) to logits (B,): one input block and down-sampling blocks.

    32x32: image to F, then F to F three times. 48x48: image to F, then F to 2F to 4F to 8F to 16F. The
    hidden width of a down-sampling block is its input width, over `hidden_divisor`. Then leaky ReLU,
    global sum pooling and a linear layer without bias. Spectral norm comes with orthogonal weights.
    """

    def __init__(
        self, image_size: int, channels: int, features: int, normalisation: str, hidden_divisor: int = 1
    ) -> None:
        super().__init__()
        widths = [features] * 4 if image_size == 32 else [k * features for k in (1, 2, 4, 8, 16)]
        first = DownBlock(channels, features, features // hidden_divisor, normalisation, first=True)
        self.blocks = nn.Sequential(
            first,
            *[
                DownBlock(inputs, outputs, inputs // hidden_divisor, normalisation, first=False)
                for inputs, outputs in pairwise(widths)
            ],
        )
        linear = Linear(widths[-1], 1, bias=False)
        self.linear = spectrally_normalised(linear) if normalisation == "spectral" else linear

    def forward(self, images: Tensor) -> Tensor:
        return self.linear(F.leaky_relu(self.blocks(images), LEAK).sum(dim=(2, 3))).squeeze(1)
