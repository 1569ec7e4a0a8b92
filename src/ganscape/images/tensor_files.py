"""Files of named tensors: written atomically, verified on reading, and nothing in them is ever executed.

One safetensors file each. Its header says what kind of file it is and carries digests of all tensors and of
itself, so that a damaged file is noticed.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from ganscape.errors import InputError, in_a_line
from ganscape.files import atomic_path
from ganscape.forms import check_form, parsed

HEADER = "ganscape"  # one entry of JSON: safetensors writes several in an order that varies


class Damaged(Exception):
    """A file that is not a whole one of its kind, with the reason. Never reaches a user."""


class OfAnotherKind(Damaged):
    """A file that is something else, perhaps whole."""


def write(target: Path, kind: str, header: Mapping[str, Any], tensors: Mapping[str, Tensor]) -> str:
    """Write tensors with a header (what JSON can hold), atomically; returns their digest.

    Raises `InputError` where the disk does not take it; an existing `target` is then intact.
    """
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    full = {"kind": kind, **header, "digest": digest(plain)}
    full["header_digest"] = _header_digest(full)
    with atomic_path(target) as path:
        # The library's own writing to a file leaves another temporary one behind where it is killed.
        path.write_bytes(save(plain, metadata={HEADER: json.dumps(full)}))
    return full["digest"]


def read(path: Path, kind: str) -> tuple[dict[str, Any], dict[str, Tensor]]:
    """Header and tensors of a file that `write` wrote; raises `Damaged` for anything else.

    A file that is there but cannot be read, perhaps for a moment, is not damaged: that is an `InputError`.
    """
    try:
        with path.open("rb"):  # safetensors calls missing whatever it may not open
            pass
        with safe_open(path, framework="pt", device="cpu") as file:
            header = parsed((file.metadata() or {}).get(HEADER, "{}"))
            check_form(header, {}, "its header")
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118 (not a mapping)
    except (PermissionError, InterruptedError) as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from error
    except (SafetensorError, OSError, ValueError) as error:
        raise Damaged(in_a_line(error)) from error
    if header.get("kind") != kind:
        raise OfAnotherKind(f"kind {header.get('kind')}, not {kind}")
    stated = header.pop("header_digest", "")
    if digest(tensors) != header.get("digest") or stated != _header_digest(header):
        raise Damaged("its digest does not match its content")
    return header, tensors


def digest(tensors: Mapping[str, Tensor]) -> str:
    """SHA-256 of names, types, shapes and values."""
    sha256 = hashlib.sha256()
    for name in sorted(tensors):
        tensor = tensors[name].detach().cpu().contiguous()
        sha256.update(f"{name} {tensor.dtype} {tuple(tensor.shape)}\n".encode())
        sha256.update(tensor.reshape(-1).view(torch.uint8).numpy().data)
    return sha256.hexdigest()


def _header_digest(header: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(header, sort_keys=True).encode()).hexdigest()


def with_prefix(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """Those named `PREFIX.NAME`, by NAME."""
    return {
        name.removeprefix(f"{prefix}."): tensor
        for name, tensor in tensors.items()
        if name.startswith(f"{prefix}.")
    }


def prefixed(prefix: str, tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors, named `PREFIX.NAME`."""
    return {f"{prefix}.{name}": tensor for name, tensor in tensors.items()}
