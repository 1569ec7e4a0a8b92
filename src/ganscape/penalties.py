"""Gradient penalties on the discriminator.

A *penalty* is what an objective of `ganscape.objectives` may add to the discriminator's loss: a function of
the discriminator, real and generated points without gradients, and the position in [0, 1] of a point on each
segment between them. It returns a mean over the batch, to be differentiated with respect to the weights of
the discriminator.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

Discriminator = Callable[[Tensor], Tensor]
Penalty = Callable[[Discriminator, Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class InterpolationPenalty:
    """`weight` times `interpolation_gradient_penalty`: the penalty of WGAN-GP."""

    weight: float

    def __call__(self, discriminator: Discriminator, real: Tensor, fake: Tensor, position: Tensor) -> Tensor:
        return self.weight * interpolation_gradient_penalty(discriminator, real, fake, position)


def interpolation_gradient_penalty(
    discriminator: Discriminator, real: Tensor, fake: Tensor, position: Tensor
) -> Tensor:
    """E (||grad f(x_bar)|| - 1)^2 with x_bar on the segment between x_i and y_i (Gulrajani et al., 2017).

    `real` and `fake` are without gradients, with the dimensions of `position` first: (B, ...) and (B,) for
    one game, (S, B, ...) and (S, B) for S of them. `position` is in [0, 1]: 1 is the real end. Returns the
    mean over the last dimension of `position`, to be differentiated with respect to the discriminator's
    weights.
    """
    batch = position.dim()
    position = position.reshape(*position.shape, *[1] * (real.dim() - batch))
    norms = _gradients(discriminator, torch.lerp(fake, real, position), batch).norm(dim=-1)
    return ((norms - 1) ** 2).mean(-1)


def squared_gradient_norm(discriminator: Discriminator, points: Tensor, batch: int = 1) -> Tensor:
    """E ||grad f||^2 over `points`, (B, ...) of one game, or (S, B, ...) of S games with `batch` 2.

    R1 where the points are real, R2 where they are generated (Mescheder et al., 2018), each usually weighed
    by half of some gamma. To be differentiated with respect to the discriminator's weights.
    """
    return _gradients(discriminator, points, batch).square().sum(-1).mean(-1)


def _gradients(discriminator: Discriminator, points: Tensor, batch: int) -> Tensor:
    """Of each logit with respect to its point as one vector, (..., d) with `batch` dimensions before."""
    points = points.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(points).sum(), points, create_graph=True)
    return gradient.flatten(batch)
