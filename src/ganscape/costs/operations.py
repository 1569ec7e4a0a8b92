"""What the networks' convolutions and matrix products have to do, from their shapes alone.

Written down a second time, apart from `ganscape.images.networks`, because building a network takes PyTorch,
which takes seconds to import. A test holds the two equal.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ganscape.widths import WIDTHS

LATENT_DIMENSION = 128
LARGE = 256  # size of images of which the CNN is another one

# Losses by what their steps need beyond a plain pass: a judgement of real images, a gradient penalty.
PAIRED = ("rs", "rp-hinge", "rp-ls")
PENALISED = ("wgan-gp",)


@dataclass(frozen=True)
class Network:
    """Both networks; `base_features` are the generator's at full width, as everywhere."""

    architecture: str
    width: str
    image_size: int
    channels: int
    base_features: int

    @property
    def features(self) -> int:
        return self.base_features // WIDTHS[self.width].features_divisor


@dataclass(frozen=True)
class Work:
    """Multiplications and additions, and the values that they result in."""

    operations: int = 0
    values: int = 0

    def __add__(self, other: "Work") -> "Work":
        return Work(self.operations + other.operations, self.values + other.values)

    def __mul__(self, times: int) -> "Work":
        return Work(self.operations * times, self.values * times)

    __rmul__ = __mul__


@dataclass(frozen=True)
class Pass:
    """Work of one image's way forward: in all, and of it that of the layers that see the input."""

    all: Work
    first: Work

    @property
    def back_to_weights(self) -> Work:
        """Gradients of all weights, and of all values but the input."""
        return 2 * self.all + -1 * self.first

    @property
    def back_to_input(self) -> Work:
        """Gradients of the values and of the input, of no weights."""
        return self.all


def generator_pass(network: Network) -> Pass:
    """One image made from its latents."""
    if network.image_size == LARGE:
        return _large_generator(network)
    if network.architecture == "cnn":
        return _cnn_generator(network)
    return _resnet_generator(network)


def discriminator_pass(network: Network) -> Pass:
    """One image judged."""
    if network.image_size == LARGE:
        return _large_discriminator(network)
    if network.architecture == "cnn":
        return _cnn_discriminator(network)
    return _resnet_discriminator(network)


def generator_step(network: Network, paired: bool) -> Work:
    """Per image of a batch; a paired loss judges a real one as well."""
    made, judged = generator_pass(network), discriminator_pass(network)
    return made.all + made.back_to_weights + judged.all * (1 + paired) + judged.back_to_input


def discriminator_step(network: Network, penalised: bool) -> Work:
    """Per image of a batch, with as many real ones; a gradient penalty judges as many between the two.

    Its gradient is taken to the image, and then, with all that led to it, back to the weights.
    """
    made, judged = generator_pass(network), discriminator_pass(network)
    step = made.all + 2 * (judged.all + judged.back_to_weights)
    if penalised:
        there = judged.all + judged.back_to_input
        step += 3 * there + -1 * judged.first
    return step


def _convolution(inputs: int, outputs: int, kernel: int, size: int) -> Work:
    """To a square of this size."""
    return Work(2 * inputs * outputs * kernel**2 * size**2, outputs * size**2)


def _transposed(inputs: int, outputs: int, kernel: int, size: int, stride: int = 2) -> Work:
    """From a square of this size to one `stride` times as large."""
    return Work(2 * inputs * outputs * kernel**2 * size**2, outputs * (stride * size) ** 2)


def _linear(inputs: int, outputs: int) -> Work:
    return Work(2 * inputs * outputs, outputs)


def _passed(layers: Sequence[Work]) -> Pass:
    """Layers of which the first alone sees the input."""
    return Pass(sum(layers, Work()), layers[0])


def _cnn_generator(network: Network) -> Pass:
    features, size = network.features, network.image_size
    layers = [_linear(LATENT_DIMENSION, 8 * features * (size // 8) ** 2)]
    for factor in (8, 4, 2):
        layers.append(_transposed(factor * features, factor * features // 2, 4, size // factor))
    return _passed([*layers, _convolution(features, network.channels, 3, size)])


def _cnn_discriminator(network: Network) -> Pass:
    features, size = network.features, network.image_size
    widths = [network.channels, *(factor * features for factor in (1, 1, 2, 2, 4, 4, 8))]
    layers = []
    for index, (inputs, outputs) in enumerate(pairwise(widths)):
        if halves := index % 2:
            size //= 2
        layers.append(_convolution(inputs, outputs, 4 if halves else 3, size))
    return _passed([*layers, _linear(widths[-1] * size**2, 1)])


def _large_generator(network: Network) -> Pass:
    widths = [*_large_widths(network), network.channels]
    first = _transposed(LATENT_DIMENSION, widths[0], 4, size=1, stride=4)
    sizes = [4, 8, 16, 32, 64, 128]
    others = (_transposed(*pair, 4, size) for pair, size in zip(pairwise(widths), sizes, strict=True))
    return _passed([first, *others])


def _large_discriminator(network: Network) -> Pass:
    widths = [network.channels, *reversed(_large_widths(network)), 1]
    sizes = [128, 64, 32, 16, 8, 4, 1]
    return _passed([_convolution(*pair, 4, size) for pair, size in zip(pairwise(widths), sizes, strict=True)])


def _large_widths(network: Network) -> list[int]:
    """Of the maps from 4x4 to 128x128."""
    return [factor * network.features for factor in (32, 16, 8, 4, 2, 1)]


def _resnet_generator(network: Network) -> Pass:
    """The shortcuts' convolutions are at the smaller of a block's two sizes."""
    size, divisor = network.image_size // 8, WIDTHS[network.width].hidden_divisor
    factors = (1, 1, 1, 1) if network.image_size == 32 else (8, 4, 2, 1)
    widths = [factor * network.features for factor in factors]
    layers = [_linear(LATENT_DIMENSION, widths[0] * size**2)]
    for inputs, outputs in pairwise(widths):
        hidden = outputs // divisor
        layers.append(_convolution(inputs, outputs, 1, size))
        size *= 2
        layers += [_convolution(inputs, hidden, 3, size), _convolution(hidden, outputs, 3, size)]
    return _passed([*layers, _convolution(network.features, network.channels, 1, size)])


def _resnet_discriminator(network: Network) -> Pass:
    """The first block's first convolution and its shortcut both see the image."""
    size, divisor = network.image_size, WIDTHS[network.width].hidden_divisor
    small = network.image_size == 32
    features = network.features // 2 if small else network.features
    widths = [factor * features for factor in ((1, 1, 1, 1) if small else (1, 2, 4, 8, 16))]
    blocks = [(network.channels, features, features // divisor)]
    blocks += [(inputs, outputs, inputs // divisor) for inputs, outputs in pairwise(widths)]
    seeing, inner = [], [_linear(widths[-1], 1)]
    for inputs, outputs, hidden in blocks:
        inner.append(_convolution(hidden, outputs, 3, size))
        seeing.append(_convolution(inputs, hidden, 3, size) + _convolution(inputs, outputs, 1, size // 2))
        size //= 2
    return Pass(sum([*seeing, *inner], Work()), seeing[0])
