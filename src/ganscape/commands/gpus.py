"""Which GPU a process computes on, where several processes and perhaps several GPUs are at work."""

import os
import tempfile
from pathlib import Path

import torch

from ganscape.errors import InputError
from ganscape.files import try_lock

_claims: list[int] = []  # locks that this process holds until it ends, however it does


def claim_gpu(runs_per_gpu: int) -> torch.device:
    """A visible GPU on which fewer than `runs_per_gpu` processes of ours compute, for as long as we live.

    The emptiest comes first. Raises `InputError` where all are taken.
    """
    count = torch.cuda.device_count()
    for run in range(runs_per_gpu):
        for gpu in range(count):
            name = f"{torch.cuda.get_device_properties(gpu).uuid}-run{run}.lock"
            if (lock := try_lock(_folder() / name)) is not None:
                _claims.append(lock)
                torch.cuda.set_device(gpu)
                return torch.device("cuda", gpu)
    raise InputError(
        f"all {count} GPUs have {runs_per_gpu} runs already: wait, let more of them share one "
        "(resources.runs_per_gpu), or use --device cpu"
    )


def _folder() -> Path:
    """On this machine, for this user."""
    folder = Path(tempfile.gettempdir()) / f"ganscape-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder
