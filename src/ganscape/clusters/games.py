"""What a low-dimensional game is: two multilayer perceptrons, an objective, optimisers, an order of steps."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise

import torch
from torch import Tensor, nn

from ganscape.errors import InputError
from ganscape.objectives import Objective, SeparableObjective, objective

LEAK = 0.2  # slope of leaky_relu for negative values

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "sigmoid": nn.Sigmoid,
    "tanh": nn.Tanh,
    "relu": nn.ReLU,
    "leaky_relu": lambda: nn.LeakyReLU(LEAK),
}
PRECISIONS = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Perceptron:
    """Fully connected layers: `sizes` has the units of each, inputs first; `activation` follows hidden ones.

    A network's parameters are one row: weights (out, in) and biases, layer after layer, the last one's biases
    only if `output_bias`.
    """

    sizes: tuple[int, ...]
    activation: str
    output_bias: bool = True

    def __post_init__(self) -> None:
        if len(self.sizes) < 2 or any(size < 1 for size in self.sizes):
            raise InputError(f"layers of {self.sizes} units: every layer needs at least one unit")
        if self.activation not in ACTIVATIONS:
            raise InputError(f"unknown activation {self.activation!r}: choose from {', '.join(ACTIVATIONS)}")

    @property
    def layers(self) -> int:
        """How many layers have weights."""
        return len(self.sizes) - 1

    @property
    def parameters(self) -> int:
        """How many parameters the network has."""
        count = sum((below + 1) * above for below, above in pairwise(self.sizes))
        return count if self.output_bias else count - self.sizes[-1]

    def module(self) -> nn.Sequential:
        """The network as PyTorch has it, freshly initialised from PyTorch's global random state."""
        modules: list[nn.Module] = []
        for layer, (below, above) in enumerate(pairwise(self.sizes)):
            modules += [nn.Linear(below, above, bias=self._has_bias(layer)), ACTIVATIONS[self.activation]()]
        return nn.Sequential(*modules[:-1])

    def _has_bias(self, layer: int) -> bool:
        return self.output_bias or layer + 1 < self.layers

    def initial_module(self, seed: int) -> nn.Sequential:
        """The network with PyTorch's default initialisation, a function of `seed` alone."""
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            return self.module()

    def initial_parameters(self, seed: int) -> Tensor:
        """The parameters of `initial_module`, (K,) float32."""
        return nn.utils.parameters_to_vector(self.initial_module(seed).parameters()).detach()

    def __call__(self, parameters: Tensor, inputs: Tensor) -> Tensor:
        """S networks at once: parameters (S, K) and inputs (S, n, in) to outputs (S, n, out)."""
        activation = ACTIVATIONS[self.activation]()
        values, end = inputs, 0
        for layer, (below, above) in enumerate(pairwise(self.sizes)):
            begin, end = end, end + below * above
            weights = parameters[:, begin:end].unflatten(1, (above, below)).transpose(1, 2)
            if self._has_bias(layer):
                begin, end = end, end + above
                values = torch.baddbmm(parameters[:, begin:end].unsqueeze(1), values, weights)
            else:
                values = torch.bmm(values, weights)
            if layer + 1 < self.layers:
                values = activation(values)
        return values


@dataclass(frozen=True)
class SGD:
    """Stochastic gradient descent with momentum, as PyTorch defines it."""

    learning_rate: float
    momentum: float = 0.0

    def __post_init__(self) -> None:
        _check_optimiser(self.learning_rate, self.momentum)

    def build(self, parameters: list[Tensor]) -> torch.optim.Optimizer:
        return torch.optim.SGD(parameters, lr=self.learning_rate, momentum=self.momentum)


@dataclass(frozen=True)
class Adam:
    """Adam; `betas` are the decays of its two moments."""

    learning_rate: float
    betas: tuple[float, float] = (0.9, 0.999)
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_optimiser(self.learning_rate, *self.betas)

    def build(self, parameters: list[Tensor]) -> torch.optim.Optimizer:
        return torch.optim.Adam(parameters, lr=self.learning_rate, betas=self.betas, eps=self.epsilon)


@dataclass(frozen=True)
class RMSprop:
    """RMSprop; `smoothing` is the decay of the squared gradients' average."""

    learning_rate: float
    smoothing: float = 0.99
    epsilon: float = 1e-8

    def __post_init__(self) -> None:
        _check_optimiser(self.learning_rate, self.smoothing)

    def build(self, parameters: list[Tensor]) -> torch.optim.Optimizer:
        return torch.optim.RMSprop(parameters, lr=self.learning_rate, alpha=self.smoothing, eps=self.epsilon)


Optimiser = SGD | Adam | RMSprop


def _check_optimiser(learning_rate: float, *decays: float) -> None:
    if not (math.isfinite(learning_rate) and learning_rate > 0):
        raise InputError(f"learning rate {learning_rate}: it must be positive")
    if any(not 0 <= decay < 1 for decay in decays):
        raise InputError(f"decays {decays} of an optimiser: each must be in [0, 1)")


@dataclass(frozen=True)
class Game:
    """What is played: both networks, whose loss, who steps how often, how.

    `loss` is a name of `ganscape.objectives` or an objective of one's own. One iteration is
    `discriminator_steps` steps of D, then `generator_steps` of G; if `simultaneous`, G plays against D as it
    was when the iteration began. `separable_factor` multiplies the discriminator's loss of a separable
    objective (the paper's Eq. (1) has 1/2, its practice 1). With `batch_size` None every step sees all real
    points, and as many latents, that stay the same throughout; x_i is then paired with y_i for good.
    """

    loss: str | Objective
    discriminator: Perceptron
    generator: Perceptron
    discriminator_optimiser: Optimiser
    generator_optimiser: Optimiser
    discriminator_steps: int = 1
    generator_steps: int = 1
    simultaneous: bool = False
    separable_factor: float = 1.0
    batch_size: int | None = None
    precision: str = "float32"
    objective: Objective = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        chosen = objective(self.loss) if isinstance(self.loss, str) else self.loss
        object.__setattr__(self, "objective", chosen)
        for name in ("discriminator_steps", "generator_steps"):
            if getattr(self, name) < 1:
                raise InputError(f"{name.replace('_', ' ')} is {getattr(self, name)}: at least 1 is needed")
        if self.batch_size is not None and self.batch_size < 1:
            raise InputError(f"batch size {self.batch_size}: at least 1 is needed, or none for full batches")
        if self.precision not in PRECISIONS:
            raise InputError(f"precision {self.precision!r}: choose from {', '.join(PRECISIONS)}")
        if self.discriminator.sizes[0] != self.generator.sizes[-1]:
            raise InputError(
                f"the generator makes points of dimension {self.generator.sizes[-1]}, "
                f"the discriminator takes {self.discriminator.sizes[0]}"
            )
        if self.discriminator.sizes[-1] != 1:
            raise InputError(f"the discriminator has {self.discriminator.sizes[-1]} outputs: it must have 1")

    @property
    def dtype(self) -> torch.dtype:
        return PRECISIONS[self.precision]

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """The objective's, logits (..., n) to losses (...), with this game's factor, without penalty."""
        factor = self.separable_factor if isinstance(self.objective, SeparableObjective) else 1.0
        return factor * self.objective.discriminator_loss(real_logits, fake_logits)
