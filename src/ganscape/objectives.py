"""The seven objectives, on one page: f is the discriminator's logit, x real, y = G(z) generated.

A *separable* objective judges real and generated points one by one (paper, Eq. (2)),

    min_Y  sup_f  sum_i  h1(f(x_i)) + h2(-f(y_i)),

a *paired* one judges each generated point against the real point it is paired with (Eq. (3)),

    min_Y  sup_f  sum_i  h(f(x_i) - f(y_i)).

Either may add a `penalty` (`ganscape.penalties`) to the discriminator's loss.

Nothing here knows of devices, optimisers or images: the theory, the low-dimensional games and the image
experiments all take their losses from this page. The losses are means over the *last* dimension of the
logits, so logits of shape (B,) give one scalar and logits of shape (S, n) give one loss per game, (S,).
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch.nn.functional as F
from torch import Tensor

from ganscape.errors import InputError
from ganscape.penalties import InterpolationPenalty, Penalty

ScalarFunction = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class SeparableObjective:
    """A SepGAN (Eq. (2)); the generator maximises `generator_score` of its own logits."""

    name: str
    h1: ScalarFunction
    h2: ScalarFunction
    generator_score: ScalarFunction
    penalty: Penalty | None = None
    generator_needs_real = False

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """-mean h1(f(x)) - mean h2(-f(y)); logits (..., n) to losses (...)."""
        return -self.h1(real_logits).mean(-1) - self.h2(-fake_logits).mean(-1)

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
        """The non-saturating loss, -mean score(f(y)); the real logits play no part."""
        return -self.generator_score(fake_logits).mean(-1)


@dataclass(frozen=True)
class PairedObjective:
    """An RpGAN (Eq. (3)): x_i is paired with y_i, so the generator's step needs real logits as well."""

    name: str
    h: ScalarFunction
    penalty: Penalty | None = None
    generator_needs_real = True

    def discriminator_loss(self, real_logits: Tensor, fake_logits: Tensor) -> Tensor:
        """-mean h(f(x_i) - f(y_i)); logits (..., n) to losses (...)."""
        return -self.h(real_logits - fake_logits).mean(-1)

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
        """The non-saturating loss, -mean h(f(y_i) - f(x_i)); the real logits, (..., n), are required."""
        assert real_logits is not None
        return -self.h(fake_logits - real_logits).mean(-1)


@dataclass(frozen=True)
class WassersteinObjective(PairedObjective):
    """WGAN-GP: h(t) = t under a gradient penalty; pairing cancels from a linear generator loss."""

    generator_needs_real = False

    def generator_loss(self, fake_logits: Tensor, real_logits: Tensor | None = None) -> Tensor:
        """-mean f(y): the part of -mean h(f(y) - f(x)) that depends on the generator."""
        return -fake_logits.mean(-1)


Objective = SeparableObjective | PairedObjective


def logistic(t: Tensor) -> Tensor:
    """-log(1 + e^-t)."""
    return F.logsigmoid(t)


def hinge(t: Tensor) -> Tensor:
    """-max(0, 1 - t)."""
    return -F.relu(1 - t)


def minus_squared_distance_to_one(t: Tensor) -> Tensor:
    """-(1 - t)^2."""
    return -((1 - t) ** 2)


def minus_square(t: Tensor) -> Tensor:
    """-t^2."""
    return -(t**2)


def identity(t: Tensor) -> Tensor:
    """t, unbounded: the loss that needs a constraint on f (paper, Theorem 2, Remark 2)."""
    return t


OBJECTIVES: dict[str, Objective] = {
    objective.name: objective
    for objective in (
        SeparableObjective("js", h1=logistic, h2=logistic, generator_score=logistic),
        SeparableObjective("hinge", h1=hinge, h2=hinge, generator_score=identity),
        SeparableObjective(
            "ls",
            h1=minus_squared_distance_to_one,
            h2=minus_square,
            generator_score=minus_squared_distance_to_one,
        ),
        PairedObjective("rs", h=logistic),
        PairedObjective("rp-hinge", h=hinge),
        PairedObjective("rp-ls", h=minus_squared_distance_to_one),
        WassersteinObjective("wgan-gp", h=identity, penalty=InterpolationPenalty(10.0)),
    )
}


def objective(name: str) -> Objective:
    """The objective called `name`: one of `OBJECTIVES`, to which `ganscape.own_losses` may have added."""
    try:
        return OBJECTIVES[name]
    except KeyError:
        raise InputError(f"unknown loss {name!r}: choose from {', '.join(OBJECTIVES)}") from None
