"""One game as a textbook writes it: the oracle of the engines, and the yardstick of their speed."""

from collections.abc import Iterator

import torch
from torch import Tensor

from ganscape.clusters.distributions import Distribution
from ganscape.clusters.games import Game
from ganscape.clusters.starts import Stream, batches, initial_state, penalty_positions, start


def play(
    game: Game, distribution: Distribution, seed: int
) -> Iterator[tuple[float, Tensor, torch.nn.Module]]:
    """After every iteration, D's loss at its last step, the generated points (n, d), and D itself."""
    begin = start(game, distribution, [seed])
    discriminator = game.discriminator.initial_module(initial_state(seed, Stream.DISCRIMINATOR)).to(
        game.dtype
    )
    generator = game.generator.initial_module(initial_state(seed, Stream.GENERATOR)).to(game.dtype)
    discriminator_optimiser = game.discriminator_optimiser.build(list(discriminator.parameters()))
    generator_optimiser = game.generator_optimiser.build(list(generator.parameters()))
    steps = batches(game, distribution, begin)
    positions = penalty_positions(game, begin)
    opponent = game.discriminator.module().to(game.dtype)

    while True:
        opponent.load_state_dict(discriminator.state_dict())
        for _ in range(game.discriminator_steps):
            real, latents = (batch[0] for batch in next(steps))
            fake = generator(latents).detach()
            loss = game.discriminator_loss(discriminator(real)[:, 0], discriminator(fake)[:, 0])
            if penalty := game.objective.penalty:
                loss = loss + penalty(discriminator, real, fake, next(positions)[0])
            discriminator_optimiser.zero_grad()
            loss.backward()
            discriminator_optimiser.step()
        if not game.simultaneous:
            opponent.load_state_dict(discriminator.state_dict())
        for _ in range(game.generator_steps):
            real, latents = (batch[0] for batch in next(steps))
            fake_logits, real_logits = opponent(generator(latents))[:, 0], opponent(real)[:, 0]
            generator_loss = game.objective.generator_loss(fake_logits, real_logits)
            generator_optimiser.zero_grad()
            generator_loss.backward()
            generator_optimiser.step()
        yield loss.item(), generator(begin.latents[0]).detach(), discriminator
