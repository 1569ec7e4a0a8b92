"""Assumptions 4.1 to 4.5 of the paper, each held against a loss rather than taken for granted.

Theorem 1 needs 4.1 to 4.3 of a separable loss, Theorem 2 needs 4.4 and 4.5 of a paired one. The paper says
(Remarks 1) that all six losses qualify; the strict inequality 4.3 is where that has to be looked at.
"""

from dataclasses import dataclass

import numpy as np
import torch

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, as_objective, as_separable, at
from ganscape.landscape.suprema import NEAR, is_closed, supremum, xi
from ganscape.objectives import PairedObjective, ScalarFunction, SeparableObjective

# A supremum that is only approached, as 1/t, is this close to zero at the end of the grid.
NEARLY_ZERO = 1e-7
EPSILON = np.finfo(float).eps
# At the end of the grid the value of a supremum that is only approached is rounded to it.
LARGEST = "the largest on a grid, in double precision"


@dataclass(frozen=True)
class Assumption:
    """One assumption held against one loss: `evidence` is the numbers on which `holds` rests."""

    number: str
    statement: str
    holds: bool
    evidence: str


def check_assumptions(loss: Loss, largest: int = 1000) -> list[Assumption]:
    """Assumptions 4.1, 4.2, 4.3 of a separable loss or 4.4, 4.5 of a paired one (paper, Section 4.1).

    4.2 and 4.3 are checked for every m up to `largest`, which plays the paper's n; concavity on a fine grid
    to |t| = 50, suprema on one that reaches to 1e8. `wgan-gp` is h(t) = t, which fails 4.4
    (Theorem 2, Remark 2). Raises `InputError` (a `ValueError`) for an unknown loss and `largest` below 1.
    """
    if not isinstance(largest, int) or largest < 1:
        raise InputError(f"largest is {largest}: give the largest n to check for, at least 1")
    chosen = as_objective(loss)
    if isinstance(chosen, PairedObjective):
        return [_bounded_paired(chosen), _concave(chosen.h)]
    separable = as_separable(chosen)
    worth = np.array([xi(m, separable) for m in range(largest + 1)])
    rounding = np.full(len(worth), 4 * EPSILON)
    if not is_closed(separable):  # searched for, t is off by as much, and m times h2 by m times that
        rounding *= (1 + np.arange(len(worth))) * np.maximum(1, np.abs(worth))
    return [_bounded_separable(separable), _irregular(worth, rounding), _decreasing(worth, rounding)]


def theorem_applies(loss: Loss, largest: int = 1000) -> bool:
    """Whether the loss meets all assumptions of its theorem (1 if separable, 2 if paired) up to this n."""
    return all(assumption.holds for assumption in check_assumptions(loss, largest))


def _bounded_separable(objective: SeparableObjective) -> Assumption:
    (first, first_at), (second, second_at) = supremum(objective.h1), supremum(objective.h2)
    return Assumption(
        "4.1",
        "sup h1 = sup h2 = 0",
        abs(first) <= NEARLY_ZERO and abs(second) <= NEARLY_ZERO,
        f"{_reached('h1', first, first_at)}, {_reached('h2', second, second_at)}, {LARGEST}",
    )


def _irregular(worth: np.ndarray, rounding: np.ndarray) -> Assumption:
    multiples = np.arange(2, len(worth))
    margins = worth[2:] - multiples * worth[1:2]
    return _strict("4.2", "xi(m) > m xi(1) for m in [2, n]", "xi(m) - m xi(1)", margins, rounding)


def _decreasing(worth: np.ndarray, rounding: np.ndarray) -> Assumption:
    margins = worth[:-1] - worth[1:]
    return _strict("4.3", "xi(m) < xi(m-1) for m in [1, n]", "xi(m-1) - xi(m)", margins, rounding)


def _strict(
    number: str, statement: str, margin: str, margins: np.ndarray, rounding: np.ndarray
) -> Assumption:
    """An inequality that must be strict for every m up to n; `margins` are by how much it is, for the last of
    them, `rounding` is what is none, for every m from 0."""
    if not len(margins):
        return Assumption(number, statement, True, "no such m")
    m = np.arange(len(rounding))[-len(margins) :]
    failing = m[margins <= rounding[-len(margins) :]]
    if len(failing):
        first = margins[list(m).index(failing[0])]
        evidence = f"{margin} = {first + 0.0:.4g} at m = {failing[0]}; fails for {len(failing)} of {len(m)} m"
    else:
        least = int(np.argmin(margins))
        evidence = f"{margin} is at least {margins[least]:.4g} (at m = {m[least]}) for m = {m[0]} to {m[-1]}"
    return Assumption(number, statement, not len(failing), evidence)


def _bounded_paired(objective: PairedObjective) -> Assumption:
    value, place = supremum(objective.h)
    at_zero = at(objective.h, 0.0)
    holds = abs(value) <= NEARLY_ZERO and at_zero < 0
    found = f"{_reached('h', value, place)}, {LARGEST}; h(0) = {at_zero:.4g}"
    return Assumption("4.4", "sup h = 0 and h(0) < 0", holds, found)


def _concave(h: ScalarFunction) -> Assumption:
    values = h(torch.as_tensor(NEAR)).numpy()
    second_differences = values[2:] - 2 * values[1:-1] + values[:-2]
    size = 1 + np.abs(NEAR) + np.abs(values)  # of what is added up on the way to a value
    excess = second_differences - 4 * EPSILON * (size[2:] + 2 * size[1:-1] + size[:-2])
    found = f"second differences are at most {second_differences.max():.1e} on [{NEAR[0]:g}, {NEAR[-1]:g}]"
    if (excess > 0).any():
        found += f", more than rounding at t = {NEAR[1 + excess.argmax()]:.4g}"
    return Assumption("4.5", "h is concave", bool((excess <= 0).all()), found)


def _reached(name: str, value: float, place: float) -> str:
    return f"{name}({place:.4g}) = {value + 0.0:.4g}"
