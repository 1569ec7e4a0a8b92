"""Records of arrays in numpy's files (.npz): numbers and names, and nothing is ever executed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from ganscape.errors import InputError, in_a_line
from ganscape.files import atomic_path, check_ending

Record = TypeVar("Record")
NAME, WHOLE, FINITE, ANY = "a name", "whole numbers", "finite numbers", "numbers"


@dataclass(frozen=True)
class Layout:
    """What an array must be.

    axes: a letter for each; axes of one letter are equally long, and a figure is a length. content: `NAME`,
    without axes, `WHOLE`, `FINITE`, or `ANY` numbers.
    """

    axes: str
    content: str


Layouts = Mapping[str, Layout]


def check_arrays_path(target: Path, content: str) -> None:
    """Raise `InputError` unless `target` is named as such files are; `content` says what it would hold."""
    check_ending(target, ".npz", f"{content}'s file")


def save_arrays(record: Any, target: Path) -> None:
    """Write a dataclass of arrays, compressed."""
    with atomic_path(target) as path:
        np.savez_compressed(path, **asdict(record))


def load_arrays(kind: type[Record], source: Path, layouts: Layouts, content: str, made_by: str) -> Record:
    """Read a dataclass of arrays of these layouts; raises `InputError` for any other file."""
    try:
        with np.load(source, allow_pickle=False) as archive:
            arrays = {name: archive[name] for name in layouts}
        check_arrays(arrays, layouts)
    except Exception as error:  # damaged archives raise whatever zip, zlib and numpy come upon
        raise InputError(f"{source} is not {content} ({in_a_line(error)}): make it with {made_by}") from None
    return kind(**arrays)


def check_arrays(arrays: Mapping[str, np.ndarray], layouts: Layouts) -> None:
    """Raise `ValueError`, which names the array, unless all have their layouts."""
    lengths: dict[str, int] = {}
    for name, layout in layouts.items():
        array = arrays[name]
        if array.dtype.kind not in {NAME: "U", WHOLE: "iu"}.get(layout.content, "iuf"):
            raise ValueError(f"{name} holds no {layout.content.removeprefix('a ')}")
        if array.ndim != len(layout.axes):
            raise ValueError(f"{name} has {array.ndim} axes, not {len(layout.axes)}")
        for axis, length in zip(layout.axes, array.shape, strict=True):
            wanted = int(axis) if axis.isdecimal() else lengths.setdefault(axis, length)
            if length != wanted:
                raise ValueError(f"{name} has the shape {array.shape}, with {length} instead of {wanted}")
        if layout.content == FINITE and not np.isfinite(array).all():
            raise ValueError(f"{name} holds numbers that are not finite")
