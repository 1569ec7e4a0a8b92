"""What evaluations over training found (`trace.json`), as tables: the form in which reporting reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ganscape.errors import InputError
from ganscape.files import read_json
from ganscape.reporting.losses import colour_of
from ganscape.reporting.measurements import network_of

RUN = ["data", "architecture", "width", "spectral_norm", "loss", "generator_lr", "seed"]
POINT = [*RUN, "iteration", "weights"]
SCORES = [*POINT, "status", "fid", "features", "samples", "path"]
SHARES = [*POINT, "class", "share", "real_share"]


@dataclass(frozen=True)
class Traces:
    """Of many runs over training.

    scores: a row per run, iteration and kind of weights, with the columns `SCORES`.
    shares: a row for each of these and every class that is generated or real there, with the columns
        `SHARES`; empty where no classifier was used. `real_share` is NaN where real images have no labels.
    """

    scores: pd.DataFrame
    shares: pd.DataFrame

    def final(self) -> pd.DataFrame:
        """The rows of `scores` of each run's last iteration."""
        last = self.scores.groupby([*RUN, "weights"])["iteration"].transform("max")
        return self.scores[self.scores["iteration"] == last]


def read_traces(paths: Iterable[Path]) -> Traces:
    """Read `trace.json` files; raises `InputError` for a file of another form and for two of one run."""
    scores, shares = [], []
    for path in map(Path, paths):
        record = read_json(path)
        try:
            _add(record, path, scores, shares)
        except (KeyError, TypeError, ValueError) as error:
            raise InputError(f"{path} is not the trace.json of a run ({error!r}): run step trace") from error
    read = Traces(pd.DataFrame(scores, columns=SCORES), pd.DataFrame(shares, columns=SHARES))
    repeated = read.scores[read.scores.duplicated(POINT)]
    if len(repeated):
        raise InputError(f"{repeated['path'].iloc[0]} is of a run that was given before: give it once")
    return read


def _add(record: dict, path: Path, scores: list[dict], shares: list[dict]) -> None:
    if record["kind"] != "trace":
        raise ValueError(f"kind {record['kind']}")
    specification = record["specification"]
    run = {
        "data": record["data"],
        **network_of(specification),
        "generator_lr": specification["generator_learning_rate"],
        "seed": specification["seed"],
    }
    classes = record["classes"] or []
    real = record["real_shares"] or [float("nan")] * len(classes)
    for entry in record["entries"]:
        point = {**run, "iteration": entry["iteration"], "weights": entry["weights"]}
        known = {"features": record["features"], "samples": record["protocol"]["samples"], "path": path}
        scores.append({**point, "status": entry["status"], "fid": entry["fid"], **known})
        if entry["class_shares"] is None:
            continue
        for name, share, real_share in zip(classes, entry["class_shares"], real, strict=True):
            shares.append({**point, "class": name, "share": share, "real_share": real_share})


def draw_seeds(place: Axes, rows: pd.DataFrame, value: str, colour: str, label: str | None = None) -> None:
    """A thin line per seed and a thick one for their mean, over iterations."""
    for _, of_seed in rows.groupby("seed"):
        place.plot(of_seed["iteration"], of_seed[value], color=colour, linewidth=0.6, alpha=0.5)
    mean = rows.groupby("iteration")[value].mean()
    place.plot(mean.index, mean, color=colour, linewidth=1.6, label=label)


def logarithmic(place: Axes) -> None:
    """A logarithmic axis whose numbers read as such, few enough not to touch."""
    place.set_yscale("log")
    place.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    place.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    place.yaxis.set_minor_formatter(NullFormatter())


def draw_losses(place: Axes, rows: pd.DataFrame, losses: Sequence[str], names: dict[str, str]) -> None:
    """FID over iterations of several losses."""
    for loss in losses:
        draw_seeds(place, rows[rows["loss"] == loss], "fid", colour_of(loss), names[loss])
