"""The authors' released generators (AilsaF/RS-GAN), loaded into our networks under a name mapping."""

import io
import pickle
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from ganscape.errors import InputError, in_a_line
from ganscape.files import git_blob_id
from ganscape.images.networks import build_generator

_WIDTHS = {"regular": "full", "half": "half", "quater": "quarter", "bottleneck": "bottleneck"}
_DATA = {"cifar": ("cifar10", 32), "stl": ("stl10", 48)}
_ARCHITECTURES = {"CNN": "cnn", "ResNet": "resnet"}
_FILE_NAME = re.compile(r"RSGAN-(?P<architecture>CNN|ResNet)-(?P<width>\w+)-(?P<data>cifar|stl)(\.pth)?")

_CNN_LAYERS = {"l1": "linear", "conv4": "to_image"}
_RESNET_LAYERS = {"l1": "linear", "b5": "norm", "conv5": "to_image"}
_BLOCK_LAYERS = {"b1": "norm1", "c1": "conv1", "b2": "norm2", "c2": "conv2", "c_sc": "shortcut"}


@dataclass(frozen=True)
class Release:
    """What the name of a released file says: which network of Table 2 it holds, trained as an RS-GAN."""

    dataset: str
    image_size: int
    architecture: str
    width: str


def release_of(file_name: str) -> Release:
    """Read a name such as `RSGAN-CNN-quater-cifar.pth`; an `InputError` for any other."""
    match = _FILE_NAME.fullmatch(file_name)
    if match is None or match["width"] not in _WIDTHS:
        raise InputError(f"{file_name!r} is not the name of one of the authors' released generators")
    dataset, image_size = _DATA[match["data"]]
    return Release(dataset, image_size, _ARCHITECTURES[match["architecture"]], _WIDTHS[match["width"]])


def generator_for(file_name: str) -> nn.Module:
    """Our generator, untrained, for a released file's name such as `RSGAN-CNN-quater-cifar`."""
    release = release_of(file_name)
    return build_generator(release.architecture, release.image_size, channels=3, width=release.width)


def load_released(path: Path, blob_id: str) -> nn.Module:
    """The generator of a released file, in training mode, on the CPU.

    Raises `InputError` unless the file is the one with this git blob id and holds what its name says.
    """
    release = release_of(path.name)
    try:
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if (found := git_blob_id(content)) != blob_id:
        raise InputError(
            f"{path} is not the released file: its git blob id is {found}, not {blob_id}; "
            "name another, or download it again"
        )
    generator = generator_for(path.name)
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        generator.load_state_dict(renamed_state(state, release.architecture))
    except (pickle.UnpicklingError, RuntimeError, EOFError, AttributeError, ValueError) as error:
        raise InputError(f"{path} does not hold that generator ({in_a_line(error)})") from error
    return generator.train()


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
