"""Local minima and descents of the smoothed landscape, against independent searches and symmetries."""

import itertools
from collections import Counter

import numpy as np
import pytest
from scipy.optimize import minimize

from ganscape.errors import InputError
from ganscape.landscape.descents import descend, random_starts
from ganscape.landscape.losses import LOSSES, SEPARABLE
from ganscape.landscape.minima import COLLAPSED, DROPPED, PERFECT, Minimum, kind_of, local_minima
from ganscape.landscape.smoothed import smoothed_value, smoothed_value_and_gradient
from ganscape.landscape.textbook import textbook_smoothed_value

LINE = np.array([[0.0], [1.0]])
TRIANGLE = np.array([[0.0, 0.0], [1.0, 0.0], [0.5, 0.75**0.5]])


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("penalty", [1e-6, 1e-7])
def test_tiny_penalties_are_solved(loss, penalty):
    """Where points all but coincide, the Gram matrix is rounding noise, which must not look indefinite."""
    found = local_minima(LINE, loss, 0.5, penalty)
    assert kinds(found)[PERFECT] == 2
    near = LINE + 1.8e-9
    assert smoothed_value(LINE, near, loss, 0.3, penalty) == pytest.approx(found[0].value, abs=1e-3)


def kinds(minima: list[Minimum]) -> Counter:
    return Counter(minimum.kind for minimum in minima)


@pytest.mark.parametrize(
    "fake,kind",
    [
        ((0.0, 1.0), PERFECT),
        ((1.2, -0.2), PERFECT),
        ((0.0, 0.1), COLLAPSED),
        ((1.1, 0.8), COLLAPSED),
        ((0.0, 0.5), DROPPED),
        ((1.3, 1.0), DROPPED),
    ],
)
def test_kinds(fake, kind):
    assert kind_of(LINE, np.array(fake)[:, None]) == kind
    assert kind_of(10 * LINE, 10 * np.array(fake)[:, None]) == kind


@pytest.mark.parametrize("loss", LOSSES)
def test_minima_are_minima_of_the_textbook_value(loss):
    """Nothing around a minimum is lower, and a derivative-free search started there stays."""
    width, penalty = 0.3, 0.03
    found = local_minima(LINE, loss, width, penalty)
    assert found == sorted(found, key=lambda minimum: minimum.value)
    for minimum in found:

        def value(y):
            return textbook_smoothed_value(LINE, y[:, None], loss, width, penalty)

        place = np.array(minimum.points)[:, 0]
        assert value(place) == pytest.approx(minimum.value, abs=1e-9)
        circle = 2 * np.pi * np.arange(8) / 8
        for radius in (0.01, 0.02):
            around = place + radius * np.stack([np.cos(circle), np.sin(circle)], -1)
            assert min(map(value, around)) > minimum.value
        end = minimize(
            lambda y: float(smoothed_value(LINE, y[:, None], loss, width, penalty)),
            place + 0.002,
            method="Nelder-Mead",
            options={"xatol": 1e-6, "fatol": 1e-14},
        )
        np.testing.assert_allclose(end.x, place, atol=1e-3)


@pytest.mark.parametrize("loss", LOSSES)
def test_curvature_is_that_of_finite_differences_of_the_value(loss):
    width, penalty, step = 0.4, 0.1, 1e-3
    for minimum in local_minima(LINE, loss, width, penalty):
        place = np.array(minimum.points)
        axes = step * np.eye(2)[:, :, None]
        hessian = [
            [
                sum(
                    a * b * smoothed_value(LINE, place + a * u + b * v, loss, width, penalty)
                    for a in (1, -1)
                    for b in (1, -1)
                )
                / (4 * step**2)
                for v in axes
            ]
            for u in axes
        ]
        smallest = np.linalg.eigvalsh(hessian)[0]
        assert minimum.smallest_curvature == pytest.approx(smallest, rel=0.02, abs=1e-3)
        assert minimum.smallest_curvature > 0


