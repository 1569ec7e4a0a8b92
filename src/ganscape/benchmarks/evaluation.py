"""Speed of evaluating a checkpoint: features once for all metrics, against anew for each of them."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from ganscape.benchmarks.measurement import PLAIN, Measurement, compared, performance
from ganscape.evaluation import classifier, extractors, metrics
from ganscape.evaluation.features import Sample, extract, generate
from ganscape.images.networks import build_generator
from ganscape.memory import keep_freed_memory

NAME = "evaluate"
SAMPLES, BATCH_SIZE, SPLITS = 1000, 500, 10
CLASSES = tuple("0123456789")


def measure_evaluation(repeats: int, seconds_per_turn: float) -> list[Measurement]:
    """Generated images per second through IS, FID, KID, precision, recall and coverage.

    The images are those of a quarter-width CNN, the features those of a small classifier.
    """
    threads = torch.get_num_threads()
    with TemporaryDirectory() as folder:
        weights = Path(folder, "classifier.safetensors")
        torch.manual_seed(0)
        network = classifier.Classifier(len(CLASSES)).eval()
        classifier.save_classifier(weights, network, classifier.Description("noise", CLASSES))
        variants = {
            PLAIN: partial(_build, _features_for_each, weights, threads),
            "fast": partial(_build, _features_once, weights, threads),
        }
        measured = performance(variants, repeats, seconds_per_turn)
    rates = {variant: result.rate * SAMPLES for variant, result in measured.items()}
    return compared(NAME, rates, "images/s", threads)


def _build(
    evaluate: Callable[[Callable[[], Sample], np.ndarray], None], weights: Path, threads: int
) -> Callable[[], object]:
    torch.set_num_threads(threads)
    keep_freed_memory()
    device = torch.device("cpu")
    extractor = extractors.create("classifier", weights, device)
    generator = build_generator("cnn", 32, 3, "quarter")

    def sample() -> Sample:
        batches = generate(generator, SAMPLES, BATCH_SIZE, "batch", 0, device)
        return extract(batches, SAMPLES, SAMPLES, extractor, "images")

    real = np.random.default_rng(0).standard_normal((SAMPLES, classifier.FEATURES)).astype(np.float32)
    return lambda: evaluate(sample, real)


def _features_once(sample: Callable[[], Sample], real: np.ndarray) -> None:
    drawn = sample()
    metrics.inception_score(drawn.logits, SPLITS)
    metrics.frechet_distance(drawn.features, real)
    metrics.kernel_distance(drawn.features, real)
    metrics.precision_recall(drawn.features, real)
    metrics.coverage(metrics.class_shares(drawn.logits.argmax(axis=1), len(CLASSES)))


def _features_for_each(sample: Callable[[], Sample], real: np.ndarray) -> None:
    """Each metric as a script of its own would compute it, FID's matrix root as the library does."""
    metrics.inception_score(sample().logits, SPLITS)
    pair = (torch.from_numpy(features.astype(np.float64)) for features in (sample().features, real))
    fid_statistics_to_metric(*map(fid_features_to_statistics, pair), verbose=False)
    metrics.kernel_distance(sample().features, real)
    metrics.precision_recall(sample().features, real)
    metrics.coverage(metrics.class_shares(sample().logits.argmax(axis=1), len(CLASSES)))
