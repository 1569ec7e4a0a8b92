"""The inner problem of the smoothed landscape: the best coefficients β, for a whole batch of Gram matrices.

Given a positive semidefinite Gram matrix Q (M, M), a penalty λ > 0 and a weight c > 0, both functions solve

    max_β  F(β),    F(β) = c Σ_j φ_j(s_j) - (λ/2) βᵀQβ,    s = Qβ,

for concave φ_j. Its gradient is -Q R(β) with the residual R(β) = λβ - c φ'(s), so R = 0 is sufficient for a
maximum, also where Q is singular (coinciding points); unlike Q R = 0 it determines smooth losses' β uniquely.

*Smooth φ* (`newton_coefficients`): the Jacobian of R is J = λI + DQ with D = diag(-c φ''(s)) ≥ 0. The
eigenvalues of DQ are those of D^½QD^½, so J is invertible, and the Newton step -J⁻¹R is one of ascent:
-RᵀQ(-J⁻¹R) = Rᵀ(QJ⁻¹)R ≥ 0, as QJ⁻¹ = (λI + QD)⁻¹Q is symmetric and positive semidefinite.

*Hinge* φ(t) = -max(0, 1 - t) = min_{0 ≤ α ≤ 1} -α(1 - t) (`hinge_coefficients`): exchanging max and min gives
β = (c/λ)α with α from the box-constrained quadratic programme

    min_{0 ≤ α ≤ 1}  c [½ αᵀPα - Σ_j α_j],    P = (c/λ) Q,

whose value is F(β). A feasible primal-dual interior-point method (Mehrotra's predictor and corrector) follows
its central path; where α is not unique (equal points on the kink) it ends at the centre of the solutions.
"""

from collections.abc import Callable

import torch
from torch import Tensor

from ganscape.errors import InputError

# What an interior-point step moves, (B, n) each: shares, what room they leave, and the multipliers of both.
State = tuple[Tensor, Tensor, Tensor, Tensor]

MOST_NEWTON_STEPS = 200
MOST_INTERIOR_STEPS = 100
GAP = 1e-14  # of the interior-point method, per constraint; values are about one
SHORT_STEP = 0.3
CENTRING = 0.2
NEIGHBOURHOOD = 1e-3
EPSILON = torch.finfo(torch.float64).eps

Terms = Callable[[Tensor], Tensor]


def newton_coefficients(gram: Tensor, terms: Terms, weight: float, regularisation: float) -> Tensor:
    """β (B, M) for Gram matrices (B, M, M) and `terms`, the φ_j(s_j) of scores s (B, M) as (B, M).

    Raises `InputError` where the iteration finds no maximum: a φ that is not concave, a kink, or a
    regularisation too small for float64.
    """
    answer = gram.new_zeros(gram.shape[:2])
    unfinished = torch.arange(len(gram))
    coefficients = answer
    for _ in range(MOST_NEWTON_STEPS):
        scores = _times(gram, coefficients)
        slopes, curvatures = _slopes_and_curvatures(terms, scores)
        residual = regularisation * coefficients - weight * slopes
        jacobian = -weight * curvatures[..., None] * gram
        jacobian.diagonal(dim1=-2, dim2=-1).add_(regularisation)
        step = torch.linalg.solve(jacobian, -residual)
        # Once the residual is small, the full Newton step below leaves only rounding errors.
        done = residual.abs().amax(-1) <= weight * _residual_tolerance(gram, coefficients)
        lengths = _step_lengths(terms, weight, regularisation, coefficients, scores, step, _times(gram, step))
        coefficients = coefficients + torch.where(done, 1.0, lengths)[:, None] * step
        answer[unfinished] = coefficients
        if bool(done.all()):
            return answer
        keep = ~done
        unfinished, gram, coefficients = unfinished[keep], gram[keep], coefficients[keep]
    raise InputError(
        f"no maximising f found in {MOST_NEWTON_STEPS} Newton steps: the loss must be concave and smooth "
        f"(or ganscape.objectives.hinge itself), and regularisation {regularisation:g} not so small"
    )


