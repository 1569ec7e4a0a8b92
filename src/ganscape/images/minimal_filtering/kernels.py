"""Functions of C++ sources, compiled once for this processor, called with tensors."""

import ctypes
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganscape.compilation import Macros, compiled

CHANNELS = 16  # that images of many come in multiples of
MOST_CHANNELS = 4096

_kept = threading.local()


class Shape:
    """Whole numbers, where a source reads them."""

    def __init__(self, *numbers: int) -> None:
        self._numbers = np.array(numbers, dtype=np.int64)
        self.address = self._numbers.ctypes.data


class Kernels:
    """Those of a source, whose `work_size` says how many floats of memory each needs besides its arrays.

    Raises `CompilationError` or `OSError` where they cannot be had.
    """

    def __init__(self, source: Path, macros: Macros | None = None) -> None:
        sizes = {"CHANNELS": CHANNELS, "MOST_CHANNELS": MOST_CHANNELS}
        # OpenMP's threads are PyTorch's own: it has loaded the library of that name already.
        self.library = compiled(source, sizes | dict(macros or {}), ("-fopenmp",))
        self._functions: dict[str, Callable[..., None]] = {}
        self._work_size = self.library.work_size
        self._work_size.argtypes, self._work_size.restype = [ctypes.c_void_p, ctypes.c_int64], ctypes.c_int64

    def call(self, name: str, kind: int, shape: Shape, *arrays: Tensor | None) -> None:
        """Call a function with a shape, as its source reads it, the arrays and memory.

        `kind` is what else `work_size` needs to know. Functions run with as many threads as PyTorch has now.
        """
        work = _workspace(self._work_size(shape.address, kind))
        pointers = shape.address, *map(_address, (*arrays, work))
        self._function(name, len(pointers))(*pointers)

    def _function(self, name: str, pointers: int) -> Callable[..., None]:
        if name not in self._functions:
            function = self._functions[name] = getattr(self.library, name)
            function.argtypes, function.restype = [ctypes.c_void_p] * pointers, None
        return self._functions[name]


def _workspace(size: int) -> Tensor:
    """The same memory for every call of a thread, so that it stays in the caches."""
    if getattr(_kept, "workspace", None) is None or _kept.workspace.numel() < size:
        _kept.workspace = torch.empty(size, dtype=torch.float32)
    return _kept.workspace


def _address(array: Tensor | None) -> int | None:
    return None if array is None else array.data_ptr()
