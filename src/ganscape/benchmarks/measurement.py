"""Measuring variants of one thing fairly: turn by turn in one process, medians over repeats."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

COLUMNS = ("benchmark", "variant", "precision", "threads", "value", "unit", "ratio_to_plain")
PLAIN = "plain"


@dataclass(frozen=True)
class Measurement:
    """One row of `results/bench.csv`; `ratio_to_plain` is empty where there is nothing to compare with."""

    benchmark: str
    variant: str
    precision: str
    threads: int
    value: float
    unit: str
    ratio_to_plain: float | None


def rates(
    variants: Mapping[str, Callable[[], None]], repeats: int, seconds_per_turn: float
) -> dict[str, float]:
    """Median number of calls per second of each variant, over `repeats` rounds of taking turns.

    A turn lasts about `seconds_per_turn` and at least one call; one untimed call of each variant comes
    first. Taking turns lets whatever else the machine does fall on all variants alike.
    """
    calls = {}
    for name, call in variants.items():
        call()
        calls[name] = max(1, round(seconds_per_turn / _seconds(call, 1)))
    rounds = [
        {name: calls[name] / _seconds(call, calls[name]) for name, call in variants.items()}
        for _ in range(repeats)
    ]
    return {name: median(turn[name] for turn in rounds) for name in variants}


def compared(
    benchmark: str, rate: Mapping[str, float], unit: str, threads: int, precision: str = "float32"
) -> list[Measurement]:
    """Rows of one benchmark, with ratios where one of the variants is `plain`."""
    return [
        Measurement(
            benchmark,
            name,
            precision,
            threads,
            value,
            unit,
            value / rate[PLAIN] if PLAIN in rate else None,
        )
        for name, value in rate.items()
    ]


def _seconds(call: Callable[[], None], times: int) -> float:
    begin = time.perf_counter()
    for _ in range(times):
        call()
    return time.perf_counter() - begin
