"""Snapshots: the generator as it was along the way, raw and averaged, for what is measured over training.

Unlike checkpoints they hold nothing to go on from, and all are kept.
"""

import re
from pathlib import Path

from torch import Tensor, nn

from ganscape.errors import InputError
from ganscape.images import tensor_files
from ganscape.images.checkpoints import require_specification
from ganscape.images.game import Game
from ganscape.images.specification import RunSpecification
from ganscape.images.tensor_files import Damaged, prefixed, with_prefix

KIND = "ganscape-snapshot-1"

_NAME = re.compile(r"iteration-(\d{8})\.safetensors")
_ROLES = {"raw": "generator", "ema": "average"}


def save(run_directory: Path, game: Game, iteration: int) -> None:
    """Write the generator after `iteration` iterations; `InputError` where the disk does not take it."""
    networks = game.networks()
    tensors: dict[str, Tensor] = {}
    for role in _ROLES.values():
        tensors |= prefixed(role, networks[role].state_dict())
    header = {"specification": game.specification.as_dict(), "iteration": iteration}
    tensor_files.write(_path(run_directory, iteration), KIND, header, tensors)


def iterations(run_directory: str | Path) -> list[int]:
    """After which iterations there are snapshots, ascending."""
    names = (path.name for path in _folder(Path(run_directory)).glob("*.safetensors"))
    return sorted(int(match[1]) for match in map(_NAME.fullmatch, names) if match)


def load(
    run_directory: str | Path, specification: RunSpecification, iteration: int, weights: str
) -> nn.Module:
    """The generator after `iteration` iterations: `raw` weights or their moving average, `ema`.

    In training mode, float32, on the CPU. Raises `InputError` for a file that is damaged or of another
    specification.
    """
    path = _path(Path(run_directory), iteration)
    try:
        header, tensors = tensor_files.read(path, KIND)
    except Damaged as reason:
        raise InputError(
            f"{path} is damaged ({reason}): delete its run's folder and train that run again"
        ) from None
    require_specification(path, header, specification)
    generator = specification.generator()
    generator.load_state_dict(with_prefix(tensors, _ROLES[weights]))
    return generator.train()


def _folder(run_directory: Path) -> Path:
    return run_directory / "snapshots"


def _path(run_directory: Path, iteration: int) -> Path:
    return _folder(run_directory) / f"iteration-{iteration:08d}.safetensors"
