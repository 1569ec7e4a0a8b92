"""Random streams and batches that are functions of (seed, position), so that resuming needs no state."""

from enum import IntEnum

import numpy as np
import torch
from torch import Tensor

from ganscape.images.transfer import sent
from ganscape.seeding import random_bits, random_generator

NOISE_WIDTH = 1 / 128  # of dequantisation, after scaling to [-1, 1]
NOISE_LEVELS = 2**16


class Stream(IntEnum):
    """Independent streams of one seed."""

    INITIALISATION = 0
    ORDER = 1
    ITERATION = 2
    SAMPLE_GRID = 3
    NOISE = 4
    START_ORDER = 5
    START_NOISE = 6
    COPIES_ORDER = 7
    COPIES_NOISE = 8


class RealImages:
    """Batches of real images: every epoch a fresh permutation, an incomplete last batch dropped.

    `images` is uint8 (N, H, W, C), memory-mapped or not. A batch comes as float32 (B, C, H, W) in
    channels-last memory, scaled to [-1, 1] and dequantised with uniform noise in [0, 1/128). `order` and
    `noise` are the streams of `seed` that both come from.
    """

    def __init__(
        self,
        images: np.ndarray,
        batch_size: int,
        seed: int,
        order: Stream = Stream.ORDER,
        noise: Stream = Stream.NOISE,
    ) -> None:
        self.order_stream, self.noise_stream = order, noise
        self.images = images
        self.batch_size = batch_size
        self.seed = seed
        self.batches_per_epoch = len(images) // batch_size
        self._epoch, self._order = -1, np.empty(0, dtype=np.int64)

    def batch(self, index: int) -> Tensor:
        """The `index`-th batch since the run began."""
        epoch, position = divmod(index, self.batches_per_epoch)
        if epoch != self._epoch:
            order = torch.randperm(
                len(self.images), generator=random_generator(self.seed, self.order_stream, epoch)
            )
            self._epoch, self._order = epoch, order.numpy()
        rows = self._order[position * self.batch_size : (position + 1) * self.batch_size]
        pixels = self._pixels(rows)
        bits = torch.from_numpy(random_bits(self.seed, self.noise_stream, index, pixels.numel()))
        # The bits are signed: half the noise's width brings them to [0, 1/128).
        dequantised = sent(bits, pixels.device).view(pixels.shape).mul(NOISE_WIDTH / NOISE_LEVELS)
        dequantised.add_(pixels, alpha=1 / 127.5).add_(NOISE_WIDTH / 2 - 1)
        return dequantised.permute(0, 3, 1, 2)

    def _pixels(self, rows: np.ndarray) -> Tensor:
        return torch.from_numpy(self.images[rows])
