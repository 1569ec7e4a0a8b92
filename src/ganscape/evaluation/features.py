"""Images -> features, the expensive half of an evaluation: done once, shared by all metrics."""

import copy
import hashlib
import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch_fidelity
from torch import Tensor, nn

from ganscape import __version__
from ganscape.arrays import FINITE, WHOLE, Layout, check_arrays
from ganscape.errors import InputError, in_a_line
from ganscape.evaluation.extractors import Extractor
from ganscape.files import atomic_path, is_there
from ganscape.forms import Form, check_form, parsed
from ganscape.images.networks import latent_dimension
from ganscape.images.pixels import quantise, to_batch
from ganscape.progress import progress_bar

BATCH_NORMS = ("batch", "running")

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Sample:
    """What the metrics need of a set of images, all float32.

    `logits` (N, K) are those of all images; `features` (M, D) those of the first M <= N, because at paper
    scale 50,000 images are scored by IS but only 10,000 by FID, KID, precision and recall.
    """

    features: np.ndarray
    logits: np.ndarray


@dataclass(frozen=True)
class Reference:
    """Features of real images, computed once per data set and stored in one .npz file.

    Attributes:
        features: float32 (N, D).
        logits: float32 (N, K).
        labels: int64 (N,), -1 where the data have none.
        indices: int64 (N,), positions of the images in the data set's `images.npy`.
        metadata: `extractor` and `weights_sha256` (the network), `data`, `dataset`, `image_size`, `channels`,
            `images_sha256` (the data set), `split`, `offset`, `seed` (which of its images).
    """

    features: np.ndarray
    logits: np.ndarray
    labels: np.ndarray
    indices: np.ndarray
    metadata: dict


METADATA: dict[str, Form] = {
    **{"extractor": str, "weights_sha256": str},
    **{"data": str, "dataset": str, "image_size": int, "channels": int, "images_sha256": str},
    **{"split": str, "offset": int, "seed": int},
}
LAYOUTS = {
    "features": Layout("nd", FINITE),
    "logits": Layout("nk", FINITE),
    "labels": Layout("n", WHOLE),
    "indices": Layout("n", WHOLE),
}


def generate(
    generator: nn.Module,
    samples: int,
    batch_size: int,
    batch_norm: str | None,
    seed: int,
    device: torch.device,
) -> Iterator[Tensor]:
    """Yield `samples` generated images as uint8 batches (B, C, S, S) on `device`.

    `generator` maps latents (B, `generator.latent_dimension`) to images in [-1, 1] and is left as it was.
    Latents are standard normal, drawn on the CPU from `seed`, so that raw and EMA weights and every device
    see the same ones. With `batch` statistics, the paper's protocol (batch norm in training mode while
    sampling), the pixels of an image depend on its whole batch: hence only full batches are generated and
    what is too many of the last one is dropped. `running` uses the stored statistics.
    Raises `NonFiniteError` at the first image that is not finite.
    """
    if batch_norm not in BATCH_NORMS:
        raise InputError(
            f"unknown batch norm statistics {batch_norm!r}: choose one of {', '.join(BATCH_NORMS)}"
        )
    # Training mode moves the running statistics, so it is a copy that samples.
    sampler = copy.deepcopy(generator).to(device).train(batch_norm == "batch")
    random = torch.Generator().manual_seed(seed)
    for start in range(0, samples, batch_size):
        latents = torch.randn(batch_size, latent_dimension(generator), generator=random)
        with torch.no_grad():
            images = sampler(latents.to(device))
        yield quantise(images[: samples - start])


