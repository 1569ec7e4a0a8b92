"""Losses of one's own, from a Python file that defines `LOSSES`, a list of objectives (docs/extend.md).

The file is code, and it is run: by the step that trains with one of its losses, and by nothing else. Nothing
that a run leaves behind holds any of it.
"""

import re
import runpy
from pathlib import Path

from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES, Objective, PairedObjective, SeparableObjective

NAME = re.compile("[a-z][a-z0-9-]*")  # fit for the names of folders


def own_losses(file: Path) -> dict[str, Objective]:
    """The objectives of a file, by name.

    Raises `InputError` where the file cannot be run, has no `LOSSES`, or names one as no other may be named.
    """
    if not file.is_file():
        raise InputError(f"{file} does not exist: name a Python file that defines LOSSES")
    try:
        found = runpy.run_path(str(file))
    except Exception as error:
        raise InputError(f"{file} cannot be run ({type(error).__name__}: {error})") from error
    losses = found.get("LOSSES")
    if not isinstance(losses, list | tuple) or not losses:
        raise InputError(f"{file} has no losses: define LOSSES, a list of objectives (docs/extend.md)")
    for loss in losses:
        if not isinstance(loss, SeparableObjective | PairedObjective):
            raise InputError(f"{file}: {loss!r} in LOSSES is no objective of ganscape.objectives")
        if not NAME.fullmatch(loss.name):
            raise InputError(f"{file}: the loss {loss.name!r} has a name of other than a-z, 0-9 and -")
        if loss.name in OBJECTIVES:
            raise InputError(f"{file}: there is a loss {loss.name} already; give it another name")
    by_name = {loss.name: loss for loss in losses}
    if len(by_name) < len(losses):
        raise InputError(f"{file}: two losses have the same name")
    return by_name
