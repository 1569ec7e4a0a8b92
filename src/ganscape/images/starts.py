"""Initial points: a generator and a discriminator in a file, for runs that begin from the same ones."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor, nn

from ganscape.errors import InputError, in_a_line
from ganscape.files import is_there
from ganscape.images import tensor_files
from ganscape.images.tensor_files import Damaged, OfAnotherKind, prefixed, with_prefix

KIND = "ganscape-start-1"


@dataclass(frozen=True)
class Start:
    """The weights of both networks, and the digest by which a run's specification names them."""

    path: Path
    digest: str
    generator: Mapping[str, Tensor]
    discriminator: Mapping[str, Tensor]

    def fill(self, generator: nn.Module, discriminator: nn.Module) -> None:
        """Give two networks these weights; networks of another form are an `InputError`."""
        for network, weights in ((generator, self.generator), (discriminator, self.discriminator)):
            try:
                network.load_state_dict(weights)
            except RuntimeError as error:
                raise InputError(
                    f"{self.path} is for other networks ({in_a_line(error)}): make a start for these"
                ) from error


def save(path: Path, generator: nn.Module, discriminator: nn.Module, about: Mapping[str, Any]) -> str:
    """Write an initial point and what it is about (what JSON can hold), atomically; returns its digest."""
    networks = {"generator": generator, "discriminator": discriminator}
    tensors: dict[str, Tensor] = {}
    for role, network in networks.items():
        tensors |= prefixed(role, network.state_dict())
    return tensor_files.write(path, KIND, {"about": dict(about)}, tensors)


def load(path: Path) -> Start:
    """Read what `save` wrote; a file that is absent, damaged or something else is an `InputError`."""
    if not is_there(path):
        raise InputError(f"no initial point at {path}: run step bad-start first")
    try:
        header, tensors = tensor_files.read(path, KIND)
    except OfAnotherKind as reason:
        raise InputError(
            f"{path} is not an initial point ({reason}): name a file of step bad-start"
        ) from None
    except Damaged as reason:
        raise InputError(
            f"{path} is damaged ({reason}): name another, or make it again with step bad-start"
        ) from None
    return Start(
        path, header["digest"], with_prefix(tensors, "generator"), with_prefix(tensors, "discriminator")
    )
