"""What low-dimensional games are played on: real points, and latents for the generator."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from ganscape.errors import InputError

ROUNDING = 1e-6  # shares typed with a few digits still sum to one


class Distribution(Protocol):
    """Real points (`points`, d) and latents (count, dz), float32, from a random generator."""

    @property
    def points(self) -> int: ...

    def real(self, draws: torch.Generator) -> Tensor: ...

    def latents(self, count: int, draws: torch.Generator) -> Tensor: ...


@dataclass(frozen=True)
class TwoClusters:
    """The paper's Section 5: points c + U(0, 0.3) on a line, c = 0 or 4; latents U(-5, 5).

    `shares` are those of the clusters at 0 and at 4. The points of both alternate as evenly as they can.
    """

    shares: tuple[float, float] = (0.5, 0.5)
    points: int = 100

    CENTRES = (0.0, 4.0)
    SPREAD = 0.3
    LATENT_RANGE = 5.0

    def __post_init__(self) -> None:
        if self.points < 2:
            raise InputError(f"{self.points} points: two clusters need at least 2")
        if len(self.shares) != 2 or not all(0 < share < 1 for share in self.shares):
            raise InputError(f"shares {_listed(self.shares)}: give two, each between 0 and 1")
        if abs(sum(self.shares) - 1) > ROUNDING:
            raise InputError(f"shares {_listed(self.shares)} sum to {sum(self.shares):g}: they must sum to 1")
        if not 0 < self.counts[0] < self.points:
            raise InputError(
                f"shares {_listed(self.shares)} of {self.points} points leave a cluster empty: "
                "give larger ones or more points"
            )

    @property
    def counts(self) -> tuple[int, int]:
        """How many real points each cluster has."""
        first = round(self.shares[0] * self.points)
        return first, self.points - first

    def real(self, draws: torch.Generator) -> Tensor:
        first = self.counts[0]
        centres = torch.full((self.points, 1), self.CENTRES[1])
        centres[torch.arange(first) * self.points // first] = self.CENTRES[0]
        return centres + self.SPREAD * torch.rand(self.points, 1, generator=draws)

    def latents(self, count: int, draws: torch.Generator) -> Tensor:
        return self.LATENT_RANGE * (2 * torch.rand(count, 1, generator=draws) - 1)


@dataclass(frozen=True)
class Gaussians:
    """Equal Gaussians with given `centres` in the plane; latents are standard normal."""

    centres: tuple[tuple[float, float], ...]
    variance: float = 0.002
    points: int = 10_000

    @classmethod
    def ring(cls) -> "Gaussians":
        """Five on the unit circle (released code)."""
        angles = 2 * np.pi * np.arange(5) / 5
        return cls(tuple((float(np.cos(angle)), float(np.sin(angle))) for angle in angles))

    @classmethod
    def grid(cls) -> "Gaussians":
        """Twenty-five on {-2, ..., 2}^2."""
        return cls(tuple((float(x), float(y)) for x in range(-2, 3) for y in range(-2, 3)))

    def real(self, draws: torch.Generator) -> Tensor:
        centres = torch.tensor(self.centres)
        chosen = centres[torch.randint(len(centres), (self.points,), generator=draws)]
        return chosen + self.variance**0.5 * torch.randn(self.points, 2, generator=draws)

    def latents(self, count: int, draws: torch.Generator) -> Tensor:
        return torch.randn(count, 2, generator=draws)


def _listed(shares: tuple[float, ...]) -> str:
    return " ".join(f"{share:g}" for share in shares)