@pytest.mark.parametrize("loss", LOSSES)
def test_minima_have_the_symmetries_of_the_problem(loss):
    found = [np.array(minimum.points) for minimum in local_minima(LINE, loss, 0.3, 0.01)]

    def is_found(place):
        return min(np.abs(place - other).max() for other in found) < 1e-4

    for place in found:
        assert is_found((1 - place)[::-1])
        if loss in SEPARABLE:
            assert is_found(place[::-1])


@pytest.mark.parametrize("loss", LOSSES)
def test_minima_scale_and_move_with_the_points(loss):
    near = local_minima(LINE, loss, 0.3, 0.1)
    far = local_minima(10 * LINE - 3, loss, 3.0, 0.1)
    assert kinds(near) == kinds(far)
    near_places = sorted(minimum.points for minimum in near)
    far_places = sorted(minimum.points for minimum in far)
    np.testing.assert_allclose(np.array(near_places) * 10 - 3, far_places, atol=1e-3)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES if loss != "ls"])
def test_perfect_minima_are_the_global_ones_at_the_value_of_a_silent_discriminator(loss):
    at_zero = {"js": -np.log(2), "rs": -np.log(2)}.get(loss, -1)
    for minimum in local_minima(LINE, loss, 0.4, 0.01):
        assert minimum.is_global == (minimum.kind == PERFECT)
        if minimum.is_global:
            assert minimum.value == pytest.approx(at_zero, abs=1e-9)


def test_js_keeps_its_collapsed_minima_where_kernels_are_narrow_and_loses_them_where_they_are_wide():
    assert kinds(local_minima(LINE, "js", 0.3, 0.01)) == {PERFECT: 2, COLLAPSED: 4}
    assert kinds(local_minima(LINE, "js", 0.6, 0.03)) == {PERFECT: 2}


def test_rs_has_no_collapsed_minima_but_traps_at_a_kernel_width_outside():
    """The exact landscape is flat there; the smooth one has shallow minima, one y on x, the other beyond."""
    found = local_minima(LINE, "rs", 0.4, 0.01)
    assert kinds(found) == {PERFECT: 2, DROPPED: 2}
    traps = sorted(minimum.points for minimum in found if minimum.kind == DROPPED)
    np.testing.assert_allclose(np.array(traps)[:, :, 0], [[0, -0.4], [1.4, 1]], atol=0.05)
    assert kinds(local_minima(LINE, "rs", 0.5, 0.1)) == {PERFECT: 2}


@pytest.mark.parametrize("loss", LOSSES)
def test_a_finer_grid_finds_the_same_minima(loss):
    coarse = local_minima(LINE, loss, 0.3, 0.01, resolution=41)
    fine = local_minima(LINE, loss, 0.3, 0.01, resolution=91)
    assert len(coarse) == len(fine)
    for place in (np.array(minimum.points) for minimum in coarse):
        assert min(np.abs(place - np.array(other.points)).max() for other in fine) < 1e-4


@pytest.mark.parametrize("loss", LOSSES)
def test_descents_on_the_line_end_in_the_minima_that_were_found(loss):
    minima = [np.array(minimum.points) for minimum in local_minima(LINE, loss, 0.4, 0.03)]
    starts = random_starts(LINE, 40, seed=0, spread=0.5)
    ends = descend(LINE, starts, loss, 0.4, 0.03)
    for position, status in zip(ends.positions, ends.status, strict=True):
        if status == "minimum":
            assert min(np.abs(position - place).max() for place in minima) < 1e-3


