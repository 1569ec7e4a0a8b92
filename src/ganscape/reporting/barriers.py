"""Figure `barriers`: disconnectivity graphs, a separable loss beside its paired one.

The longer a branch, the higher the climb out of that basin; branches that end above the lowest level are bad
basins.
"""

from collections.abc import Iterator
from math import log

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.errors import InputError
from ganscape.landscape import Basin, disconnectivity
from ganscape.landscape.values import least_value, occupancies
from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES, colour_of, kind_of

LOSSES = ("js", "rs")
WORDS = {1: "one", 2: "two", 3: "three"}


def draw_barriers(points: int) -> tuple[Figure, pd.DataFrame]:
    """Both graphs for n = `points`, and a row per minimum: its state, its value, and its first pass."""
    if points not in (2, 3):
        raise InputError(f"{points} points: give 2 or 3; four have 256 basins, too many for a page")
    trees = {loss: disconnectivity(points, loss) for loss in LOSSES}
    drawn = style.figure(3.6)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(1, 2, sharey=True, width_ratios=(2, 1))
        for place, (loss, root) in zip(places, trees.items(), strict=True):
            _draw_tree(place, loss, root, points)
        places[0].set_ylabel("outer objective $g(Y)$")
        drawn.suptitle(_heading(trees, points), fontsize=9)
    return drawn, pd.DataFrame([row for loss, root in trees.items() for row in _rows(loss, root)])


def _heading(trees: dict[str, Basin], points: int) -> str:
    counts = {loss: sum(1 for _ in _bad_minima(loss, root)) for loss, root in trees.items()}
    said = " and ".join(f"{count or 'none'} of {LOSS_NAMES[loss]}" for loss, count in counts.items())
    return f"Bad basins of the landscape for {WORDS[points]} points: {said}"


def _bad_minima(loss: str, root: Basin) -> Iterator[Basin]:
    return (minimum for minimum in root.minima() if not _is_global(minimum, loss))


def _is_global(minimum: Basin, loss: str) -> bool:
    return minimum.level <= least_value(loss) + 1e-12


def _rows(loss: str, node: Basin, above: float = np.nan) -> Iterator[dict]:
    for child in node.children:
        yield from _rows(loss, child, node.level)
    if not node.children:
        yield {
            "loss": loss,
            "state": " ".join(f"x{place + 1}" for place in node.states[0]),
            "value": node.level,
            "first_pass": above,
            "climb": above - node.level,
            "kind": "global minimum" if _is_global(node, loss) else "bad basin",
        }


def _draw_tree(place: Axes, loss: str, root: Basin, points: int) -> None:
    leaves: list[tuple[float, Basin]] = []
    top = _draw_node(place, root, loss, leaves)
    place.plot([top, top], [root.level, 0], color=style.NEUTRAL, linewidth=1)
    for name, members in _kinds(leaves).items():
        _label(place, name, members, loss)
    place.set_title(f"{LOSS_NAMES[loss]} ({kind_of(loss)})", color=colour_of(loss), fontweight="bold")
    place.set_xlim(-1.5, len(leaves) + 1.5)
    place.set_ylim(-log(2) - 0.13, 0.02)
    place.set_yticks(np.arange(-7, 1) / 10)
    place.set_xticks([])
    place.spines["bottom"].set_visible(False)


def _draw_node(place: Axes, node: Basin, loss: str, leaves: list[tuple[float, Basin]]) -> float:
    """Draw a node with all under it, leaves from left to right; returns where its stem is."""
    if not node.children:
        x = float(len(leaves))
        leaves.append((x, node))
        colour = style.NEUTRAL if _is_global(node, loss) else style.SEPARABLE
        place.plot(x, node.level, "o", color=colour, markersize=3.5, clip_on=False)
        return x
    # The deepest first: the global minima stand to the left.
    children = sorted(node.children, key=lambda child: min(leaf.level for leaf in child.minima()))
    stems = [(child, _draw_node(place, child, loss, leaves)) for child in children]
    for child, stem in stems:
        bad = not child.children and not _is_global(child, loss)
        colour = style.SEPARABLE if bad else style.NEUTRAL
        place.plot([stem, stem], [child.level, node.level], color=colour, linewidth=1.6 if bad else 1)
    ends = [stems[0][1], stems[-1][1]]
    place.plot(ends, [node.level] * 2, color=style.NEUTRAL, linewidth=1, solid_capstyle="projecting")
    return float(np.mean(ends))


def _kinds(leaves: list[tuple[float, Basin]]) -> dict[tuple[int, ...], list[tuple[float, Basin]]]:
    """Minima by how many generated points share a place."""
    kinds: dict[tuple[int, ...], list[tuple[float, Basin]]] = {}
    for x, leaf in leaves:
        shares = np.sort(occupancies(np.array(leaf.states[0])))[::-1]
        kinds.setdefault(tuple(int(share) for share in shares if share), []).append((x, leaf))
    return kinds


def _label(place: Axes, shares: tuple[int, ...], members: list[tuple[float, Basin]], loss: str) -> None:
    """Say under a group of minima what they are."""
    level = members[0][1].level
    colour = style.NEUTRAL if max(shares) == 1 else style.SEPARABLE
    if max(shares) == 1:
        text = f"{len(members)} global minima:\nevery real point found"
    elif len(shares) == 1:
        text = f"{len(members)} bad basins:\n{'both' if sum(shares) == 2 else 'all three'} on one"
    else:
        missed = sum(shares) - len(shares)
        text = f"{len(members)} bad basins: {WORDS[max(shares)]} on one, {WORDS[missed]} missed"
    middle = float(np.mean([x for x, _ in members])) + (len(members) / 2 if len(shares) == 1 else 0)
    place.annotate(
        f"{text}\n$g = {level:.3f}$".replace("-", "−"),
        (middle, level),
        xytext=(0, -6),
        textcoords="offset points",
        horizontalalignment="center",
        verticalalignment="top",
        color=colour,
        fontsize=7,
    )
