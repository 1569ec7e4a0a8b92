"""Figure `gaussians`: modes and good samples over training, and what the generators draw in the end."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.arrays import load_arrays
from ganscape.clusters.gaussians import COLUMNS, DEVIATIONS, LAYOUTS, MIXTURES, Samples
from ganscape.clusters.two_clusters import DONE
from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.figure5 import LOSSES
from ganscape.reporting.losses import LOSS_NAMES, colour_of
from ganscape.reporting.reading import read_tables

MEASURES = {"modes": "modes covered", "good_share": "share of good samples"}
NUMBERS = [column for column in COLUMNS if column not in ("mixture", "loss", "status")]
QUARTILES = (0.25, 0.5, 0.75)


def read_looks(paths: Iterable[Path]) -> pd.DataFrame:
    """Files of `gaussians`, one per mixture and loss; raises `InputError` where one is missing."""
    looks = read_tables(paths, COLUMNS, "gaussians")
    for mixture in MIXTURES:
        for loss in LOSSES:
            if not (looks["mixture"].eq(mixture) & looks["loss"].eq(loss)).any():
                raise InputError(
                    f"nothing of {loss} on {mixture} is in these files: give `gaussians` of both losses"
                )
    words = [column for column in NUMBERS if not pd.api.types.is_numeric_dtype(looks[column])]
    if words:
        raise InputError(f"the files have words in {', '.join(words)}: make them again with `gaussians`")
    repeated = looks[looks.duplicated(["mixture", "loss", "seed", "iteration"])]
    if len(repeated):
        first = repeated.iloc[0]
        told = f"seed {first['seed']} of {first['loss']} on {first['mixture']}"
        raise InputError(f"{told} was given twice: give each file once")
    return looks


def load_samples(source: Path, mixture: str, loss: str) -> Samples:
    """The last samples that `gaussians` wrote of these; raises `InputError` for anything else."""
    samples = load_arrays(Samples, source, LAYOUTS, "a file of samples", "`gaussians`")
    if (str(samples.mixture), str(samples.loss)) != (mixture, loss):
        found = f"{samples.loss} on the {samples.mixture}"
        raise InputError(f"{source} has samples of {found}, not of {loss} on the {mixture}")
    return samples


def draw_gaussians(
    looks: pd.DataFrame, samples: dict[tuple[str, str], Samples]
) -> tuple[Figure, pd.DataFrame]:
    """A row per mixture: both measures over training, then samples of the seed of the median share of good
    ones.

    `samples` has those of each (mixture, loss). Rows of the numbers: `part` (`look`: `mixture, loss,
    iteration, measure, lower, median, upper, seeds`, or `sample`: `mixture, loss, seed, x, y`).
    """
    drawn = style.figure(4.3)
    numbers = []
    with rc_context(style.SETTINGS):
        places = drawn.subplots(len(MIXTURES), 4, width_ratios=(1.1, 1.1, 1, 1))
        for row, mixture in zip(places, MIXTURES, strict=True):
            of_mixture = looks[looks["mixture"] == mixture]
            for place, measure in zip(row, MEASURES, strict=False):
                bands = _bands(of_mixture, measure)
                _draw_measure(place, bands, mixture, measure)
                numbers.append(bands.assign(part="look", mixture=mixture, measure=measure))
            for place, loss in zip(row[2:], LOSSES, strict=True):
                seed = _typical(of_mixture[of_mixture["loss"] == loss])
                points = _draw_samples(place, samples[mixture, loss], seed, mixture, loss)
                numbers.append(points.assign(part="sample", mixture=mixture, loss=loss, seed=seed))
        seeds = looks.groupby(["mixture", "loss"])["seed"].nunique().max()
        drawn.suptitle(
            f"Five Gaussians on a ring and twenty-five on a grid, {looks['iteration'].max():,} iterations:\n"
            f"median and quartiles of {seeds} seeds, and samples of the median one\n"
            f"(good: within {DEVIATIONS} standard deviations of a mode; covered: one good sample; grey: real "
            "points)",
            fontsize=8,
        )
    return drawn, pd.concat(numbers, ignore_index=True)


def _bands(looks: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Quartiles over the seeds that have not diverged."""
    kept = looks[looks["status"] == DONE]
    if kept.empty:
        return pd.DataFrame(columns=["loss", "iteration", "lower", "median", "upper", "seeds"], dtype=float)
    finished = kept.groupby(["loss", "iteration"])[measure]
    bands = finished.quantile(list(QUARTILES)).unstack()
    bands.columns = ["lower", "median", "upper"]
    return bands.assign(seeds=finished.size()).reset_index()


def _typical(looks: pd.DataFrame) -> int:
    """The seed whose last share of good samples is the median (the lower one of an even number)."""
    last = looks[looks["iteration"] == looks["iteration"].max()].sort_values(["good_share", "seed"])
    return int(last["seed"].iloc[(len(last) - 1) // 2])


def _draw_measure(place: Axes, bands: pd.DataFrame, mixture: str, measure: str) -> None:
    for loss in LOSSES:
        line = bands[bands["loss"] == loss]
        colour = colour_of(loss)
        place.fill_between(
            line["iteration"], line["lower"], line["upper"], color=colour, alpha=0.2, linewidth=0
        )
        width = 2.6 if loss == LOSSES[0] else 1.2  # equal curves lie on each other
        place.plot(line["iteration"], line["median"], color=colour, linewidth=width, clip_on=False)
    modes = len(MIXTURES[mixture].centres)
    top = modes if measure == "modes" else 1
    place.set_ylim(0, 1.05 * top)
    if measure == "modes":
        place.axhline(modes, color="black", linewidth=0.6, linestyle=(0, (1, 1)))
        place.set_yticks(sorted({0, modes // 2, modes}))
    place.set_xlim(left=0)
    place.set_title(f"{mixture}: {MEASURES[measure]}")
    place.set_xlabel("iteration")
    if measure == "modes":
        for height, loss in zip((0.22, 0.08), LOSSES, strict=True):
            place.text(
                0.97,
                height,
                LOSS_NAMES[loss],
                color=colour_of(loss),
                transform=place.transAxes,
                ha="right",
                fontweight="bold",
                fontsize=7,
            )


def _draw_samples(place: Axes, samples: Samples, seed: int, mixture: str, loss: str) -> pd.DataFrame:
    if seed not in samples.seeds:
        raise InputError(f"the samples of {loss} on {mixture} lack seed {seed}: give those of the same run")
    row = int(np.flatnonzero(samples.seeds == seed)[0])
    place.plot(*samples.real[row].T, ".", color="#c0c0c0", markersize=1.5, markeredgewidth=0, rasterized=True)
    place.plot(
        *samples.fake[row].T, ".", color=colour_of(loss), markersize=1.5, markeredgewidth=0, rasterized=True
    )
    reach = 1.25 * np.abs(MIXTURES[mixture].centres).max()
    if outside := int((np.abs(samples.fake[row]) > reach).any(1).sum()):
        place.set_xlabel(f"{outside} of {len(samples.fake[row])} samples outside", fontsize=6)
    place.set_xlim(-reach, reach)
    place.set_ylim(-reach, reach)
    place.set_aspect("equal")
    place.set_xticks([])
    place.set_yticks([])
    place.set_title(f"{LOSS_NAMES[loss]}, seed {seed}", color=colour_of(loss), fontweight="bold")
    return pd.DataFrame(samples.fake[row], columns=["x", "y"])