def hinge_coefficients(gram: Tensor, weight: float, regularisation: float) -> Tensor:
    """β (B, M) of the hinge loss for Gram matrices (B, M, M), to a duality gap of about 1e-13.

    Raises `InputError` where the gap does not close: a regularisation too small for float64.
    """
    quadratic = gram * (weight / regularisation)
    answer = gram.new_empty(gram.shape[:2])
    unfinished = torch.arange(len(gram))
    share = torch.full_like(answer, 0.5)
    excess = _times(quadratic, share) - 1
    # Exactly dual feasible, so that the complementarity products are the whole duality gap, and of one size.
    # 1 - α is a variable of its own, because close to α = 1 the difference would have no correct digit.
    size = excess.abs().amax(-1, keepdim=True) + 1
    state = (share, 1 - share, size + excess.clamp(min=0), size + (-excess).clamp(min=0))
    for _ in range(MOST_INTERIOR_STEPS):
        state = _interior_step(quadratic, *state)
        share, room, lower, upper = state
        answer[unfinished] = share
        keep = (share * lower + room * upper).mean(-1) > GAP + _rounding(quadratic)
        if not bool(keep.any()):
            return answer * (weight / regularisation)
        unfinished, quadratic = unfinished[keep], quadratic[keep]
        state = (share[keep], room[keep], lower[keep], upper[keep])
    raise InputError(
        f"no maximising f found in {MOST_INTERIOR_STEPS} interior-point steps: "
        f"regularisation {regularisation:g} is too small, give a larger one"
    )


def _times(matrices: Tensor, vectors: Tensor) -> Tensor:
    return (matrices @ vectors[..., None])[..., 0]


def _residual_tolerance(gram: Tensor, coefficients: Tensor) -> Tensor:
    """What the residual over the weight may be, (B,): 1e-9, or more where rounding in s = Qβ forbids it."""
    rounding = EPSILON * (gram.abs().amax((-2, -1)) * coefficients.abs().sum(-1))
    return 1e-9 + 64 * rounding


def _slopes_and_curvatures(terms: Terms, scores: Tensor) -> tuple[Tensor, Tensor]:
    """φ' and φ'' at the scores, by automatic differentiation: φ_j depends on s_j alone."""
    with torch.enable_grad():
        scores = scores.detach().requires_grad_()
        (slopes,) = torch.autograd.grad(terms(scores).sum(), scores, create_graph=True)
        if not slopes.requires_grad:  # linear functions
            return slopes, torch.zeros_like(slopes)
        (curvatures,) = torch.autograd.grad(slopes.sum(), scores, materialize_grads=True)
    return slopes.detach(), curvatures


def _step_lengths(
    terms: Terms,
    weight: float,
    regularisation: float,
    coefficients: Tensor,
    scores: Tensor,
    step: Tensor,
    score_step: Tensor,
) -> Tensor:
    """The largest of 1, ½, ¼, ... with enough ascent of F (Armijo), for each member of the batch."""

    def objective(length: Tensor) -> Tensor:
        moved_scores = scores + length[:, None] * score_step
        penalty = ((coefficients + length[:, None] * step) * moved_scores).sum(-1)
        return weight * terms(moved_scores).sum(-1) - regularisation / 2 * penalty

    lengths = torch.ones_like(scores[:, 0])
    start = objective(torch.zeros_like(lengths))
    slopes, _ = _slopes_and_curvatures(terms, scores)
    promised = ((weight * slopes - regularisation * coefficients) * score_step).sum(-1)
    allowance = 64 * EPSILON * (1 + start.abs())  # close to the maximum, differences are rounding errors
    for _ in range(50):
        too_long = ~(objective(lengths) >= start + 1e-4 * lengths * promised - allowance)
        if not bool(too_long.any()):
            break
        lengths = torch.where(too_long, lengths / 2, lengths)
    return lengths


