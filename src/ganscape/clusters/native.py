"""Small full-batch games on a processor: `native.cpp`, compiled for the game at hand.

Tens of parameters and a hundred points fit a processor's nearest memory, which a batch of tensors does
not. So every game is played on its own, thousands of steps at a time, in vector registers. The compiler
knows all sizes; compiling takes one to three seconds, the first time.
"""

import ctypes
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganscape import objectives
from ganscape.clusters.games import LEAK, SGD, Adam, Game, Optimiser, Perceptron, RMSprop
from ganscape.clusters.observations import Observation
from ganscape.clusters.starts import Start, penalty_positions
from ganscape.compilation import CompilationError, compiled, compiler
from ganscape.errors import InputError
from ganscape.objectives import PairedObjective, ScalarFunction, WassersteinObjective
from ganscape.penalties import InterpolationPenalty

SOURCE = Path(__file__).with_name("native.cpp")
LARGEST_LAYER = 64  # above, libraries for matrix products are faster
FUNCTIONS = (
    objectives.logistic,
    objectives.hinge,
    objectives.minus_squared_distance_to_one,
    objectives.minus_square,
    objectives.identity,
)
PIECES_PER_THREAD = 4  # so that no thread waits long for another
LARGEST_GAME = 1 << 20  # bytes on a thread's stack, which has several times as many


def unsupported(game: Game, device: torch.device, points: int) -> str | None:
    """Why this engine cannot play `game` there, in a few words; None if it can."""
    if device.type != "cpu":
        return "the device is not a processor"
    if game.batch_size is not None:
        return "batches are drawn anew"
    if any(function not in FUNCTIONS for function in _scalar_functions(game)):
        return "the loss is not one of ganscape.objectives"
    if not isinstance(game.objective.penalty, InterpolationPenalty | None):
        return "the penalty is not WGAN-GP's"
    if max(*game.discriminator.sizes, *game.generator.sizes) > LARGEST_LAYER:
        return f"a layer has more than {LARGEST_LAYER} units"
    if _memory(game, points) > LARGEST_GAME:
        return f"{points} points and such layers do not fit a processor's nearest memory"
    if not (game.discriminator.output_bias and game.generator.output_bias):
        return "a network's output has no bias"
    if compiler() is None:
        return "no C++ compiler was found (c++, or the one that CXX names)"
    return None


def _memory(game: Game, points: int) -> int:
    """Bytes that `native.cpp` takes for the units of all points and for their gradients."""
    units = [sum(network.sizes) for network in (game.discriminator, game.generator)]
    kinds = 5 if game.objective.penalty else 2
    return points * (kinds * units[0] + 2 * units[1]) * game.dtype.itemsize


class NativeGames:
    """An engine (`ganscape.clusters.observations.Engine`) on `threads` of the processor's cores."""

    def __init__(self, game: Game, begin: Start, probes: Tensor, threads: int) -> None:
        self.game = game
        self.count = len(begin.seeds)
        self._real = _points(begin.real)
        self._latents = _points(begin.latents)
        self._positions = penalty_positions(game, begin)
        self._probes = _points(probes.to(game.dtype))
        self._players = [_with_moments(begin.discriminator), _with_moments(begin.generator)]
        self._iterations = 0
        self._play = _compiled(_macros(game, self._real.shape[-1], self._probes.shape[-1]))
        self._threads = threads

    def advance(self, iterations: int, every: int) -> Observation:
        observations = iterations // every
        _, dimension, points = self._real.shape
        dtype = self._real.dtype
        fakes = np.empty((self.count, observations, dimension, points), dtype)
        probed = np.empty((self.count, observations, self._probes.shape[-1]), dtype)
        logits = np.empty((self.count, observations, 2, points), dtype)
        penalties = np.zeros((self.count, observations), dtype)
        positions = self._next_positions(iterations * self.game.discriminator_steps)
        settings = [_settings(self.game.discriminator_optimiser), _settings(self.game.generator_optimiser)]
        given = (*self._players, self._real, self._latents, positions, self._probes)
        arrays = (*settings, *given, fakes, probed, logits, penalties)

        def play(first: int, last: int) -> None:
            self._play(
                *(first, last, iterations, every, self._iterations),
                *(array.ctypes.data for array in arrays),
            )

        bounds = np.linspace(0, self.count, min(self.count, self._threads * PIECES_PER_THREAD) + 1, dtype=int)
        with ThreadPoolExecutor(self._threads) as pool:
            list(pool.map(play, bounds[:-1].tolist(), bounds[1:].tolist()))
        self._iterations += iterations
        real_logits, fake_logits = torch.from_numpy(logits).unbind(2)
        losses = self.game.discriminator_loss(real_logits, fake_logits)
        return Observation(losses.numpy() + penalties, fakes.swapaxes(2, 3), probed)

    def _next_positions(self, steps: int) -> np.ndarray:
        """Where the penalty looks in the next steps of D, (S, steps, n); nothing if there is no penalty."""
        if not self.game.objective.penalty:
            return np.empty(0)
        return torch.stack(list(islice(self._positions, steps)), 1).numpy()

    def finite(self) -> np.ndarray:
        return np.all([np.isfinite(player[:, 0]).all(1) for player in self._players], axis=0)


