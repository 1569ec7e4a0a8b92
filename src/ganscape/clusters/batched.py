"""S games as one batch of tensors: any objective, full batches or fresh ones, on any device.

The players' parameters are stacked, (S, K). No game's loss depends on another's parameters, so the
gradient of the sum of all losses holds every game's own, and PyTorch's optimisers, which work element by
element, are S optimisers.
"""

import math
import os

import numpy as np
import torch
from torch import Tensor

from ganscape.clusters.distributions import Distribution
from ganscape.clusters.games import Game
from ganscape.clusters.observations import Observation
from ganscape.clusters.starts import Start, batches, penalty_positions
from ganscape.threads import one_thread

# What a game's numbers are must not depend, even in the last bit, on what is played beside it. On a
# processor three things get in the way: a matrix product's rounding depends on where in memory its
# operands lie, unless MKL is told otherwise before it is first used; PyTorch multiplies fewer matrices
# than FEWEST in another way; and it computes what is left over from whole groups of vectors, of at most
# GROUP numbers, by other instructions, at the end of a tensor and of each thread's part of it. So every
# tensor is made of whole groups, and one thread works on it.
os.environ.setdefault("MKL_CBWR", "AUTO,STRICT")
FEWEST = 4
GROUP = 64


class BatchedGames:
    """An engine (`ganscape.clusters.observations.Engine`) on `device`; f is observed at `probes` (p, d)."""

    def __init__(
        self, game: Game, distribution: Distribution, begin: Start, probes: Tensor, device: torch.device
    ) -> None:
        self.game = game
        self._count = len(begin.seeds)
        points = begin.real.shape[1] if game.batch_size is None else game.batch_size
        together = GROUP // math.gcd(GROUP, points)
        begin = begin.padded(max(FEWEST, _rounded_up(self._count, together))).to(device)
        self.discriminator = _whole_groups(begin.discriminator, 1).requires_grad_()
        self.generator = _whole_groups(begin.generator, 1).requires_grad_()
        self.discriminator_optimiser = game.discriminator_optimiser.build([self.discriminator])
        self.generator_optimiser = game.generator_optimiser.build([self.generator])
        self._batches = batches(game, distribution, begin)
        self._positions = penalty_positions(game, begin)
        self._seen = begin.latents.shape[1], len(probes)
        self._latents = begin.latents if game.batch_size is None else _whole_groups(begin.latents, 1)
        probes = _whole_groups(probes.to(device, game.dtype), 0)
        self._probes = probes.repeat(len(begin.seeds), 1, 1)

    def advance(self, iterations: int, every: int) -> Observation:
        losses, points, logits = [], [], []
        latents, probes = self._seen
        with one_thread():
            for iteration in range(1, iterations + 1):
                loss = self._iterate()
                if iteration % every == 0:
                    losses.append(loss)
                    with torch.no_grad():
                        points.append(self.game.generator(self.generator, self._latents)[:, :latents])
                        logits.append(self._logits(self.discriminator, self._probes)[:, :probes])
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
        if penalty := self.game.objective.penalty:
            losses = losses + penalty(
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


def _rounded_up(count: int, multiple: int) -> int:
    return -(-count // multiple) * multiple


def _whole_groups(tensor: Tensor, dimension: int) -> Tensor:
    """A copy with so many zeros at the end of `dimension` that it is a multiple of `GROUP` long."""
    length = tensor.shape[dimension]
    shape = list(tensor.shape)
    shape[dimension] = _rounded_up(length, GROUP)
    padded = tensor.new_zeros(shape)
    padded.narrow(dimension, 0, length).copy_(tensor)
    return padded
