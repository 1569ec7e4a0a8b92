"""The options `--device` and `--threads`, the same for every step that computes."""

import argparse

import torch

from ganscape.errors import InputError
from ganscape.memory import keep_freed_memory


def add_device_arguments(parser: argparse.ArgumentParser, default: str = "PyTorch's choice") -> None:
    """`default` says what `--threads` is without being given."""
    parser.add_argument(
        "--device", choices=("auto", "cpu", "cuda"), default="auto", help="auto: a GPU if there is one"
    )
    parser.add_argument("--threads", type=int, help=f"processor threads (default: {default})")


def chosen_device(arguments: argparse.Namespace) -> torch.device:
    """Set the thread count and the allocator, and return the device that the arguments ask for."""
    keep_freed_memory()
    if arguments.threads is not None:
        if arguments.threads < 1:
            raise InputError(f"--threads must be at least 1, not {arguments.threads}")
        torch.set_num_threads(arguments.threads)
    if arguments.device == "cuda" and not torch.cuda.is_available():
        raise InputError("--device cuda: no GPU is visible; use --device cpu or auto")
    # float32 means float32: TensorFloat-32, the default of convolutions, has ten bits of mantissa.
    torch.backends.cudnn.allow_tf32 = False
    if arguments.device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    return torch.device(arguments.device)
