"""The networks in whose features images are compared, each behind torch-fidelity's interface.

`inception` is TensorFlow's 2015 Inception as torch-fidelity carries it (`inception-v3-compat`), the network
of the paper's scores; `classifier` is our own network of `ganscape.evaluation.classifier`, registered with
torch-fidelity as `<dataset>-classifier`, so that the library's own `calculate_metrics` can use it too.
"""

import hashlib
import io
import pickle
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase
from torch_fidelity.registry import FEATURE_EXTRACTORS_REGISTRY, register_feature_extractor
from torch_fidelity.utils import create_feature_extractor

from ganscape.errors import InputError, in_a_line
from ganscape.evaluation import inception_weights
from ganscape.evaluation.classifier import load_classifier
from ganscape.files import is_there
from ganscape.images.pixels import NonFiniteError

KINDS = ("inception", "classifier")
INCEPTION = "inception-v3-compat"

# Inception's widest layer is 64x147x147 per image, 0.26 GiB for 50 images, a few times over.
INCEPTION_BATCH = 50
CLASSIFIER_BATCH = 500


@dataclass(frozen=True)
class Extractor:
    """A feature extractor ready for use.

    Attributes:
        name: what every score is labelled with, `inception-v3-compat` or `<dataset>-classifier`.
        module: the torch-fidelity extractor; returns `(features, logits)`.
        weights_sha256: of the weights' file, so that features of two different trainings never mix.
        classes: names of the classes in logit order; None for Inception, whose classes are not the data's.
        batch: images that pass the network at once.
    """

    name: str
    module: FeatureExtractorBase
    weights_sha256: str
    classes: tuple[str, ...] | None
    batch: int

    def __call__(self, images: Tensor) -> tuple[Tensor, Tensor]:
        """Features (B, D) and logits (B, K), float32 on the CPU, of uint8 images (B, 1 or 3, S, S).

        Raises `NonFiniteError` where they are not finite.
        """
        device = next(self.module.parameters()).device
        parts = []
        # TensorFloat-32 has ten bits of mantissa: it would change the features, and with them the scores.
        with torch.no_grad(), torch.backends.cudnn.flags(enabled=True, allow_tf32=False):
            for chunk in images.to(device).split(self.batch):
                features, logits = self.module(_three_channels(chunk) if self.classes is None else chunk)
                parts.append((features.cpu(), logits.cpu()))
        features, logits = (torch.cat(column) for column in zip(*parts, strict=True))
        if not (torch.isfinite(features).all() and torch.isfinite(logits).all()):
            raise NonFiniteError(f"{self.name} gives features that are not finite on {device}")
        return features, logits


def _three_channels(images: Tensor) -> Tensor:
    return images.expand(-1, 3, -1, -1) if images.shape[1] == 1 else images


def create(kind: str, weights: str | Path, device: torch.device) -> Extractor:
    """The extractor of a kind (`inception` or `classifier`) with the weights of a file, on a device."""
    if kind == "inception":
        return create_inception(weights, device)
    if kind == "classifier":
        return create_classifier(weights, device)
    raise InputError(f"unknown feature extractor {kind!r}: choose one of {', '.join(KINDS)}")


class ClassifierExtractor(FeatureExtractorBase):
    """Our classifier as torch-fidelity sees it; `feature_extractor_weights_path` is required."""

    def __init__(self, name: str, features_list: list[str], feature_extractor_weights_path: str, **_):
        super().__init__(name, features_list)
        self.classifier, self.description = load_classifier(feature_extractor_weights_path)

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        named = dict(zip(self.get_provided_features_list(), self.classifier(images), strict=True))
        return tuple(named[name] for name in self.features_list)

    @staticmethod
    def get_provided_features_list() -> tuple[str, ...]:
        return "features", "logits"

    @staticmethod
    def get_default_feature_layer_for_metric(metric: str) -> str:
        return "logits" if metric == "isc" else "features"

    @staticmethod
    def can_be_compiled() -> bool:
        return False


def create_classifier(weights: str | Path, device: torch.device) -> Extractor:
    """The classifier of a file written by step `train-classifier`, registered as `<dataset>-classifier`."""
    _, description = load_classifier(weights)
    name = f"{description.dataset}-classifier"
    if name not in FEATURE_EXTRACTORS_REGISTRY:
        register_feature_extractor(name, ClassifierExtractor)
    module = create_feature_extractor(
        name,
        ["features", "logits"],
        cuda=False,
        feature_extractor_weights_path=str(weights),
        verbose=False,
    )
    digest = hashlib.sha256(Path(weights).read_bytes()).hexdigest()
    return Extractor(name, module.to(device), digest, description.classes, CLASSIFIER_BATCH)


def create_inception(
    weights: str | Path, device: torch.device, sha256_prefix: str = inception_weights.SHA256_PREFIX
) -> Extractor:
    """TensorFlow's Inception with the weights of a file, whose SHA-256 must begin with `sha256_prefix`.

    Features are the 2,048 of the last pooling, logits those without bias, as in the original Inception score.
    Nothing is downloaded: an absent or damaged file is an `InputError` that says how to come by it.
    """
    path = Path(weights)
    if not is_there(path):
        raise InputError(
            f"no Inception weights at {path}: run step fetch-weights, or put torch-fidelity's file "
            f"{inception_weights.FILE} there (its SHA-256 begins with {sha256_prefix})"
        )
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    if not digest.startswith(sha256_prefix):
        raise InputError(
            f"{path} is not {inception_weights.FILE} or is damaged: its SHA-256 begins with {digest[:8]} "
            f"instead of {sha256_prefix}; name another, or move it away and run step fetch-weights"
        )
    try:
        state = torch.load(io.BytesIO(content), map_location="cpu", weights_only=True)
        # The library unpickles whatever it is given, so it is given only what the safe reader understood.
        trusted = io.BytesIO()
        torch.save(state, trusted)
        trusted.seek(0)
        module = create_feature_extractor(
            INCEPTION,
            ["2048", "logits_unbiased"],
            cuda=False,
            feature_extractor_weights_path=trusted,
            verbose=False,
        )
    except (pickle.UnpicklingError, RuntimeError, EOFError, TypeError, AttributeError, ValueError) as error:
        raise InputError(
            f"{path} does not hold torch-fidelity's Inception weights ({in_a_line(error)})"
        ) from error
    return Extractor(INCEPTION, module.to(device), digest, None, INCEPTION_BATCH)
