"""Spectral normalisation of all of a network's layers at once, in a fraction of the operations.

The mathematics is that of PyTorch's parametrisation, whose vectors u and v it goes on with: one power
iteration, u = W v / |W v| and v = W^T u / |W^T u|, then W / sigma. PyTorch computes sigma = u^T W v; it is
|W^T u|, which the iteration has already.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.function import FunctionCtx, once_differentiable
from torch.nn.utils import parametrize

SMALLEST_NORM = 1e-12  # of PyTorch's parametrisation


def spectrally_normalised_layers(network: nn.Module) -> list[nn.Module]:
    """The layers whose weights are computed from others."""
    return [module for module in network.modules() if parametrize.is_parametrized(module, "weight")]


@contextmanager
def normalised_once(layers: Sequence[Any]) -> Iterator[None]:
    """All uses of these layers, in training mode, take the weights of one normalisation, made now.

    It is computed in the precision of the weights, also where what follows is in another. For layers with a
    `ready_weight`, such as those of `ganscape.images.networks.layers`.
    """
    if layers:
        given = [layer.parametrizations.weight for layer in layers]
        vectors = [(each[0]._u, each[0]._v) for each in given]
        weights = _Normalisation.apply(vectors, *(each.original for each in given))
        for layer, weight in zip(layers, weights, strict=True):
            layer.ready_weight = weight
    try:
        yield
    finally:
        for layer in layers:
            layer.ready_weight = None


class _Normalisation(torch.autograd.Function):
    """W / sigma of many weights W; u and v are constants of its gradient (Miyato et al., 2018, Section 2)."""

    @staticmethod
    def forward(
        ctx: FunctionCtx, vectors: list[tuple[Tensor, Tensor]], *weights: Tensor
    ) -> tuple[Tensor, ...]:
        matrices = [weight.flatten(1) for weight in weights]
        us, vs = (list(column) for column in zip(*vectors, strict=True))
        for matrix, u, v in zip(matrices, us, vs, strict=True):
            torch.mv(matrix, v, out=u)
        _divide_by_norms(us)
        for matrix, u, v in zip(matrices, us, vs, strict=True):
            torch.mv(matrix.T, u, out=v)
        sigmas = _divide_by_norms(vs)
        normalised = torch._foreach_div(weights, sigmas)
        ctx.save_for_backward(*us, *vs, *sigmas, *normalised)
        return tuple(normalised)

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor | None, ...]:
        count = len(gradients)
        us, vs, sigmas, normalised = (ctx.saved_tensors[i * count : (i + 1) * count] for i in range(4))
        found = []
        for gradient, u, v, weight in zip(gradients, us, vs, normalised, strict=True):
            matrix = gradient.reshape(len(u), -1)
            along = torch.dot(matrix.flatten(), weight.flatten())
            found.append(torch.addr(matrix, u * along, v, alpha=-1).view(weight.shape))
        torch._foreach_div_(found, list(sigmas))
        return None, *found


def _divide_by_norms(vectors: list[Tensor]) -> list[Tensor]:
    """Make each a unit vector, in place; returns what their norms were."""
    norms = torch._foreach_norm(vectors)
    torch._foreach_clamp_min_(norms, SMALLEST_NORM)
    torch._foreach_div_(vectors, norms)
    return list(norms)
