"""Checkpoints: written atomically, verified on reading, and tied to the specification of their run.

A checkpoint is one safetensors file (tensors and text; reading it executes nothing) that holds everything a
run needs to go on: both networks, the moving average, both optimisers and the history. Its header carries
the specification and digests of all there is, so that a damaged file is noticed and the one before it used.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from ganscape.errors import InputError
from ganscape.files import read_json
from ganscape.forms import check_form
from ganscape.images import tensor_files
from ganscape.images.game import Game
from ganscape.images.specification import RunSpecification
from ganscape.images.tensor_files import Damaged, prefixed, with_prefix

KIND = "ganscape-checkpoint-1"
KEPT = 2
RECORD = "training.json"

_NAME = re.compile(r"iteration-(\d{8})\.safetensors")
_OPTIMISERS = ("generator_optimiser", "discriminator_optimiser")

logger = logging.getLogger(__name__)


def save(run_directory: Path, game: Game, iteration: int, logs: Mapping[str, Tensor]) -> Path:
    """Write the state after `iteration` iterations and remove what is older than the checkpoint before it.

    `logs` are the run's own tensors, given back by `restore`. Raises `InputError` where the disk does not
    take it; the checkpoints before it are then intact.
    """
    target = checkpoint_path(run_directory, iteration)
    header = {"specification": game.specification.as_dict(), "iteration": iteration}
    tensor_files.write(target, KIND, header, {**prefixed("logs", logs), **dict(_game_tensors(game))})
    remove_old(run_directory, iteration)
    return target


def restore(run_directory: Path, game: Game) -> tuple[int, dict[str, Tensor]]:
    """Load the last whole checkpoint into `game`; returns its iteration (0 where there is none) and logs.

    A damaged checkpoint is put aside as `NAME.damaged`, with a warning, and the one before it used; of those
    before that only the last is kept, as by `save`. Where all are damaged, and where one is of another
    specification, that is an `InputError`.
    """
    damaged = []
    for path in reversed(_checkpoints(run_directory)):
        try:
            header, tensors = tensor_files.read(path, KIND)
        except Damaged as reason:
            logger.warning("%s is damaged (%s): using the checkpoint before it", path, reason)
            damaged.append(path)
            continue
        require_specification(path, header, game.specification)
        _load_game(game, tensors)
        for wreck in damaged:
            wreck.rename(wreck.with_name(f"{wreck.name}.damaged"))
        # A process that was killed when it had saved may not have come to it.
        remove_old(run_directory, header["iteration"])
        return header["iteration"], with_prefix(tensors, "logs")
    if damaged:
        raise InputError(
            f"{_folder(run_directory)} holds no whole checkpoint, only damaged ones: "
            f"restore one, or move {run_directory} away to train from the start"
        )
    return 0, {}


def load_generator(run_directory: str | Path, weights: str) -> nn.Module:
    """The generator that a finished run ended with: `raw` weights or their moving average, `ema`.

    In training mode, float32, on the CPU. The running statistics of batch norm are the raw generator's.
    Raises `InputError` unless the last checkpoint is whole and is the one of the run's record: an older or
    another run's would be scored under a wrong name.
    """
    if weights not in ("raw", "ema"):
        raise InputError(f"unknown weights {weights!r}: choose raw or ema")
    record = read_training_record(run_directory)
    path = checkpoint_path(run_directory, record["iteration"])
    try:
        header, tensors = tensor_files.read(path, KIND)
    except Damaged as reason:
        raise InputError(
            f"{path} is missing or damaged ({reason}): delete {Path(run_directory) / RECORD} and train again"
        ) from None
    specification = RunSpecification.from_dict(record["specification"])
    require_specification(path, header, specification)
    generator = specification.generator()
    generator.load_state_dict(with_prefix(tensors, "average" if weights == "ema" else "generator"))
    return generator.train()


def read_training_record(run_directory: str | Path) -> dict[str, Any]:
    """The record that `train` leaves when it ends (`training.json`); an `InputError` if it is not one."""
    path = Path(run_directory) / RECORD
    record = read_json(path)
    try:
        check_form(record, {"specification": {}, "status": str, "iteration": int, "parameters": {}})
        RunSpecification.from_dict(record["specification"])
    except ValueError as error:
        raise InputError(f"{path} is not the record of a training ({error}): run step train again") from None
    return record


def checkpoint_path(run_directory: str | Path, iteration: int) -> Path:
    """Where the checkpoint after `iteration` iterations lies."""
    return _folder(Path(run_directory)) / f"iteration-{iteration:08d}.safetensors"


def is_whole(run_directory: str | Path, iteration: int) -> bool:
    """Whether the checkpoint after `iteration` iterations is there, and undamaged."""
    try:
        tensor_files.read(checkpoint_path(run_directory, iteration), KIND)
    except Damaged:
        return False
    return True


def _folder(run_directory: Path) -> Path:
    return run_directory / "checkpoints"


def _checkpoints(run_directory: Path) -> list[Path]:
    """Oldest first."""
    folder = _folder(run_directory)
    return sorted(path for path in folder.glob("*.safetensors") if _NAME.fullmatch(path.name))


def remove_old(run_directory: Path, iteration: int) -> None:
    """Remove the checkpoints before that of `iteration`, but for the last of them."""
    current = checkpoint_path(run_directory, iteration).name
    for old in [path for path in _checkpoints(run_directory) if path.name <= current][:-KEPT]:
        old.unlink(missing_ok=True)


def require_specification(path: Path, header: Mapping[str, Any], wanted: RunSpecification) -> None:
    """Raise `InputError` unless the header of the file at `path` has the specification that is wanted."""
    found = RunSpecification.from_dict(header.get("specification", {}))
    if different := found.differences(wanted):
        raise InputError(
            f"{path} is of another configuration ({different}): move its run's folder away or ask for what "
            "it holds"
        )


def _game_tensors(game: Game) -> Iterator[tuple[str, Tensor]]:
    for role, network in game.networks().items():
        yield from prefixed(role, network.state_dict()).items()
    for optimiser in _OPTIMISERS:
        for index, state in getattr(game, optimiser).state_dict()["state"].items():
            for name, tensor in state.items():
                yield f"{optimiser}.{index}.{name}", tensor


def _load_game(game: Game, tensors: Mapping[str, Tensor]) -> None:
    for role, network in game.networks().items():
        network.load_state_dict(with_prefix(tensors, role))
    for optimiser in _OPTIMISERS:
        _load_optimiser(getattr(game, optimiser), with_prefix(tensors, optimiser))


def _load_optimiser(optimiser: torch.optim.Optimizer, tensors: Mapping[str, Tensor]) -> None:
    """Restore Adam's state where its parameters are and in their memory layout, as fused Adam needs it."""
    parameters = [parameter for group in optimiser.param_groups for parameter in group["params"]]
    optimiser.state.clear()
    for key, tensor in tensors.items():
        index, name = key.split(".", 1)
        parameter = parameters[int(index)]
        is_moment = name != "step"
        if is_moment:
            tensor = torch.empty_like(parameter, requires_grad=False).copy_(tensor)
        optimiser.state[parameter][name] = tensor.to(parameter.device)
