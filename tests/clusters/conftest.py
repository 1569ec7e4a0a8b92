"""What all tests of low-dimensional games share: one compilation per kind of game, one thread."""

import os
import shlex
import sys
from pathlib import Path

import pytest
import torch

from ganscape.clusters import native


@pytest.fixture(scope="session", autouse=True)
def remembering_compiler(tmp_path_factory):
    """Compiling takes seconds and depends on the command alone, so every kind of game is compiled once."""
    native.compiler.cache_clear()
    if native.compiler() is None:
        yield
        return
    script, memory = Path(__file__).with_name("remembering_compiler.py"), tmp_path_factory.mktemp("compiled")
    words = [sys.executable, "-I", "-S", str(script), str(memory), *native.compiler()]
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "CXX", shlex.join(words))
        native.compiler.cache_clear()
        yield
    native.compiler.cache_clear()


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tensors are so small that on a busy machine a second thread is waited for longer than it works."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
