"""Training images that live where the networks do, so that a GPU never waits for a processor's copies."""

import numpy as np
import torch
from torch import Tensor

from ganscape.images.sampling import NOISE_WIDTH, Stream, epoch_order
from ganscape.seeding import derived_seed

SHARE = 0.5  # of the free memory that images may take


class ResidentImages:
    """As `ganscape.images.sampling.RealImages`, with all images in the memory of `device`.

    The order of the images is the same, the noise is drawn on the device and therefore another.
    """

    def __init__(self, images: np.ndarray, batch_size: int, seed: int, device: torch.device) -> None:
        self.images = torch.from_numpy(np.ascontiguousarray(images)).to(device)
        self.batch_size, self.seed = batch_size, seed
        self.batches_per_epoch = len(images) // batch_size
        self._random = torch.Generator(device)
        self._epoch, self._order = -1, torch.empty(0, dtype=torch.int64)

    def batch(self, index: int) -> Tensor:
        """The `index`-th batch since the run began: float32 (B, C, H, W), channels-last, dequantised."""
        epoch, position = divmod(index, self.batches_per_epoch)
        if epoch != self._epoch:
            order = epoch_order(len(self.images), self.seed, Stream.ORDER, epoch)
            self._epoch, self._order = epoch, order.to(self.images.device)
        rows = self._order[position * self.batch_size : (position + 1) * self.batch_size]
        pixels = self.images.index_select(0, rows)
        self._random.manual_seed(derived_seed(self.seed, Stream.NOISE, index))
        noise = torch.rand(pixels.shape, generator=self._random, device=pixels.device)
        dequantised = noise.mul_(NOISE_WIDTH).add_(pixels, alpha=1 / 127.5).sub_(1)
        return dequantised.permute(0, 3, 1, 2)


def fits(images: np.ndarray, device: torch.device) -> bool:
    """Whether the images take no more than `SHARE` of the memory that `device` has free."""
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return images.nbytes <= SHARE * free
