"""The plain training step, as a textbook writes it: the oracle and the yardstick of the fast one.

Eager, contiguous memory, nothing in place, separate passes for real and generated images, gradients
everywhere (nothing is frozen or detached: each step's backward pass goes through both networks, and what
the network that does not step received is thrown away), gradient norms logged at every step. The one thing
it shares with the fast step is our reading of spectral norm: one power iteration per optimisation step.
"""

import copy

import torch
from torch import Tensor, nn
from torch.nn.utils import parametrize

from ganscape.images.specification import RunSpecification


class TextbookGame:
    """Same interface as `ganscape.images.game.Game`, same mathematics, no attention to speed."""

    def __init__(
        self, generator: nn.Module, discriminator: nn.Module, specification: RunSpecification
    ) -> None:
        self.specification = specification
        self.objective = specification.objective
        self.generator = _out_of_place(generator)
        self.discriminator = _out_of_place(discriminator)
        self.average = copy.deepcopy(generator)
        self.generator_optimiser = torch.optim.Adam(
            generator.parameters(), lr=specification.generator_learning_rate, betas=specification.betas
        )
        self.discriminator_optimiser = torch.optim.Adam(
            discriminator.parameters(),
            lr=specification.discriminator_learning_rate,
            betas=specification.betas,
        )
        self.gradient_norms: list[float] = []

    def generator_step(self, latents: Tensor, real: Tensor | None) -> Tensor:
        self.generator_optimiser.zero_grad()
        with parametrize.cached():
            real_logits = None if real is None else self.discriminator(real.contiguous())
            fake_logits = self.discriminator(self.generator(latents))
            loss = self.objective.generator_loss(fake_logits, real_logits)
            loss.backward()
        self._log_gradient_norm(self.generator)
        self.generator_optimiser.step()
        with torch.no_grad():
            for mean, parameter in zip(self.average.parameters(), self.generator.parameters(), strict=True):
                mean.mul_(self.specification.ema_decay)
                mean.add_(parameter, alpha=1 - self.specification.ema_decay)
        return loss.detach()

    def discriminator_step(self, latents: Tensor, real: Tensor, position: Tensor | None = None) -> Tensor:
        real = real.contiguous()
        self.discriminator_optimiser.zero_grad()
        with parametrize.cached():
            fake = self.generator(latents)
            loss = self.objective.discriminator_loss(self.discriminator(real), self.discriminator(fake))
            if self.objective.penalty is not None:
                assert position is not None
                loss = loss + self.objective.penalty(self.discriminator, real, fake.detach(), position)
            loss.backward()
        self._log_gradient_norm(self.discriminator)
        self.discriminator_optimiser.step()
        return loss.detach()

    def _log_gradient_norm(self, network: nn.Module) -> None:
        squares = [p.grad.norm() ** 2 for p in network.parameters() if p.grad is not None]
        self.gradient_norms.append(torch.stack(squares).sum().sqrt().item())


def _out_of_place(network: nn.Module) -> nn.Module:
    for module in network.modules():
        if hasattr(module, "inplace"):
            module.inplace = False  # type: ignore[assignment]  # mypy knows tensors and modules only
    return network
