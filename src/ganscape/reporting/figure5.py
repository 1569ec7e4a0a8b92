"""Figure 5: how the generated points of a typical JS-GAN and a typical RS-GAN move."""

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.trajectories import Trajectory
from ganscape.clusters.two_clusters import counts, is_success
from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES, colour_of

LOSSES = ("js", "rs")
LOW, HIGH = -2.5, 6.5
STEPS = 400  # moments drawn of each panel


def draw_figure5(runs: dict[str, Trajectory], seeds: int) -> tuple[Figure, pd.DataFrame]:
    """One panel per loss, from full trajectories of one seed each, chosen as typical among `seeds`.

    Rows of the numbers: `loss, seed, iteration, point, position`, and `real` for the positions of real points
    (`iteration` 0).
    """
    until = horizon(runs)
    drawn = style.figure(3.4)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(1, len(LOSSES), sharey=True)
        for place, loss in zip(places, LOSSES, strict=True):
            _draw_run(place, runs[loss], loss, until)
        places[0].set_ylabel("position of a point")
        drawn.suptitle(
            "How the 100 generated points move: each line is one of them, the grey bands are the two "
            f"clusters of real points.\nOf {seeds} seeds, for each loss the one with the median escape time",
            fontsize=8,
        )
    numbers = pd.concat([_numbers(loss, runs[loss], until) for loss in LOSSES], ignore_index=True)
    return drawn, numbers


def escape_time(run: Trajectory) -> int | None:
    """The first iteration with success of a full trajectory's only seed."""
    success = is_success(counts(run.points[0][..., None]), _clusters(run))
    return int(run.iterations[success.argmax()]) if success.any() else None


def _clusters(run: Trajectory) -> TwoClusters:
    near_first = int((run.real[0] < np.mean(TwoClusters.CENTRES)).sum())
    points = run.real.shape[1]
    return TwoClusters((near_first / points, 1 - near_first / points), points)


def horizon(runs: dict[str, Trajectory]) -> int:
    """Until when to draw: well past the later escape."""
    last = min(int(run.iterations[-1]) for run in runs.values())
    escapes = [escape_time(run) or last for run in runs.values()]
    return min(last, int(np.ceil(1.4 * max(escapes) / 100)) * 100)


def _draw_run(place: Axes, run: Trajectory, loss: str, until: int) -> None:
    colour = colour_of(loss)
    for centre in TwoClusters.CENTRES:
        place.axhspan(centre, centre + TwoClusters.SPREAD, color="#c8c8c8", linewidth=0, zorder=0)
    chosen = _drawn(run, until)
    place.plot(run.iterations[chosen], run.points[0][chosen], color=colour, linewidth=0.3, alpha=0.35)
    escape = escape_time(run)
    if escape is not None and escape <= until:
        place.axvline(escape, color="black", linewidth=0.8, linestyle=(0, (4, 2)))
        place.text(
            escape, HIGH - 0.1, f" both clusters\n found at {escape}", verticalalignment="top", fontsize=7
        )
    place.set_xlim(0, until)
    place.set_ylim(LOW, HIGH)
    place.set_yticks(TwoClusters.CENTRES)
    place.set_xlabel("iteration")
    place.set_title(f"{LOSS_NAMES[loss]} (seed {run.seeds[0]})", color=colour, fontweight="bold")


def _drawn(run: Trajectory, until: int) -> np.ndarray:
    """Rows of the iterations that are drawn: about `STEPS` of those up to `until`."""
    count = int((run.iterations <= until).sum())
    return np.arange(0, count, max(1, count // STEPS))


def _numbers(loss: str, run: Trajectory, until: int) -> pd.DataFrame:
    chosen = _drawn(run, until)
    positions = run.points[0][chosen]
    points = np.arange(positions.shape[1])
    fakes = pd.DataFrame(
        {
            "iteration": np.repeat(run.iterations[chosen], len(points)),
            "point": np.tile(points, len(chosen)),
            "position": positions.ravel(),
            "kind": "generated",
        }
    )
    real = pd.DataFrame({"iteration": 0, "point": points, "position": run.real[0], "kind": "real"})
    return pd.concat([real, fakes], ignore_index=True).assign(loss=loss, seed=int(run.seeds[0]))[
        ["loss", "seed", "kind", "iteration", "point", "position"]
    ]
