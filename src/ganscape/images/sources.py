"""The images of each data set, decoded in chunks: uint8, NHWC, and their labels.

They come as published, but for photographs of many sizes (LSUN), which are cropped and resized one by one.

Archives are read in place and as a stream: nothing is unpacked to disk, and no more than one chunk (for
CIFAR-10: the archive's content, some 180 MB) is in memory at a time.
"""

import gzip
import io
import os
import pickle
import tarfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, NamedTuple, cast

import numpy as np

from ganscape.errors import InputError
from ganscape.images import lsun
from ganscape.images.archives import BUNDLED, read_idx_shape, verified_files
from ganscape.images.classes import CLASSES
from ganscape.images.photographs import Collection, Tally, cropped_and_resampled

CHUNK = 1000  # images
UNLABELED = -1

CIFAR10_BATCHES = {"train": [f"data_batch_{k}" for k in range(1, 6)], "test": ["test_batch"]}
STL10_UNLABELED = "stl10_binary/unlabeled_X.bin"
STL10_SHAPE = (3, 96, 96)  # channels, columns, rows: the file stores each channel column by column


class Chunk(NamedTuple):
    """Some images of one split: `images` uint8 (n, H, W, C), `labels` int64 (n,), -1 where unlabeled."""

    split: str
    images: np.ndarray
    labels: np.ndarray


@dataclass(frozen=True)
class Source:
    """A data set as published: the names of its classes, where it comes from, and its chunks, train first.

    Photographs come at the size asked for, and `tally` says what became of them; otherwise it is `None`.
    """

    classes: tuple[str, ...]
    origin: str
    chunks: Iterator[Chunk]
    tally: Tally | None = None


def open_source(dataset: str, downloads: str | os.PathLike, image_size: int) -> Source:
    """Open a data set whose archives lie under `downloads/DATASET`; published checksums are verified first.

    `image_size` is that of photographs of many sizes; all others come at their own. Raises `InputError` for
    an unknown data set and for a missing, wrong or undecodable archive (the last while its chunks are being
    read).
    """
    if dataset in lsun.SCENES:
        return _open_photographs(lsun.locate(dataset, downloads), CLASSES[dataset], image_size)
    files = verified_files(dataset, downloads)
    readers: dict[str, Callable[..., Iterator[Chunk]]] = {
        "digits": _read_digits,
        "mnist": _read_mnist,
        "fashion_mnist": _read_mnist,
        "cifar10": _read_cifar10,
        "stl10": _read_stl10,
    }
    origin = ", ".join(f"{file.path.name} ({file.checksum})" for file in files) or BUNDLED
    return Source(CLASSES[dataset], origin, readers[dataset](*(file.path for file in files)))


def _open_photographs(collection: Collection, classes: tuple[str, ...], image_size: int) -> Source:
    """Photographs without labels. The origin has no checksum: step `fetch` read all of them once for that."""
    tally = Tally(collection.path, len(collection))
    chunks = (
        Chunk("train", images, np.full(len(images), UNLABELED, np.int64))
        for images in cropped_and_resampled(collection, image_size, tally)
    )
    return Source(classes, f"{collection.path.name} ({collection.description})", chunks, tally)


