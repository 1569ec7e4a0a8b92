import math

import numpy as np
import pytest
import torch
from small_images import CPU, resized_digits
from torch import nn

from ganscape.errors import InputError
from ganscape.evaluation import scoring
from ganscape.evaluation.extractors import Extractor
from ganscape.evaluation.features import METADATA, Reference, extract_stored
from ganscape.evaluation.scoring import Protocol, score_real, score_run

TRAINING = {"status": "done", "specification": {"data": "digits-32x32x1"}, "parameters": {"generator": 1}}
PROTOCOL = Protocol(samples=60, fid_samples=40, splits=2, batch_size=25, batch_norm="batch", seed=0)


class Replay(nn.Module):
    """A generator of stored digits: whichever the first latent value points to."""

    latent_dimension = 1

    def __init__(self, images: np.ndarray):
        super().__init__()
        self.register_buffer("images", torch.from_numpy(images).permute(0, 3, 1, 2) / 127.5 - 1)

    def forward(self, latents):
        share = torch.special.ndtr(latents[:, 0])
        return self.images[(share * len(self.images)).long().clamp(max=len(self.images) - 1)]


@pytest.fixture(scope="module")
def digits():
    return resized_digits(32, 1)


@pytest.fixture(scope="module")
def reference(digits, digits_extractor):
    images, labels, _ = digits
    indices = np.arange(400)
    sample = extract_stored(images, indices, 400, 100, digits_extractor, "reference")
    metadata = dict.fromkeys(METADATA) | {"extractor": digits_extractor.name, "data": "digits-32x32x1"}
    return Reference(sample.features, sample.logits, labels[:400], indices, metadata)


def run(load, reference, extractor, training=TRAINING, protocol=PROTOCOL):
    return score_run(training, load, reference, extractor, protocol, CPU)


def test_record_of_a_run(digits, reference, digits_extractor):
    images, labels, _ = digits
    ones = images[labels == 1]
    generators = {"raw": Replay(ones), "ema": Replay(images)}
    record = run(generators.get, reference, digits_extractor)
    assert record["kind"] == "run" and record["data"] == "digits-32x32x1"
    assert record["features"] == "digits-classifier"
    assert record["specification"] == TRAINING["specification"]
    assert record["parameters"] == TRAINING["parameters"]
    assert record["protocol"] == {
        "samples": 60,
        "fid_samples": 40,
        "splits": 2,
        "batch_size": 25,
        "batch_norm": "batch",
        "seed": 0,
        "reference_images": 400,
    }
    raw, ema = record["entries"]
    assert (raw["weights"], ema["weights"]) == ("raw", "ema")
    assert set(raw) == {"weights", "status", *scoring.METRICS}
    # all ones against all digits
    assert raw["status"] == ema["status"] == "done"
    assert raw["coverage"] == 1 and ema["coverage"] == 10
    assert raw["kl_divergence"] == pytest.approx(math.log(400 / (labels[:400] == 1).sum()))
    assert raw["fid"] > 4 * ema["fid"]
    assert raw["inception_score_mean"] < 1.5 < 5 < ema["inception_score_mean"]
    assert raw["recall"] < ema["recall"] and raw["kid_mean"] > ema["kid_mean"]


def test_images_pass_generator_and_extractor_once(digits, reference, digits_extractor):
    seen = []

    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = digits_extractor.module

        def forward(self, images):
            seen.append(len(images))
            return self.inner(images)

    fields = {
        name: getattr(digits_extractor, name) for name in ("name", "weights_sha256", "classes", "batch")
    }
    record = run(lambda _: Replay(digits[0]), reference, Extractor(module=Counting(), **fields))
    assert sum(seen) == 2 * PROTOCOL.samples  # raw and EMA; the stored reference is not computed again
    raw, ema = record["entries"]
    assert {**raw, "weights": "ema"} == ema  # same weights, same latents


def test_a_run_that_diverged_is_a_record_and_loads_nothing(reference, digits_extractor):
    def load(_):
        raise AssertionError("nothing to load")

    record = run(load, reference, digits_extractor, TRAINING | {"status": "diverged"})
    for entry, weights in zip(record["entries"], ("raw", "ema"), strict=True):
        assert entry == {"weights": weights, "status": "diverged", **dict.fromkeys(scoring.METRICS)}


def test_weights_that_give_no_finite_image_are_diverged_alone(digits, reference, digits_extractor):
    broken = Replay(digits[0])
    broken.images[:] = float("nan")
    record = run({"raw": broken, "ema": Replay(digits[0])}.get, reference, digits_extractor)
    assert [entry["status"] for entry in record["entries"]] == ["diverged", "done"]
    assert record["entries"][0]["fid"] is None


def test_no_labels_no_divergence_and_no_infinite_one(digits, reference, digits_extractor):
    load = lambda _: Replay(digits[0])  # noqa: E731
    unlabeled = Reference(**vars(reference) | {"labels": np.full(400, -1)})
    one_class = Reference(**vars(reference) | {"labels": np.zeros(400, np.int64)})
    for changed in (unlabeled, one_class):
        entry = run(load, changed, digits_extractor)["entries"][0]
        assert entry["kl_divergence"] is None and entry["coverage"] == 10


def test_without_a_classifier_there_is_no_coverage(digits, reference, digits_extractor):
    class Photographs(nn.Module):
        def __init__(self):
            super().__init__()
            self.inner = digits_extractor.module

        def forward(self, images):
            assert images.shape[1] == 3
            return self.inner(images)

    extractor = Extractor("inception-v3-compat", Photographs(), "", None, 50)
    entry = run(lambda _: Replay(digits[0]), reference, extractor)["entries"][0]
    assert entry["status"] == "done" and entry["coverage"] is entry["kl_divergence"] is None


def test_real_images(digits, reference, digits_extractor):
    images, _, _ = digits
    wanted = Protocol(samples=5000, fid_samples=300, splits=10, batch_size=100, batch_norm="running", seed=0)
    record = score_real(images, np.arange(400, 650), reference, digits_extractor, wanted)
    assert record["kind"] == "real" and record["specification"] is record["parameters"] is None
    assert record["protocol"]["samples"] == record["protocol"]["fid_samples"] == 250
    assert record["protocol"]["batch_norm"] is None
    (entry,) = record["entries"]
    assert entry["weights"] == "real" and entry["status"] == "done"
    assert entry["coverage"] == 10 and entry["fid"] < 2


def test_real_images_of_the_reference_are_refused(digits, reference, digits_extractor):
    with pytest.raises(InputError, match="reference"):
        score_real(digits[0], np.arange(399, 500), reference, digits_extractor, PROTOCOL)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"samples": 0}, "samples must be at least 1"),
        ({"fid_samples": 61}, "fid_samples"),
        ({"splits": 61}, "splits"),
        ({"batch_size": 0}, "batch_size"),
        ({"seed": -1}, "seed"),
    ],
)
def test_protocols_that_cannot_be(changes, message):
    with pytest.raises(InputError, match=message):
        Protocol(**vars(PROTOCOL) | changes)
