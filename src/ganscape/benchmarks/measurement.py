"""Measuring variants of one thing fairly: a process each, turn by turn, medians over repeats."""

import multiprocessing
import re
import resource
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

COLUMNS = ("benchmark", "variant", "precision", "threads", "value", "unit", "ratio_to_plain")
PLAIN = "plain"

# Builds what is measured, in the process that measures it; must be picklable (a module's function).
Builder = Callable[[], Callable[[], object]]


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


@dataclass(frozen=True)
class Performance:
    """Median calls per second, and the process's peak resident memory in MiB."""

    rate: float
    peak_memory: float


class Contestant:
    """One variant in its own process, so that neither memory nor settings are shared with its rivals."""

    def __init__(self, build: Builder) -> None:
        context = multiprocessing.get_context("spawn")
        self._here, there = context.Pipe()
        self._process = context.Process(target=_serve, args=(build, there), daemon=True)
        self._process.start()
        there.close()

    def __enter__(self) -> "Contestant":
        return self

    def __exit__(self, *exception: object) -> None:
        self._here.close()  # ends the process
        self._process.join()

    def seconds(self, calls: int) -> float:
        """How long `calls` calls take."""
        self.begin(calls)
        return self.end()

    def begin(self, calls: int) -> None:
        """Start `calls` calls, and do not wait for them."""
        try:
            self._here.send(calls)
        except BrokenPipeError:  # which the command line takes for that of its own output
            raise RuntimeError("a process to be measured ended before its time") from None

    def end(self) -> float:
        """Wait for the calls that were begun; how long they took."""
        return self._here.recv()[0]

    def peak_memory(self) -> float:
        """Peak resident memory of the process so far, MiB."""
        self._here.send(0)
        return self._here.recv()[1]


def performance(
    variants: Mapping[str, Builder], repeats: int, seconds_per_turn: float
) -> dict[str, Performance]:
    """Measure the variants over `repeats` rounds of taking turns.

    A turn lasts about `seconds_per_turn` and at least one call; one untimed call of each variant comes
    first. Taking turns lets whatever else the machine does fall on all variants alike.
    """
    with ExitStack() as stack:
        contestants = {name: stack.enter_context(Contestant(build)) for name, build in variants.items()}
        calls = {}
        for name, contestant in contestants.items():
            contestant.seconds(1)
            calls[name] = max(1, round(seconds_per_turn / contestant.seconds(1)))
        rounds = [
            {name: calls[name] / contestant.seconds(calls[name]) for name, contestant in contestants.items()}
            for _ in range(repeats)
        ]
        return {
            name: Performance(median(turn[name] for turn in rounds), contestant.peak_memory())
            for name, contestant in contestants.items()
        }


def rate_together(build: Builder, processes: int, repeats: int, seconds_per_turn: float) -> float:
    """Calls per second of so many processes together, all at work at once; the median over `repeats`."""
    with ExitStack() as stack:
        together = [stack.enter_context(Contestant(build)) for _ in range(processes)]
        _seconds_at_once(together, 1)
        calls = max(1, round(seconds_per_turn / max(_seconds_at_once(together, 1))))
        turns = [_seconds_at_once(together, calls) for _ in range(repeats)]
    return median(sum(calls / seconds for seconds in turn) for turn in turns)


def _seconds_at_once(contestants: list[Contestant], calls: int) -> list[float]:
    for contestant in contestants:
        contestant.begin(calls)
    return [contestant.end() for contestant in contestants]


def compared(
    benchmark: str, values: Mapping[str, float], unit: str, threads: int, precision: str = "float32"
) -> list[Measurement]:
    """Rows of one benchmark, with ratios where one of the variants is `plain`."""
    plain = values.get(PLAIN)
    return [
        Measurement(
            benchmark, name, precision, threads, value, unit, None if plain is None else value / plain
        )
        for name, value in values.items()
    ]


def _serve(build: Builder, connection: Connection) -> None:
    """Answer each number of calls with (seconds, peak MiB) until the other end closes."""
    call = build()
    while True:
        try:
            calls = connection.recv()
        except EOFError:
            return
        begin = time.perf_counter()
        for _ in range(calls):
            call()
        elapsed = time.perf_counter() - begin
        connection.send((elapsed, _peak_memory()))


def _peak_memory() -> float:
    """Peak resident memory of this process, MiB; on Linux getrusage would count what its parent had, too."""
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:  # not Linux
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    (peak,) = re.findall(r"VmHWM:\s+(\d+) kB", status)
    return int(peak) / 1024
