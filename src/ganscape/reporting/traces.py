"""What evaluations over training found (`trace.json`), as tables: the form in which reporting reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from ganscape.errors import InputError
from ganscape.files import read_json
from ganscape.forms import NUMBER, Form, OrNull, check_form
from ganscape.reporting.losses import colour_of
from ganscape.reporting.measurements import (
    CONFIGURATION,
    PAPER_EXTRACTOR,
    SPECIFICATION,
    best_learning_rate,
    network_of,
    refuse_mixed_features,
    require_fids,
)
from ganscape.reporting.studies import Half

RUN = [*CONFIGURATION, "generator_lr", "seed"]
POINT = [*RUN, "iteration", "weights"]
SCORES = [*POINT, "status", "run_status", "fid", "base_features", "features", "samples", "path"]
SHARES = [*POINT, "class", "share", "real_share"]


SHARES_OF_CLASSES = OrNull([NUMBER])
TRACE: Form = {  # of the JSON
    **{"data": str, "status": str, "features": str, "protocol": {"samples": int}},
    **{"specification": SPECIFICATION, "classes": OrNull([str]), "real_shares": SHARES_OF_CLASSES},
    "entries": [
        {
            **{"iteration": int, "weights": str, "status": str},
            **{"fid": OrNull(NUMBER), "class_shares": SHARES_OF_CLASSES},
        }
    ],
}


@dataclass(frozen=True)
class Traces:
    """Of many runs over training.

    scores: a row per run, iteration and kind of weights, with the columns `SCORES`; `status` is that of this
        generator, `run_status` the training's.
    shares: a row for each of these and every class that is generated or real there, with the columns
        `SHARES`; empty where no classifier was used. `real_share` is NaN where real images have no labels.
    """

    scores: pd.DataFrame
    shares: pd.DataFrame

    def final(self) -> pd.DataFrame:
        """The rows of `scores` of each run's last iteration; a run that diverged has no score at its end."""
        last = self.scores.groupby([*RUN, "weights"])["iteration"].transform("max")
        final = self.scores[self.scores["iteration"] == last].copy()
        final["status"] = final["status"].where(final["run_status"] == "done", final["run_status"])
        final["fid"] = final["fid"].where(final["status"] == "done")
        return final

    def at_best_rates(self) -> "Traces":
        """Of several generator learning rates of a configuration the one that a table of scores shows.

        Where no run finished with any of them, the lowest.
        """
        final = self.final()
        raw = final[final["weights"] == "raw"]
        rates = {
            key: best_learning_rate(runs) or runs["generator_lr"].min()
            for key, runs in raw.groupby(CONFIGURATION)
        }

        def chosen(rows: pd.DataFrame) -> pd.DataFrame:
            best = pd.Series(rows[CONFIGURATION].apply(tuple, axis=1).map(rates), index=rows.index)
            return rows[best.isna() | (best == rows["generator_lr"])] if len(rows) else rows

        return Traces(chosen(self.scores), chosen(self.shares))


def read_traces(paths: Iterable[Path]) -> Traces:
    """Read `trace.json` files.

    Raises `InputError` for a file of another form, two of one run, and several extractors on the same data.
    """
    scores: list[dict] = []
    shares: list[dict] = []
    for path in map(Path, paths):
        record = read_json(path)
        try:
            _add(record, path, scores, shares)
        except ValueError as error:
            raise InputError(f"{path} is not the trace.json of a run ({error}): run step trace") from error
    read = Traces(pd.DataFrame(scores, columns=SCORES), pd.DataFrame(shares, columns=SHARES))
    repeated = read.scores[read.scores.duplicated(POINT)]
    if len(repeated):
        raise InputError(f"{repeated['path'].iloc[0]} is of a run that was given before: give it once")
    refuse_mixed_features(read.scores)
    return read


def require_study(traces: Traces, half: Half, suffix: str = "") -> None:
    """`InputError` unless all traces are of one network and of the data of `half`, or of a selection of them.

    `suffix` is what the name of the data has more than that of the whole data set.
    """
    dataset, _, size = half.data.rpartition("-")
    for path, data in traces.scores[["path", "data"]].drop_duplicates().itertuples(index=False):
        name, _, own_size = data.rpartition("-")
        if own_size != size or name.removesuffix(suffix) != dataset:
            raise InputError(f"{path} is of {data}, not of {half.data}: give traces of this study")
    networks = traces.scores[["architecture", "width", "base_features", "spectral_norm"]].drop_duplicates()
    if len(networks) > 1:
        raise InputError("the given traces are of several networks: give those of one")


def network_note(traces: Traces) -> str:
    """Which network was traced, how long and on what its FID is."""
    first = traces.scores.iloc[0]
    spectral = "with spectral norm" if first["spectral_norm"] == "yes" else "without spectral norm"
    return (
        f"{first['architecture'].upper()} of {first['width']} width (full width: {first['base_features']} "
        f"features), {spectral}, after {traces.scores['iteration'].max():,} iterations; FID on "
        f"{traces.scores['samples'].max():,} generated images from the features of {first['features']}"
        + ("." if first["features"] == PAPER_EXTRACTOR else ", not of the Inception network.")
    )


def _add(record: dict, path: Path, scores: list[dict], shares: list[dict]) -> None:
    check_form(record, {"kind": str})
    if record["kind"] != "trace":
        raise ValueError(f"kind {record['kind']}")
    check_form(record, TRACE)
    require_fids(record["entries"])
    if not record["entries"]:
        raise ValueError("entries is empty")
    specification = record["specification"]
    run = {
        "data": record["data"],
        **network_of(specification),
        "generator_lr": float(specification["generator_learning_rate"]),
        "seed": int(specification["seed"]),
    }
    classes = record["classes"] or []
    real = record["real_shares"] or [float("nan")] * len(classes)
    for entry in record["entries"]:
        point = {**run, "iteration": int(entry["iteration"]), "weights": entry["weights"]}
        known = {
            "base_features": int(specification["base_features"]),
            "features": record["features"],
            "samples": record["protocol"]["samples"],
            "path": path,
        }
        fid = float("nan") if entry["fid"] is None else float(entry["fid"])
        states = {"status": entry["status"], "run_status": record["status"]}
        scores.append({**point, **states, "fid": fid, **known})
        if entry["class_shares"] is None:
            continue
        for name, share, real_share in zip(classes, entry["class_shares"], real, strict=True):
            shares.append({**point, "class": name, "share": float(share), "real_share": float(real_share)})


def draw_seeds(place: Axes, rows: pd.DataFrame, value: str, colour: str, label: str | None = None) -> None:
    """A thin line per seed and a thick one for their mean, as far as all seeds go."""
    for _, of_seed in rows.groupby("seed"):
        place.plot(of_seed["iteration"], of_seed[value], color=colour, linewidth=0.6, alpha=0.5)
    groups = rows.dropna(subset=[value]).groupby("iteration")[value]
    mean = groups.mean()[groups.size() == rows["seed"].nunique()]
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
