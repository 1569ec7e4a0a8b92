"""The authors' released generators (AilsaF/RS-GAN), loaded into our networks under a name mapping."""

import re
from collections.abc import Mapping

from torch import Tensor, nn

from ganscape.errors import InputError
from ganscape.images.networks import build_generator

_WIDTHS = {"regular": "full", "half": "half", "quater": "quarter", "bottleneck": "bottleneck"}
_DATA = {"cifar": ("cifar10", 32), "stl": ("stl10", 48)}
_ARCHITECTURES = {"CNN": "cnn", "ResNet": "resnet"}
_FILE_NAME = re.compile(r"RSGAN-(?P<architecture>CNN|ResNet)-(?P<width>\w+)-(?P<data>cifar|stl)")

_CNN_LAYERS = {"l1": "linear", "conv4": "to_image"}
_RESNET_LAYERS = {"l1": "linear", "b5": "norm", "conv5": "to_image"}
_BLOCK_LAYERS = {"b1": "norm1", "c1": "conv1", "b2": "norm2", "c2": "conv2", "c_sc": "shortcut"}


def generator_for(file_name: str) -> nn.Module:
    """Our generator, untrained, for a released file's name such as `RSGAN-CNN-quater-cifar`."""
    match = _FILE_NAME.match(file_name)
    if match is None or match["width"] not in _WIDTHS:
        raise InputError(f"{file_name!r} is not the name of one of the authors' released generators")
    _, image_size = _DATA[match["data"]]
    return build_generator(
        _ARCHITECTURES[match["architecture"]], image_size, channels=3, width=_WIDTHS[match["width"]]
    )


def renamed_state(state: Mapping[str, Tensor], architecture: str) -> dict[str, Tensor]:
    """The released `state` under our names; an unknown name is an `InputError`."""
    rename = _cnn_name if architecture == "cnn" else _resnet_name
    return {rename(name): tensor for name, tensor in state.items()}


def _cnn_name(name: str) -> str:
    layer, _, parameter = name.partition(".")
    if layer in _CNN_LAYERS:
        return f"{_CNN_LAYERS[layer]}.{parameter}"
    if match := re.fullmatch(r"deconv([123])(_bn)?", layer):
        index = 3 * (int(match[1]) - 1) + (1 if match[2] else 0)  # convolution, norm, ReLU per up-sampling
        return f"ups.{index}.{parameter}"
    raise InputError(f"unexpected name {name!r} in a released CNN generator")


def _resnet_name(name: str) -> str:
    layer, _, parameter = name.partition(".")
    if layer in _RESNET_LAYERS:
        return f"{_RESNET_LAYERS[layer]}.{parameter}"
    if match := re.fullmatch(r"block([234])", layer):
        inner, _, parameter = parameter.partition(".")
        if inner in _BLOCK_LAYERS:
            return f"blocks.{int(match[1]) - 2}.{_BLOCK_LAYERS[inner]}.{parameter}"
    raise InputError(f"unexpected name {name!r} in a released ResNet generator")
