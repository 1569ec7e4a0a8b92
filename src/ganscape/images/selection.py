"""Part of a prepared data set: some of its classes, of each a share, as a prepared data set of its own."""

import os
from collections.abc import Mapping

import numpy as np

from ganscape.errors import InputError
from ganscape.images.datasets import Dataset, prepared_name, replacing, write_metadata


def select(dataset: Dataset, shares: Mapping[str, float], name: str, output: str | os.PathLike) -> None:
    """Write the images of the classes in `shares`, a share in (0, 1] of each, as the data set `name`.

    Of n images of a class in a split round(share n) are kept, evenly spaced in their order, at least one.
    Labels and class names stay those of the whole data set. Raises `InputError` for a class that the data
    set does not have and a share out of range.
    """
    for label, share in shares.items():
        dataset.label(label)
        if not 0 < share <= 1:
            raise InputError(f"class {label}: a share of {share} is not above 0 and at most 1")
    rows, splits, count = [], {}, 0
    for split, (first, last) in dataset.splits.items():
        chosen = first + np.sort(_chosen_rows(dataset.labels[first:last], dataset.classes, shares))
        rows.append(chosen)
        splits[split] = (count, count + len(chosen))
        count += len(chosen)
    positions = np.concatenate(rows)
    with replacing(output) as files:
        np.save(files.images, dataset.images[positions])
        np.save(files.labels, dataset.labels[positions])
        write_metadata(
            files,
            {
                "name": prepared_name(name, dataset.image_size, dataset.channels),
                "dataset": dataset.dataset,
                "image_size": dataset.image_size,
                "channels": dataset.channels,
                "splits": splits,
                "classes": dataset.classes,
                "source": f"{dataset.name} (images_sha256 {dataset.images_sha256})",
                "shares": dict(shares),
            },
        )


def _chosen_rows(labels: np.ndarray, classes: tuple[str, ...], shares: Mapping[str, float]) -> np.ndarray:
    chosen = []
    for name, share in shares.items():
        of_class = np.flatnonzero(labels == classes.index(name))
        if len(of_class):
            kept = max(1, round(share * len(of_class)))
            chosen.append(of_class[np.arange(kept) * len(of_class) // kept])
    return np.concatenate(chosen) if chosen else np.empty(0, dtype=np.int64)
