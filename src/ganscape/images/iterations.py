"""One iteration of a game on batches that are given, as a function or as a CUDA graph."""

import logging
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import torch
from torch import Tensor

from ganscape.errors import in_a_line
from ganscape.images.game import Game

logger = logging.getLogger(__name__)

WARM_UP = 3  # iterations before a capture, in which libraries choose and allocate what they need


@dataclass(frozen=True)
class Batches:
    """The generator step's batches first where it has its own, then those of each discriminator step.

    `latents` (1 + steps) of (B, latent dimension); `real` (steps, or 1 + steps where the generator's step
    needs real images) of (B, C, S, S); `positions`, of gradient penalties, (steps) of (B,) or none.
    """

    latents: tuple[Tensor, ...]
    real: tuple[Tensor, ...]
    positions: tuple[Tensor, ...] = ()

    def tensors(self) -> list[Tensor]:
        return [*self.latents, *self.real, *self.positions]

    def copied(self) -> "Batches":
        return Batches(*(tuple(map(torch.clone, part)) for part in (self.latents, self.real, self.positions)))


Iteration = Callable[[Batches], Tensor]


def play(game: Game, batches: Batches) -> Tensor:
    """One generator step, then the discriminator steps; the losses of the first and of the last, (2,)."""
    latents, real, positions = iter(batches.latents), iter(batches.real), iter(batches.positions)
    own = next(real) if game.objective.generator_needs_real else None
    generator_loss = game.generator_step(next(latents), own)
    for images in real:
        discriminator_loss = game.discriminator_step(next(latents), images, next(positions, None))
    return torch.stack((generator_loss, discriminator_loss))


def captured(game: Game, example: Batches) -> Iteration:
    """`play` as one CUDA graph, which a GPU runs without waiting for Python between its kernels.

    `example` has the shapes of all batches to come. The game, whose optimisers must be capturable, is
    afterwards as it was before, also where a `RuntimeError` says that the GPU does not take it.
    """
    static = example.copied()
    before = saved_state(game)
    try:
        graph, losses = _captured(game, static)
    finally:
        restore_state(game, before)

    def replay(batches: Batches) -> Tensor:
        torch._foreach_copy_(static.tensors(), batches.tensors())
        graph.replay()
        return losses.clone()

    return replay


def captured_if_possible(game: Game, example: Batches) -> tuple[Iteration, bool]:
    """`captured`, or else `play` with a warning, and whether it is the former."""
    try:
        return captured(game, example), True
    except RuntimeError as error:  # too little memory, an operation that no graph can hold
        logger.warning("no CUDA graph, training goes on more slowly: %s", in_a_line(error))
        return partial(play, game), False


def _captured(game: Game, static: Batches) -> tuple[torch.cuda.CUDAGraph, Tensor]:
    """A graph that plays what is in `static`, and the losses that it leaves."""
    main, own = torch.cuda.current_stream(), torch.cuda.Stream()
    try:
        own.wait_stream(main)
        with torch.cuda.stream(own), warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=".*capturable")  # the warm-up is what Adam warns of
            for _ in range(WARM_UP):
                play(game, static)
        main.wait_stream(own)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            losses = play(game, static)
        return graph, losses
    finally:  # what failed may have left its own stream as the current one, and still at work
        torch.cuda.set_stream(main)
        torch.cuda.synchronize()


def saved_state(game: Game) -> list[Tensor]:
    """Copies of everything that an iteration changes and that exists already."""
    return [tensor.detach().clone() for tensor in _state(game)]


def restore_state(game: Game, before: list[Tensor]) -> None:
    """Put `before` back where it was, in the same memory; what did not exist then becomes zero.

    Adam's moments and its count of steps come into being with its first step, as zeros.
    """
    with torch.no_grad():
        for place, tensor in enumerate(_state(game)):
            if place < len(before):
                tensor.copy_(before[place])
            else:
                tensor.zero_()


def _state(game: Game) -> list[Tensor]:
    """Networks first, whose tensors are always the same; then the optimisers', if there are any yet."""
    tensors = [tensor for network in game.networks().values() for tensor in _all(network)]
    for optimiser in (game.generator_optimiser, game.discriminator_optimiser):
        for group in optimiser.param_groups:
            for parameter in group["params"]:
                state = optimiser.state.get(parameter, {})
                tensors += [state[name] for name in sorted(state)]
    return tensors


def _all(network: torch.nn.Module) -> list[Tensor]:
    return [*network.parameters(), *network.buffers()]
