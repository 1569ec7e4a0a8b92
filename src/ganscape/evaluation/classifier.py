"""The small classifier of grey images whose features stand in for Inception's on digits and clothes.

Inception knows photographs; on handwritten digits its features say little. The classifier is trained on the
labeled images of the data set itself, so scores in its features compare only with one another: every table
names it (`digits-classifier`) beside the score. It sees any size and any number of channels alike, because
it first takes the mean over the channels and resizes to 32x32, so one classifier serves 32x32x3 and 48x48x3.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganscape.errors import InputError, in_a_line
from ganscape.files import is_there
from ganscape.forms import check_form
from ganscape.images import tensor_files
from ganscape.images.pixels import to_batch
from ganscape.progress import progress_bar

INPUT_SIZE = 32
FEATURES = 64
KIND = "ganscape-classifier-2"  # in the weights' header: which network these tensors belong to

BATCH_SIZE = 64
PEAK_LEARNING_RATE = 5e-3
ROTATION_DEGREES = 10.0
SCALE = 0.1
SHIFT_PIXELS = 2.0  # of INPUT_SIZE


class Classifier(nn.Module):
    """Three strided convolutions, 64 penultimate features and one logit per class.

    Input: uint8 images (B, C, S, S) with any C and S. Output: `(features, logits)`, float32 (B, 64) after the
    ReLU and (B, number of classes). Once trained, the features have mean square 1 over the training images.
    """

    def __init__(self, classes: int):
        super().__init__()
        self.convolutions = nn.Sequential(
            *_convolution(1, 16, kernel=5),
            *_convolution(16, 32, kernel=3),
            *_convolution(32, 64, kernel=3),
            nn.Flatten(),
        )
        self.penultimate = nn.Linear(64 * (INPUT_SIZE // 8) ** 2, FEATURES)
        self.head = nn.Linear(FEATURES, classes)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        return self.classify(standardise(images))

    def classify(self, grey: Tensor) -> tuple[Tensor, Tensor]:
        """`(features, logits)` of images already standardised: float32 (B, 1, 32, 32) in [-1, 1]."""
        features = F.relu(self.penultimate(self.convolutions(grey)))
        return features, self.head(features)


def _convolution(channels_in: int, channels_out: int, kernel: int) -> tuple[nn.Module, ...]:
    convolution = nn.Conv2d(channels_in, channels_out, kernel, stride=2, padding=kernel // 2, bias=False)
    return convolution, nn.BatchNorm2d(channels_out), nn.ReLU()


def standardise(images: Tensor) -> Tensor:
    """uint8 (B, C, S, S) -> float32 (B, 1, 32, 32) in [-1, 1]: mean over channels, antialiased bilinear."""
    grey = images.float().mean(dim=1, keepdim=True)
    if grey.shape[-2:] != (INPUT_SIZE, INPUT_SIZE):
        grey = F.interpolate(grey, size=(INPUT_SIZE, INPUT_SIZE), mode="bilinear", antialias=True)
    return grey / 127.5 - 1


def train(images: np.ndarray, labels: np.ndarray, classes: int, epochs: int, seed: int) -> Classifier:
    """Train a classifier on uint8 images (N, H, W, C) with labels (N,) in 0..classes-1.

    Adam under a one-cycle learning rate; every image is slightly rotated, scaled and shifted each time it is
    seen. The same seed gives the same weights on the same machine with the same threads. Raises `InputError`
    for unlabeled images.
    """
    targets = torch.from_numpy(np.array(labels, dtype=np.int64))
    if len(targets) == 0 or targets.min() < 0 or targets.max() >= classes:
        raise InputError(f"a classifier needs training images that all carry labels in 0..{classes - 1}")
    generator = torch.Generator().manual_seed(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = Classifier(classes).train()
    optimizer = torch.optim.Adam(classifier.parameters())
    batches = -(-len(targets) // BATCH_SIZE)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, PEAK_LEARNING_RATE, total_steps=epochs * batches
    )
    grey = _standardised(images)
    with progress_bar(iterable=range(epochs), desc="classifier", unit="epoch") as progress:
        for _ in progress:
            for chosen in torch.randperm(len(targets), generator=generator).tensor_split(batches):
                _, logits = classifier.classify(augment(grey[chosen], generator))
                loss = F.cross_entropy(logits, targets[chosen])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                schedule.step()
            progress.set_postfix(loss=f"{loss.item():.3f}", refresh=False)
    classifier.eval().requires_grad_(False)
    _normalise_features(classifier, grey)
    return classifier


def _normalise_features(classifier: Classifier, grey: Tensor) -> None:
    """Give the features of images (N, 1, 32, 32) a mean square of 1 without changing any logit.

    ReLU layers leave the scale of the features to chance, and FID grows with its square, KID with its sixth
    power; Inception's features are of this order too.
    """
    features = torch.cat([classifier.classify(part)[0] for part in grey.split(500)])
    scale = features.square().mean().sqrt().clamp(min=1e-12)
    classifier.penultimate.weight.div_(scale)
    classifier.penultimate.bias.div_(scale)
    classifier.head.weight.mul_(scale)


def augment(grey: Tensor, generator: torch.Generator) -> Tensor:
    """Rotate, scale and shift every image (B, 1, S, S) a little, each by its own random affine map."""
    uniform = torch.rand(4, len(grey), generator=generator) * 2 - 1
    angle = torch.deg2rad(uniform[0] * ROTATION_DEGREES)
    scale = 1 + uniform[1] * SCALE
    shift = uniform[2:] * (2 * SHIFT_PIXELS / INPUT_SIZE)  # affine_grid's image is 2 wide
    cosine, sine = scale * angle.cos(), scale * angle.sin()
    rows = torch.stack([cosine, -sine, shift[0], sine, cosine, shift[1]], dim=1)
    grid = F.affine_grid(rows.view(-1, 2, 3), list(grey.shape), align_corners=False)
    return F.grid_sample(grey, grid, padding_mode="border", align_corners=False)


def accuracy(classifier: Classifier, images: np.ndarray, labels: np.ndarray) -> float:
    """Share of uint8 images (N, H, W, C) whose largest logit is that of their label."""
    correct = 0
    with torch.no_grad():
        for start in range(0, len(labels), 500):
            _, logits = classifier(to_batch(images[start : start + 500]))
            correct += int((logits.argmax(dim=1).numpy() == labels[start : start + 500]).sum())
    return correct / len(labels)


def _standardised(images: np.ndarray) -> Tensor:
    return torch.cat(
        [standardise(to_batch(images[start : start + 500])) for start in range(0, len(images), 500)]
    )


@dataclass(frozen=True)
class Description:
    """What the weights' file says of itself: the data set (`digits`) and its classes in logit order."""

    dataset: str
    classes: tuple[str, ...]


