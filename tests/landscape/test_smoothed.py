"""The smoothed landscape against SciPy's plain solution, finite differences, and what theory says of it."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime

from ganscape.errors import InputError
from ganscape.landscape.losses import LOSSES, PAIRED, SEPARABLE
from ganscape.landscape.smoothed import (
    smoothed_discriminator,
    smoothed_value,
    smoothed_value_and_gradient,
)
from ganscape.landscape.textbook import textbook_smoothed_value
from ganscape.objectives import OBJECTIVES, PairedObjective, SeparableObjective, hinge, identity, logistic

LOG2, LOG3 = np.log(2), np.log(3)
LINE = np.array([[0.0], [1.0]])


def problems(sizes=(2, 3), dimensions=(1, 2), smallest_penalty=1e-4):
    """(real, fake, kernel width, penalty) with generated points anywhere, some on others or on real ones."""

    @st.composite
    def draw_problem(draw):
        n, d = draw(st.sampled_from(sizes)), draw(st.sampled_from(dimensions))
        random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
        real, fake = random.normal(size=(2, n, d))
        for i in range(n):
            choice = draw(st.sampled_from(["free", "on real", "on fake", "close"]))
            if choice == "on real":
                fake[i] = real[random.integers(n)]
            elif choice == "on fake":
                fake[i] = fake[random.integers(n)]
            elif choice == "close":
                fake[i] = real[random.integers(n)] + 1e-6 * random.normal(size=d)
        width = 10 ** draw(st.floats(-1, 0.5))
        penalty = 10 ** draw(st.floats(np.log10(smallest_penalty), 1))
        return real, fake, width, penalty

    return draw_problem()


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=60)
@given(problem=problems())
def test_value_equals_the_textbook_one(loss, problem):
    real, fake, width, penalty = problem
    value = smoothed_value(real, fake, loss, width, penalty)
    assert value.shape == () and value.dtype == np.float64
    assert value == pytest.approx(textbook_smoothed_value(real, fake, loss, width, penalty), abs=1e-8)


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=40)
@given(problem=problems(smallest_penalty=1e-3), seed=st.integers(0, 2**32 - 1))
def test_gradient_equals_finite_differences(loss, problem, seed):
    real, fake, width, penalty = problem
    # Points that coincide on the kink of the hinge loss have no gradient: keep them apart.
    fake = fake + 0.1 * width * np.random.default_rng(seed).normal(size=fake.shape)
    value, gradient = smoothed_value_and_gradient(real, fake, loss, width, penalty)
    assert value == pytest.approx(smoothed_value(real, fake, loss, width, penalty), abs=1e-12)

    def at(coordinates):
        return smoothed_value(real, coordinates.reshape(fake.shape), loss, width, penalty)

    step = 1e-5 * width
    axes = step * np.eye(fake.size).reshape(fake.size, *fake.shape)
    differences = (at_each(at, fake + axes) - at_each(at, fake - axes)) / (2 * step)
    scale = 1 + np.abs(gradient).max()
    np.testing.assert_allclose(gradient.ravel(), differences, rtol=0, atol=2e-4 * scale)


def at_each(function, positions):
    return np.array([function(position.ravel()) for position in positions])


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if "hinge" not in loss])
def test_gradient_is_that_of_the_objective_at_the_fixed_best_discriminator(loss):
    """The envelope theorem, with the discriminator moved by SciPy's one-sided differences."""
    real, fake = np.random.default_rng(0).normal(size=(2, 3, 2))
    _, gradient = smoothed_value_and_gradient(real, fake, loss, 0.7, 0.05)
    numeric = approx_fprime(
        fake.ravel(), lambda y: smoothed_value(real, y.reshape(3, 2), loss, 0.7, 0.05), 1e-7
    )
    np.testing.assert_allclose(gradient.ravel(), numeric, atol=1e-6)


@pytest.mark.parametrize("loss", LOSSES)
def test_discriminator_satisfies_its_optimality_condition(loss):
    """Moving the best f by any function of the space lowers the objective."""
    random = np.random.default_rng(1)
    real, fake, other = random.normal(size=(3, 3, 2))
    width, penalty = 0.8, 0.03
    points = np.concatenate([real, fake, other])
    kernel = np.exp(-((points[:, None] - points) ** 2).sum(-1) / (2 * width**2))
    f = smoothed_discriminator(real, fake, loss, width, penalty, points)

    def objective(values):
        x, y = torch.tensor(values[:3]), torch.tensor(values[3:6])
        if loss in PAIRED:
            gain = -OBJECTIVES[loss].discriminator_loss(x, y)
        else:
            gain = -OBJECTIVES[loss].discriminator_loss(x, y) / 2
        return gain.item() - penalty / 2 * values @ np.linalg.solve(kernel, values)

    best = objective(f)
    assert best == pytest.approx(float(smoothed_value(real, fake, loss, width, penalty)), abs=1e-9)
    for direction in random.normal(size=(50, 9)):
        assert objective(f + 0.1 * kernel @ direction) < best