@pytest.mark.parametrize("loss", LOSSES)
def test_descents_never_rise_and_say_where_they_ended(loss):
    starts = random_starts(TRIANGLE, 24, seed=1, spread=0.5)
    before = smoothed_value(TRIANGLE, starts, loss, 0.4, 0.01)
    whole = descend(TRIANGLE, starts, loss, 0.4, 0.01)
    assert (whole.values <= before).all()
    value, gradient = smoothed_value_and_gradient(TRIANGLE, whole.positions, loss, 0.4, 0.01)
    np.testing.assert_allclose(whole.values, value, atol=1e-9)
    norms = np.linalg.norm(gradient.reshape(24, -1), axis=1)
    np.testing.assert_allclose(whole.gradient_norms, norms, atol=1e-5)
    assert whole.kinds == tuple(kind_of(TRIANGLE, position) for position in whole.positions)
    at_minimum = np.array([status == "minimum" for status in whole.status])
    assert at_minimum.mean() > 0.5
    assert (norms[at_minimum] < 1e-3).all() and (whole.smallest_curvatures[at_minimum] > 0).all()
    values = [
        descend(TRIANGLE, starts, loss, 0.4, 0.01, most_steps=steps).values for steps in (0, 1, 2, 5, 20)
    ]
    assert all((later <= earlier).all() for earlier, later in itertools.pairwise(values))
    assert (values[0] == before).all()


def test_far_starts_end_on_the_plateau():
    ends = descend(LINE, [[[-30.0], [40.0]]], "rs", 0.3, 0.01)
    assert ends.status == ("plateau",) and ends.kinds == (DROPPED,)
    np.testing.assert_array_equal(ends.positions, [[[-30.0], [40.0]]])


def test_a_start_on_a_saddle_leaves_it():
    ends = descend(LINE, [[[0.5], [0.5]]], "js", 0.3, 0.01)
    assert ends.status == ("minimum",) and ends.values[0] < smoothed_value(
        LINE, [[0.5], [0.5]], "js", 0.3, 0.01
    )


def test_random_starts_are_reproducible_and_within_their_box():
    starts = random_starts(TRIANGLE, 50, seed=3, spread=0.25)
    assert starts.shape == (50, 3, 2)
    np.testing.assert_array_equal(starts[:20], random_starts(TRIANGLE, 20, seed=3, spread=0.25))
    assert not np.array_equal(starts, random_starts(TRIANGLE, 50, seed=4, spread=0.25))
    assert (starts >= TRIANGLE.min(0) - 0.25).all() and (starts <= TRIANGLE.max(0) + 0.25).all()


@pytest.mark.parametrize(
    "call,message",
    [
        (lambda: local_minima(TRIANGLE, "js", 0.3, 0.1), "two points on a line"),
        (lambda: local_minima(LINE, "js", 0.3, 0.1, margin=-1), "margin is -1"),
        (lambda: local_minima(LINE, "js", 0.3, 0.1, resolution=2), "resolution is 2"),
        (lambda: local_minima(LINE, "wgan-gp", 0.3, 0.1), "unbounded"),
        (lambda: descend(LINE, LINE, "js", 0.3, 0.1), "starts has shape"),
        (lambda: descend([[0.0]], [[[0.0]]], "js", 0.3, 0.1), "at least two"),
        (lambda: random_starts(LINE, 0, 0, 1.0), "number is 0"),
        (lambda: random_starts(LINE, 1, -1, 1.0), "seed is -1"),
        (lambda: random_starts(LINE, 1, 0, np.nan), "spread is nan"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def test_soft_directions_are_told_from_stiff_ones():
    """One curvature is 20,000 times the other; least squares in 60 digits gave the small one, 0.061416."""
    collapsed = [m for m in local_minima(LINE, "ls", 0.4, 1e-4) if m.kind == COLLAPSED]
    assert len(collapsed) == 2
    for minimum in collapsed:
        assert minimum.smallest_curvature == pytest.approx(0.061416, rel=2e-3)


def test_a_crease_is_no_minimum():
    """Points that coincide under a hinge loss share their coefficient, which makes a concave crease."""
    crease = np.array([[[0.003732746], [0.003745382]]])
    assert descend(LINE, crease, "hinge", 1.25, 1e-4).status == ("not converged",)
    assert kinds(local_minima(LINE, "hinge", 1.25, 1e-4)) == {PERFECT: 2}
