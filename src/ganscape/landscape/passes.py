"""The lowest pass between a place and something lower: one search for states and for grids."""

import heapq
from collections.abc import Callable, Hashable, Iterable
from itertools import count
from typing import TypeVar

Place = TypeVar("Place", bound=Hashable)


def lowest_pass(
    start: Place,
    value_of: Callable[[Place], float],
    neighbours_of: Callable[[Place], Iterable[Place]],
    target: float,
) -> float:
    """The highest value on the best path from `start` to a place with a value below `target`.

    Infinite if no such place can be reached. Best first: the place that is reached by the lowest climb is
    left next, as in Dijkstra's algorithm.
    """
    order = count()  # of equal climbs the latest first, which goes down before it looks around
    waiting = [(value_of(start), 0, start)]
    seen = set()
    while waiting:
        climbed, _, place = heapq.heappop(waiting)
        if place in seen:
            continue
        seen.add(place)
        if value_of(place) < target:
            return climbed
        for neighbour in neighbours_of(place):
            if neighbour not in seen:
                heapq.heappush(waiting, (max(climbed, value_of(neighbour)), -next(order), neighbour))
    return float("inf")
