"""Figure `escape`: how long games stay without success, each paired loss beside its separable twin."""

from itertools import chain

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES, PAIRED_WITH, colour_of, kind_of
from ganscape.reporting.outcomes import check_iterations, of_setting
from ganscape.reporting.statistics import Survival, median_interval, median_ratio_interval, survival

ALONE = "wgan-gp"  # neither separable nor the twin of a separable loss
DASHES = {ALONE: (0, (1, 1))}


def draw_escape(outcomes: pd.DataFrame, iterations: int) -> tuple[Figure, pd.DataFrame]:
    """Survival curves with 95 % bands in the paper's setting, for the pairs of losses that are there.

    Rows of the numbers: `part` `curve` (`loss, iteration, not_escaped, low, high`), `median` (`loss, seeds,
    escaped, median, low, high`), and `ratio` (`loss` over `other`, `median` is the ratio of medians).
    """
    check_iterations(outcomes, iterations)
    groups = _groups(set(outcomes["loss"]))
    found = {loss: of_setting(outcomes, loss) for loss in chain.from_iterable(groups)}
    times = {loss: of_loss["escape"].to_numpy() for loss, of_loss in found.items()}
    pairs = [(single, paired) for paired, single in PAIRED_WITH.items() if {single, paired} <= set(found)]
    for single, paired in pairs:
        if not found[single]["seed"].equals(found[paired]["seed"]):
            raise InputError(f"the seeds of {single} and {paired} differ: play both for the same seeds")
    curves = {loss: survival(escapes, iterations) for loss, escapes in times.items()}
    drawn = style.figure(3.0)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(1, len(groups), sharey=True, squeeze=False)[0]
        for place, shown in zip(places, groups, strict=True):
            for loss in shown:
                _draw_curve(place, curves[loss], loss, iterations)
            _finish(place, times, [pair for pair in pairs if set(pair) <= set(shown)], shown, iterations)
        places[0].set_ylabel("share of seeds that have not yet\nfound both clusters")
        seeds = len(next(iter(times.values())))
        drawn.suptitle(
            f"How long {seeds} seeds go without success, with 95 % bands; numbers: the median escape time "
            "with its 95 % interval,\nand above how many times longer that of the separable loss is",
            fontsize=8,
        )
    return drawn, pd.concat(
        [*(_curve_numbers(loss, curve) for loss, curve in curves.items()), _summary(times, pairs)],
        ignore_index=True,
    )


def _groups(present: set[str]) -> list[list[str]]:
    """Which losses share a panel: those of a pair; one that belongs to none goes with the first."""
    pairs = ((single, paired) for paired, single in PAIRED_WITH.items())
    groups = [[loss for loss in pair if loss in present] for pair in pairs if present & set(pair)]
    alone = [ALONE] if ALONE in present else []
    return [[*groups[0], *alone], *groups[1:]] if groups else [alone]


def escape_ratio(times: dict[str, np.ndarray], pair: tuple[str, str]) -> tuple[float, float, float]:
    """How many times longer the median escape of the separable loss of a pair takes, with its interval."""
    return median_ratio_interval(times[pair[0]], times[pair[1]])


def _draw_curve(place: Axes, curve: Survival, loss: str, iterations: int) -> None:
    colour = style.NEUTRAL if loss == ALONE else colour_of(loss)
    times = np.append(curve.times, iterations)
    share, low, high = (np.append(values, values[-1]) for values in (curve.share, curve.low, curve.high))
    place.fill_between(times, low, high, step="post", color=colour, alpha=0.2, linewidth=0)
    place.step(times, share, where="post", color=colour, linestyle=DASHES.get(loss, "-"), linewidth=1.3)


def _finish(
    place: Axes,
    times: dict[str, np.ndarray],
    pairs: list[tuple[str, str]],
    shown: list[str],
    iterations: int,
) -> None:
    top = 0.85 if ALONE in shown else 0.93  # below its line, which hardly falls
    for row, loss in enumerate(shown):
        median, low, high = median_interval(times[loss])
        name = LOSS_NAMES[loss]
        colour = style.NEUTRAL if loss == ALONE else colour_of(loss)
        interval = f" ({_number(low)} to {_number(high)})" if np.isfinite(low) else ""
        text = f"{name}: {_number(median)}{interval}"
        place.text(
            0.98,
            top - 0.085 * row,
            text,
            transform=place.transAxes,
            color=colour,
            fontsize=6.5,
            ha="right",
            va="top",
        )
    if pairs:
        place.set_title(_ratio_text(*escape_ratio(times, pairs[0])), fontweight="bold")
    place.set_xlim(0, iterations)
    place.set_ylim(0, 1.02)
    place.set_xlabel("iteration")


def _ratio_text(ratio: float, low: float, high: float) -> str:
    """A ratio with its interval, as far as they are known."""
    if not np.isfinite(high):
        known = f"{ratio:.2g}" if np.isfinite(ratio) else "unknown"
        return f"ratio {known}" + (f" (at least {low:.2g})" if low > 0 and np.isfinite(low) else "")
    return f"ratio {ratio:.2g} ({low:.2g} to {high:.2g})"


def _number(value: float) -> str:
    return f"{value:.0f}" if np.isfinite(value) else "never"


def _curve_numbers(loss: str, curve: Survival) -> pd.DataFrame:
    return pd.DataFrame(
        {"iteration": curve.times, "not_escaped": curve.share, "low": curve.low, "high": curve.high}
    ).assign(part="curve", loss=loss, kind=kind_of(loss))


def _summary(times: dict[str, np.ndarray], pairs: list[tuple[str, str]]) -> pd.DataFrame:
    rows = []
    for loss, escapes in times.items():
        median, low, high = median_interval(escapes)
        rows.append(
            {
                "part": "median",
                "loss": loss,
                "kind": kind_of(loss),
                "seeds": len(escapes),
                "escaped": int(np.isfinite(escapes).sum()),
                "median": median,
                "low": low,
                "high": high,
            }
        )
    for pair in pairs:
        ratio, low, high = escape_ratio(times, pair)
        rows.append(
            {"part": "ratio", "loss": pair[0], "other": pair[1], "median": ratio, "low": low, "high": high}
        )
    return pd.DataFrame(rows)
