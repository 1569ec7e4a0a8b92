"""Minimising the smoothed landscape from many starts at once, never uphill.

With the gradient g exact (`ganscape.landscape.smoothed`) and the Hessian H = V diag(l) Vᵀ from central
differences of it, a step within the trust radius r is the saddle-free Newton step

    p = -V (diag|l| + μ)⁻¹ Vᵀ g,    μ ≥ 0 the smallest with |p| ≤ r,

whose predicted decrease -(gᵀp + ½ pᵀHp) is positive whatever the signs of l. At a saddle, where g vanishes, p
follows the eigenvector of the most negative l. A step is taken only where the value falls, by a fair share of
the prediction, so that no path jumps across a ridge into another valley unawares.

"Vanishes", "positive" and "flat" are relative to one value scale per problem: how much g_smooth rises from
Y = X, a perfect Y, to a Y of points far from all others. Divided by the kernel width (squared) it measures
slopes (curvatures).
"""

from dataclasses import dataclass

import torch
from torch import Tensor

from ganscape.landscape.smoothed import SmoothedProblem

MINIMUM, PLATEAU, NOT_CONVERGED = "minimum", "plateau", "not converged"

DIFFERENCE_STEP = 1e-3  # of the Hessian's differences, in valley widths
PROBE_STEP = 1e-2  # of the last look around a minimum, in valley widths
VANISHING_GRADIENT = 1e-10  # times value scale over kernel width
VANISHING_STEP = 1e-7  # of Newton, in kernel widths
UNRESOLVED_GAIN = 1e-12  # times value scale: value differences that rounding errors hide
UNRESOLVED_STEP = 1e-3  # of Newton, in kernel widths, that may go with it
POSITIVE_CURVATURE = 1e-7  # times value scale over kernel width squared; differences err by less than 3e-9
WORTH_TAKING = 0.1  # share of the predicted decrease
SMALLEST_RADIUS = 1e-9  # in kernel widths: beyond, the value is rounding errors
LARGEST_RADIUS = 2.0  # in kernel widths


@dataclass(frozen=True)
class Ends:
    """Where the paths ended; S is their number.

    `positions` (S, n, d), `values` (S,), `gradients` (S,) norms, `curvatures` (S,) smallest eigenvalues of
    the Hessian, `status` a tuple of S words: "minimum" (the gradient vanishes, the Hessian is positive
    definite), "plateau" (the gradient vanishes, the Hessian is flat in some direction) or "not converged".
    """

    positions: Tensor
    values: Tensor
    gradients: Tensor
    curvatures: Tensor
    status: tuple[str, ...]


@dataclass
class _State:
    """The batch on its way, one row per path, coordinates flattened to (S, n·d)."""

    positions: Tensor
    values: Tensor
    gradients: Tensor
    eigenvalues: Tensor
    eigenvectors: Tensor
    radii: Tensor

    def rows(self, which: Tensor) -> "_State":
        return _State(*(getattr(self, name)[which] for name in self.__dataclass_fields__))

    def replace(self, which: Tensor, new: "_State") -> None:
        for name in self.__dataclass_fields__:
            getattr(self, name)[which] = getattr(new, name)


def value_scale(problem: SmoothedProblem) -> float:
    """The value at a Y far from the real points and from itself, minus the value at Y = X."""
    real = problem.real
    extent = float((real.amax(0) - real.amin(0)).norm()) + 40 * problem.kernel_width
    away = real[:1] + extent * torch.arange(1, len(real) + 1, dtype=torch.float64)[:, None]
    low, high = problem.maximum(torch.stack([real, away])).value.tolist()
    return abs(high - low)


def _valley_width(problem: SmoothedProblem) -> float:
    """The length on which the narrowest valleys change, (√regularisation below 1) kernel widths."""
    return problem.kernel_width * min(1.0, problem.regularisation**0.5)


def hessians(problem: SmoothedProblem, positions: Tensor) -> Tensor:
    """Second derivatives at `positions` (S, n, d), as symmetric matrices (S, n·d, n·d).

    Differences of fourth order: a stiff direction may be 1e7 times as curved as a soft one, whose curvature
    the error of second-order differences would drown.
    """
    size = positions[0].numel()
    step = DIFFERENCE_STEP * _valley_width(problem)
    offsets = step * torch.eye(size, dtype=torch.float64).reshape(size, *positions.shape[1:])
    around = torch.stack([positions[:, None] + multiple * offsets for multiple in (1, -1, 2, -2)])
    _, gradients = problem.value_and_gradient(around.flatten(0, 2))
    forward, backward, twice_forward, twice_backward = gradients.reshape(4, len(positions), size, size)
    differences = (8 * (forward - backward) - (twice_forward - twice_backward)) / (12 * step)
    return (differences + differences.mT) / 2


def minimise(problem: SmoothedProblem, starts: Tensor, most_steps: int) -> Ends:
    """Trust-region descents from `starts` (S, n, d), each of at most `most_steps` tried steps."""
    scale = value_scale(problem)
    state = _state_at(problem, starts)
    active = torch.arange(len(starts))
    for _ in range(most_steps):
        active = active[~_finished(problem, scale, state.rows(active))]
        if not len(active):
            break
        state.replace(active, _step(problem, scale, state.rows(active)))
    return Ends(
        state.positions.reshape(starts.shape),
        state.values,
        state.gradients.norm(dim=-1),
        state.eigenvalues[:, 0],
        _status(problem, scale, state),
    )


