"""How many bits training's products have: what changes the numbers, and is therefore an option.

`float32` is the paper's. `bf16` lets convolutions and matrix products take bfloat16 (8 bits of mantissa);
weights, their updates, spectral norm, batch statistics, losses and penalties stay float32. `tf32` lets an
NVIDIA GPU take TensorFloat-32 (10 bits) instead.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch
from torch import Tensor

from ganscape.errors import InputError

PRECISIONS = ("float32", "bf16", "tf32")
AMPERE = (8, 0)  # compute capability


def require_possible(precision: str, device: torch.device) -> None:
    """Raise `InputError` unless `device` has arithmetic of this precision; a processor may emulate bf16."""
    if precision == "tf32" and device.type != "cuda":
        raise InputError(f"precision tf32 is for NVIDIA's GPUs, the device is {device.type}: choose another")
    if precision != "float32" and device.type == "cuda" and torch.cuda.get_device_capability(device) < AMPERE:
        name = torch.cuda.get_device_name(device)
        raise InputError(f"precision {precision} is for NVIDIA's Ampere and later, not {name}: use float32")


def reduced(precision: str, device: torch.device) -> AbstractContextManager:
    """Within it, forward passes take bfloat16 where `precision` says so."""
    return torch.autocast(device.type, torch.bfloat16, enabled=precision == "bf16")


def widened(tensor: Tensor) -> Tensor:
    """bfloat16 as float32, and everything else as it is."""
    return tensor.float() if tensor.dtype == torch.bfloat16 else tensor


@contextmanager
def arithmetic(precision: str, deterministic: bool = True) -> Iterator[None]:
    """How a GPU computes while the block runs.

    TensorFloat-32 only if `precision` says so; with the same bits each time if `deterministic`.
    """
    products, convolutions = torch.backends.cuda.matmul, torch.backends.cudnn
    before = products.allow_tf32, convolutions.allow_tf32, convolutions.deterministic
    products.allow_tf32 = convolutions.allow_tf32 = precision == "tf32"
    convolutions.deterministic = deterministic
    try:
        yield
    finally:
        products.allow_tf32, convolutions.allow_tf32, convolutions.deterministic = before
