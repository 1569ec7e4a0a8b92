"""Values by shares: equal to those of points, and what imbalance does to the collapsed basin."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from patterns import LOSSES, PAIRED, SEPARABLE

from ganscape.landscape import barrier, collapse_rise, state_values, weighted_value, xi
from ganscape.landscape.numeric import paired_mass_value_numeric
from ganscape.landscape.values import FREE, least_value


@pytest.mark.parametrize("loss", LOSSES)
@settings(max_examples=30)
@given(state=st.integers(1, 5).flatmap(lambda n: st.lists(st.integers(-1, n - 1), min_size=n, max_size=n)))
def test_one_point_per_place_is_the_exact_value(loss, state):
    n = len(state)
    coupling = np.zeros((n, n))
    for i, place in enumerate(state):
        if place != FREE:
            coupling[i, place] = 1 / n
    assert weighted_value(np.full(n, 1 / n), coupling, loss) == pytest.approx(
        float(state_values(state, loss)), abs=2e-6
    )


@pytest.mark.parametrize("loss", LOSSES)
@given(share=st.floats(0.01, 0.99))
def test_perfect_recovery_is_as_low_under_imbalance(loss, share):
    shares = [share, 1 - share]
    assert weighted_value(shares, shares, loss) == pytest.approx(least_value(loss), abs=1e-9)
    assert weighted_value(shares, np.diag(shares), loss) == pytest.approx(least_value(loss), abs=1e-9)


@pytest.mark.parametrize("loss", PAIRED)
@settings(max_examples=30)
@given(parts=st.lists(st.floats(0.01, 1), min_size=6, max_size=6))
def test_two_clusters_need_no_solver(loss, parts):
    """Columns: pairs whose generated point is at the first place, at the second, free."""
    shares = np.array(parts).reshape(2, 3) / sum(parts)
    expected = paired_mass_value_numeric(shares[:, :2], loss)
    assert weighted_value(shares.sum(axis=1), shares[:, :2], loss) == pytest.approx(expected, abs=2e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("n", [2, 3, 5])
def test_one_of_n_points_that_leaves_meets_the_barrier(loss, n):
    assert collapse_rise(1 / n, 1 / n, loss) == pytest.approx(barrier([0] * n, loss), abs=1e-12)


def test_js_resists_small_departures_more_where_more_of_the_data_are():
    """The slope at the collapsed state is log(1+p)/2: 1.58 times the balanced one at shares of 9 to 1."""
    slopes = {share: collapse_rise(share, 1e-6, "js") / 1e-6 for share in (0.1, 0.5, 0.9)}
    assert slopes[0.9] == pytest.approx(np.log(1.9) / 2, rel=1e-4)
    assert slopes[0.9] / slopes[0.5] == pytest.approx(np.log(1.9) / np.log(1.5), rel=1e-4)
    assert slopes[0.1] < slopes[0.5] < slopes[0.9]


def test_js_lets_the_missing_share_go_more_easily_under_imbalance():
    """If all that is missing elsewhere leaves at once, imbalance makes the basin shallower, not deeper."""
    for loss in ("js", "ls"):
        for share in (0.5, 0.7, 0.9):
            expected = share * (xi(1, loss) - xi(1 / share, loss)) / 2
            assert collapse_rise(share, 1 - share, loss) == pytest.approx(expected)
        assert collapse_rise(0.9, 0.1, loss) < collapse_rise(0.5, 0.5, loss) / 3


@pytest.mark.parametrize("loss", ["hinge", *PAIRED])
@given(share=st.floats(0.05, 0.95), leaving=st.floats(0.01, 0.9))
def test_hinge_and_paired_losses_let_the_missing_share_go_for_nothing(loss, share, leaving):
    surplus = max(0.0, leaving - (1 - share))
    assert collapse_rise(share, leaving, loss) == pytest.approx(-least_value(loss) * surplus, abs=1e-9)


@pytest.mark.parametrize("loss", PAIRED)
@given(share=st.floats(0.05, 0.95), leaving=st.floats(0.01, 0.9))
def test_pairs_drawn_anew_make_a_basin_of_collapse(loss, share, leaving):
    """Theorem 2 is about fixed pairs: with independent ones a departure costs p |h(0)| times its share."""
    rise = collapse_rise(share, leaving, loss, pairing="independent")
    assert rise == pytest.approx(-least_value(loss) * share * leaving, abs=1e-9)


@pytest.mark.parametrize("loss", SEPARABLE)
def test_separable_losses_have_no_pairs(loss):
    assert collapse_rise(0.7, 0.2, loss) == collapse_rise(0.7, 0.2, loss, pairing="independent")


@pytest.mark.parametrize(
    ("call", "complaint"),
    [
        (lambda: weighted_value([0.5, 0.6], [0.5, 0.5], "js"), "give positive shares that add up to 1"),
        (lambda: weighted_value([0.5, 0.5], [0.9, 0.5], "js"), "fake_shares are"),
        (lambda: weighted_value([0.5, 0.5], [-0.1, 0.5], "js"), "fake_shares are"),
        (lambda: weighted_value([0.5, 0.5], [0.5], "js"), r"give \(2,\) or \(2, 2\)"),
        (lambda: weighted_value([0.5, 0.5], [[0.6, 0], [0, 0.4]], "rs"), "of pairs in each row"),
        (lambda: weighted_value([0.5, np.nan], [0.5, 0.5], "js"), r"real_shares\[1\] is nan"),
        (lambda: weighted_value([0.5, 0.5], [0.5, 0.5], "jz"), "unknown loss"),
        (lambda: collapse_rise(1.0, 0.5, "js"), "share is 1.0: give a share above 0 and below 1"),
        (lambda: collapse_rise(0.5, 0.0, "js"), "leaving is 0.0"),
        (lambda: collapse_rise(0.5, 0.5, "js", pairing="lucky"), "unknown pairing 'lucky'"),
    ],
)
def test_bad_input_is_refused(call, complaint):
    with pytest.raises(ValueError, match=complaint):
        call()
