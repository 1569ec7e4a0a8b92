"""What all tests of low-dimensional games share: one thread."""

import pytest
import torch


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Tensors are so small that on a busy machine a second thread is waited for longer than it works."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