def _interior_step(quadratic: Tensor, share: Tensor, room: Tensor, lower: Tensor, upper: Tensor) -> State:
    """One predictor-corrector step for α, 1 - α and the multipliers of α ≥ 0 and of 1 - α ≥ 0, all (B, M)."""
    excess = _times(quadratic, share) - 1 - lower + upper
    # Where α is not unique, the barrier alone makes the system regular; its size falls below rounding errors.
    diagonal = lower / share + upper / room + _rounding(quadratic)[:, None]
    factors = torch.linalg.lu_factor(quadratic + torch.diag_embed(diagonal))

    def directions(target_lower: Tensor, target_upper: Tensor) -> State:
        """Towards α·lower = target_lower, (1 - α)·upper = target_upper, to first order."""
        right = -excess + (target_lower / share - lower) - (target_upper / room - upper)
        move = torch.linalg.lu_solve(*factors, right[..., None])[..., 0]
        move_lower = (target_lower - lower * move) / share - lower
        move_upper = (target_upper + upper * move) / room - upper
        return move, -move, move_lower, move_upper

    state = (share, room, lower, upper)
    zero = torch.zeros_like(share)
    predicted = directions(zero, zero)
    length = _longest_feasible(state, predicted)
    gap = _mean_product(*state)
    target = (_mean_product(*_moved(state, predicted, length)) / gap) ** 3 * gap
    move, _, move_lower, move_upper = predicted
    corrected = directions(target - move * move_lower, target + move * move_upper)
    corrected_length = _length_near_path(state, corrected)
    if bool((corrected_length >= SHORT_STEP).all()):
        return _moved(state, corrected, corrected_length)
    # Mehrotra's method alone can cycle; where its step is short, plain path following is sure to progress.
    plain = directions(CENTRING * gap, CENTRING * gap)
    short = corrected_length < SHORT_STEP
    length = torch.where(short, _length_near_path(state, plain), corrected_length)
    chosen = _each(lambda safe, fast: torch.where(short, safe, fast), plain, corrected)
    return _moved(state, chosen, length)


def _moved(state: State, directions: State, length: Tensor) -> State:
    return _each(lambda value, direction: value + length * direction, state, directions)


def _each(function: Callable[[Tensor, Tensor], Tensor], one: State, other: State) -> State:
    first, second, third, fourth = map(function, one, other)
    return first, second, third, fourth


def _length_near_path(state: State, directions: State) -> Tensor:
    """A step length (B, 1) that lowers the gap and leaves no complementarity product far below their mean."""
    gap = _mean_product(*state)
    length = 0.995 * _longest_feasible(state, directions)
    for _ in range(20):
        share, room, lower, upper = _moved(state, directions, length)
        products = torch.cat([share * lower, room * upper], -1)
        mean = products.mean(-1, keepdim=True)
        far = products.amin(-1, keepdim=True) < NEIGHBOURHOOD * mean
        too_long = far | (mean > (1 - 0.1 * length) * gap)
        if not bool(too_long.any()):
            break
        length = torch.where(too_long, 0.7 * length, length)
    return length


def _longest_feasible(state: State, directions: State) -> Tensor:
    """The largest step length (B, 1), at most 1, that keeps everything in `state` non-negative."""
    values, changes = torch.cat(state, -1), torch.cat(directions, -1)
    ratios = torch.where(changes < 0, values / -changes, torch.inf)
    return ratios.amin(-1, keepdim=True).clamp(max=1)


def _mean_product(share: Tensor, room: Tensor, lower: Tensor, upper: Tensor) -> Tensor:
    """The mean complementarity product, (B, 1)."""
    return (share * lower + room * upper).mean(-1, keepdim=True) / 2


def _rounding(quadratic: Tensor) -> Tensor:
    """The size of rounding errors in P α, (B,)."""
    return 4 * EPSILON * quadratic.abs().amax((-2, -1))
