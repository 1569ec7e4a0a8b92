"""xi against its definition, and the assumptions of both theorems against all losses."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from patterns import PAIRED, SEPARABLE

from ganscape.landscape import (
    barrier,
    check_assumptions,
    state_values,
    strict_local_minima,
    theorem_applies,
    xi,
)
from ganscape.landscape.suprema import supremum
from ganscape.objectives import OBJECTIVES, PairedObjective, SeparableObjective, hinge, identity, logistic


@pytest.mark.parametrize("loss", SEPARABLE)
@given(m=st.one_of(st.integers(0, 50), st.floats(0, 50)))
def test_the_closed_form_is_the_supremum(loss, m):
    objective = OBJECTIVES[loss]
    found, place = supremum(lambda t: objective.h1(t) + m * objective.h2(-t))
    assert xi(m, loss) == pytest.approx(found, abs=1e-9)
    at_place = objective.h1(torch.tensor(place)) + m * objective.h2(torch.tensor(-place))
    assert float(at_place) == pytest.approx(found, abs=1e-4)


@pytest.mark.parametrize("loss", SEPARABLE)
def test_xi_of_nothing_is_zero(loss):
    assert xi(0, loss) == 0


def test_xi_of_js_is_that_of_the_paper():
    assert xi(1, "js") == pytest.approx(-2 * np.log(2))
    assert xi(2, "js") == pytest.approx(np.log(1 / 3) + 2 * np.log(2 / 3))  # its remark after Claim 3.2


def test_xi_of_js_keeps_its_digits_for_many_points():
    """m log m - (m+1) log(m+1) is a difference of large numbers; the increments of xi are about -1/m."""
    m = 10**8
    assert xi(m, "js") - xi(m - 1, "js") == pytest.approx(-1 / m, rel=1e-5)


@pytest.mark.parametrize("loss", SEPARABLE)
@given(m=st.floats(0, 100), n=st.floats(0, 100))
def test_xi_decreases_and_is_convex(loss, m, n):
    """A supremum of functions that are linear in m; the paper derives xi(m-1) >= xi(m) >= m xi(1) from it."""
    assert xi(max(m, n), loss) <= xi(min(m, n), loss) + 1e-12
    assert xi((m + n) / 2, loss) <= (xi(m, loss) + xi(n, loss)) / 2 + 1e-12


def test_a_loss_without_a_name_is_analysed_as_well():
    """Twice the logistic loss: xi doubles, and the assumptions hold as they do for js."""

    def double(t):
        return 2 * logistic(t)

    unnamed = SeparableObjective("double", h1=double, h2=double, generator_score=double)
    assert xi(3, unnamed) == pytest.approx(2 * xi(3, "js"))
    assert theorem_applies(unnamed, largest=20)


def test_a_loss_that_goes_to_minus_infinity_fast_is_no_trouble():
    """0 times minus infinity is not a number, and must not become a maximum."""

    def steep(t):
        return -torch.exp(-t)

    loss = SeparableObjective("steep", h1=steep, h2=steep, generator_score=steep)
    assert xi(0, loss) == pytest.approx(0, abs=1e-12)
    assert xi(4, loss) == pytest.approx(-4)  # -e^-t - m e^t is highest at e^t = m^-1/2: -2 sqrt(m)
    assert strict_local_minima(3, loss) == 21
    assert theorem_applies(loss, largest=50)


@pytest.mark.parametrize("corner", [0.3, 0.7, 1 / 3, 1, 40.1])
def test_a_kink_is_found_wherever_it_is(corner):
    """Hinge-GAN's loss with another corner a: xi is -2 a min(1, m), and Theorem 1 does not apply either."""

    def bent(t):
        return -torch.relu(corner - t)

    loss = SeparableObjective("bent", h1=bent, h2=bent, generator_score=bent)
    found = np.array([xi(m, loss) for m in range(20)])
    assert found == pytest.approx(-2 * corner * np.minimum(1, np.arange(20)), rel=1e-15, abs=1e-15)
    assert [strict_local_minima(n, loss) for n in (2, 3, 4)] == [0, 0, 0]
    assert barrier([0, 0], loss) == pytest.approx(0, abs=1e-14)
    decreasing = check_assumptions(loss, largest=20)[2]
    assert decreasing.evidence.endswith("at m = 2; fails for 19 of 20 m")


def test_a_function_that_is_no_number_somewhere_is_refused():
    with pytest.raises(ValueError, match="h is not a number at t ="):
        supremum(lambda t: torch.log(t))


