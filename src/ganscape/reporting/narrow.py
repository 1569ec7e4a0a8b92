"""Figure `narrow`: FID over the training of narrow networks, JS-GAN beside RS-GAN, a line per seed."""

from collections.abc import Sequence

import pandas as pd
from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganscape.errors import InputError
from ganscape.reporting import style
from ganscape.reporting.losses import LOSS_NAMES
from ganscape.reporting.rendering import number
from ganscape.reporting.statistics import mean_interval
from ganscape.reporting.studies import Half
from ganscape.reporting.traces import Traces, draw_losses, logarithmic

LOSSES = ("js", "rs")
NORMALISATIONS = {"yes": "with spectral norm", "no": "batch norm in D"}
_CORNER = {"ha": "right", "va": "top", "fontsize": 7}
HEIGHT = 1.75  # inches, of a row


def draw_narrow(traces: Traces, halves: Sequence[Half]) -> tuple[Figure, pd.DataFrame]:
    """A panel per data, normalisation and width; raw weights. Returns the figure and all scores.

    In each panel the gap FID(JS-GAN) − FID(RS-GAN) of the last generators: mean over seeds and 95 % interval.
    Raises `InputError` where none of the traces is of the given data.
    """
    traces = traces.at_best_rates()
    scores = traces.scores[traces.scores["data"].isin([half.data for half in halves])]
    raw = scores[(scores["weights"] == "raw") & scores["loss"].isin(LOSSES)]
    if raw.empty:
        raise InputError(f"none of the given traces is of {' or '.join(half.data for half in halves)}")
    if raw["architecture"].nunique() > 1:
        raise InputError("the given traces are of several architectures: give those of one")
    rows = [
        (half, spectral)
        for half in halves
        for spectral in NORMALISATIONS
        if ((raw["data"] == half.data) & (raw["spectral_norm"] == spectral)).any()
    ]
    widths = [width for width in ("full", "half", "quarter", "eighth") if (raw["width"] == width).any()]
    final = traces.final()
    final = final[(final["weights"] == "raw") & final["loss"].isin(LOSSES)]
    drawn = style.figure(HEIGHT * len(rows) + 0.5)
    with rc_context(style.SETTINGS):
        places = drawn.subplots(len(rows), len(widths), squeeze=False, sharex=True, sharey="row")
        for line, (half, spectral) in zip(places, rows, strict=True):
            of_row = raw[(raw["data"] == half.data) & (raw["spectral_norm"] == spectral)]
            line[0].set_ylabel("FID")
            for place, width in zip(line, widths, strict=True):
                logarithmic(place)
                place.set_title(f"{half.shown_name}, {width} width, {NORMALISATIONS[spectral]}")
                shown = of_row[of_row["width"] == width]
                draw_losses(place, shown, LOSSES, LOSS_NAMES)
                ends = final[final["data"].eq(half.data) & final["spectral_norm"].eq(spectral)]
                _write_gap(place, ends[ends["width"] == width])
        for place in places[-1]:
            place.set_xlabel("iteration")
        handles, labels = places[0, 0].get_legend_handles_labels()
        drawn.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
        features = " and ".join(sorted(set(raw["features"])))
        drawn.suptitle(
            "FID over training (thin: a seed each, thick: their mean)\n"
            f"raw weights, {raw['samples'].max():,} images, features of {features}",
            fontsize=8,
        )
    return drawn, scores.drop(columns="path")


def _write_gap(place: Axes, final: pd.DataFrame) -> None:
    """In a corner; of the seeds that finished with both losses."""
    fids = final.pivot(index="seed", columns="loss", values="fid").reindex(columns=list(LOSSES)).dropna()
    if fids.empty:
        return
    mean, low, high = mean_interval((fids["js"] - fids["rs"]).to_numpy())
    interval = f" ({number(low)} to {number(high)})" if len(fids) > 1 else ""
    seeds = f"{len(fids)} seed{'s' if len(fids) > 1 else ''}"
    place.text(
        0.98, 0.95, f"gap at the end {number(mean)}{interval}, {seeds}", **_CORNER, transform=place.transAxes
    )
