"""Training images that live where the networks do, so that a GPU never waits for copies of them."""

import numpy as np
import torch
from torch import Tensor

from ganscape.images.sampling import Stream, dequantised, epoch_order
from ganscape.seeding import random_bits

SHARE = 0.5  # of the free memory that images may take


class ResidentImages:
    """As `ganscape.images.sampling.RealImages`, to the bit, with all images in the memory of `device`.

    What comes from the processor is the order of an epoch and the noise of a batch, two bytes per value.
    """

    def __init__(self, images: np.ndarray, batch_size: int, seed: int, device: torch.device) -> None:
        self.images = torch.from_numpy(np.array(images)).to(device)
        self.batch_size, self.seed = batch_size, seed
        self.batches_per_epoch = len(images) // batch_size
        self._epoch, self._order = -1, torch.empty(0, dtype=torch.int64)

    def batch(self, index: int) -> Tensor:
        """The `index`-th batch since the run began: float32 (B, C, H, W), channels-last, dequantised."""
        epoch, position = divmod(index, self.batches_per_epoch)
        if epoch != self._epoch:
            order = epoch_order(len(self.images), self.seed, Stream.ORDER, epoch)
            self._epoch, self._order = epoch, order.to(self.images.device)
        rows = self._order[position * self.batch_size : (position + 1) * self.batch_size]
        pixels = self.images.index_select(0, rows)
        bits = torch.from_numpy(random_bits(self.seed, Stream.NOISE, index, pixels.numel()))
        return dequantised(pixels, bits.to(pixels.device))


def fits(images: np.ndarray, device: torch.device) -> bool:
    """Whether the images take no more than `SHARE` of the memory that `device` has free."""
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return images.nbytes <= SHARE * free
