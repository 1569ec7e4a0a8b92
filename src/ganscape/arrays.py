"""Records of arrays in numpy's files (.npz): numbers and names, and nothing is ever executed."""

from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, TypeVar, cast

import numpy as np

from ganscape.errors import InputError, in_a_line
from ganscape.files import atomic_path, check_ending

Record = TypeVar("Record")


def check_arrays_path(target: Path, content: str) -> None:
    """Raise `InputError` unless `target` is named as such files are; `content` says what it would hold."""
    check_ending(target, ".npz", f"{content}'s file")


def save_arrays(record: Any, target: Path) -> None:
    """Write a dataclass of arrays, compressed."""
    with atomic_path(target) as path:
        np.savez_compressed(path, **asdict(record))


def load_arrays(kind: type[Record], source: Path, content: str, made_by: str) -> Record:
    """Read a dataclass of arrays of numbers, and of single names; raises `InputError` for any other file."""
    try:
        with np.load(source, allow_pickle=False) as archive:
            arrays = {field.name: archive[field.name] for field in fields(cast(Any, kind))}
        for name, array in arrays.items():
            if array.dtype.kind not in ("U" if array.ndim == 0 else "iuf"):
                raise ValueError(f"{name} holds no {'name' if array.ndim == 0 else 'numbers'}")
    except Exception as error:  # damaged archives raise whatever zip, zlib and numpy come upon
        raise InputError(f"{source} is not {content} ({in_a_line(error)}): make it with {made_by}") from None
    return kind(**arrays)
