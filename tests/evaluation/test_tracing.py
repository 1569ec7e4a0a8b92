"""Scores over training: every kept generator, raw and averaged, on the same latents."""

import json

import numpy as np
import pytest
import torch
from torch import nn

from ganscape.cli import main
from ganscape.evaluation.features import Reference
from ganscape.evaluation.scoring import Protocol
from ganscape.evaluation.tracing import trace_run


class Extractor:
    """Features: the image's mean; logits: darker or brighter than middle grey."""

    name, weights_sha256, classes = "made-up", "0", ("dark", "bright")

    def __call__(self, images):
        mean = images.float().mean(dim=(1, 2, 3))
        return torch.stack((mean, mean * 2), dim=1), torch.stack((127 - mean, mean - 127), dim=1)


class Painter(nn.Module):
    """Images of one grey level with a little noise from the latents."""

    latent_dimension = 2

    def __init__(self, level):
        super().__init__()
        self.level = nn.Parameter(torch.tensor(level))

    def forward(self, latents):
        return (self.level + 0.01 * latents[:, 0])[:, None, None, None].expand(-1, 1, 4, 4)


LEVELS = np.random.default_rng(0).normal(204, 1, 20)
REFERENCE = Reference(
    features=np.stack((LEVELS, 2 * LEVELS), axis=1).astype(np.float32),
    logits=np.zeros((20, 2), dtype=np.float32),
    labels=np.repeat([0, 1], [5, 15]),
    indices=np.arange(20),
    metadata={"extractor": "made-up"},
)
PROTOCOL = Protocol(samples=20, fid_samples=20, splits=1, batch_size=10, batch_norm="batch", seed=0)
TRAINING = {"status": "done", "specification": {"data": "digits-32x32x1"}}


def traced(levels, classifier):
    return trace_run(
        TRAINING,
        lambda iteration, weights: Painter(levels[iteration] * (0.5 if weights == "ema" else 1)),
        sorted(levels),
        REFERENCE,
        Extractor(),
        classifier,
        PROTOCOL,
        torch.device("cpu"),
    )


def test_every_kept_generator_is_scored_raw_and_averaged():
    record = traced({0: -0.9, 10: 0.6}, Extractor())
    places = [(entry["iteration"], entry["weights"]) for entry in record["entries"]]
    assert places == [(0, "raw"), (0, "ema"), (10, "raw"), (10, "ema")]
    assert [entry["class_shares"] for entry in record["entries"]] == [[1, 0], [1, 0], [0, 1], [0, 1]]
    fids = [entry["fid"] for entry in record["entries"]]
    assert fids[2] == min(fids)  # 0.6 is grey level 204
    assert record["real_shares"] == [0.25, 0.75] and record["classes"] == ["dark", "bright"]
    json.dumps(record, allow_nan=False)


def test_a_generator_that_is_not_finite_is_diverged_and_the_others_are_scored():
    record = traced({0: 0.1, 10: float("nan")}, None)
    assert [entry["status"] for entry in record["entries"]] == ["done", "done", "diverged", "diverged"]
    assert record["entries"][0]["class_shares"] is None and record["real_shares"] is None


def test_one_seed_gives_every_generator_the_same_latents():
    record = traced({0: 0.3, 10: 0.3}, Extractor())
    first, _, second, _ = record["entries"]
    assert first["fid"] == second["fid"]


def test_a_run_without_snapshots_is_told_how_to_keep_them(tmp_path, capsys):
    specification = {
        **{"data": "digits-32x32x1", "image_size": 32, "channels": 1, "architecture": "cnn", "width": "full"},
        **{"base_features": 8, "normalisation": "spectral", "loss": "rs", "batch_size": 4, "iterations": 1},
        **{"generator_learning_rate": 1e-3, "discriminator_learning_rate": 1e-3, "betas": [0.5, 0.9]},
        **{"discriminator_steps": 1, "ema_decay": 0.9, "seed": 0},
    }
    record = {"specification": specification, "status": "done", "iteration": 1, "parameters": {}}
    (tmp_path / "training.json").write_text(json.dumps(record))
    words = ["--reference", "r.npz", "--extractor", "classifier", "--weights", "w", "--output", "t.json"]
    assert main(["trace", "--run", str(tmp_path), *words]) == 1
    error = capsys.readouterr().err
    assert "has no snapshot of iteration 0: move it away and train with --snapshots-every" in error


@pytest.mark.parametrize("missing", ["classes", "entries", "specification"])
def test_what_is_no_trace_is_said_to_be_none(tmp_path, missing, capsys):
    record = {"kind": "trace", "data": "d", "specification": {}, "classes": None, "entries": []}
    del record[missing]
    (tmp_path / "trace.json").write_text(json.dumps(record))
    words = ["--half", "mnist=digits-32x32x1", "--output", str(tmp_path / "f.png")]
    assert main(["narrow-figure", "--traces", str(tmp_path / "trace.json"), *words]) == 1
    assert "is not the trace.json of a run" in capsys.readouterr().err
