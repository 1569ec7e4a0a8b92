"""Intervals against what they must contain, and survival curves against counting by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganscape.reporting.statistics import (
    mean_interval,
    median_interval,
    median_ratio_interval,
    proportion_interval,
    survival,
)

END = 100
times_or_never = arrays(np.float64, 12, elements=st.one_of(st.integers(1, END).map(float), st.just(np.inf)))


@given(times=times_or_never)
def test_survival_is_the_share_that_is_still_waiting(times):
    curve = survival(times, END)
    for at in (0, 1, 17, 50, END):
        step = np.searchsorted(curve.times, at, side="right") - 1
        assert curve.share[step] == pytest.approx((times > at).mean())
    assert (np.diff(curve.share) <= 0).all()
    assert (curve.low <= curve.share + 1e-12).all() and (curve.share <= curve.high + 1e-12).all()


def test_survival_starts_at_one_and_a_curve_without_events_stays_there():
    curve = survival(np.full(8, np.inf), END)
    assert curve.share.tolist() == [1, 1] and curve.times.tolist() == [0, END]
    assert curve.low == pytest.approx(1 - proportion_interval(0, 8)[1])  # from the first iteration on


def test_where_all_are_done_the_band_says_how_many_may_have_been_missed():
    curve = survival(np.arange(1.0, 9.0), END)
    assert curve.share[-1] == curve.low[-1] == 0
    assert curve.high[-1] == pytest.approx(proportion_interval(0, 8)[1])


def test_bands_of_survival_narrow_with_more_seeds():
    times = np.arange(1.0, 41.0)
    few, many = survival(times, END), survival(np.repeat(times, 16), END)
    assert (many.high - many.low)[20] < (few.high - few.low)[20] / 3


def test_a_median_lies_in_its_interval_and_may_be_never():
    median, low, high = median_interval(np.array([1.0, 2, 3, 4, np.inf]))
    assert (median, low) == (3, 1) and high == np.inf
    assert median_interval(np.full(5, np.inf)) == (np.inf, np.inf, np.inf)


def test_the_ratio_of_medians_uses_the_pairing_of_seeds():
    draws = np.random.default_rng(0)
    faster = draws.uniform(1, 100, 64)
    ratio, low, high = median_ratio_interval(3 * faster, faster)
    assert (ratio, low, high) == pytest.approx((3, 3, 3))  # exactly three times as long for every seed
    ratio, low, high = median_ratio_interval(draws.permutation(3 * faster), faster)
    assert low < ratio < high and ratio == pytest.approx(3)


def test_ratios_that_nobody_knows_could_be_any():
    never = np.full(6, np.inf)
    ratio, low, high = median_ratio_interval(never, never)
    assert np.isnan(ratio) and (low, high) == (0, np.inf)
    assert median_ratio_interval(never, np.ones(6)) == (np.inf, np.inf, np.inf)
    half = np.array([1.0, 1, 1, np.inf, np.inf])
    ratio, low, high = median_ratio_interval(2 * half, half)
    assert (ratio, low, high) == (2, 0, np.inf)  # some resamples have two medians that are never reached


def test_times_of_different_seeds_have_no_ratio():
    with pytest.raises(ValueError, match="6 and 5 times are not of the same seeds"):
        median_ratio_interval(np.ones(6), np.ones(5))


def test_intervals_cover_as_often_as_they_say():
    draws = np.random.default_rng(1)
    covered = 0
    for trial in range(40):
        _, low, high = median_interval(draws.exponential(1, 101), seed=trial)
        covered += low <= np.log(2) <= high
    assert 33 <= covered <= 40


def test_the_interval_of_a_mean_is_students():
    values = np.array([1.0, 2.0, 4.0, 5.0])
    mean, low, high = mean_interval(values)
    half = 3.182446 * values.std(ddof=1) / 2  # the 97.5 % point for three degrees of freedom, from tables
    assert mean == 3 and (low, high) == pytest.approx((3 - half, 3 + half), rel=1e-5)
    assert np.isnan(mean_interval(np.array([2.0]))[1:]).all()