def _read_digits() -> Iterator[Chunk]:
    """The 1,797 handwritten digits, 8x8 with values 0..16; every fifth image of each class is for testing."""
    from sklearn.datasets import load_digits

    bundled = load_digits()
    images = ((bundled.images.astype(np.uint16) * 255 + 8) // 16).astype(np.uint8)[..., np.newaxis]
    labels = bundled.target.astype(np.int64)
    held_out = np.zeros(len(labels), dtype=bool)
    for label in np.unique(labels):
        held_out[np.flatnonzero(labels == label)[4::5]] = True
    for split, chosen in (("train", ~held_out), ("test", held_out)):
        yield Chunk(split, images[chosen], labels[chosen])


def _read_mnist(*paths: Path) -> Iterator[Chunk]:
    """MNIST and Fashion-MNIST: IDX files of images and labels, gzipped or not, for training, then test."""
    for split, (images_path, labels_path) in zip(("train", "test"), (paths[:2], paths[2:]), strict=True):
        with _decoding(labels_path), _open_idx(labels_path) as handle:
            (count,) = read_idx_shape(handle)
            labels = np.frombuffer(_read_exactly(handle, count), np.uint8).astype(np.int64)
        with _decoding(images_path), _open_idx(images_path) as handle:
            images, height, width = read_idx_shape(handle)
            if images != count:
                raise ValueError(f"{images} images, but {count} labels")
            for start in range(0, count, CHUNK):
                size = min(CHUNK, count - start)
                values = np.frombuffer(_read_exactly(handle, size * height * width), np.uint8)
                yield Chunk(split, values.reshape(size, height, width, 1), labels[start : start + size])


def _read_cifar10(path: Path) -> Iterator[Chunk]:
    """CIFAR-10: a tar of pickled batches, each with `data` (n, 3*32*32), channels first, and `labels`."""
    wanted = {f"cifar-10-batches-py/{name}" for names in CIFAR10_BATCHES.values() for name in names}
    with _decoding(path):
        with tarfile.open(path, "r|gz") as archive:  # one pass: the batches lie in no useful order
            contents = {
                member.name: _content(archive, member).read() for member in archive if member.name in wanted
            }
        for split, names in CIFAR10_BATCHES.items():
            for name in names:
                batch = _unpickle_arrays(contents.pop(f"cifar-10-batches-py/{name}"))
                images = np.asarray(batch["data"], dtype=np.uint8).reshape(-1, 3, 32, 32)
                labels = np.asarray(batch["labels"], dtype=np.int64).reshape(len(images))
                yield Chunk(split, images.transpose(0, 2, 3, 1), labels)


def _read_stl10(path: Path) -> Iterator[Chunk]:
    """STL-10's unlabeled split, the one to train on: the file of its raw values inside a tar."""
    image_bytes = int(np.prod(STL10_SHAPE))
    with _decoding(path), tarfile.open(path, "r|gz") as archive:
        for member in archive:
            if member.name != STL10_UNLABELED:
                continue
            count, rest = divmod(member.size, image_bytes)
            if rest:
                raise ValueError(f"{member.name} does not hold a whole number of images")
            handle = _content(archive, member)
            for start in range(0, count, CHUNK):
                size = min(CHUNK, count - start)
                values = np.frombuffer(_read_exactly(handle, size * image_bytes), np.uint8)
                images = values.reshape(size, *STL10_SHAPE).transpose(0, 3, 2, 1)
                yield Chunk("train", images, np.full(size, UNLABELED, np.int64))
            return
        raise KeyError(STL10_UNLABELED)


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    handle = archive.extractfile(member)
    if handle is None:
        raise ValueError(f"{member.name} is no file")
    return handle


@contextmanager
def _decoding(path: Path) -> Iterator[None]:
    """Turn whatever decoding the archive at `path` runs into, in spite of its checksum, into one line."""
    try:
        yield
    except KeyError as error:
        raise InputError(f"{path} lacks {error}: move it away and run `fetch` again") from error
    except (OSError, EOFError, ValueError, zlib.error, tarfile.TarError, pickle.UnpicklingError) as error:
        raise InputError(f"{path} cannot be decoded ({error}): move it away and run `fetch` again") from error


def _open_idx(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else open(path, "rb")


def _read_exactly(handle: IO[bytes], size: int) -> bytes:
    values = handle.read(size)
    if len(values) != size:
        raise EOFError(f"ends after {len(values)} of {size} bytes")
    return values


class _ArrayUnpickler(pickle.Unpickler):
    """Reads plain values and NumPy arrays; a pickle that asks for anything else is refused, not run."""

    ALLOWED = frozenset(
        [
            ("numpy", "dtype"),
            ("numpy", "ndarray"),
            ("numpy.core.multiarray", "_reconstruct"),
            ("numpy._core.multiarray", "_reconstruct"),
        ]
    )

    def find_class(self, module: str, name: str) -> object:
        if (module, name) not in self.ALLOWED:
            raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}")
        return super().find_class(module, name)


def _unpickle_arrays(content: bytes) -> dict:
    # The batches were written by Python 2, whose strings were bytes.
    batch = _ArrayUnpickler(io.BytesIO(content), encoding="latin1").load()
    if not isinstance(batch, dict):
        raise ValueError("a batch is not a dictionary")
    return batch
