"""A smooth version of the outer landscape, with f restricted to a ball-like set of smooth functions.

The paper's g(Y) = sup_f ... over all continuous f is a step function, and its Figure 4 draws it smoothly by
hand ("not rigorous"). Here f lies in the reproducing kernel Hilbert space of the Gaussian kernel
k(u, v) = exp(-|u - v|² / (2 kernel_width²)) and pays for its norm:

    g_smooth(Y) = max_f  c Σ_j φ_j(s_j(f)) - (regularisation / 2) ‖f‖².

A separable loss (Eq. (2)) has c = 1/2n and M = 2n scores: f(x_i) with φ = h1, -f(y_i) with φ = h2. A paired
one (Eq. (3)) has c = 1/n and M = n scores f(x_i) - f(y_i) with φ = h. There is no bias term.

By the representer theorem f = Σ_j β_j ψ_j, where s_j(f) = ⟨ψ_j, f⟩: ψ is k(x_i, ·), -k(y_i, ·) or their sum.
`ganscape.landscape.maximisers` finds β from the Gram matrix of the ψ_j. In terms of all 2n points
p = (x_1..x_n, y_1..y_n) this is f = Σ_q b_q k(p_q, ·) with b = Aᵀβ, where A (M, 2n) has rows ψ_j.

By the envelope theorem the gradient of g_smooth is that of the objective at the fixed best f; with
λβ_j = c φ_j'(s_j) it is, for both kinds of loss,

    ∂g_smooth/∂y_i = regularisation · b_{y_i} ∇f(y_i),    ∇f(y) = Σ_q b_q k(p_q, y) (p_q - y) / kernel_width².

(Under the hinge loss, points that coincide and sit on its kink share their coefficient in many ways; g_smooth
has a concave crease there, and the gradient returned is one of those that meet in it.)
"""

from dataclasses import dataclass
from numbers import Real

import numpy as np
import torch
from numpy.typing import ArrayLike
from torch import Tensor

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, as_objective, as_paired, as_separable, is_paired
from ganscape.landscape.maximisers import hinge_coefficients, newton_coefficients
from ganscape.landscape.points import checked_real, finite_array
from ganscape.objectives import Objective, PairedObjective, hinge
from ganscape.threads import one_thread

ROUNDING = 5e-16  # of sums of a few kernel values
SMALLEST_REGULARISATION = 1e-7  # below, rounding of kernel values becomes visible in g_smooth
SMALLEST_WIDTH, LARGEST = 1e-100, 1e100  # beyond, squares of widths are no longer numbers

LARGEST_CHUNK = 2**18  # kernel entries held at once, so that they stay in the processor's cache


@one_thread()
def smoothed_value(
    real: ArrayLike, fake: ArrayLike, loss: Loss, kernel_width: float, regularisation: float
) -> np.ndarray:
    """g_smooth(Y) for every Y in `fake`, (...) float64.

    `real` is (n, d) with distinct rows, `fake` (..., n, d); row i of a Y is paired with real point i under a
    paired loss. `kernel_width` is in the units of the points. The value has the loss's sign: it lies between
    its value at f = 0 and the exact sup over all f. Raises `InputError` (a `ValueError`) for a shape, number,
    loss or parameter that does not fit. Smooths Eqs. (2) and (3) of the paper, as its Figure 4 does by eye.
    """
    problem = SmoothedProblem.checked(real, loss, kernel_width, regularisation)
    fake = problem.checked_fake(fake)
    return problem.value(fake).numpy().reshape(fake.shape[:-2])


@one_thread()
def smoothed_value_and_gradient(
    real: ArrayLike, fake: ArrayLike, loss: Loss, kernel_width: float, regularisation: float
) -> tuple[np.ndarray, np.ndarray]:
    """g_smooth(Y), (...), and its gradient with respect to Y, (..., n, d); see `smoothed_value`."""
    problem = SmoothedProblem.checked(real, loss, kernel_width, regularisation)
    fake = problem.checked_fake(fake)
    values, gradients = problem.value_and_gradient(torch.from_numpy(fake))
    return values.numpy().reshape(fake.shape[:-2]), gradients.numpy().reshape(fake.shape)


@one_thread()
def smoothed_discriminator(
    real: ArrayLike,
    fake: ArrayLike,
    loss: Loss,
    kernel_width: float,
    regularisation: float,
    points: ArrayLike,
) -> np.ndarray:
    """The maximising f of every Y in `fake` (..., n, d) at `points` (p, d), as (..., p).

    See `smoothed_value` for the other arguments and the errors.
    """
    problem = SmoothedProblem.checked(real, loss, kernel_width, regularisation)
    fake = problem.checked_fake(fake)
    points = finite_array("points", points)
    if points.ndim != 2 or points.shape[1] != fake.shape[-1]:
        raise InputError(f"points has shape {points.shape}: give rows, (p, {fake.shape[-1]})")
    points = torch.from_numpy(points)
    values = []
    for chunk in problem.chunks(fake):
        kernel = problem.kernel(points, problem.points(chunk))
        values.append((kernel @ problem.maximum(chunk).coefficients[..., None])[..., 0])
    return torch.cat(values).numpy().reshape(*fake.shape[:-2], len(points))


@dataclass(frozen=True)
class Maximum:
    """The inner maximum: its value (B,) and the coefficients b (B, 2n) of f at the points x, then y."""

    value: Tensor
    coefficients: Tensor


