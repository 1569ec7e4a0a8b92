"""Figure 6: D's loss over all seeds, and D itself while the generated points are collapsed.

Above, for JS-GAN and RS-GAN, the loss at D's last step of every iteration: bands of all seeds, the seed of
the median escape time in front, and the values that the theory has for a collapsed and for a perfect
state. Below, D and the points of the JS-GAN seed that was collapsed for the most iterations, in the middle
of its longest collapse, and the same two values of D for all seeds, each in the middle of its own longest
collapse. The stretch that a game may begin with, before D has learnt anything, is no collapse here.
"""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.trajectories import Trajectory
from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.figure5 import LOSSES, escape_time
from ganscape.reporting.losses import LOSS_NAMES, colour_of
from ganscape.reporting.outcomes import collapsed_loss, perfect_loss

OPTIMUM = (
    1 / 3,
    1.0,
)  # of D where all generated and half of the real points are, and where only real ones are
UNDECIDED = (1 / 2, 1 / 2)  # D cannot tell real from generated points anywhere
PERCENTILES = (5, 25, 50, 75, 95)
STEPS = 500
LOWEST, HIGHEST = 0.25, 0.85
NEAR = 0.05  # in both values


def draw_figure6(
    everyone: dict[str, Trajectory], typical: dict[str, Trajectory], stuck: Trajectory
) -> tuple[Figure, pd.DataFrame]:
    """`everyone` has the losses of all seeds, `typical` and `stuck` are full trajectories of one seed.

    Raises `InputError` where they are of different numbers of iterations. Rows of the numbers: `part`
    (`band`, `typical`, `discriminator`, `points`, `all seeds`), `loss`, `seed`, and what the part has:
    `iteration`, `percentile`, `place`, `value`.
    """
    lengths = {run.losses.shape[1] for run in (*everyone.values(), *typical.values(), stuck)}
    if len(lengths) > 1:
        raise InputError(f"the runs have {sorted(lengths)} iterations: give runs of one length")
    drawn = style.figure(5.6)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(2, 2, height_ratios=(1, 1))
        for letter, place, loss in zip("ab", places[0], LOSSES, strict=True):
            _draw_losses(place, everyone[loss], typical[loss], loss, letter)
        places[0, 0].set_ylabel("D's loss")
        _draw_discriminator(places[1, 0], stuck)
        _draw_all_seeds(places[1, 1], everyone["js"])
        seeds = len(everyone["js"].seeds)
        drawn.suptitle(
            f"D's loss at the last step of every iteration: central 50 % and 90 % of {seeds} seeds, in black "
            "the seed of the\nmedian escape time. Below, D in the middle of a JS-GAN's longest collapse: "
            "left of the seed that was\ncollapsed for the most iterations, right of every seed",
            fontsize=8,
        )
    parts = [part for loss in LOSSES for part in _loss_numbers(everyone[loss], typical[loss], loss)]
    return drawn, pd.concat([*parts, _stuck_numbers(stuck), _all_numbers(everyone["js"])], ignore_index=True)


def collapsed_values(run: Trajectory) -> pd.DataFrame:
    """For each seed that collapsed after its start, D where the points were and where they were not, in its
    longest collapse.

    Columns `seed, iteration, collapsed_on` (0 or 1, the cluster), `occupied` and `empty` (D at the centres).
    """
    once = run.collapsed_at > 0
    on = run.collapsed_counts[once].argmax(1)
    values = probability(run.collapsed_logits[once])
    rows = np.arange(len(on))
    return pd.DataFrame(
        {
            "seed": run.seeds[once],
            "iteration": run.collapsed_at[once],
            "collapsed_on": on,
            "occupied": values[rows, on],
            "empty": values[rows, 1 - on],
        }
    )


def probability(logits: np.ndarray) -> np.ndarray:
    """D = 1/(1 + e^-f)."""
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


def _moments(run: Trajectory) -> np.ndarray:
    """Iterations that are drawn, counted from 0."""
    last = run.losses.shape[1]
    return np.unique(np.linspace(0, last - 1, min(STEPS, last)).round().astype(int))


def _draw_losses(place: Axes, everyone: Trajectory, typical: Trajectory, loss: str, letter: str) -> None:
    colour = colour_of(loss)
    moments = _moments(everyone)
    low, lower, _, upper, high = np.nanpercentile(everyone.losses[:, moments], PERCENTILES, axis=0)
    place.fill_between(moments + 1, low, high, color=colour, alpha=0.18, linewidth=0)
    place.fill_between(moments + 1, lower, upper, color=colour, alpha=0.3, linewidth=0)
    place.plot(moments + 1, typical.losses[0][moments], color="black", linewidth=0.6)
    for value, text in ((perfect_loss(loss), "perfect"), (collapsed_loss(loss), "collapsed")):
        place.axhline(value, color="black", linewidth=0.8, linestyle=(0, (1, 1)))
        place.text(
            1,
            value,
            f"{text}: {value:.3f} ",
            transform=place.get_yaxis_transform(),
            fontsize=6.5,
            horizontalalignment="right",
            verticalalignment="bottom",
        )
    escape = escape_time(typical)
    if escape is not None:
        place.axvline(escape, color="black", linewidth=0.8, linestyle=(0, (4, 2)))
        place.annotate(f" escapes at {escape}", (escape, LOWEST + 0.015), fontsize=7)
    place.set_ylim(LOWEST, HIGHEST)
    place.set_xlim(0, everyone.losses.shape[1])
    place.set_xlabel("iteration")
    place.set_title(
        f"({letter}) {LOSS_NAMES[loss]}, in front seed {typical.seeds[0]}", color=colour, fontweight="bold"
    )