def _state_at(problem: SmoothedProblem, positions: Tensor) -> _State:
    values, gradients = problem.value_and_gradient(positions)
    eigenvalues, eigenvectors = torch.linalg.eigh(hessians(problem, positions))
    radii = torch.full_like(values, problem.kernel_width / 2)
    return _State(positions.flatten(1), values, gradients.flatten(1), eigenvalues, eigenvectors, radii)


def _slopes(state: _State) -> Tensor:
    """The gradients in the coordinates of the Hessian's eigenvectors, (S, n·d)."""
    return (state.eigenvectors.mT @ state.gradients[..., None])[..., 0]


def _newton_steps(state: _State) -> Tensor:
    """Lengths of the Newton steps, (S,); infinite where the Hessian is singular."""
    return (_slopes(state) / state.eigenvalues).nan_to_num(nan=torch.inf).norm(dim=-1)


def _vanishes(problem: SmoothedProblem, scale: float, state: _State) -> Tensor:
    """Whether the gradient counts as zero, (S,): it is tiny, or a tiny Newton step cancels it."""
    tiny = state.gradients.norm(dim=-1) <= VANISHING_GRADIENT * scale / problem.kernel_width
    return tiny | (_newton_steps(state) <= VANISHING_STEP * problem.kernel_width)


def _below_rounding(problem: SmoothedProblem, scale: float, state: _State) -> Tensor:
    """Whether what is left to gain is lost in rounding errors, (S,), as where stiff and soft axes meet."""
    gain = (_slopes(state).square() / state.eigenvalues.abs()).nan_to_num(nan=torch.inf).sum(-1) / 2
    short = _newton_steps(state) <= UNRESOLVED_STEP * problem.kernel_width
    return short & (gain <= UNRESOLVED_GAIN * scale)


def _curvature_tolerance(problem: SmoothedProblem, scale: float) -> float:
    return POSITIVE_CURVATURE * scale / problem.kernel_width**2


def _finished(problem: SmoothedProblem, scale: float, state: _State) -> Tensor:
    """Whether a path is at a minimum or on a plateau, or can go no further, (S,)."""
    at_saddle = state.eigenvalues[:, 0] < -_curvature_tolerance(problem, scale)
    exhausted = state.radii < SMALLEST_RADIUS * problem.kernel_width
    return (_vanishes(problem, scale, state) & ~at_saddle) | exhausted


def _status(problem: SmoothedProblem, scale: float, state: _State) -> tuple[str, ...]:
    tolerance = _curvature_tolerance(problem, scale)
    at_rest = _vanishes(problem, scale, state) | _below_rounding(problem, scale, state)
    curved = state.eigenvalues[:, 0] > tolerance
    at_rest &= (state.eigenvalues[:, 0] >= -tolerance) & ~(curved & _undercut(problem, scale, state))
    return tuple(
        (MINIMUM if up else PLATEAU) if still else NOT_CONVERGED
        for still, up in zip(at_rest.tolist(), curved.tolist(), strict=True)
    )


def _undercut(problem: SmoothedProblem, scale: float, state: _State) -> Tensor:
    """Whether a point close by along some eigenvector is lower, (S,).

    Derivatives do not see the creases of the hinge loss, where they jump: one can look like a minimum.
    """
    offsets = PROBE_STEP * _valley_width(problem) * state.eigenvectors.mT
    probes = state.positions[:, None] + torch.cat([offsets, -offsets], 1)
    around = problem.value(probes.reshape(-1, *problem.real.shape)).reshape(probes.shape[:2])
    return (around < state.values[:, None] - 10 * UNRESOLVED_GAIN * scale).any(-1)


def _step(problem: SmoothedProblem, scale: float, state: _State) -> _State:
    """One tried step for every path, taken where the value falls; the radius follows the predictions."""
    slopes = _slopes(state)
    step = _saddle_free_step(slopes, state.eigenvalues.abs(), state.radii)
    leaving = torch.zeros_like(step)
    leaving[:, 0] = state.radii  # eigenvalues are in ascending order
    step = torch.where(_vanishes(problem, scale, state)[:, None], leaving, step)
    predicted = -(slopes * step + 0.5 * state.eigenvalues * step**2).sum(-1)
    tried = state.positions + (state.eigenvectors @ step[..., None])[..., 0]
    shape = (-1, *problem.real.shape)
    ratio = (state.values - problem.value(tried.reshape(shape))) / predicted
    at_border = step.norm(dim=-1) > 0.99 * state.radii
    radii = torch.where(ratio < 0.25, 0.25 * state.radii, state.radii)
    radii = torch.where((ratio > 0.75) & at_border, 2 * state.radii, radii)
    radii = radii.clamp(max=LARGEST_RADIUS * problem.kernel_width)
    taken = ratio > WORTH_TAKING
    if bool(taken.any()):
        state.replace(taken, _state_at(problem, tried[taken].reshape(shape)))
    state.radii = radii
    return state


def _saddle_free_step(slopes: Tensor, curvatures: Tensor, radii: Tensor) -> Tensor:
    """-slopes / (curvatures + μ), (S, N), with the smallest μ ≥ 0 that keeps its length within the radii."""
    low, high = torch.zeros_like(radii), slopes.norm(dim=-1) / radii
    tiny = torch.finfo(torch.float64).tiny

    def at(shift: Tensor) -> Tensor:
        return -slopes / (curvatures + shift[:, None] + tiny)

    for _ in range(50):
        middle = (low + high) / 2
        too_long = at(middle).norm(dim=-1) > radii
        low, high = torch.where(too_long, middle, low), torch.where(too_long, high, middle)
    return at(high)
