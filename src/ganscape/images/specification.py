"""What defines a training run: two runs with equal specifications produce the same numbers."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from torch import nn

from ganscape.errors import InputError
from ganscape.forms import check_fields
from ganscape.images.networks import NORMALISATIONS, build_discriminator, build_generator
from ganscape.images.precision import PRECISIONS
from ganscape.objectives import Objective, objective

MOST_STEPS = 1000  # of the discriminator: all batches of an iteration are held at once


@dataclass(frozen=True)
class RunSpecification:
    """Everything that the outcome of a run depends on, machine and thread count aside.

    `data` names the prepared data set; `base_features` is the generator's feature count at full width.
    `normalisation` is the discriminator's. `ema_decay` is the decay of the average over the generator's
    parameters. The learning rates are the initial ones, decaying linearly to zero over the second half of
    `iterations`, each of which is one generator step and `discriminator_steps` discriminator steps.
    `precision` is one of `ganscape.images.precision`. `start`
    is the digest of the initial point (`ganscape.images.starts`), empty for random weights; `images_sha256`
    is that of the prepared images, so that a run never goes on with others of the same name, and
    `loss_file_sha256` that of the file that the loss is from (`ganscape.own_losses`), empty for those of
    `ganscape.objectives`.
    """

    data: str
    image_size: int
    channels: int
    architecture: str
    width: str
    base_features: int
    normalisation: str
    loss: str
    batch_size: int
    iterations: int
    generator_learning_rate: float
    discriminator_learning_rate: float
    betas: tuple[float, float]
    discriminator_steps: int
    ema_decay: float
    seed: int
    precision: str = "float32"
    start: str = ""
    images_sha256: str = ""
    loss_file_sha256: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "betas", tuple(self.betas))
        for name in ("batch_size", "iterations"):
            _require(getattr(self, name) >= 1, name, getattr(self, name), "at least 1")
        steps = self.discriminator_steps
        _require(1 <= steps <= MOST_STEPS, "discriminator_steps", steps, f"from 1 to {MOST_STEPS}")
        for name in ("generator_learning_rate", "discriminator_learning_rate"):
            value = getattr(self, name)
            _require(math.isfinite(value) and value > 0, name, value, "positive")
        _require(
            len(self.betas) == 2 and all(0 <= b < 1 for b in self.betas), "betas", self.betas, "in [0, 1)"
        )
        _require(0 <= self.ema_decay < 1, "ema_decay", self.ema_decay, "in [0, 1)")
        _require(self.seed >= 0, "seed", self.seed, "at least 0")
        _require(
            self.normalisation in NORMALISATIONS, "normalisation", self.normalisation, str(NORMALISATIONS)
        )
        _require(self.precision in PRECISIONS, "precision", self.precision, str(PRECISIONS))
        if not self.loss_file_sha256:  # a loss of one's own is needed to train, not to look at what it gave
            objective(self.loss)  # raises on an unknown name

    @property
    def objective(self) -> Objective:
        return objective(self.loss)

    def generator(self) -> nn.Module:
        """A freshly initialised generator (from PyTorch's global random state)."""
        return build_generator(
            self.architecture, self.image_size, self.channels, self.width, self.base_features
        )

    def discriminator(self) -> nn.Module:
        """A freshly initialised discriminator (from PyTorch's global random state)."""
        return build_discriminator(
            self.architecture,
            self.image_size,
            self.channels,
            self.width,
            self.base_features,
            self.normalisation,
        )

    def as_dict(self) -> dict[str, Any]:
        """Plain values, ready for JSON; `from_dict` reads them back."""
        return {**asdict(self), "betas": list(self.betas)}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "RunSpecification":
        """The specification that `as_dict` wrote; other keys or values of other types are `InputError`s."""
        if not isinstance(values, Mapping):
            raise InputError(f"not the specification of a run: {values!r}")
        known = {field.name for field in fields(cls)}
        required = known - {"precision", "start", "images_sha256", "loss_file_sha256"}
        if wrong := (set(values) - known) | (required - set(values)):
            raise InputError(f"not the specification of a run: missing or unknown {', '.join(sorted(wrong))}")
        try:
            check_fields(dict(values), cls)
        except ValueError as error:
            raise InputError(f"not the specification of a run: {error}") from None
        return cls(**values)

    def differences(self, other: "RunSpecification") -> str:
        """What differs, as `name: ours, not theirs; ...`; empty where nothing does."""
        ours, theirs = self.as_dict(), other.as_dict()
        return "; ".join(f"{key} {ours[key]}, not {theirs[key]}" for key in ours if ours[key] != theirs[key])


def _require(condition: bool, name: str, value: object, expected: str) -> None:
    if not condition:
        raise InputError(f"{name.replace('_', ' ')} is {value}: it must be {expected}")
