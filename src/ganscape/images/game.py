"""The two training steps, each to be read against its equation; fast, with the plain step's mathematics.

What the plain step (`ganscape.images.textbook`) wastes is left out here: the network that does not step
computes no weight gradients, the discriminator's step builds no graph through the generator, a paired
generator step takes no gradient through the real logits, real and generated images pass the discriminator
as one batch (unless it has batch norm, whose statistics must not mix), spectral norm is applied once per
step, activations are channels-last, convolutions take fewer multiplications than their definition has
(`ganscape.images.minimal_filtering`) and Adam is fused. A test holds the two equal.
"""

import copy
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch
from torch import Tensor, nn

from ganscape.images.networks.layers import can_filter, use_minimal_filtering
from ganscape.images.networks.spectral import normalised_once, spectrally_normalised_layers
from ganscape.images.precision import reduced, widened
from ganscape.images.specification import RunSpecification


def learning_rate_factor(iteration: int, iterations: int) -> float:
    """1 over the first half, then linearly to 0 (paper, Section 6): iteration counts from 0."""
    return min(1.0, 2 * (1 - iteration / iterations))


class Game:
    """Generator against discriminator, with their optimisers and the generator's moving average.

    A `capturable` game, on a GPU, keeps there what its optimisers count, so that a CUDA graph can hold its
    steps.
    """

    def __init__(
        self,
        generator: nn.Module,
        discriminator: nn.Module,
        specification: RunSpecification,
        capturable: bool = False,
    ) -> None:
        self.specification = specification
        self.capturable = capturable
        self.objective = specification.objective
        # Activations are channels-last throughout; weights only here, because spectral norm takes them as
        # matrices and would have to copy them.
        self.generator = generator.to(memory_format=torch.channels_last)
        self.generator.memory_format = torch.channels_last  # type: ignore[assignment]  # an attribute of ours
        self.discriminator = discriminator
        if self._device().type == "cpu" and can_filter(specification.precision):
            use_minimal_filtering(self.generator)
            if self.objective.penalty is None:  # whose gradient is differentiated again
                use_minimal_filtering(self.discriminator)
        self.average = copy.deepcopy(self.generator).requires_grad_(False)
        # Listed once, because to look for them takes a narrow network's step longer than to use them.
        self._judging = list(discriminator.parameters())
        self._generating: list[Tensor] = list(generator.parameters())
        self._averaged: list[Tensor] = list(self.average.parameters())
        self._normalised = spectrally_normalised_layers(discriminator)
        self.generator_optimiser = self._adam(self.generator, specification.generator_learning_rate)
        self.discriminator_optimiser = self._adam(
            self.discriminator, specification.discriminator_learning_rate
        )

    def generator_step(self, latents: Tensor, real: Tensor | None) -> Tensor:
        """min_G of the non-saturating loss; `real` is needed by paired objectives alone. Returns the loss."""
        with _frozen(self._judging), normalised_once(self._normalised):
            with self._reduced():
                real_logits = None
                if self.objective.generator_needs_real:  # first, while no graph takes memory
                    with torch.no_grad():
                        real_logits = widened(self.discriminator(real))
                fake_logits = widened(self.discriminator(self.generator(latents)))
            loss = self.objective.generator_loss(fake_logits, real_logits)
            self.generator_optimiser.zero_grad()
            loss.backward()
        self.generator_optimiser.step()
        self._update_average()
        return loss.detach()

    def discriminator_step(self, latents: Tensor, real: Tensor, position: Tensor | None = None) -> Tensor:
        """max_f of the objective, less its penalty at `position` (B,) on the segments. Returns the loss."""
        with torch.no_grad(), self._reduced():
            fake = widened(self.generator(latents))
        with normalised_once(self._normalised):
            with self._reduced():
                logits = self._judge(real, fake)
            loss = self.objective.discriminator_loss(*map(widened, logits))
            if self.objective.penalty is not None:
                assert position is not None
                loss = loss + self.objective.penalty(self.discriminator, real, fake, position)
            self.discriminator_optimiser.zero_grad()
            loss.backward()
        self.discriminator_optimiser.step()
        return loss.detach()

    def networks(self) -> dict[str, nn.Module]:
        """All three networks; the average comes with the generator's own running statistics."""
        for ours, theirs in zip(self.average.buffers(), self.generator.buffers(), strict=True):
            ours.copy_(theirs)
        return {
            "generator": self.generator,
            "discriminator": self.discriminator,
            "average": self.average,
        }

    def set_learning_rates(self, factor: float) -> None:
        """Both players' learning rates as a share of their initial ones."""
        for optimiser, initial in (
            (self.generator_optimiser, self.specification.generator_learning_rate),
            (self.discriminator_optimiser, self.specification.discriminator_learning_rate),
        ):
            for group in optimiser.param_groups:
                if self.capturable:
                    group["lr"].fill_(initial * factor)
                else:
                    group["lr"] = initial * factor

    def _judge(self, real: Tensor, fake: Tensor) -> tuple[Tensor, Tensor]:
        if self.specification.normalisation == "batch":
            return self.discriminator(real), self.discriminator(fake)
        return self.discriminator(torch.cat((real, fake))).split((len(real), len(fake)))

    def _device(self) -> torch.device:
        return next(self.generator.parameters()).device

    def _reduced(self) -> AbstractContextManager:
        return reduced(self.specification.precision, self._device())

    @torch.no_grad()
    def _update_average(self) -> None:
        torch._foreach_lerp_(self._averaged, self._generating, 1 - self.specification.ema_decay)

    def _adam(self, network: nn.Module, learning_rate: float) -> torch.optim.Optimizer:
        parameters = list(network.parameters())
        rate: float | Tensor = learning_rate
        if self.capturable:
            rate = torch.tensor(rate, device=parameters[0].device)
        betas = self.specification.betas
        return torch.optim.Adam(parameters, lr=rate, betas=betas, fused=True, capturable=self.capturable)


@contextmanager
def _frozen(parameters: list[nn.Parameter]) -> Iterator[None]:
    """Spend nothing on the weight gradients of a network that does not step."""
    for parameter in parameters:
        parameter.requires_grad = False
    try:
        yield
    finally:
        for parameter in parameters:
            parameter.requires_grad = True
