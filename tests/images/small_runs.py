"""The specification of a small run, with changes."""

from typing import Any

from ganscape.images.specification import RunSpecification

SMALL = {
    "data": "noise-32x32x1",
    "image_size": 32,
    "channels": 1,
    "architecture": "cnn",
    "width": "eighth",
    "base_features": 16,
    "normalisation": "spectral",
    "loss": "rs",
    "batch_size": 4,
    "iterations": 12,
    "generator_learning_rate": 1e-3,
    "discriminator_learning_rate": 2e-4,
    "betas": (0.5, 0.999),
    "discriminator_steps": 2,
    "ema_decay": 0.9,
    "seed": 3,
}


def specification(**changes: Any) -> RunSpecification:
    return RunSpecification(**{**SMALL, **changes})
