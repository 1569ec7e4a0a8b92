"""Scores over training: every generator that a run kept, on the same latents, in a record (`trace.json`)."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from torch import nn

from ganscape.evaluation import metrics
from ganscape.evaluation.extractors import Extractor
from ganscape.evaluation.features import Reference, Sample, extract, generate
from ganscape.evaluation.scoring import WEIGHTS, Protocol, provenance
from ganscape.images.pixels import NonFiniteError


def trace_run(
    training: dict,
    load: Callable[[int, str], nn.Module],
    iterations: Sequence[int],
    reference: Reference,
    extractor: Extractor,
    classifier: Extractor | None,
    protocol: Protocol,
    device: torch.device,
) -> dict:
    """Evaluate a run's raw and EMA generators after each of `iterations`.

    Args:
        training: the run's `training.json`.
        load: gives the generator after some iterations, for `raw` or `ema`.
        classifier: what class shares are counted by; None where there is none.

    Returns:
        The content of `trace.json`; an entry has `iteration, weights, status, fid, class_shares`, the last
        None without a classifier. Entries whose images are not finite are `diverged`.
    """
    entries = [
        {
            "iteration": iteration,
            "weights": weights,
            **_entry(load(iteration, weights), reference, extractor, classifier, protocol, device),
        }
        for iteration in iterations
        for weights in WEIGHTS
    ]
    return {
        "kind": "trace",
        "data": training["specification"]["data"],
        "specification": training["specification"],
        "status": training["status"],
        **provenance(reference, protocol),
        "classes": None if classifier is None else list(classifier.classes or ()),
        "real_shares": None if classifier is None else _real_shares(reference, classifier),
        "entries": entries,
    }


def _entry(
    generator: nn.Module,
    reference: Reference,
    extractor: Extractor,
    classifier: Extractor | None,
    protocol: Protocol,
    device: torch.device,
) -> dict:
    def sample(network: Extractor) -> Sample:
        batches = generate(
            generator, protocol.samples, protocol.batch_size, protocol.batch_norm, protocol.seed, device
        )
        return extract(batches, protocol.samples, protocol.fid_samples, network, "images")

    try:
        scored = sample(extractor)
        classified = scored if classifier in (None, extractor) else sample(classifier)
    except NonFiniteError:
        return {"status": "diverged", "fid": None, "class_shares": None}
    return {
        "status": "done",
        "fid": metrics.frechet_distance(scored.features, reference.features),
        "class_shares": None if classifier is None else _shares(classified.logits.argmax(axis=1), classifier),
    }


def _shares(labels: np.ndarray, classifier: Extractor) -> list[float]:
    return metrics.class_shares(labels, len(classifier.classes or ())).tolist()


def _real_shares(reference: Reference, classifier: Extractor) -> list[float] | None:
    """By the labels of the real images; None where they have none."""
    return _shares(reference.labels, classifier) if (reference.labels >= 0).all() else None
