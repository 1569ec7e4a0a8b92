"""The options `--device` and `--threads`, the same for every step that computes."""

import argparse
import os

import torch

from ganscape.commands.gpus import claim_gpu
from ganscape.errors import InputError
from ganscape.memory import keep_freed_memory

MOST_THREADS = 10_000
RUNS_PER_GPU = "GANSCAPE_RUNS_PER_GPU"  # the workflow tells its jobs by it


def add_device_arguments(parser: argparse.ArgumentParser, default: str = "PyTorch's choice") -> None:
    """`default` says what `--threads` is without being given."""
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto: a GPU if there is one"
    )
    parser.add_argument(
        "--runs-per-gpu",
        type=int,
        default=os.environ.get(RUNS_PER_GPU, "1"),
        help=f"processes that may share a GPU (default: {RUNS_PER_GPU} of the environment, or 1)",
    )
    parser.add_argument("--threads", type=int, help=f"processor threads (default: {default})")


def set_threads(count: int | None) -> None:
    """Of PyTorch; None leaves its choice. Raises `InputError` for none, and for more than there could be."""
    if count is None:
        return
    if count < 1:
        raise InputError(f"--threads must be at least 1, not {count}")
    if count > MOST_THREADS:
        raise InputError(f"--threads {count}: give at most {MOST_THREADS}")
    torch.set_num_threads(count)


def chosen_device(arguments: argparse.Namespace) -> torch.device:
    """Set the thread count and the allocator, and return the device that the arguments ask for."""
    keep_freed_memory()
    set_threads(arguments.threads)
    if arguments.device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: no GPU is visible; use --device cpu or auto")
    # float32 means float32: TensorFloat-32, the default of convolutions, has ten bits of mantissa.
    torch.backends.cudnn.allow_tf32 = False
    if arguments.runs_per_gpu < 1:
        raise InputError(f"--runs-per-gpu must be at least 1, not {arguments.runs_per_gpu}")
    if arguments.device == "cuda" or (arguments.device == "auto" and torch.cuda.is_available()):
        return claim_gpu(arguments.runs_per_gpu)
    return torch.device("cpu")
