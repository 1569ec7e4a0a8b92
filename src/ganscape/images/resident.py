"""Training images that live where the networks do, so that a GPU never waits for copies of them."""

import numpy as np
import torch
from torch import Tensor

from ganscape.images.sampling import RealImages
from ganscape.images.transfer import sent

AT_ONCE = 1 << 26  # bytes of images that are read
SHARE = 0.5  # of the free memory that images may take


class ResidentImages(RealImages):
    """The same batches, to the bit, of images that are all in the memory of `device`.

    What comes from the processor is which images a batch has, and its noise, two bytes per value.
    """

    def __init__(self, images: np.ndarray, batch_size: int, seed: int, device: torch.device) -> None:
        super().__init__(images, batch_size, seed)
        self._resident = torch.empty(images.shape, dtype=torch.uint8, device=device)
        each = max(1, AT_ONCE // max(1, images[:1].nbytes))
        for first in range(0, len(images), each):  # images on disk need not fit the processor's memory
            part = torch.from_numpy(np.array(images[first : first + each]))
            self._resident[first : first + each] = part.to(device)

    def _pixels(self, rows: np.ndarray) -> Tensor:
        return self._resident.index_select(0, sent(torch.from_numpy(rows), self._resident.device))


def fits(images: np.ndarray, device: torch.device) -> bool:
    """Whether the images take no more than `SHARE` of the memory that `device` has free."""
    if device.type != "cuda":
        return True
    free, _ = torch.cuda.mem_get_info(device)
    return images.nbytes <= SHARE * free
