"""Intervals at a confidence of 95 %: of proportions, of survival curves, of ratios of medians."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.stats import CensoredData, binomtest, ecdf

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
        _, high = proportion_interval(0, len(times))
        return Survival(np.array([0.0, end]), np.ones(2), np.array([1.0, 1 - high]), np.ones(2))
    data = CensoredData(uncensored=times[happened], right=np.full((~happened).sum(), end))
    curve = ecdf(data).sf
    with warnings.catch_warnings():  # where the share is 0 the interval is undefined: none has gone on
        warnings.simplefilter("ignore", RuntimeWarning)
        band = curve.confidence_interval(CONFIDENCE, method="log-log")
    low, high = np.nan_to_num(band.low.probabilities), np.nan_to_num(band.high.probabilities)

    def from_zero(values: np.ndarray) -> np.ndarray:
        return np.concatenate(([1.0], values))

    moments = np.concatenate(([0.0], curve.quantiles))
    return Survival(moments, from_zero(curve.probabilities), from_zero(low), from_zero(high))


def median_interval(times: np.ndarray, seed: int = 0) -> tuple[float, float, float]:
    """The median of times, some of which may be infinite, and its bootstrap interval (percentiles)."""
    resampled = np.median(times[_resampled_rows(len(times), seed)], axis=1)
    return float(np.median(times)), *_percentiles(resampled)


def median_ratio_interval(
    slower: np.ndarray, faster: np.ndarray, seed: int = 0
) -> tuple[float, float, float]:
    """median(slower) / median(faster), of the same seeds, and its bootstrap interval over seeds.

    Seeds are drawn together, as both have the same data, latents and initial weights. Infinite medians
    give an infinite ratio, two of them an undefined one.
    """
    rows = _resampled_rows(len(slower), seed)
    with np.errstate(invalid="ignore"):
        ratios = np.median(slower[rows], axis=1) / np.median(faster[rows], axis=1)
        ratio = float(np.median(slower) / np.median(faster))
    return ratio, *_percentiles(ratios)


def _resampled_rows(count: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(count, size=(RESAMPLES, count))


def _percentiles(values: np.ndarray) -> tuple[float, float]:
    """Without interpolation, which infinities do not admit; undefined where any value is."""
    if np.isnan(values).any():
        return float("nan"), float("nan")
    tail = (1 - CONFIDENCE) / 2
    low, high = np.quantile(values, [tail, 1 - tail], method="inverted_cdf")
    return float(low), float(high)
