"""What one sees of games as they are played, whichever engine plays them."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Observation:
    """S games at m iterations, each after both players' steps.

    losses: (S, m), D's at its last step of the iteration. points: (S, m, n, d), generated. logits: (S, m,
    p), f at the p observed places.
    """

    losses: np.ndarray
    points: np.ndarray
    logits: np.ndarray


class Engine(Protocol):
    """S games that advance together; none knows of the others."""

    def advance(self, iterations: int, every: int) -> Observation:
        """Play on, and observe after every `every`-th of these iterations."""
        ...

    def finite(self) -> np.ndarray:
        """Which games' weights are all finite numbers, (S,)."""
        ...
