"""S games as one batch of tensors: any objective, full batches or fresh ones, on any device.

The players' parameters are stacked, (S, K). No game's loss depends on another's parameters, so the
gradient of the sum of all losses holds every game's own, and PyTorch's optimisers, which work element by
element, are S optimisers.
"""

import os

import numpy as np
import torch
from torch import Tensor

from ganscape.clusters.distributions import Distribution
from ganscape.clusters.games import Game
from ganscape.clusters.observations import Observation
from ganscape.clusters.starts import Start, batches, penalty_positions
from ganscape.penalties import interpolation_gradient_penalty

# Without this a matrix product's rounding depends on where in memory its operands lie, so a game's on how
# many others there are. MKL reads it when it is first used.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
FEWEST = 4  # games; PyTorch multiplies fewer matrices in another way


class BatchedGames:
    """An engine (`ganscape.clusters.observations.Engine`) on `device`; f is observed at `probes` (p, d)."""

    def __init__(
        self, game: Game, distribution: Distribution, begin: Start, probes: Tensor, device: torch.device
    ) -> None:
        self.game = game
        self._count = len(begin.seeds)
        begin = begin.padded(FEWEST).to(device)
        self.discriminator = begin.discriminator.clone().requires_grad_()
        self.generator = begin.generator.clone().requires_grad_()
        self.discriminator_optimiser = game.discriminator_optimiser.build([self.discriminator])
        self.generator_optimiser = game.generator_optimiser.build([self.generator])
        self._batches = batches(game, distribution, begin)
        self._positions = penalty_positions(game, begin)
        self._latents = begin.latents
        self._probes = probes.to(device, game.dtype).expand(len(begin.seeds), -1, -1)

    def advance(self, iterations: int, every: int) -> Observation:
        losses, points, logits = [], [], []
        for iteration in range(1, iterations + 1):
            loss = self._iterate()
            if iteration % every == 0:
                losses.append(loss)
                with torch.no_grad():
                    points.append(self.game.generator(self.generator, self._latents))
                    logits.append(self._logits(self.discriminator, self._probes))
        seen = (torch.stack(each, 1)[: self._count].cpu().numpy() for each in (losses, points, logits))
        return Observation(*seen)

    def finite(self) -> np.ndarray:
        players = torch.cat((self.discriminator, self.generator), 1)
        return players.detach().isfinite().all(1)[: self._count].cpu().numpy()

    def _iterate(self) -> Tensor:
        opponent = self.discriminator.detach()
        if self.game.simultaneous:
            opponent = opponent.clone()  # as it was before D's steps
        for _ in range(self.game.discriminator_steps):
            loss = self._discriminator_step(*next(self._batches))
        for _ in range(self.game.generator_steps):
            self._generator_step(opponent, *next(self._batches))
        return loss

    def _discriminator_step(self, real: Tensor, latents: Tensor) -> Tensor:
        with torch.no_grad():
            fake = self.game.generator(self.generator, latents)
        judged = self._logits(self.discriminator, torch.cat((real, fake), 1))
        losses = self.game.discriminator_loss(*judged.split((real.shape[1], fake.shape[1]), 1))
        if weight := self.game.objective.gradient_penalty_weight:
            losses = losses + weight * interpolation_gradient_penalty(
                lambda points: self._logits(self.discriminator, points), real, fake, next(self._positions)
            )
        self.discriminator_optimiser.zero_grad()
        losses.sum().backward()
        self.discriminator_optimiser.step()
        return losses.detach()

    def _generator_step(self, opponent: Tensor, real: Tensor, latents: Tensor) -> None:
        fake = self.game.generator(self.generator, latents)
        real_logits = self._logits(opponent, real) if self.game.objective.generator_needs_real else None
        losses = self.game.objective.generator_loss(self._logits(opponent, fake), real_logits)
        self.generator_optimiser.zero_grad()
        losses.sum().backward()
        self.generator_optimiser.step()

    def _logits(self, parameters: Tensor, points: Tensor) -> Tensor:
        return self.game.discriminator(parameters, points).squeeze(-1)
