"""Checkpoints: written atomically, verified on reading, and tied to the specification of their run.

A checkpoint is one safetensors file (tensors and text; reading it executes nothing) that holds everything a
run needs to go on: both networks, the moving average, both optimisers and the history. Its header carries
the specification and a digest of all tensors, so that a damaged file is noticed and the one before it used.
"""

import hashlib
import json
import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn

from ganscape.errors import InputError
from ganscape.files import atomic_path, read_json
from ganscape.images.game import Game
from ganscape.images.specification import RunSpecification

FORMAT = "ganscape-checkpoint-1"
KEPT = 2
HEADER = "checkpoint"  # one entry of JSON: safetensors writes several in an order that varies
RECORD = "training.json"

_NAME = re.compile(r"iteration-(\d{8})\.safetensors")
_OPTIMISERS = ("generator_optimiser", "discriminator_optimiser")

logger = logging.getLogger(__name__)


class DamagedCheckpoint(Exception):
    """A file that is not a whole checkpoint, with the reason."""


def save(run_directory: Path, game: Game, iteration: int, logs: Mapping[str, Tensor]) -> Path:
    """Write the state after `iteration` iterations and remove all but the last two checkpoints.

    `logs` are the run's own tensors, given back by `restore`. Raises `InputError` where the disk does not
    take it; the checkpoints before it are then intact.
    """
    tensors = {f"logs.{name}": tensor for name, tensor in logs.items()} | dict(_game_tensors(game))
    tensors = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    header = {
        "format": FORMAT,
        "specification": game.specification.as_dict(),
        "iteration": iteration,
        "digest": _digest(tensors),
    }
    target = _folder(run_directory) / f"iteration-{iteration:08d}.safetensors"
    with atomic_path(target) as path:
        try:
            save_file(tensors, path, metadata={HEADER: json.dumps(header)})
        except SafetensorError as error:  # the library's word for a full disk, which has no errno
            raise InputError(f"cannot write {target}: {error}; what was there before is intact") from error
    for old in _checkpoints(run_directory)[:-KEPT]:
        old.unlink(missing_ok=True)
    return target


def restore(run_directory: Path, game: Game) -> tuple[int, dict[str, Tensor]]:
    """Load the last whole checkpoint into `game`; returns its iteration (0 where there is none) and logs.

    A damaged checkpoint is passed over with a warning. One of another specification is an `InputError`.
    """
    for path, header, tensors in _whole_checkpoints(run_directory):
        found = RunSpecification.from_dict(header["specification"])
        if different := found.differences(game.specification):
            raise InputError(
                f"{path} is of another configuration ({different}): move {run_directory} away or ask for "
                "what it holds"
            )
        _load_game(game, tensors)
        return header["iteration"], _with_prefix(tensors, "logs")
    return 0, {}


def load_generator(run_directory: str | Path, weights: str) -> nn.Module:
    """The generator of a run's last whole checkpoint: `raw` weights or their moving average, `ema`.

    In training mode, float32, on the CPU. The running statistics of batch norm are the raw generator's.
    """
    if weights not in ("raw", "ema"):
        raise InputError(f"unknown weights {weights!r}: choose raw or ema")
    run_directory = Path(run_directory)
    for _, header, tensors in _whole_checkpoints(run_directory):
        generator = RunSpecification.from_dict(header["specification"]).generator()
        generator.load_state_dict(_with_prefix(tensors, "average" if weights == "ema" else "generator"))
        return generator.train()
    raise InputError(f"{_folder(run_directory)} holds no whole checkpoint: run `train` first")


def read_training_record(run_directory: str | Path) -> dict[str, Any]:
    """The record that `train` leaves when it ends (`training.json`)."""
    return read_json(Path(run_directory) / RECORD)


def _folder(run_directory: Path) -> Path:
    return run_directory / "checkpoints"


def _checkpoints(run_directory: Path) -> list[Path]:
    """Oldest first."""
    folder = _folder(run_directory)
    return sorted(path for path in folder.glob("*.safetensors") if _NAME.fullmatch(path.name))


def _whole_checkpoints(run_directory: Path) -> Iterator[tuple[Path, dict[str, Any], dict[str, Tensor]]]:
    """Newest first, as (path, header, tensors); a damaged one is passed over with a warning."""
    for path in reversed(_checkpoints(run_directory)):
        try:
            yield path, *_read(path)
        except DamagedCheckpoint as reason:
            logger.warning("%s is damaged (%s): using the checkpoint before it", path, reason)


def _read(path: Path) -> tuple[dict[str, Any], dict[str, Tensor]]:
    try:
        with safe_open(path, framework="pt", device="cpu") as file:
            header = json.loads((file.metadata() or {}).get(HEADER, "{}"))
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
    except (SafetensorError, OSError, json.JSONDecodeError) as error:
        raise DamagedCheckpoint(str(error)) from error
    if header.get("format") != FORMAT:
        raise DamagedCheckpoint(f"format {header.get('format')}, not {FORMAT}")
    if _digest(tensors) != header.get("digest"):
        raise DamagedCheckpoint("its digest does not match its content")
    return header, tensors


def _digest(tensors: Mapping[str, Tensor]) -> str:
    sha256 = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name]
        sha256.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        sha256.update(tensor.reshape(-1).view(torch.uint8).numpy())
    return sha256.hexdigest()


def _game_tensors(game: Game) -> Iterator[tuple[str, Tensor]]:
    for role, network in game.networks().items():
        for name, tensor in network.state_dict().items():
            yield f"{role}.{name}", tensor
    for optimiser in _OPTIMISERS:
        for index, state in getattr(game, optimiser).state_dict()["state"].items():
            for name, tensor in state.items():
                yield f"{optimiser}.{index}.{name}", tensor


def _load_game(game: Game, tensors: Mapping[str, Tensor]) -> None:
    for role, network in game.networks().items():
        network.load_state_dict(_with_prefix(tensors, role))
    for optimiser in _OPTIMISERS:
        _load_optimiser(getattr(game, optimiser), _with_prefix(tensors, optimiser))


def _load_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Restore Adam's moments in the memory layout of their parameters, as fused Adam needs them."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    optimiser.state.clear()
    for key, tensor in tensors.items():
        index, name = key.split(".", 1)
        parameter = parameters[int(index)]
        is_moment = name != "step"
        value = torch.empty_like(parameter, requires_grad=False).copy_(tensor) if is_moment else tensor
        optimiser.state[parameter][name] = value


def _with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {
        name.removeprefix(f"{prefix}."): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{prefix}.")
    }
