"""Digits as prepared data, and a generator small enough to follow by hand."""

import hashlib
import json
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.datasets import load_digits
from torch import nn

DIGITS = tuple("0123456789")
CPU = torch.device("cpu")


def resized_digits(size: int, channels: int) -> tuple[np.ndarray, np.ndarray, int]:
    """Digits as uint8 (N, size, size, channels), training images first; labels; number of training images."""
    bundled = load_digits()
    held_out = np.arange(len(bundled.target)) % 5 == 0
    order = np.concatenate([np.flatnonzero(~held_out), np.flatnonzero(held_out)])
    small = torch.from_numpy(bundled.images[order]).float()[:, None] / 16 * 255
    large = F.interpolate(small, size=(size, size), mode="bilinear").round().to(torch.uint8)
    images = np.repeat(large.permute(0, 2, 3, 1).numpy(), channels, axis=3)
    return images, bundled.target[order].astype(np.int64), int((~held_out).sum())


def write_prepared(directory: Path, size: int, channels: int) -> Path:
    """A folder of prepared data as step `prepare` leaves it, written by hand."""
    images, labels, train = resized_digits(size, channels)
    name = f"digits-{size}x{size}x{channels}"
    folder = directory / name
    folder.mkdir(parents=True)
    np.save(folder / "images.npy", images)
    np.save(folder / "labels.npy", labels)
    metadata = {
        "name": name,
        "dataset": "digits",
        "image_size": size,
        "channels": channels,
        "splits": {"train": [0, train], "test": [train, len(labels)]},
        "classes": list(DIGITS),
        "images_sha256": hashlib.sha256((folder / "images.npy").read_bytes()).hexdigest(),
        "labels_sha256": hashlib.sha256((folder / "labels.npy").read_bytes()).hexdigest(),
        "source": "scikit-learn",
        "resampling": "bilinear",
    }
    (folder / "metadata.json").write_text(json.dumps(metadata))
    return folder


class SmallGenerator(nn.Module):
    """Latents (B, 8) to images (B, 1, 8, 8) in [-1, 1], with batch norm whose statistics one can follow."""

    latent_dimension = 8

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(8, 64)
        self.norm = nn.BatchNorm1d(64)

    def forward(self, latents: torch.Tensor) -> torch.Tensor:
        return torch.tanh(self.norm(self.linear(latents))).view(-1, 1, 8, 8)