def save_classifier(path: str | Path, classifier: Classifier, description: Description) -> None:
    """Write weights and description to a safetensors file, atomically."""
    header = {"dataset": description.dataset, "classes": list(description.classes)}
    tensor_files.write(Path(path), KIND, header, classifier.state_dict())


def load_classifier(path: str | Path) -> tuple[Classifier, Description]:
    """Read what `save_classifier` wrote, in evaluation mode.

    A file that is absent, damaged or another network's is an `InputError`.
    """
    path = Path(path)
    if not is_there(path):
        raise InputError(f"no classifier weights at {path}: run step train-classifier first")
    try:
        header, tensors = tensor_files.read(path, KIND)
        check_form(header, {"dataset": str, "classes": [str]})
        description = Description(header["dataset"], tuple(header["classes"]))
        classifier = Classifier(len(description.classes))
        classifier.load_state_dict(tensors)
    except tensor_files.OfAnotherKind as error:
        raise InputError(f"{path} does not hold a classifier of this project ({KIND})") from error
    except InputError:  # it cannot be read just now
        raise
    except (tensor_files.Damaged, RuntimeError, ValueError) as error:
        reason = in_a_line(error)
        raise InputError(
            f"{path} is damaged ({reason}): name another, or make it again with step train-classifier"
        ) from error
    return classifier.eval().requires_grad_(False), description
