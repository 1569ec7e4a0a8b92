"""Prepared data sets: one uint8 array file of images, one of labels, and what they are.

`prepare` writes such a folder from a data set's verified archives; `load` maps it into memory, which
costs next to nothing however large it is and is all that a training job needs.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np

from ganscape.errors import InputError
from ganscape.files import atomic_path, digest, is_there, read_json, write_json
from ganscape.forms import Form, check_form
from ganscape.images import photographs, resampling
from ganscape.images.sources import Chunk, Source, open_source
from ganscape.progress import progress_bar

IMAGES = "images.npy"
LABELS = "labels.npy"
METADATA = "metadata.json"
FORM: Form = {  # of the metadata
    **{"name": str, "dataset": str, "image_size": int, "channels": int, "images_sha256": str},
    **{"classes": [str], "splits": {}},
}

CHANNELS = (1, 3)

_AGAIN = "name another folder, or make it again with step `prepare` or `select`"


@dataclass(frozen=True)
class Dataset:
    """A prepared data set, mapped into memory.

    `images` is uint8 (N, H, W, C) and read-only, `labels` int64 (N,) with -1 where unlabeled; `splits` gives
    the range of rows of each split, train first. `classes` names the labels 0, 1, ...; it is empty where
    nothing is labeled. `images_sha256` is the digest of `images.npy` when it was written.
    """

    name: str
    dataset: str
    image_size: int
    channels: int
    classes: tuple[str, ...]
    splits: dict[str, tuple[int, int]]
    images: np.ndarray
    labels: np.ndarray
    images_sha256: str

    def split(self, name: str) -> tuple[np.ndarray, np.ndarray]:
        """Images and labels of one split, as views; `InputError` if the data set has no such split."""
        if name not in self.splits:
            raise InputError(f"{self.name} has no split {name!r}, only {', '.join(self.splits)}")
        rows = slice(*self.splits[name])
        return self.images[rows], self.labels[rows]

    def label(self, name: str) -> int:
        """The label of a class by its name; `InputError` if the data set has no such class."""
        if name not in self.classes:
            known = ", ".join(self.classes) or "none, it is not labeled"
            raise InputError(f"{self.name} has no class {name!r}; its classes: {known}")
        return self.classes.index(name)


def prepared_name(dataset: str, image_size: int, channels: int) -> str:
    """Name of a prepared data set, and of the folder it is kept in: `digits-32x32x3`."""
    return f"{dataset}-{image_size}x{image_size}x{channels}"


def prepare(
    dataset: str,
    downloads: str | os.PathLike,
    image_size: int,
    channels: int,
    output: str | os.PathLike,
) -> None:
    """Write a data set as arrays of `image_size` pixels and `channels` (1 or 3) into the folder `output`.

    Images are resized bilinearly, antialiased where they shrink, by Pillow, as torchvision does it; a
    size that is already right leaves every value as it was. One channel becomes three by repetition, three
    become one as luminance (ITU-R BT.601). The source is read in chunks, from `downloads/DATASET` alone.

    Photographs of many sizes (LSUN) are cropped to the square at their centre first. Unreadable ones are
    skipped, and the metadata count them, and those that were no opaque colour images or were enlarged.

    All three files are complete before the first one replaces an older one, and the same source gives the
    same bytes. Raises `InputError` for an unknown data set, a size or number of channels that makes no
    sense, a missing or wrong archive, too many unreadable photographs, and a folder that cannot be written.
    """
    if image_size < 1:
        raise InputError(f"image size {image_size} is not a positive number of pixels")
    if channels not in CHANNELS:
        raise InputError(f"{channels} channels: images have 1 or 3")
    source = open_source(dataset, downloads, image_size)
    with replacing(output) as files:
        labels, splits, original_size = _write_images(files.images, source.chunks, image_size, channels)
        np.save(files.labels, labels)
        write_metadata(
            files,
            {
                "name": prepared_name(dataset, image_size, channels),
                "dataset": dataset,
                "image_size": image_size,
                "channels": channels,
                "splits": splits,
                "classes": source.classes,
                "source": source.origin,
                **_treatment(source, original_size, image_size),
            },
        )


class Files(NamedTuple):
    """The three files of a prepared data set, or what is about to become them."""

    images: Path
    labels: Path
    metadata: Path


@contextmanager
def replacing(output: str | os.PathLike) -> Iterator[Files]:
    """Three temporary files, which replace those in the folder `output` when all have been written."""
    with ExitStack() as stack:  # left in reverse order: the metadata, which vouch for the rest, arrive last
        metadata, labels, images = (
            stack.enter_context(atomic_path(Path(output) / name)) for name in (METADATA, LABELS, IMAGES)
        )
        yield Files(images, labels, metadata)


def write_metadata(files: Files, metadata: dict[str, Any]) -> None:
    """Write what a prepared data set is, with the digests of its arrays, which must be written already."""
    digests = {f"{name}_sha256": digest(getattr(files, name), "sha256") for name in ("images", "labels")}
    write_json(files.metadata, {**metadata, **digests})


def load(directory: str | os.PathLike) -> Dataset:
    """Map a prepared data set into memory.

    Shapes, types and the metadata are checked against each other, the values are not read. A missing or
    inconsistent file is an `InputError` that names it.
    """
    directory = Path(directory)
    if not is_there(directory / METADATA):
        raise InputError(f"{directory / METADATA} is missing: run step `prepare`")
    try:
        metadata = read_json(directory / METADATA)
    except InputError as error:
        raise InputError(f"{error}: {_AGAIN}") from error
    try:
        check_form(metadata, FORM)
        for name, rows in metadata["splits"].items():
            check_form(rows, [int], f"splits.{name}")
        dataset = Dataset(
            name=metadata["name"],
            dataset=metadata["dataset"],
            image_size=metadata["image_size"],
            channels=metadata["channels"],
            classes=tuple(metadata["classes"]),
            splits={name: (start, stop) for name, (start, stop) in metadata["splits"].items()},
            images=_map(directory / IMAGES),
            labels=np.array(_map(directory / LABELS)),
            images_sha256=metadata["images_sha256"],
        )
    except InputError:  # of an array's own file
        raise
    except ValueError as error:
        raise InputError(
            f"{directory / METADATA} is not of a prepared data set ({error}): {_AGAIN}"
        ) from error
    _check(dataset, directory)
    return dataset


def _treatment(source: Source, original_size: int, image_size: int) -> dict[str, object]:
    """What was done to the images of `source`, once they have all been read, as metadata."""
    if source.tally is None:
        return {"resampling": resampling.described(original_size, image_size)}
    return {"resampling": photographs.described(image_size), **source.tally.metadata()}


def _write_images(
    path: Path, chunks: Iterator[Chunk], image_size: int, channels: int
) -> tuple[np.ndarray, dict[str, tuple[int, int]], int]:
    """Write resampled chunks one after the other as one .npy file.

    Written as a stream, not through a memory map, because a disk that fills up under a memory map kills
    the process instead of raising an error. Returns the labels int64 (N,), the rows of each split, and the
    size of the original images in pixels.
    """
    splits: dict[str, tuple[int, int]] = {}
    labels = []
    count = original_size = 0
    with open(path, "wb") as handle, progress_bar(desc=path.parent.name, unit="image", disable=None) as bar:
        _write_header(handle, (count, image_size, image_size, channels))
        body = handle.tell()
        for chunk in chunks:
            original_size = chunk.images.shape[1]
            handle.write(np.ascontiguousarray(resampling.resample(chunk.images, image_size, channels)).data)
            labels.append(chunk.labels)
            first, _ = splits.get(chunk.split, (count, count))
            count += len(chunk.images)
            splits[chunk.split] = (first, count)
            bar.update(len(chunk.images))
        handle.seek(0)
        _write_header(handle, (count, image_size, image_size, channels))
        if handle.tell() != body:
            raise RuntimeError(
                "NumPy's header has outgrown the room that it reserves for a longer first axis"
            )
    return np.concatenate(labels), splits, original_size


def _write_header(handle: IO[bytes], shape: tuple[int, ...]) -> None:
    descriptor = np.lib.format.dtype_to_descr(np.dtype(np.uint8))
    np.lib.format.write_array_header_1_0(
        handle, {"descr": descriptor, "fortran_order": False, "shape": shape}
    )


def _map(path: Path) -> np.ndarray:
    if not is_there(path):
        raise InputError(f"{path} is missing: {_AGAIN}")
    try:
        return np.lib.format.open_memmap(path, mode="r")
    except (OSError, EOFError, ValueError) as error:
        raise InputError(f"{path} is not a whole array file ({error}): {_AGAIN}") from error


def _check(dataset: Dataset, directory: Path) -> None:
    """Compare the arrays with the metadata, by shape, type and split."""
    size, channels = dataset.image_size, dataset.channels
    count = len(dataset.labels)
    expected = {
        IMAGES: (dataset.images, np.uint8, (count, size, size, channels)),
        LABELS: (dataset.labels, np.int64, (count,)),
    }
    for name, (array, kind, shape) in expected.items():
        if array.dtype != kind or array.shape != shape:
            found, wanted = f"{array.dtype} {array.shape}", f"{np.dtype(kind)} {shape}"
            raise InputError(f"{directory / name} holds {found} instead of {wanted}: {_AGAIN}")
    boundaries = [row for rows in dataset.splits.values() for row in rows]
    if boundaries[:1] != [0] or boundaries[-1:] != [count] or boundaries[1:-1:2] != boundaries[2:-1:2]:
        raise InputError(f"{directory / METADATA} splits {count} images as {dataset.splits}: {_AGAIN}")
