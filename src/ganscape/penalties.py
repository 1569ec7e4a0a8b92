"""Gradient penalties on the discriminator."""

from collections.abc import Callable

import torch
from torch import Tensor


def interpolation_gradient_penalty(
    discriminator: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, position: Tensor
) -> Tensor:
    """E (||grad f(x_bar)|| - 1)^2 with x_bar on the segment between x_i and y_i (Gulrajani et al., 2017).

    `real` and `fake` are (B, ...) without gradients, `position` is (B,) in [0, 1]: 1 is the real end.
    Returns a scalar that can be differentiated with respect to the discriminator's weights.
    """
    position = position.view(-1, *[1] * (real.dim() - 1))
    between = torch.lerp(fake, real, position).requires_grad_(True)
    (gradient,) = torch.autograd.grad(discriminator(between).sum(), between, create_graph=True)
    norms = gradient.flatten(1).norm(dim=1)
    return ((norms - 1) ** 2).mean()
