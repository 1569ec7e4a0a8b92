"""Speed of training's reading: batches of 256x256 images from a memory-mapped file, as LSUN's are."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from ganscape.benchmarks.measurement import PLAIN, Measurement, compared, performance
from ganscape.files import atomic_path
from ganscape.images.sampling import RealImages
from ganscape.memory import keep_freed_memory

NAME = "read-lsun"
COUNT = 2000  # images: 393 MB, far more than the caches of a processor hold
SHAPE = (256, 256, 3)
BATCH_SIZE = 64


def measure_reading(repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Images per second, from bytes in a file to dequantised batches."""
    threads = torch.get_num_threads()
    with TemporaryDirectory() as folder:
        path = Path(folder, "images.npy")
        with atomic_path(path) as partial_path:
            np.save(partial_path, np.random.default_rng(0).integers(0, 256, (COUNT, *SHAPE), dtype=np.uint8))
        variants = {PLAIN: partial(_build_plain, path, threads), "fast": partial(_build_fast, path, threads)}
        measured = performance(variants, repeats, seconds_per_turn)
    rates = {variant: result.rate * BATCH_SIZE for variant, result in measured.items()}
    return compared(NAME, rates, "images/s", threads)


def _build_fast(path: Path, threads: int) -> Callable[[], torch.Tensor]:
    torch.set_num_threads(threads)
    keep_freed_memory()
    real = RealImages(np.load(path, mmap_mode="r"), BATCH_SIZE, seed=0)
    indices = iter(range(2**62))
    return lambda: real.batch(next(indices))


def _build_plain(path: Path, threads: int) -> Callable[[], torch.Tensor]:
    """The textbook's: any batch of distinct images, converted to float first, in PyTorch's own layout."""
    torch.set_num_threads(threads)
    images = np.load(path, mmap_mode="r")
    torch.manual_seed(0)

    def read() -> torch.Tensor:
        rows = torch.randperm(len(images))[:BATCH_SIZE].numpy()
        pixels = torch.from_numpy(images[rows]).permute(0, 3, 1, 2).contiguous().float()
        return pixels / 127.5 - 1 + torch.rand(pixels.shape) / 128

    return read
