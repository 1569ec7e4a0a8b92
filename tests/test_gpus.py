"""Processes that find themselves a GPU, with GPUs that are made up."""

import os
import tempfile
from types import SimpleNamespace

import pytest
import torch

from ganscape.commands import gpus
from ganscape.errors import InputError


@pytest.fixture
def two_gpus(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    properties = [SimpleNamespace(uuid=f"GPU-{name}") for name in "ab"]
    monkeypatch.setattr(torch.cuda, "get_device_properties", properties.__getitem__)
    chosen = []
    monkeypatch.setattr(torch.cuda, "set_device", chosen.append)
    monkeypatch.setattr(gpus, "_claims", [])
    yield chosen
    for lock in gpus._claims:
        os.close(lock)


def test_the_emptiest_gpu_comes_first_and_none_takes_more_than_it_may(two_gpus):
    claimed = [gpus.claim_gpu(runs_per_gpu=2).index for _ in range(4)]
    assert claimed == two_gpus == [0, 1, 0, 1]
    with pytest.raises(InputError, match="all 2 GPUs have 2 runs already"):
        gpus.claim_gpu(runs_per_gpu=2)


def test_a_gpu_is_free_again_when_its_process_has_ended(two_gpus):
    assert [gpus.claim_gpu(1).index for _ in range(2)] == [0, 1]
    os.close(gpus._claims.pop(0))  # as the system does
    assert gpus.claim_gpu(1).index == 0


def test_the_emptiest_is_the_one_with_the_fewest_runs(two_gpus):
    assert [gpus.claim_gpu(3).index for _ in range(3)] == [0, 1, 0]
    os.close(gpus._claims.pop(1))
    assert [gpus.claim_gpu(3).index for _ in range(2)] == [1, 1]


def test_a_folder_that_is_not_ours_is_one_clear_line(two_gpus, tmp_path):
    (tmp_path / f"ganscape-{os.getuid()}").write_text("")
    with pytest.raises(InputError, match="cannot note in"):
        gpus.claim_gpu(1)
