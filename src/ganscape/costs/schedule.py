"""How long jobs take together, on a number of GPUs or cores."""

import heapq
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from math import inf


@dataclass(frozen=True)
class Jobs:
    """`count` jobs of `seconds` each, on `gpus` GPUs or else on `cores` cores.

    Each of them comes after the one at the same place of every group in `after` that has as many jobs, and
    after all jobs of the others.
    """

    name: str
    count: int
    seconds: float
    gpus: int = 0
    cores: int = 1
    after: tuple[str, ...] = ()

    @property
    def gpu_seconds(self) -> float:
        return self.count * self.seconds * self.gpus

    @property
    def core_seconds(self) -> float:
        """Of jobs without a GPU; those with one are counted by that."""
        return 0.0 if self.gpus else self.count * self.seconds * self.cores


def wall_time(groups: Sequence[Jobs], gpus: float = inf, cores: float = inf) -> float:
    """Seconds until all are done, if of the jobs that can start the one that most depends on starts first.

    A job that asks for more GPUs or cores than there are takes all of them. Jobs with a GPU take no cores.
    """
    remaining = _remaining(groups)
    size = {group.name: group.count for group in groups}
    waiting, followers = {}, defaultdict(list)
    for group in groups:
        for place in range(group.count):
            before = [
                (name, other)
                for name in group.after
                for other in ([place] if size[name] == group.count else range(size[name]))
            ]
            waiting[group.name, place] = len(before)
            for job in before:
                followers[job].append((group.name, place))
    return _play({group.name: group for group in groups}, remaining, waiting, followers, gpus, cores)


def _play(
    groups: dict[str, Jobs],
    remaining: dict[str, float],
    waiting: dict[tuple[str, int], int],
    followers: dict[tuple[str, int], list[tuple[str, int]]],
    gpus: float,
    cores: float,
) -> float:
    """Start what can start, most remaining first, and move on to the next end, until all have ended."""
    free = {"gpus": gpus, "cores": cores}
    ready: dict[tuple[str, float], list] = defaultdict(list)  # heaps, by what a job asks for
    order = count()

    def make_ready(job: tuple[str, int]) -> None:
        group = groups[job[0]]
        demand = ("gpus", min(group.gpus, gpus)) if group.gpus else ("cores", min(group.cores, cores))
        heapq.heappush(ready[demand], (-remaining[group.name], next(order), job))

    for job, open_ones in waiting.items():
        if not open_ones:
            make_ready(job)
    now = 0.0
    running: list[tuple] = []
    while True:
        while fitting := [demand for demand, heap in ready.items() if heap and demand[1] <= free[demand[0]]]:
            kind, amount = demand = min(fitting, key=lambda demand: ready[demand][0])
            _, number, job = heapq.heappop(ready[demand])
            free[kind] -= amount
            heapq.heappush(running, (now + groups[job[0]].seconds, number, job, kind, amount))
        if not running:
            return now
        now, _, job, kind, amount = heapq.heappop(running)
        free[kind] += amount
        for follower in followers[job]:
            waiting[follower] -= 1
            if not waiting[follower]:
                make_ready(follower)


def _remaining(groups: Sequence[Jobs]) -> dict[str, float]:
    """By group, the seconds from the start of one of its jobs to the end of the longest chain from there."""
    followers = defaultdict(list)
    by_name = {group.name: group for group in groups}
    for group in groups:
        for name in group.after:
            followers[name].append(group.name)
    found: dict[str, float] = {}

    def look(name: str) -> float:
        if name not in found:
            found[name] = by_name[name].seconds + max(map(look, followers[name]), default=0.0)
        return found[name]

    for group in groups:
        look(group.name)
    return found
