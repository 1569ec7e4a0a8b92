"""How widths narrow the paper's networks; apart from the networks, so that it is known without PyTorch."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Width:
    """Divisors of the full width: of every layer's features, and again of a block's hidden features."""

    features_divisor: int
    hidden_divisor: int = 1

    @property
    def multiple(self) -> int:
        """What base features must be a multiple of: a discriminator may have half as many."""
        return 2 * self.features_divisor * self.hidden_divisor


WIDTHS = {
    "full": Width(1),
    "half": Width(2),
    "quarter": Width(4),
    "eighth": Width(8),
    "bottleneck": Width(2, hidden_divisor=2),
}
