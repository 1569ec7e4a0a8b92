"""Which GPU a process computes on, where several processes and perhaps several GPUs are at work."""

import fcntl
import os
import tempfile
from contextlib import suppress
from pathlib import Path

import torch

from ganscape.errors import InputError
from ganscape.files import try_lock

_claims: list[int] = []  # locks that this process holds until it ends, however it does


def claim_gpu(runs_per_gpu: int) -> torch.device:
    """The visible GPU on which the fewest processes of ours compute, fewer than `runs_per_gpu`.

    It is ours, or that share of it is, for as long as we live. Raises `InputError` where all are taken.
    """
    count = torch.cuda.device_count()
    folder = Path(tempfile.gettempdir()) / f"ganscape-{os.getuid()}"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        with open(folder / "choosing.lock", "a") as choosing:  # one process at a time
            with suppress(OSError):  # a file system without locks
                fcntl.flock(choosing, fcntl.LOCK_EX)
            free = {gpu: _free_places(folder, gpu, runs_per_gpu) for gpu in range(count)}
            chosen = max(free, key=lambda gpu: len(free[gpu]))
            for gpu, places in free.items():
                for place in places[1:] if gpu == chosen else places:
                    os.close(place)
    except OSError as error:
        raise InputError(f"cannot note in {folder} which GPU is taken: {error.strerror}") from error
    if not free[chosen]:
        raise InputError(
            f"all {count} GPUs have {runs_per_gpu} runs already: wait, let more of them share one "
            "(resources.runs_per_gpu), or use --device cpu"
        )
    _claims.append(free[chosen][0])
    torch.cuda.set_device(chosen)
    return torch.device("cuda", chosen)


def _free_places(folder: Path, gpu: int, runs_per_gpu: int) -> list[int]:
    """Locks on the places of a GPU that no process has, all of them taken."""
    name = torch.cuda.get_device_properties(gpu).uuid
    locks = (try_lock(folder / f"{name}-run{run}.lock") for run in range(runs_per_gpu))
    return [lock for lock in locks if lock is not None]
