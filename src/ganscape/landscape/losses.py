"""The theory's view of an objective: which of the paper's two problems it belongs to, and h as a function.

Every function of this package takes a loss by its name ("js", "hinge", "ls", "rs", "rp-hinge", "rp-ls"), or
an objective of `ganscape.objectives` itself, so that a loss that nobody has named yet can be analysed too.
"""

import torch

from ganscape.errors import InputError
from ganscape.objectives import (
    OBJECTIVES,
    Objective,
    PairedObjective,
    ScalarFunction,
    SeparableObjective,
    WassersteinObjective,
    objective,
)

Loss = str | Objective

SEPARABLE = tuple(name for name, known in OBJECTIVES.items() if isinstance(known, SeparableObjective))
# Without wgan-gp: h(t) = t has no supremum, so its problem is defined only under a constraint on f.
PAIRED = tuple(
    name
    for name, known in OBJECTIVES.items()
    if isinstance(known, PairedObjective) and not isinstance(known, WassersteinObjective)
)
LOSSES = (*SEPARABLE, *PAIRED)


def as_objective(loss: Loss) -> Objective:
    """The objective meant by `loss`; raises `InputError` (a `ValueError`) for an unknown name."""
    if isinstance(loss, SeparableObjective | PairedObjective):
        return loss
    if not isinstance(loss, str):
        raise InputError(f"{loss!r} is no loss: give a name, {', '.join(LOSSES)}, or an objective")
    return objective(loss)


def is_named(loss: Objective) -> bool:
    """Whether it is one of `ganscape.objectives.OBJECTIVES` itself, and not another that borrows its name."""
    return OBJECTIVES.get(loss.name) is loss


def as_separable(loss: Loss) -> SeparableObjective:
    """`loss` as a SepGAN, Eq. (5); raises `InputError` if it is none."""
    chosen = as_objective(loss)
    if not isinstance(chosen, SeparableObjective):
        raise InputError(f"{chosen.name} is not a separable loss: choose from {', '.join(SEPARABLE)}")
    return chosen


def as_paired(loss: Loss) -> PairedObjective:
    """`loss` as an RpGAN, Eq. (6); raises `InputError` if it is none or needs a constraint on f."""
    chosen = as_objective(loss)
    if isinstance(chosen, WassersteinObjective):
        raise InputError(
            f"{chosen.name} has an unbounded h, so its value is infinite unless f is constrained "
            f"(paper, Theorem 2, Remark 2): choose from {', '.join(PAIRED)}"
        )
    if not isinstance(chosen, PairedObjective):
        raise InputError(f"{chosen.name} is not a paired loss: choose from {', '.join(PAIRED)}")
    return chosen


def is_paired(loss: Loss) -> bool:
    """Whether `loss` pairs real with generated points; raises `InputError` for an unknown one."""
    return isinstance(as_objective(loss), PairedObjective)


def at(h: ScalarFunction, t: float) -> float:
    """h(t) in float64."""
    return float(h(torch.tensor(t, dtype=torch.float64)))
