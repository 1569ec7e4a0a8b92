"""Gradient penalties on the discriminator."""

from collections.abc import Callable

import torch
from torch import Tensor


def interpolation_gradient_penalty(
    discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, position: Tensor
) -> Tensor:
    """E (||grad f(x_bar)|| - 1)^2 with x_bar on the segment between x_i and y_i (Gulrajani et al., 2017).

    `real` and `fake` are without gradients, with the dimensions of `position` first: (B, ...) and (B,) for
    one game, (S, B, ...) and (S, B) for S of them. `position` is in [0, 1]: 1 is the real end. Returns the
    mean over the last dimension of `position`, to be differentiated with respect to the discriminator's
    weights.
    """
    batch = position.dim()
    position = position.reshape(*position.shape, *[1] * (real.dim() - batch))
    between = torch.lerp(fake, real, position).requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(between).sum(), between, create_graph=True)
    norms = gradient.flatten(batch).norm(dim=-1)
    return ((norms - 1) ** 2).mean(-1)