@pytest.mark.parametrize("loss", LOSSES)
def test_a_grid_equals_its_points_one_by_one(loss):
    random = np.random.default_rng(2)
    real, fake = random.normal(size=(2, 1)), random.normal(size=(3, 4, 2, 1))
    values, gradients = smoothed_value_and_gradient(real, fake, loss, 0.5, 1e-3)
    f = smoothed_discriminator(real, fake, loss, 0.5, 1e-3, real)
    assert values.shape == (3, 4) and gradients.shape == fake.shape and f.shape == (3, 4, 2)
    for place in np.ndindex(3, 4):
        value, gradient = smoothed_value_and_gradient(real, fake[place], loss, 0.5, 1e-3)
        np.testing.assert_allclose(values[place], value, atol=1e-12)
        np.testing.assert_allclose(gradients[place], gradient, atol=1e-9)
        np.testing.assert_allclose(
            f[place], smoothed_discriminator(real, fake[place], loss, 0.5, 1e-3, real), atol=1e-9
        )


def test_an_empty_grid_is_an_empty_answer():
    assert smoothed_value(LINE, np.empty((0, 2, 1)), "rs", 0.5, 0.1).shape == (0,)


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=30)
@given(problem=problems(dimensions=(2,)), seed=st.integers(0, 2**32 - 1))
def test_value_does_not_depend_on_names_place_or_orientation(loss, problem, seed):
    real, fake, width, penalty = problem
    random = np.random.default_rng(seed)
    value = smoothed_value(real, fake, loss, width, penalty)
    order = random.permutation(len(real))
    rotation, _ = np.linalg.qr(random.normal(size=(2, 2)))
    shift = random.normal(size=2)
    variants = [
        (real[order], fake[order]),
        (real @ rotation + shift, fake @ rotation + shift),
    ]
    if loss in SEPARABLE:
        variants.append((real, fake[order]))
    for moved_real, moved_fake in variants:
        moved = smoothed_value(moved_real, moved_fake, loss, width, penalty)
        assert moved == pytest.approx(float(value), abs=1e-7)


STATES = {"perfect": (0, 1), "collapsed": (0, 0), "one matched": (0, 60), "both far": (-50, 60)}
EXACT = {
    "js": (-LOG2, (2 * LOG2 - 3 * LOG3) / 4, -LOG2 / 2, 0),
    "rs": (-LOG2, -LOG2 / 2, -LOG2 / 2, 0),
    # Over all f: a matched pair costs h(0) = -1, and both points on x1 leave sup h1(t) + 2 h2(-t) = -2.
    "hinge": (-1, -0.5, -0.5, 0),
    "rp-hinge": (-1, -0.5, -0.5, 0),
    # sup -(1-t)² - m t² = -m/(1+m).
    "ls": (-0.25, -1 / 6, -0.125, 0),
    "rp-ls": (-1, -0.5, -0.5, 0),
}


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("state", STATES)
def test_value_rises_to_the_exact_one_as_the_penalty_vanishes(loss, state):
    exact = EXACT[loss][list(STATES).index(state)]
    fake = np.array(STATES[state], dtype=float)[:, None]
    values = [float(smoothed_value(LINE, fake, loss, 0.4, penalty)) for penalty in (1e-2, 1e-3, 1e-4, 1e-6)]
    assert all(later >= earlier - 1e-12 for earlier, later in itertools.pairwise(values))
    assert values[-1] <= exact + 1e-9
    assert values[-1] == pytest.approx(exact, abs=5e-4)


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=20)
@given(problem=problems())
def test_value_is_at_least_that_of_a_silent_discriminator(loss, problem):
    at_zero = {"js": -LOG2, "rs": -LOG2, "ls": -0.5}.get(loss, -1)
    assert at_zero - 1e-9 <= smoothed_value(problem[0], problem[1], loss, *problem[2:]) <= 1e-9


def squared_discrepancy(real, fake, width):
    """The squared maximum mean discrepancy of the two sets of points."""
    points = np.concatenate([real, fake])
    signs = np.repeat([1, -1], len(real)) / len(real)
    return signs @ np.exp(-((points[:, None] - points) ** 2).sum(-1) / (2 * width**2)) @ signs


