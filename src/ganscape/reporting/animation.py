"""A typical JS-GAN and a typical RS-GAN side by side: D and the points, iteration by iteration."""

from pathlib import Path

import numpy as np
from matplotlib import rc_context
from matplotlib.animation import FuncAnimation, PillowWriter
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.trajectories import Trajectory
from ganscape.clusters.two_clusters import counts
from ganscape.files import atomic_path
from ganscape.reporting import style
from ganscape.reporting.figure5 import HIGH, LOSSES, LOW, escape_time, horizon
from ganscape.reporting.figure6 import probability
from ganscape.reporting.losses import LOSS_NAMES, colour_of

FRAMES_PER_SECOND = 12
DOTS_PER_INCH = 90
HEIGHT = 2.3  # inches
REST = 18  # frames at the end that stand still


def animate(runs: dict[str, Trajectory], frames: int, target: Path) -> None:
    """Write an animated GIF of `frames` moments, evenly spaced until well past the later escape."""
    moments = np.unique(np.linspace(0, horizon(runs) - 1, frames).round().astype(int))
    moments = np.concatenate([moments, np.full(REST, moments[-1])])
    drawn = style.figure(HEIGHT)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(1, len(LOSSES), sharey=True)
        panels = [_Panel(place, runs[loss], loss) for place, loss in zip(places, LOSSES, strict=True)]
        places[0].set_ylabel("D")

        def show(moment: int) -> list[Line2D]:
            return [line for panel in panels for line in panel.show(moment)]

        animation = FuncAnimation(drawn, show, frames=moments, blit=False)
        with atomic_path(target) as path:
            animation.save(path, PillowWriter(FRAMES_PER_SECOND), dpi=DOTS_PER_INCH)


class _Panel:
    """One loss: D's curve, real points below, generated ones below these, and where the game stands."""

    def __init__(self, place: Axes, run: Trajectory, loss: str) -> None:
        self.run = run
        self.place = place
        self.escape = escape_time(run)
        colour = colour_of(loss)
        real = run.real[0]
        place.plot(
            real, np.full(len(real), -0.08), "|", color=style.NEUTRAL, markersize=6, markeredgewidth=0.5
        )
        (self.curve,) = place.plot([], [], color=colour, linewidth=1.5)
        (self.points,) = place.plot([], [], "|", color=colour, markersize=8, markeredgewidth=0.6)
        self.title = place.set_title(" ", color=colour, fontweight="bold")
        self.name = LOSS_NAMES[loss]
        place.set_xlim(max(LOW, run.places[0]), min(HIGH, run.places[-1]))
        place.set_ylim(-0.3, 1.05)
        place.set_yticks([0, 0.5, 1])
        place.set_xticks(TwoClusters.CENTRES)
        for height, text, shade in ((-0.08, "real", style.NEUTRAL), (-0.21, "generated", colour)):
            place.text(
                0.01,
                height,
                text,
                color=shade,
                fontsize=6.5,
                va="center",
                transform=place.get_yaxis_transform(),
            )

    def show(self, moment: int) -> list[Line2D]:
        points = self.run.points[0, moment]
        self.curve.set_data(self.run.places, probability(self.run.logits[0, moment]))
        self.points.set_data(points, np.full(len(points), -0.21))
        iteration = int(self.run.iterations[moment])
        found = self.escape is not None and iteration >= self.escape
        first, second = counts(points[:, None])
        state = f"both found at {self.escape}" if found else f"{first} + {second} of {len(points)} points"
        self.title.set_text(f"{self.name}, iteration {iteration}: {state}")
        return [self.curve, self.points]
