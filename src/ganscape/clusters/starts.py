"""Where games start: everything random about them, each seed's a function of that seed alone."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor

from ganscape.clusters.distributions import Distribution
from ganscape.clusters.games import Game
from ganscape.errors import InputError
from ganscape.seeding import random_generator

LARGEST_SEED = 2**63 - 1
MOST_SEEDS = 1_000_000  # with more, what is kept of all their games would outgrow any memory
STEPS_AT_ONCE = 64  # steps whose batches are drawn together


class Stream(IntEnum):
    """Independent streams of one seed."""

    DATA = 0
    LATENTS = 1
    DISCRIMINATOR = 2
    GENERATOR = 3
    BATCHES = 4
    PENALTY = 5


@dataclass(frozen=True)
class Start:
    """S games: real points (S, N, d), latents (S, n, dz), parameters (S, K) of both players.

    In a full-batch game the latents are all that there are; otherwise those at which G is observed.
    """

    seeds: tuple[int, ...]
    real: Tensor
    latents: Tensor
    discriminator: Tensor
    generator: Tensor

    def to(self, device: torch.device) -> "Start":
        """The same games, there."""
        tensors = (self.real, self.latents, self.discriminator, self.generator)
        return Start(self.seeds, *(tensor.to(device) for tensor in tensors))

    def padded(self, games: int) -> "Start":
        """At least so many games: the last one is repeated."""
        rows = [min(row, len(self.seeds) - 1) for row in range(max(games, len(self.seeds)))]
        tensors = (self.real, self.latents, self.discriminator, self.generator)
        return Start(tuple(self.seeds[row] for row in rows), *(tensor[rows] for tensor in tensors))


def start(game: Game, distribution: Distribution, seeds: Sequence[int], observed: int | None = None) -> Start:
    """Draw the starts of `seeds`; the same data, latents and weights for every loss.

    observed: how many points of G are looked at; a full-batch game has as many as there are real ones.
    """
    check_seeds(seeds)
    real = torch.stack([distribution.real(random_generator(seed, Stream.DATA)) for seed in seeds])
    count = real.shape[1] if game.batch_size is None or observed is None else observed
    latents = [distribution.latents(count, random_generator(seed, Stream.LATENTS)) for seed in seeds]
    players = {
        stream: torch.stack([network.initial_parameters(initial_state(seed, stream)) for seed in seeds])
        for stream, network in (
            (Stream.DISCRIMINATOR, game.discriminator),
            (Stream.GENERATOR, game.generator),
        )
    }
    return Start(
        tuple(seeds),
        real.to(game.dtype),
        torch.stack(latents).to(game.dtype),
        players[Stream.DISCRIMINATOR].to(game.dtype),
        players[Stream.GENERATOR].to(game.dtype),
    )


def check_seeds(seeds: Sequence[int]) -> None:
    """Raise `InputError` unless these are different seeds from 0 on, that arrays can hold."""
    if not seeds:
        raise InputError("no seeds were given: name at least one")
    if min(seeds) < 0 or max(seeds) > LARGEST_SEED:
        raise InputError(f"seeds {min(seeds)} to {max(seeds)}: they go from 0 to {LARGEST_SEED}")
    if len(set(seeds)) < len(seeds):
        raise InputError("a seed was given twice: name each once")


def initial_state(seed: int, stream: Stream) -> int:
    """What PyTorch's global generator is seeded with to initialise the player of this stream."""
    return random_generator(seed, stream).initial_seed()


def batches(game: Game, distribution: Distribution, begin: Start) -> Iterator[tuple[Tensor, Tensor]]:
    """For one step after the other, real points and latents (S, b, ...), for ever.

    Full batches are the starts' own. Others are drawn with replacement from each seed's real points, with
    fresh latents, by each seed's own random numbers, whatever other seeds there are.
    """
    if game.batch_size is None:
        while True:
            yield begin.real, begin.latents
    draws = [random_generator(seed, Stream.BATCHES) for seed in begin.seeds]
    shape = (STEPS_AT_ONCE, game.batch_size)
    pool = begin.real.shape[1]
    device = begin.real.device
    rows = torch.arange(len(begin.seeds), device=device).unsqueeze(1)
    while True:
        chosen = torch.stack([torch.randint(pool, shape, generator=own) for own in draws]).to(device)
        latents = torch.stack(
            [distribution.latents(STEPS_AT_ONCE * game.batch_size, own).unflatten(0, shape) for own in draws]
        ).to(device, game.dtype)
        for step in range(STEPS_AT_ONCE):
            yield begin.real[rows, chosen[:, step]], latents[:, step]


def penalty_positions(game: Game, begin: Start) -> Iterator[Tensor]:
    """For one discriminator step after the other, where the penalty looks: (S, b) in [0, 1]."""
    draws = [random_generator(seed, Stream.PENALTY) for seed in begin.seeds]
    count = begin.real.shape[1] if game.batch_size is None else game.batch_size
    while True:
        drawn = torch.stack([torch.rand(STEPS_AT_ONCE, count, generator=own) for own in draws])
        yield from drawn.to(begin.real.device, game.dtype).unbind(1)


def as_seeds(text: str) -> tuple[int, ...]:
    """`0:128` (from 0 up to 127) or `3,7,9` as seeds; raises `InputError` for anything else."""
    seeds: Sequence[int]
    try:
        if ":" in text:
            first, end = map(int, text.split(":"))
            seeds = range(first, end)
        else:
            seeds = tuple(map(int, text.split(",")))
    except ValueError:
        raise InputError(f"seeds {text!r}: give FIRST:END, such as 0:128, or a list, such as 3,7,9") from None
    if seeds[MOST_SEEDS:]:  # before a range is written out
        raise InputError(f"seeds {text!r}: these are too many, give at most {MOST_SEEDS:,} at once")
    if not seeds or min(seeds) < 0:
        raise InputError(f"seeds {text!r}: that names none, or a negative one; END is not included")
    return tuple(seeds)
