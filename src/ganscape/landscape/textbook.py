"""The smoothed landscape the plain way: one Y at a time, with SciPy, to be read and to check the fast one by.

g_smooth(Y) = max_f c Σ_j φ_j(s_j(f)) - (λ/2)‖f‖², as `ganscape.landscape.smoothed` defines it, is solved here
in explicit features instead of coefficients. With the eigendecomposition K = V diag(e) Vᵀ of the kernel
matrix of all 2n points, point p has the 2n features Φ_p = (V_pk √e_k)_k, and f is a linear function of them:
f(p) = Φ_p·w with ‖f‖² = |w|². What is left is a penalised regression in 2n numbers w.
For a handful of points: the hinge loss takes 3^M cases, M the number of scores.
"""

import itertools

import numpy as np
import torch
from numpy.typing import ArrayLike
from scipy.optimize import minimize

from ganscape.landscape.losses import Loss, as_objective
from ganscape.landscape.points import checked_points
from ganscape.objectives import PairedObjective, ScalarFunction, hinge


def textbook_smoothed_value(
    real: ArrayLike, fake: ArrayLike, loss: Loss, kernel_width: float, regularisation: float
) -> float:
    """g_smooth(Y) for one Y: `real` and `fake` are (n, d), `kernel_width` in the units of the points.

    Raises `InputError` (a `ValueError`) for points that do not fit, `RuntimeError` if SciPy finds no maximum.
    """
    real, fake = checked_points(real, fake)
    features = _features(np.concatenate([real, fake]), kernel_width)
    on_real, on_fake = features[: len(real)], features[len(real) :]
    chosen = as_objective(loss)
    if isinstance(chosen, PairedObjective):
        parts = [(on_real - on_fake, chosen.h)]
        weight = 1 / len(real)
    else:
        parts = [(on_real, chosen.h1), (-on_fake, chosen.h2)]
        weight = 1 / (2 * len(real))
    if all(function is hinge for _, function in parts):
        return _hinge_maximum(np.concatenate([rows for rows, _ in parts]), weight, regularisation)
    return _smooth_maximum(parts, weight, regularisation)


def _features(points: np.ndarray, kernel_width: float) -> np.ndarray:
    """Φ (2n, 2n), with ΦΦᵀ the kernel matrix of the points."""
    squared_distances = ((points[:, None] - points[None]) ** 2).sum(-1)
    eigenvalues, vectors = np.linalg.eigh(np.exp(-squared_distances / (2 * kernel_width**2)))
    return vectors * np.sqrt(np.maximum(eigenvalues, 0))


def _smooth_maximum(
    parts: list[tuple[np.ndarray, ScalarFunction]], weight: float, regularisation: float
) -> float:
    """max_w weight Σ φ(rows·w) - (regularisation/2)|w|², over (rows, φ) in `parts`, by a trust region."""

    def loss(w: torch.Tensor) -> torch.Tensor:
        gain = sum(function(torch.as_tensor(rows) @ w).sum() for rows, function in parts)
        return regularisation / 2 * w @ w - weight * gain

    found = minimize(
        lambda w: loss(torch.as_tensor(w)).item(),
        np.zeros(parts[0][0].shape[1]),
        jac=lambda w: torch.func.grad(loss)(torch.as_tensor(w)).numpy(),
        hess=lambda w: torch.func.hessian(loss)(torch.as_tensor(w)).numpy(),
        method="trust-exact",
        options={"gtol": 1e-9, "max_trust_radius": 1e6, "maxiter": 1000},
    )
    # SciPy calls it a failure when rounding errors stop it; what matters is that the gradient is gone.
    if np.abs(found.jac).max() > 1e-7:
        raise RuntimeError(f"SciPy found no maximum: {found.message}")
    return -found.fun


def _hinge_maximum(rows: np.ndarray, weight: float, regularisation: float) -> float:
    """max_w -weight Σ max(0, 1 - rows·w) - (regularisation/2)|w|², by trying out every case.

    The best w is (weight/regularisation) Σ_j α_j rows_j, where α_j is 1 if the score rows_j·w is below 1, 0
    if it is above, and something between if it is 1; and no other α in [0, 1]^M gives the dual objective
    weight (½ αᵀPα - Σ α_j), P = (weight/regularisation) rows rowsᵀ, a smaller value. So: assume for every
    score one of the three cases, solve for the α between, and keep the smallest value of them all.
    """
    quadratic = weight / regularisation * rows @ rows.T
    smallest = np.inf
    for case in itertools.product((0.0, 1.0, np.nan), repeat=len(rows)):
        shares = np.array(case)
        between = np.isnan(shares)
        shares[between] = 0
        wanted = 1 - quadratic[between] @ shares
        solved, *_ = np.linalg.lstsq(quadratic[np.ix_(between, between)], wanted)
        shares[between] = np.clip(solved, 0, 1)
        smallest = min(smallest, weight * (shares @ quadratic @ shares / 2 - shares.sum()))
    return smallest
