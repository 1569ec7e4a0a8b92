"""Sample grids: what a generator draws from fixed latents."""

import copy
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn

from ganscape.files import atomic_path
from ganscape.images.pixels import quantise
from ganscape.images.sampling import Stream, random_generator

TILES = 8


def grid_latents(seed: int, latent_dimension: int) -> Tensor:
    """The 64 latents (64, latent_dimension) of every grid of a run with this seed."""
    return torch.randn(TILES**2, latent_dimension, generator=random_generator(seed, Stream.SAMPLE_GRID))


@torch.no_grad()
def draw_grid(generator: nn.Module, latents: Tensor) -> Image.Image:
    """An 8x8 grid of generated images, with batch norm's statistics of these latents.

    Works on a copy: drawing leaves the generator's running statistics as they were. Raises
    `NonFiniteError` where an image is not finite.
    """
    images = quantise(copy.deepcopy(generator).train()(latents)).cpu().numpy()
    _, channels, height, width = images.shape
    tiles = images.reshape(TILES, TILES, channels, height, width).transpose(0, 3, 1, 4, 2)
    sheet = np.ascontiguousarray(tiles.reshape(TILES * height, TILES * width, channels))
    return Image.fromarray(sheet[..., 0] if channels == 1 else sheet)


def save_image(image: Image.Image, target: Path) -> None:
    """Write a PNG atomically."""
    with atomic_path(target) as path:
        image.save(path, format="PNG")