@dataclass(frozen=True)
class SmoothedProblem:
    """Real points (n, d), loss and smoothing, checked once; its methods take batches of Y, (B, n, d)."""

    real: Tensor
    objective: Objective
    kernel_width: float
    regularisation: float

    @classmethod
    def checked(
        cls, real: ArrayLike, loss: Loss, kernel_width: float, regularisation: float
    ) -> "SmoothedProblem":
        """The problem of these arguments, or an `InputError`; see `smoothed_value`."""
        objective = as_objective(loss)
        objective = as_paired(objective) if is_paired(objective) else as_separable(objective)
        return cls(
            torch.from_numpy(checked_real(real)),
            objective,
            _positive("kernel_width", kernel_width, SMALLEST_WIDTH),
            _positive("regularisation", regularisation, SMALLEST_REGULARISATION),
        )

    def checked_fake(self, fake: ArrayLike) -> np.ndarray:
        """`fake` as a float64 array (..., n, d), or an `InputError`."""
        fake = finite_array("fake", fake)
        n, d = self.real.shape
        if fake.shape[-2:] != (n, d):
            raise InputError(
                f"fake has shape {fake.shape}: give one generated point per real point, (..., {n}, {d})"
            )
        return fake

    def chunks(self, fake: np.ndarray | Tensor) -> tuple[Tensor, ...]:
        """`fake` (..., n, d) as a sequence of batches (B, n, d) of moderate size."""
        n, d = self.real.shape
        return torch.as_tensor(fake).reshape(-1, n, d).split(max(1, LARGEST_CHUNK // (2 * n) ** 2))

    def points(self, fake: Tensor) -> Tensor:
        """All points, x then y: (B, 2n, d)."""
        return torch.cat([self.real.expand(fake.shape), fake], -2)

    def kernel(self, left: Tensor, right: Tensor) -> Tensor:
        """k between rows of `left` (..., p, d) and of `right` (..., q, d): (..., p, q)."""
        scaled = (left[..., :, None, :] - right[..., None, :, :]) / self.kernel_width
        return torch.exp(-0.5 * scaled.square().sum(-1))

    def maximum(self, fake: Tensor) -> Maximum:
        """The best f and its value."""
        points = self.points(fake)
        return self._maximum_given(self.kernel(points, points))

    def value(self, fake: np.ndarray | Tensor) -> Tensor:
        """g_smooth (B,)."""
        return torch.cat([self.maximum(chunk).value for chunk in self.chunks(fake)])

    def value_and_gradient(self, fake: np.ndarray | Tensor) -> tuple[Tensor, Tensor]:
        """g_smooth (B,) and its gradient (B, n, d), by the envelope theorem."""
        pairs = [self._chunk_value_and_gradient(chunk) for chunk in self.chunks(fake)]
        return torch.cat([value for value, _ in pairs]), torch.cat([gradient for _, gradient in pairs])

    def _chunk_value_and_gradient(self, fake: Tensor) -> tuple[Tensor, Tensor]:
        n = len(self.real)
        points = self.points(fake)
        kernel = self.kernel(points, points)
        maximum = self._maximum_given(kernel)
        pulls = kernel[:, n:, :] * maximum.coefficients[:, None, :]  # of point q on y_i: (B, n, 2n)
        towards = points[:, None, :, :] - fake[:, :, None, :]
        slopes = (pulls[..., None] * towards).sum(-2) / self.kernel_width**2
        own = maximum.coefficients[:, n:, None]
        return maximum.value, self.regularisation * own * slopes

    def _maximum_given(self, kernel: Tensor) -> Maximum:
        """The maximum for kernel matrices (B, 2n, 2n) of the points."""
        scores = self._scores_matrix()
        gram = scores @ kernel @ scores.T
        # Where points all but coincide, rounding may leave a matrix that is not positive semidefinite.
        gram.diagonal(dim1=-2, dim2=-1).add_(ROUNDING)
        n = len(self.real)
        weight = 1 / n if is_paired(self.objective) else 1 / (2 * n)
        if self._is_hinge():
            coefficients = hinge_coefficients(gram, weight, self.regularisation)
        else:
            coefficients = newton_coefficients(gram, self._terms, weight, self.regularisation)
        reached = (gram @ coefficients[..., None])[..., 0]
        penalty = self.regularisation / 2 * (coefficients * reached).sum(-1)
        return Maximum(weight * self._terms(reached).sum(-1) - penalty, coefficients @ scores)

    def _scores_matrix(self) -> Tensor:
        """A (M, 2n): the scores s are A times the values of f at all points."""
        identity = torch.eye(len(self.real), dtype=torch.float64)
        if is_paired(self.objective):
            return torch.cat([identity, -identity], -1)
        return torch.block_diag(identity, -identity)

    def _terms(self, scores: Tensor) -> Tensor:
        """φ_j(s_j), elementwise: (B, M) to (B, M)."""
        if isinstance(self.objective, PairedObjective):
            return self.objective.h(scores)
        on_real, on_fake = scores.split(len(self.real), -1)
        return torch.cat([self.objective.h1(on_real), self.objective.h2(on_fake)], -1)

    def _is_hinge(self) -> bool:
        if isinstance(self.objective, PairedObjective):
            return self.objective.h is hinge
        return self.objective.h1 is hinge and self.objective.h2 is hinge


def _positive(name: str, value: float, smallest: float) -> float:
    if not isinstance(value, Real) or not smallest <= value <= LARGEST:
        raise InputError(f"{name} is {value!r}: give one number from {smallest:g} to {LARGEST:g}")
    return float(value)
