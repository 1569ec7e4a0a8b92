"""Images as files and feature extractors take them: uint8 tensors (B, C, S, S)."""

import numpy as np
import torch
from torch import Tensor


class NonFiniteError(Exception):
    """Generated images or their features hold NaN or infinity: the run has diverged. Never reaches a user."""


def quantise(images: Tensor) -> Tensor:
    """Map generated images, float (B, C, S, S) in [-1, 1], to uint8 by (v/2 + 0.5)·255, *truncated*.

    The paper's protocol (its released code): truncation, not rounding, makes images half a grey level darker
    on average. Values outside [-1, 1] are clamped. Raises `NonFiniteError` where an image is not finite.
    """
    if not torch.isfinite(images).all():
        raise NonFiniteError("a generated image holds NaN or infinity")
    return ((images / 2 + 0.5) * 255).clamp(0, 255).to(torch.uint8)


def to_batch(images: np.ndarray) -> Tensor:
    """Stored images, uint8 (B, H, W, C), as a tensor (B, C, H, W); the data are copied out of the file."""
    return torch.from_numpy(np.array(images)).permute(0, 3, 1, 2).contiguous()