def _draw_discriminator(place: Axes, stuck: Trajectory) -> None:
    colour = colour_of("js")
    if not stuck.collapsed_at[0]:
        _say_nothing_collapsed(place, f"(c) seed {stuck.seeds[0]}", colour)
        return
    at = int(stuck.collapsed_at[0]) - 1
    on = int(stuck.collapsed_counts[0].argmax())
    place.plot(stuck.places, probability(stuck.logits[0, at]), color=colour, linewidth=1.4)
    generated, real = stuck.points[0, at], stuck.real[0]
    place.plot(real, np.full(len(real), -0.07), "|", color=style.NEUTRAL, markersize=7, markeredgewidth=0.5)
    place.plot(
        generated, np.full(len(generated), -0.16), "|", color=colour, markersize=7, markeredgewidth=0.5
    )
    optimum = OPTIMUM if on == 0 else OPTIMUM[::-1]
    place.plot(TwoClusters.CENTRES, optimum, "D", color="black", markersize=4.5, clip_on=False, zorder=3)
    for centre, value, text in zip(TwoClusters.CENTRES, optimum, _labels(on), strict=True):
        place.annotate(text, (centre, value), xytext=(5, -9), textcoords="offset points", fontsize=7)
    for height, text, shade in ((-0.07, "real", style.NEUTRAL), (-0.16, "generated", colour)):
        place.text(2, height, text, color=shade, fontsize=7, ha="center", va="center")
    place.set_ylim(-0.24, 1.06)
    place.set_yticks([0, 1 / 3, 2 / 3, 1], ["0", "1/3", "2/3", "1"])
    place.set_xlim(stuck.places[0], stuck.places[-1])
    place.set_xticks(TwoClusters.CENTRES)
    place.set_xlabel("position")
    place.set_ylabel("D")
    place.set_title(
        f"(c) D and the points, seed {stuck.seeds[0]}, iteration {at + 1}", color=colour, fontweight="bold"
    )


def _say_nothing_collapsed(place: Axes, title: str, colour: str) -> None:
    place.text(0.5, 0.5, "no collapse after the start", transform=place.transAxes, ha="center")
    place.set_title(title, color=colour, fontweight="bold")
    place.set_xticks([])
    place.set_yticks([])


def _labels(on: int) -> tuple[str, str]:
    occupied, empty = "optimum 1/3", "optimum 1"
    return (occupied, empty) if on == 0 else (empty, occupied)


def _draw_all_seeds(place: Axes, everyone: Trajectory) -> None:
    values = collapsed_values(everyone)
    colour = colour_of("js")
    if values.empty:
        _say_nothing_collapsed(place, "(d) all seeds", colour)
        return
    shown = {
        "empty": ("black", "D at the empty cluster"),
        "occupied": (colour, "D where the generated points are"),
    }
    for name, (shade, label) in shown.items():
        marks = {"color": shade, "markersize": 2.5, "markeredgewidth": 0, "alpha": 0.6}
        place.plot(values["iteration"], values[name], "o", label=label, **marks)
    for value in {*OPTIMUM, *UNDECIDED}:
        place.axhline(value, color=style.NEUTRAL, linewidth=0.6, linestyle=(0, (1, 1)))
    for height, reference, name in ((0.88, OPTIMUM, "(1/3, 1)"), (0.8, UNDECIDED, "(1/2, 1/2)")):
        near = (np.abs(values[["occupied", "empty"]].to_numpy() - reference) <= NEAR).all(axis=1).sum()
        text = f"{near} of {len(values)} within {NEAR:g} of {name}"
        place.text(0.03, height, text, transform=place.transAxes, fontsize=7)
    place.legend(loc="lower left", fontsize=7, frameon=False, handletextpad=0.1)
    place.set_xscale("log")
    place.set_xlim(max(1, values["iteration"].min() / 1.3), everyone.losses.shape[1])
    place.set_ylim(0, 1.06)
    place.set_yticks([0, 1 / 3, 0.5, 2 / 3, 1], ["0", "1/3", "1/2", "2/3", "1"])
    place.set_xlabel("iteration (middle of a seed's longest collapse)")
    place.set_ylabel("D")
    place.set_title(f"(d) {len(values)} seeds, each in its longest collapse", color=colour, fontweight="bold")


def _loss_numbers(everyone: Trajectory, typical: Trajectory, loss: str) -> list[pd.DataFrame]:
    moments = _moments(everyone)
    bands = np.nanpercentile(everyone.losses[:, moments], PERCENTILES, axis=0)
    band = pd.DataFrame(
        {
            "iteration": np.tile(moments + 1, len(PERCENTILES)),
            "percentile": np.repeat(PERCENTILES, len(moments)),
            "value": bands.ravel(),
        }
    ).assign(part="band", loss=loss)
    line = pd.DataFrame({"iteration": moments + 1, "value": typical.losses[0][moments]}).assign(
        part="typical", loss=loss, seed=int(typical.seeds[0])
    )
    return [band, line]


def _stuck_numbers(stuck: Trajectory) -> pd.DataFrame:
    if not stuck.collapsed_at[0]:
        return pd.DataFrame()
    at = int(stuck.collapsed_at[0]) - 1
    curve = pd.DataFrame({"place": stuck.places, "value": probability(stuck.logits[0, at])})
    points = pd.DataFrame({"place": stuck.points[0, at]})
    together = pd.concat([curve.assign(part="discriminator"), points.assign(part="points")])
    return together.assign(loss="js", seed=int(stuck.seeds[0]), iteration=at + 1)


def _all_numbers(everyone: Trajectory) -> pd.DataFrame:
    values = collapsed_values(everyone).melt(
        ["seed", "iteration", "collapsed_on"], ["occupied", "empty"], var_name="at", value_name="value"
    )
    return values.assign(part="all seeds", loss="js")