def _scalar_functions(game: Game) -> tuple[ScalarFunction, ScalarFunction, ScalarFunction]:
    """h1, h2 and the generator's score; a paired objective has one h for all, save WGAN-GP's linear score."""
    chosen = game.objective
    if isinstance(chosen, PairedObjective):
        linear = isinstance(chosen, WassersteinObjective)
        return chosen.h, chosen.h, objectives.identity if linear else chosen.h
    return chosen.h1, chosen.h2, chosen.generator_score


def _macros(game: Game, points: int, observed: int) -> dict[str, str | int | float]:
    """What `native.cpp` is told, by the names that it documents."""
    h1, h2, score = (function.__name__ for function in _scalar_functions(game))
    return {
        "REAL": "float" if game.precision == "float32" else "double",
        "REAL_IS_FLOAT": int(game.precision == "float32"),
        "POINTS": points,
        "OBSERVED": observed,
        "LEAK": LEAK,
        **_network_macros("D", game.discriminator, game.discriminator_optimiser, game.discriminator_steps),
        **_network_macros("G", game.generator, game.generator_optimiser, game.generator_steps),
        "D_PAIRED": int(isinstance(game.objective, PairedObjective)),
        "G_PAIRED": int(game.objective.generator_needs_real),
        "H1": h1,
        "H2": h2,
        "SCORE": score,
        "SEPARABLE_FACTOR": game.separable_factor,
        "PENALTY_WEIGHT": getattr(game.objective.penalty, "weight", 0.0),
        "SIMULTANEOUS": int(game.simultaneous),
    }


def _network_macros(
    player: str, network: Perceptron, optimiser: Optimiser, steps: int
) -> dict[str, str | int]:
    return {
        f"{player}_SIZES": ",".join(map(str, network.sizes)),
        f"{player}_LAYERS": network.layers,
        f"{player}_ACTIVATION": network.activation.upper(),
        f"{player}_OPTIMISER": type(optimiser).__name__.lower(),
        f"{player}_STEPS": steps,
    }


def _settings(optimiser: Optimiser) -> np.ndarray:
    """Learning rate, decay of the first moment (or the only one), of the second, and epsilon."""
    match optimiser:
        case SGD(learning_rate, momentum):
            settings = (learning_rate, momentum, 0.0, 0.0)
        case Adam(learning_rate, betas, epsilon):
            settings = (learning_rate, *betas, epsilon)
        case RMSprop(learning_rate, smoothing, epsilon):
            settings = (learning_rate, smoothing, 0.0, epsilon)
    return np.array(settings)


def _compiled(macros: dict[str, str | int | float]) -> Callable[..., None]:
    """The function `play` of `native.cpp`; raises `InputError` where the compiler fails."""
    try:
        play = compiled(SOURCE, macros).play
    except CompilationError as problem:
        command = (compiler() or ["c++"])[0]
        raise InputError(
            f"the C++ compiler {command} failed ({problem}): name another one in CXX, or use --engine batched"
        ) from None
    play.argtypes = [*[ctypes.c_int] * 4, ctypes.c_int64, *[ctypes.c_void_p] * 12]
    play.restype = None
    return play


def _points(points: Tensor) -> np.ndarray:
    """(..., n, d) as native.cpp has it, (..., d, n)."""
    return np.ascontiguousarray(points.mT.cpu().numpy())


def _with_moments(parameters: Tensor) -> np.ndarray:
    """(S, K) with two rows for an optimiser's moments, (S, 3, K)."""
    rows = np.zeros((len(parameters), 3, parameters.shape[1]), parameters.numpy().dtype)
    rows[:, 0] = parameters.numpy()
    return rows