def test_a_linear_loss_gives_the_squared_maximum_mean_discrepancy():
    real, fake = np.random.default_rng(3).normal(size=(2, 3, 2))
    linear = PairedObjective("linear", h=identity)
    expected = squared_discrepancy(real, fake, 0.9) / (2 * 0.2)
    assert smoothed_value(real, fake, linear, 0.9, 0.2) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("loss,slope,paired", [("js", 0.5, False), ("rs", 0.5, True), ("hinge", 1, False)])
def test_large_penalties_leave_the_squared_maximum_mean_discrepancy(loss, slope, paired):
    """g - g(f = 0) → (c n h'(0))² MMD² / (2λ), with c n = 1 for paired losses and 1/2 for separable ones."""
    real, fake = np.random.default_rng(4).normal(size=(2, 3, 2))
    penalty = 1e4
    at_zero = -LOG2 if slope == 0.5 else -1
    gain = float(smoothed_value(real, fake, loss, 0.9, penalty)) - at_zero
    expected = (slope * (1 if paired else 0.5)) ** 2 * squared_discrepancy(real, fake, 0.9) / (2 * penalty)
    assert gain == pytest.approx(expected, rel=1e-3)


def test_a_loss_without_a_name_is_welcome():
    real, fake = np.random.default_rng(5).normal(size=(2, 2, 1))
    steep = SeparableObjective(
        "steep", h1=lambda t: logistic(3 * t), h2=lambda t: -torch.exp(-t), generator_score=identity
    )
    value = smoothed_value(real, fake, steep, 0.5, 0.01)
    assert value == pytest.approx(textbook_smoothed_value(real, fake, steep, 0.5, 0.01), abs=1e-8)


def test_a_loss_with_a_kink_that_is_not_the_hinge_is_refused():
    kinked = PairedObjective("kinked", h=lambda t: hinge(t + 0.9))
    with pytest.raises(InputError, match=r"Newton steps: the loss must be concave and smooth"):
        smoothed_value(LINE, [[0.3], [0.5]], kinked, 0.5, 1e-3)


@pytest.mark.parametrize("penalty", [1e-7, 1e-3])
@pytest.mark.parametrize("loss", LOSSES)
def test_nearly_singular_problems_are_solved(loss, penalty):
    """Wide kernels, small penalties and points that almost coincide, thousands at a time."""
    random = np.random.default_rng(6)
    real, fake = random.normal(size=(3, 1)), random.normal(size=(2000, 3, 1))
    fake[:800, 0] = real[1]
    fake[400:1200, 1] = fake[400:1200, 2] + 1e-9 * random.normal(size=(800, 1))
    for width in (0.05, 0.8, 8):
        values, gradients = smoothed_value_and_gradient(real, fake, loss, width, penalty)
        assert (values <= 1e-9).all() and np.isfinite(gradients).all()


@pytest.mark.parametrize(
    "changes,message",
    [
        ({"real": [[0.0], [0.0]]}, "same point"),
        ({"real": [0.0, 1.0]}, "real has shape"),
        ({"fake": [[0.0], [np.nan]]}, r"fake\[1, 0\] is nan"),
        ({"fake": [[0.0, 1.0]]}, r"fake has shape \(1, 2\)"),
        ({"fake": [0.0, 1.0]}, r"fake has shape \(2,\)"),
        ({"loss": "wgan-gp"}, "unbounded"),
        ({"loss": "nonsense"}, "unknown loss"),
        ({"kernel_width": 0.0}, "kernel_width is 0.0"),
        ({"kernel_width": np.inf}, "kernel_width is inf"),
        ({"kernel_width": 1e300}, r"kernel_width is 1e\+300: give one number from 1e-100 to 1e\+100"),
        ({"regularisation": -1.0}, "regularisation is -1.0"),
        ({"regularisation": [1.0, 2.0]}, "regularisation is"),
        ({"points": [[0.0, 1.0]]}, "points has shape"),
    ],
)
def test_bad_input_is_named(changes, message):
    good = {
        "real": LINE,
        "fake": [[0.0], [0.5]],
        "loss": "js",
        "kernel_width": 0.3,
        "regularisation": 0.01,
        "points": LINE,
    }
    with pytest.raises(InputError, match=message):
        smoothed_discriminator(**{**good, **changes})


def test_the_number_of_threads_is_left_as_it_was():
    before = torch.get_num_threads()
    smoothed_value(LINE, LINE, "js", 0.3, 0.1)
    with pytest.raises(InputError):
        smoothed_value(LINE, LINE, "nonsense", 0.3, 0.1)
    assert torch.get_num_threads() == before
