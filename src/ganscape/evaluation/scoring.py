"""From a run's two generators, or from real images, to the record that the tables read (`metrics.json`)."""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass

import numpy as np
import torch
from torch import nn

from ganscape.errors import InputError
from ganscape.evaluation import metrics
from ganscape.evaluation.extractors import Extractor
from ganscape.evaluation.features import Reference, Sample, extract, extract_stored, generate
from ganscape.images.networks import count_parameters
from ganscape.images.pixels import NonFiniteError

WEIGHTS = ("raw", "ema")
RELEASED = "released"
METRICS = (
    *("inception_score_mean", "inception_score_std", "fid", "kid_mean", "kid_std"),
    *("precision", "recall", "coverage", "kl_divergence"),
)


@dataclass(frozen=True)
class Protocol:
    """How a run is sampled and scored (paper: 50,000 images for IS, 10,000 for FID, batches of 500).

    Attributes:
        samples: images for IS, in `splits` parts; also for coverage and class shares.
        fid_samples: the first of them, for FID, KID, precision and recall.
        splits: parts of the Inception score.
        batch_size: images the generator makes at once; with `batch` statistics it belongs to the result.
        batch_norm: `batch` (training mode, the paper's protocol) or `running`; None for real images.
        seed: of the latents, or of the choice among real images.
    """

    samples: int
    fid_samples: int
    splits: int
    batch_size: int
    batch_norm: str | None
    seed: int

    def __post_init__(self):
        for name in ("samples", "fid_samples", "splits", "batch_size"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} must be at least 1, not {getattr(self, name)}")
        if self.seed < 0:
            raise InputError(f"seed must be at least 0, not {self.seed}")
        if self.fid_samples > self.samples:
            raise InputError(f"fid_samples ({self.fid_samples}) are taken from the samples ({self.samples})")
        if self.splits > self.samples:
            raise InputError(
                f"{self.splits} splits of the Inception score need more than {self.samples} samples"
            )


def score_run(
    training: dict,
    load: Callable[[str], nn.Module],
    reference: Reference,
    extractor: Extractor,
    protocol: Protocol,
    device: torch.device,
) -> dict:
    """Evaluate a run's raw and EMA generators on the same latents.

    Args:
        training: the run's `training.json`; with status `diverged` nothing is sampled.
        load: gives the generator for `raw` or `ema`.

    Returns:
        The content of `metrics.json`. An entry whose images or features are not finite is `diverged`.
    """
    entries = []
    for weights in WEIGHTS:
        if training["status"] == "diverged":
            entries.append(_diverged(weights))
            continue
        entries.append(_generated_entry(weights, load(weights), reference, extractor, protocol, device))
    return {
        "kind": "run",
        "data": training["specification"]["data"],
        "specification": training["specification"],
        "parameters": training["parameters"],
        **provenance(reference, protocol),
        "entries": entries,
    }


def score_released(
    generator: nn.Module,
    release: dict,
    reference: Reference,
    extractor: Extractor,
    protocol: Protocol,
    device: torch.device,
) -> dict:
    """Evaluate a generator that others have trained; `release` says which, in the record."""
    return {
        "kind": RELEASED,
        "data": reference.metadata["data"],
        "release": release,
        "parameters": {"generator": count_parameters(generator)},
        **provenance(reference, protocol),
        "entries": [_generated_entry(RELEASED, generator, reference, extractor, protocol, device)],
    }


def _generated_entry(
    weights: str,
    generator: nn.Module,
    reference: Reference,
    extractor: Extractor,
    protocol: Protocol,
    device: torch.device,
) -> dict:
    try:
        batches = generate(
            generator, protocol.samples, protocol.batch_size, protocol.batch_norm, protocol.seed, device
        )
        sample = extract(batches, protocol.samples, protocol.fid_samples, extractor, f"{weights} images")
    except NonFiniteError:
        return _diverged(weights)
    return _entry(weights, sample, reference, extractor, protocol)


def score_real(
    images: np.ndarray, candidates: np.ndarray, reference: Reference, extractor: Extractor, protocol: Protocol
) -> dict:
    """Evaluate real images as if they had been generated: what a perfect generator would score.

    Args:
        images: uint8 (N, H, W, C), the whole data set.
        candidates: positions to take the sample from, in order; one of the reference's is an `InputError`.

    Up to `protocol.samples` of them are used; the record's protocol has the numbers that were.
    """
    if np.isin(candidates, reference.indices).any():
        raise InputError("real images to be scored are among those of the reference: FID would be too small")
    chosen = candidates[: protocol.samples]
    actual = Protocol(
        samples=len(chosen),
        fid_samples=min(protocol.fid_samples, len(chosen)),
        splits=protocol.splits,
        batch_size=protocol.batch_size,
        batch_norm=None,
        seed=protocol.seed,
    )
    sample = extract_stored(images, chosen, actual.fid_samples, actual.batch_size, extractor, "real images")
    return {
        "kind": "real",
        "data": reference.metadata["data"],
        "specification": None,
        "parameters": None,
        **provenance(reference, actual),
        "entries": [_entry("real", sample, reference, extractor, actual)],
    }


def provenance(reference: Reference, protocol: Protocol) -> dict:
    """What every record of scores says of how they came about."""
    protocol_record = {**asdict(protocol), "reference_images": len(reference.features)}
    return {"features": reference.metadata["extractor"], "protocol": protocol_record}


def _diverged(weights: str) -> dict:
    return {"weights": weights, "status": "diverged", **dict.fromkeys(METRICS)}


def _entry(
    weights: str, sample: Sample, reference: Reference, extractor: Extractor, protocol: Protocol
) -> dict:
    score_mean, score_std = metrics.inception_score(sample.logits, protocol.splits)
    kid_mean, kid_std = metrics.kernel_distance(sample.features, reference.features)
    precision, recall = metrics.precision_recall(sample.features, reference.features)
    return {
        "weights": weights,
        "status": "done",
        "inception_score_mean": score_mean,
        "inception_score_std": score_std,
        "fid": metrics.frechet_distance(sample.features, reference.features),
        "kid_mean": kid_mean,
        "kid_std": kid_std,
        "precision": precision,
        "recall": recall,
        **_class_metrics(sample, reference, extractor),
    }


def _class_metrics(sample: Sample, reference: Reference, extractor: Extractor) -> dict:
    """Coverage and KL divergence: None without a classifier or real labels; an infinite one is None too."""
    if extractor.classes is None:
        return {"coverage": None, "kl_divergence": None}
    classes = len(extractor.classes)
    generated = metrics.class_shares(sample.logits.argmax(axis=1), classes)
    divergence = None
    if (reference.labels >= 0).all():
        exact = metrics.kl_divergence(generated, metrics.class_shares(reference.labels, classes))
        divergence = exact if math.isfinite(exact) else None
    return {"coverage": metrics.coverage(generated), "kl_divergence": divergence}
