"""Intervals at a confidence of 95 %: of proportions, survival curves, means, differences and medians."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import CensoredData, binomtest, ecdf, t

CONFIDENCE = 0.95
RESAMPLES = 10_000


def proportion_interval(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval for a proportion."""
    interval = binomtest(count, total).proportion_ci(CONFIDENCE, method="wilson")
    return float(interval.low), float(interval.high)


@dataclass(frozen=True)
class Survival:
    """A step function: from `times` on (0 first), which share has not had the event yet, and its band."""

    times: np.ndarray
    share: np.ndarray
    low: np.ndarray
    high: np.ndarray


def survival(times: np.ndarray, end: float) -> Survival:
    """Kaplan and Meier's estimate with pointwise log-log bands.

    `times` (n,) are infinite where nothing happened by `end`.
    """
    happened = np.isfinite(times)
    if not happened.any():  # nothing to estimate from; Wilson's interval for none of n
        return Survival(np.array([0.0, end]), np.ones(2), np.full(2, 1 - _none_of(times)), np.ones(2))
    data = CensoredData(uncensored=times[happened], right=np.full((~happened).sum(), end))
    curve = ecdf(data).sf
    with warnings.catch_warnings():  # log-log bands are undefined where the share is 0: Wilson's
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(CONFIDENCE, method="log-log")
    low = np.nan_to_num(band.low.probabilities, nan=0.0)
    high = np.nan_to_num(band.high.probabilities, nan=_none_of(times))

    def from_zero(values: np.ndarray) -> np.ndarray:
        return np.concatenate(([1.0], values))

    moments = np.concatenate(([0.0], curve.quantiles))
    return Survival(moments, from_zero(curve.probabilities), from_zero(low), from_zero(high))


def _none_of(times: np.ndarray) -> float:
    """What share may have been missed where none of as many was seen."""
    return proportion_interval(0, len(times))[1]


def median_interval(times: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """The median of times, some of which may be infinite, and its bootstrap interval (percentiles)."""
    resampled = np.median(times[_resampled_rows(len(times), seed)], axis=1)
    return float(np.median(times)), *_percentiles(resampled)


def median_ratio_interval(
    slower: np.ndarray, faster: np.ndarray, seed: int = 0
) -> tuple[float, float, float]:
    """median(slower) / median(faster), of the same seeds, and its bootstrap interval over seeds.

    Seeds are drawn together, as both have the same data, latents and initial weights. Infinite medians
    give an infinite ratio, two of them an undefined one, which could be any for the interval. Raises
    `ValueError` for different numbers of seeds.
    """
    if len(slower) != len(faster):
        raise ValueError(f"{len(slower)} and {len(faster)} times are not of the same seeds")
    rows = _resampled_rows(len(slower), seed)
    with np.errstate(invalid="ignore"):
        ratios = np.median(slower[rows], axis=1) / np.median(faster[rows], axis=1)
        ratio = float(np.median(slower) / np.median(faster))
    return ratio, *_percentiles(ratios)


def mean_interval(values: np.ndarray) -> tuple[float, float, float]:
    """The mean of normal values (n,) and Student's interval, which is undefined (NaN) for one value."""
    spread = float(np.std(values, ddof=1)) if len(values) > 1 else float("nan")
    return student_interval(float(np.mean(values)), spread, len(values))


def student_interval(mean: float, spread: float, count: int) -> tuple[float, float, float]:
    """The mean of `count` normal values with standard deviation `spread`, and Student's interval.

    The interval is undefined (NaN) for one value.
    """
    if count < 2:
        return mean, float("nan"), float("nan")
    half = float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * spread / count**0.5
    return mean, mean - half, mean + half


def _resampled_rows(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(count, size=(RESAMPLES, count))


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    """Without interpolation, which infinities do not admit; an undefined value could be any from 0 on."""
    tail, undefined = (1 - CONFIDENCE) / 2, np.isnan(values)
    low = np.quantile(np.where(undefined, 0, values), tail, method="inverted_cdf")
    high = np.quantile(np.where(undefined, np.inf, values), 1 - tail, method="inverted_cdf")
    return float(low), float(high)


Mean = tuple[float, float, int]
"""Of normal values: their mean, their standard deviation, how many they are."""


def difference_interval(first: Mean, second: Mean) -> tuple[float, float, float]:
    """first − second and Welch's interval, which is undefined (NaN) where either is of a single value."""
    return combination_interval([(1.0, first), (-1.0, second)])


def combination_interval(terms: Sequence[tuple[float, Mean]]) -> tuple[float, float, float]:
    """The sum of independent means, each times its weight, and its interval (Welch and Satterthwaite).

    The interval is undefined (NaN) where one of them is of a single value.
    """
    total = sum(weight * mean for weight, (mean, _, _) in terms)
    if min(count for _, (_, _, count) in terms) < 2:
        return total, float("nan"), float("nan")
    parts = [(weight**2 * spread**2 / count, count - 1) for weight, (_, spread, count) in terms]
    variance = sum(part for part, _ in parts)
    if variance == 0:
        return total, total, total
    freedom = variance**2 / sum(part**2 / degrees for part, degrees in parts)
    half = float(t.ppf((1 + CONFIDENCE) / 2, freedom)) * variance**0.5
    return total, total - half, total + half


def prediction_half_width(spread: float, count: int) -> float:
    """How far one more normal value may lie from the mean of `count` with standard deviation `spread`."""
    if count < 2:
        return float("nan")
    return float(t.ppf((1 + CONFIDENCE) / 2, count - 1)) * spread * (1 + 1 / count) ** 0.5
