"""Losses of one's own, from a Python file that defines `LOSSES`, a list of objectives (docs/extend.md).

The file is code, and it is run: by the step that trains with one of its losses, and by nothing else. Nothing
that a run leaves behind holds any of it.
"""

import re
import runpy
from collections.abc import Callable
from pathlib import Path

import torch
from torch import Tensor, nn

from ganscape.errors import InputError, in_a_line
from ganscape.objectives import OBJECTIVES, Objective, PairedObjective, SeparableObjective

NAME = re.compile("[a-z][a-z0-9-]*")  # fit for the names of folders


def own_losses(file: Path) -> dict[str, Objective]:
    """The objectives of a file, by name.

    Raises `InputError` where the file cannot be run, has no `LOSSES`, names one as no other may be named, or
    where a loss, computed once on four small images, is not what training needs.
    """
    if not file.is_file():
        raise InputError(f"{file} does not exist: name a Python file that defines LOSSES")
    try:
        found = runpy.run_path(str(file))
    except (Exception, SystemExit) as error:
        raise InputError(f"{file} cannot be run ({type(error).__name__}: {in_a_line(error)})") from error
    losses = found.get("LOSSES")
    if not isinstance(losses, list | tuple) or not losses:
        raise InputError(f"{file} has no losses: define LOSSES, a list of objectives (docs/extend.md)")
    for loss in losses:
        if not isinstance(loss, SeparableObjective | PairedObjective):
            raise InputError(f"{file}: {loss!r} in LOSSES is no objective of ganscape.objectives")
        if not isinstance(loss.name, str) or not NAME.fullmatch(loss.name):
            raise InputError(f"{file}: the loss {loss.name!r} has a name of other than a-z, 0-9 and -")
        if loss.name in OBJECTIVES:
            raise InputError(f"{file}: there is a loss {loss.name} already; give it another name")
    by_name = {loss.name: loss for loss in losses}
    if len(by_name) < len(losses):
        raise InputError(f"{file}: two losses have the same name")
    for loss in losses:
        _require_usable(file, loss)
    return by_name


def _require_usable(file: Path, loss: Objective) -> None:
    """`InputError` unless both players' losses are numbers with gradients, computed as in training."""
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(12, 1), nn.Flatten(0))
    real, fake = torch.linspace(-1, 1, 96).reshape(2, 4, 3, 2, 2)
    position = torch.linspace(0, 1, 4)

    def of_discriminator() -> Tensor:
        return loss.discriminator_loss(discriminator(real), discriminator(fake))

    def with_penalty() -> Tensor:
        assert loss.penalty is not None
        return of_discriminator() + loss.penalty(discriminator, real, fake, position)

    def of_generator() -> Tensor:
        return loss.generator_loss(discriminator(fake), discriminator(real))

    def require(what: str, compute: Callable[[], Tensor]) -> None:
        try:
            value = compute()
            value.backward()
        except Exception as error:
            raise InputError(
                f"{file}: the loss {loss.name}: {what}, computed on four small images, fails "
                f"({type(error).__name__}: {in_a_line(error)})"
            ) from error
        if value.shape != () or not value.is_floating_point():
            raise InputError(f"{file}: the loss {loss.name}: {what} is not one number but {value}")

    require("the discriminator's loss", of_discriminator)
    if loss.penalty is not None:
        require("the penalty", with_penalty)
    require("the generator's loss", of_generator)