@pytest.mark.parametrize(
    ("loss", "complaint"),
    [
        (PairedObjective("low", h=lambda t: -2 - (1 - t) ** 2), "low fails Assumption 4.4"),
        (PairedObjective("bowl", h=lambda t: -1 / (1 + (t - 1) ** 2)), "bowl fails Assumption 4.5"),
        (
            SeparableObjective("low", h1=logistic, h2=lambda t: logistic(t) - 1, generator_score=logistic),
            "low fails Assumption 4.1",
        ),
    ],
)
def test_no_exact_value_without_the_assumptions_behind_it(loss, complaint):
    with pytest.raises(ValueError, match=complaint):
        state_values([0, 0], loss)


def test_concavity_is_judged_where_it_fails():
    """Values of e^50 far away do not excuse a bump near zero."""
    bumpy = PairedObjective("bumpy", h=lambda t: -torch.exp(-t) - 0.5 * torch.sin(3 * t) ** 2)
    assert held(bumpy)["4.5"] is False


def test_a_supremum_that_is_only_approached_counts():
    def slow(t):
        return -1 / (t + torch.sqrt(t**2 + 1))

    assert held(PairedObjective("slow", h=slow)) == {"4.4": True, "4.5": True}


def test_a_loss_that_borrows_a_name_does_not_get_its_closed_form():
    borrowed = SeparableObjective("js", h1=hinge, h2=hinge, generator_score=hinge)
    assert xi(1, borrowed) == pytest.approx(-2)


@pytest.mark.parametrize("m", [-1, float("nan"), float("inf"), "3"])
def test_xi_refuses_what_is_no_number_of_points(m):
    with pytest.raises(ValueError, match="give a finite number of generated points"):
        xi(m, "js")


def held(loss):
    return {assumption.number: assumption.holds for assumption in check_assumptions(loss, largest=200)}


@pytest.mark.parametrize("loss", ["js", "ls"])
def test_theorem_1_applies(loss):
    assert held(loss) == {"4.1": True, "4.2": True, "4.3": True}


def test_theorem_1_does_not_apply_to_hinge():
    """Remark 1 says it does, but xi(m) = -2 for every m >= 1, so the strict inequality 4.3 fails."""
    assert held("hinge") == {"4.1": True, "4.2": True, "4.3": False}
    (decreasing,) = (check for check in check_assumptions("hinge", largest=50) if check.number == "4.3")
    assert decreasing.evidence == "xi(m-1) - xi(m) = 0 at m = 2; fails for 49 of 50 m"
    assert [xi(m, "hinge") for m in (0, 1, 2, 50)] == [0, -2, -2, -2]


@pytest.mark.parametrize("loss", PAIRED)
def test_theorem_2_applies(loss):
    assert held(loss) == {"4.4": True, "4.5": True}


@pytest.mark.parametrize("distance", [0.1, 2.0, 30.0])
@pytest.mark.parametrize("squared", [False, True])
def test_theorem_2_applies_for_any_positive_constant(distance, squared):
    """Remark 1: h(t) = -max(0, a - t) and h(t) = -(a - t)^2."""
    power = 2 if squared else 1
    shifted = PairedObjective(
        "shifted", h=lambda t: -((distance - t) ** 2 if squared else torch.relu(distance - t) ** power)
    )
    assert theorem_applies(shifted)


def test_the_identity_fails_assumption_4_4():
    """Remark 2: W-GAN's h(t) = t has no supremum."""
    assert held("wgan-gp") == {"4.4": False, "4.5": True}
    assert held(PairedObjective("w", h=identity))["4.4"] is False


def test_a_convex_h_fails_assumption_4_5():
    assert held(PairedObjective("bowl", h=lambda t: -1 / (1 + t**2)))["4.5"] is False


def test_a_constant_fails_what_is_strict():
    """The paper's own example after Assumption 4.3."""
    constant = SeparableObjective(
        "constant", h1=torch.zeros_like, h2=torch.zeros_like, generator_score=identity
    )
    assert held(constant) == {"4.1": True, "4.2": False, "4.3": False}


@pytest.mark.parametrize(
    ("loss", "largest", "complaint"),
    [
        ("jz", 5, "unknown loss 'jz'"),
        (None, 5, "None is no loss"),
        ("js", 0, "largest is 0"),
        ("js", 2.5, "largest"),
    ],
)
def test_bad_input_is_refused(loss, largest, complaint):
    with pytest.raises(ValueError, match=complaint):
        check_assumptions(loss, largest)