def extract(batches: Iterable[Tensor], samples: int, keep: int, extractor: Extractor, title: str) -> Sample:
    """Run the extractor over uint8 batches (B, C, S, S), `samples` images in all.

    Logits are kept of every image, features of the first `keep`; `title` heads the progress bar.
    Raises `NonFiniteError` where images or features are not finite.
    """
    features, logits, kept = [], [], 0
    with progress_bar(total=samples, desc=title, unit="image") as progress:
        for batch in batches:
            batch_features, batch_logits = extractor(batch)
            features.append(batch_features[: keep - kept])
            logits.append(batch_logits)
            kept += len(features[-1])
            progress.update(len(batch))
    return Sample(torch.cat(features).numpy(), torch.cat(logits).numpy())


def extract_stored(
    images: np.ndarray, indices: np.ndarray, keep: int, batch_size: int, extractor: Extractor, title: str
) -> Sample:
    """`extract` for images stored as uint8 (N, H, W, C), memory-mapped or not, at the positions `indices`."""
    starts = range(0, len(indices), batch_size)
    batches = (to_batch(images[indices[start : start + batch_size]]) for start in starts)
    return extract(batches, len(indices), keep, extractor, title)


def choose(first: int, last: int, count: int, offset: int, seed: int) -> np.ndarray:
    """Up to `count` positions of [first, last): a permutation that `seed` fixes, from its `offset`-th on."""
    order = np.random.default_rng(seed).permutation(np.arange(first, last, dtype=np.int64))
    return order[offset : offset + count]


def save_reference(path: str | Path, reference: Reference) -> None:
    """Write the .npz file atomically."""
    with atomic_path(path) as temporary:
        np.savez(
            temporary,
            features=reference.features,
            logits=reference.logits,
            labels=reference.labels,
            indices=reference.indices,
            metadata=np.array(json.dumps(reference.metadata)),
        )


def shared_reference(folder: Path, images: int, metadata: dict, make: Callable[[], Reference]) -> Reference:
    """The reference of these `metadata`, of at most `images` images: from `folder`, or made and kept there.

    A file there is named by the digest of all that the features depend on, so that runs, presets and
    workflows share it; one that is damaged or cannot be read is made again, with a warning.
    """
    versions = {"ganscape": __version__, "torch_fidelity": torch_fidelity.__version__}
    content = json.dumps({**metadata, "images": images, **versions}, sort_keys=True)
    path = folder / f"{hashlib.sha256(content.encode()).hexdigest()}.npz"
    try:
        kept = load_reference(path) if is_there(path) else None
    except InputError as damage:
        logger.warning("%s: extracting the features again", damage)
    else:
        if kept is not None and kept.metadata == metadata:
            logger.info("the features were already at %s", path)
            return kept
    reference = make()
    try:
        save_reference(path, reference)
    except InputError as problem:
        logger.warning("the features are not shared: %s", problem)
    return reference


def load_reference(path: str | Path) -> Reference:
    """Read what `save_reference` wrote; an absent, damaged or inconsistent file is an `InputError`."""
    path = Path(path)
    if not is_there(path):
        raise InputError(f"no features of real images at {path}: run step extract-features first")
    try:
        with np.load(path, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in LAYOUTS}
            metadata = parsed(str(stored["metadata"]))
    except Exception as error:  # damaged archives raise whatever zip, zlib and numpy come upon
        reason = in_a_line(error)
        raise InputError(
            f"{path} is damaged ({reason}): name another, or make it again with step extract-features"
        ) from error
    try:
        check_form(metadata, METADATA)
        check_arrays(arrays, LAYOUTS)
    except ValueError as error:
        problem = f"{path} is not a file of step extract-features ({error}): name another, or run that step"
        raise InputError(problem) from None
    return Reference(**arrays, metadata=metadata)


def require_match(reference: Reference, path: str | Path, **expected: object) -> None:
    """`InputError` unless the reference, read from `path`, has these values (`data="digits-32x32x3"`)."""
    for key, value in expected.items():
        if reference.metadata[key] != value:
            raise InputError(
                f"{path} has {key} {reference.metadata[key]!r}, but {value!r} is needed: "
                "run step extract-features for this data set and feature extractor"
            )
