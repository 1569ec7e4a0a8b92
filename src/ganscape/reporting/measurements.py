"""What the evaluations of many runs found, as one table: the form in which all reporting reads them."""

import logging
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from ganscape.errors import InputError
from ganscape.files import read_json
from ganscape.forms import NUMBER, Form, OrNull, check_form

logger = logging.getLogger(__name__)

CONFIGURATION = ["data", "architecture", "width", "spectral_norm", "loss"]
REAL = "real"
PAPER_EXTRACTOR = "inception-v3-compat"
_SCORE = OrNull(NUMBER)
# Forms of JSON, of what is read here of it.
SCORED: dict[str, Form] = {
    **{"weights": str, "status": str, "fid": _SCORE},
    **{"inception_score_mean": _SCORE, "inception_score_std": _SCORE},
}
PROTOCOL: Form = {"samples": int, "fid_samples": int, "splits": int}
SPECIFICATION: dict[str, Form] = {
    **{"architecture": str, "width": str, "normalisation": str, "loss": str},
    **{"generator_learning_rate": NUMBER, "seed": int, "base_features": int},
}
FURTHER_SCORES = ["kid_mean", "kid_std", "precision", "recall", "coverage", "kl_divergence"]
REAL_SCORES: dict[str, Form] = {
    **{"data": str, "features": str, "protocol": PROTOCOL, "specification": OrNull({})},
    "entries": [{**SCORED, **dict.fromkeys(FURTHER_SCORES, _SCORE)}],
}
RUN_SCORES: dict[str, Form] = {
    **REAL_SCORES,
    "specification": {**SPECIFICATION, "iterations": int},
    "parameters": {"generator": int, "discriminator": int, "full_width": int},
}


def read_measurements(paths: Iterable[Path]) -> pd.DataFrame:
    """Read `metrics.json` files into one row per run and kind of weights (`raw`, `ema`, `real`).

    Columns: `path, data, architecture, width, spectral_norm, loss, generator_lr, seed, weights, status,
    is_mean, is_std, fid, parameters, full_width_parameters, base_features, features, iterations, samples,
    fid_samples, splits` and `FURTHER_SCORES`. `parameters` counts generator and discriminator,
    `full_width_parameters` those of the same networks at full width, of which `base_features` is the
    generator's. Raises `InputError` for a file of another form, two files of one run, or two feature
    extractors on the same data, whose scores would not be comparable.
    """
    rows = [row for path in paths for row in _rows(Path(path))]
    if not rows:
        raise InputError("no evaluated run was given: name at least one metrics.json")
    measurements = pd.DataFrame(rows)
    _refuse_duplicates(measurements)
    refuse_mixed_features(measurements)
    return measurements


def _rows(path: Path) -> list[dict]:
    record = read_json(path)
    try:
        check_form(record, {"kind": str})
        check_form(record, REAL_SCORES if record["kind"] == REAL else RUN_SCORES)
        require_fids(record["entries"])
        specification = record["specification"]
        if record["kind"] == REAL:
            sizes = ["parameters", "full_width_parameters", "base_features"]
            run = dict.fromkeys([*CONFIGURATION, "generator_lr", "seed", *sizes, "iterations"])
            run |= {
                "data": record["data"],
                "architecture": REAL,
                "width": "",
                "spectral_norm": "",
                "loss": REAL,
            }
        else:
            run = {
                "data": record["data"],
                **network_of(specification),
                "generator_lr": specification["generator_learning_rate"],
                "seed": specification["seed"],
                "parameters": record["parameters"]["generator"] + record["parameters"]["discriminator"],
                "full_width_parameters": record["parameters"]["full_width"],
                "base_features": specification["base_features"],
                "iterations": specification["iterations"],
            }
        protocol = {key: record["protocol"][key] for key in ("samples", "fid_samples", "splits")}
        shared = {"path": path, "features": record["features"], **run, **protocol}
        return [
            {
                **shared,
                "weights": entry["weights"],
                **scores_of(entry),
                **{name: entry[name] for name in FURTHER_SCORES},
            }
            for entry in record["entries"]
        ]
    except ValueError as error:
        raise InputError(f"{path} is not the metrics.json of an evaluated run ({error})") from error


def require_fids(entries: list[dict]) -> None:
    """`ValueError` unless every entry of a record that is done has an FID."""
    for place, entry in enumerate(entries):
        if entry["status"] == "done" and entry["fid"] is None:
            raise ValueError(f"entries.{place} is done, and has no fid")


def network_of(specification: dict) -> dict:
    """Architecture, width, normalisation and loss of a run, by the names of our columns."""
    return {
        "architecture": specification["architecture"],
        "width": specification["width"],
        "spectral_norm": "yes" if specification["normalisation"] == "spectral" else "no",
        "loss": specification["loss"],
    }


def scores_of(entry: dict) -> dict:
    """Status, IS and FID of one entry of a `metrics.json`, by the names of our columns."""
    return {
        "status": entry["status"],
        "is_mean": entry["inception_score_mean"],
        "is_std": entry["inception_score_std"],
        "fid": entry["fid"],
    }


def _refuse_duplicates(measurements: pd.DataFrame) -> None:
    identity = [*CONFIGURATION, "generator_lr", "seed", "weights"]
    repeated = measurements[measurements.duplicated(identity, keep=False)]
    if len(repeated):
        first, second = (
            repeated.groupby(identity, dropna=False)
            .get_group(tuple(repeated.iloc[0][identity]))["path"]
            .iloc[:2]
        )
        raise InputError(f"{first} and {second} are the same configuration and seed: give one of them")


def refuse_mixed_features(measurements: pd.DataFrame) -> None:
    """`InputError` where rows of the same `data` have several `features`, which do not compare."""
    for data, group in measurements.groupby("data"):
        extractors = sorted(group["features"].unique())
        if len(extractors) > 1:
            raise InputError(
                f"runs on {data} were evaluated with {' and with '.join(extractors)}, whose scores do not "
                "compare: evaluate all with one"
            )


def best_learning_rate(candidates: pd.DataFrame) -> float | None:
    """The generator learning rate at which most seeds finished; among equals, that of the lowest mean FID.

    A rate at which seeds diverge does not win by a lucky one. `candidates` are the measurements of one
    configuration and one kind of weights. None if no seed finished, unless there is only one rate to name.
    """
    finished = candidates[candidates["status"] == "done"]
    if len(finished):
        fids = finished.groupby("generator_lr")["fid"].agg(["size", "mean"])
        return fids[fids["size"] == fids["size"].max()]["mean"].idxmin()
    rates = candidates["generator_lr"].unique()
    return rates[0] if len(rates) == 1 else None
