"""Evaluated runs as the evaluation leaves them, made up."""

import json

import pytest
from PIL import Image

from ganscape.evaluation.scoring import METRICS

PARAMETERS = {"full": 1000, "half": 290, "quarter": 92, "bottleneck": 168}


@pytest.fixture
def evaluated(tmp_path):
    """A function that writes one run's metrics.json (and sample grids) and returns its path.

    `raw` and `ema` are FIDs; None for a diverged entry.
    """

    def write(
        data="digits-32x32x3",
        architecture="cnn",
        width="full",
        normalisation="spectral",
        loss="js",
        seed=0,
        rate=5e-4,
        raw=20.0,
        ema=10.0,
        inception_score=5.0,
        features="digits-classifier",
    ):
        run = (
            tmp_path
            / "runs"
            / data
            / f"{architecture}-{width}-{normalisation}-{loss}"
            / f"lr{rate:g}-seed{seed}"
        )
        specification = {
            "data": data,
            "architecture": architecture,
            "width": width,
            "normalisation": normalisation,
            "loss": loss,
            "generator_learning_rate": rate,
            "base_features": 64,
            "seed": seed,
            "iterations": 300,
        }
        parameters = {"generator": PARAMETERS[width] // 2, "discriminator": PARAMETERS[width] // 2}
        parameters["full_width"] = PARAMETERS["full"]
        entries = [entry("raw", raw, inception_score), entry("ema", ema, inception_score)]
        for name in ("final.png", "final_ema.png"):
            (run / "samples").mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (256, 256), "gray").save(run / "samples" / name)
        return write_metrics(run, "run", data, specification, parameters, features, entries)

    return write


@pytest.fixture
def evaluated_real(tmp_path):
    """A function that writes the metrics.json of real images and returns its path."""

    def write(data="digits-32x32x3", fid=1.5, features="digits-classifier"):
        entries = [entry("real", fid, 9.0)]
        return write_metrics(tmp_path / "real" / data, "real", data, None, None, features, entries)

    return write


def entry(weights, fid, inception_score):
    done = fid is not None
    values = dict.fromkeys(METRICS)
    if done:
        values |= {"inception_score_mean": inception_score, "inception_score_std": 0.1, "fid": fid}
        values |= {"kid_mean": 0.02, "kid_std": 0.001, "precision": 0.8, "recall": 0.7, "coverage": 9}
    return {"weights": weights, "status": "done" if done else "diverged", **values}


def write_metrics(folder, kind, data, specification, parameters, features, entries):
    protocol = {"samples": 1000, "fid_samples": 500, "splits": 10}
    record = {
        "kind": kind,
        "data": data,
        "specification": specification,
        "parameters": parameters,
        "features": features,
        "protocol": protocol,
        "entries": entries,
    }
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "metrics.json"
    path.write_text(json.dumps(record))
    return path


@pytest.fixture
def traced(tmp_path):
    """A function that writes one run's trace.json (and sample grid) and returns its path.

    `fids` are those of raw weights by iteration, None for a diverged entry; those of EMA weights are half.
    `shares` are the last generator's, by class; before, all images are of the first class.
    """

    def write(
        fids,
        data="digits-32x32x1",
        width="quarter",
        normalisation="spectral",
        loss="js",
        seed=0,
        rate=5e-4,
        shares=None,
        real=None,
        status=None,
    ):
        run = tmp_path / "traced" / data / f"{width}-{normalisation}-{loss}" / f"lr{rate:g}-seed{seed}"
        specification = {
            **{"architecture": "cnn", "width": width, "normalisation": normalisation, "loss": loss},
            **{"generator_learning_rate": rate, "base_features": 64, "seed": seed},
        }
        classes = list(shares) if shares else None
        last = max(fids)
        entries = [
            {
                "iteration": iteration,
                "weights": weights,
                "status": "diverged" if fid is None else "done",
                "fid": None if fid is None else fid * (0.5 if weights == "ema" else 1),
                "class_shares": None
                if fid is None or not shares
                else list(shares.values())
                if iteration == last
                else [1.0, *[0.0] * (len(shares) - 1)],
            }
            for iteration, fid in fids.items()
            for weights in ("raw", "ema")
        ]
        record = {
            "kind": "trace",
            "data": data,
            "specification": specification,
            "status": status or ("diverged" if fids[last] is None else "done"),
            "features": "digits-classifier",
            "protocol": {"samples": 500},
            "classes": classes,
            "real_shares": list(real.values()) if real else None,
            "entries": entries,
        }
        (run / "samples").mkdir(parents=True)
        Image.new("L", (256, 256), 90).save(run / "samples" / "final.png")
        (run / "trace.json").write_text(json.dumps(record))
        return run / "trace.json"

    return write
