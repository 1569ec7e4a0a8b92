"""Archives in the format in which each data set is published, but with few images."""

import gzip
import io
import pickle
import struct
import tarfile
from typing import ClassVar

import numpy as np

COUNTS = {"train": 40, "t10k": 20}  # of the fabricated MNIST and Fashion-MNIST


def idx(values):
    """A uint8 array in the IDX format."""
    return struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape) + values.tobytes()


def fabricate_mnist(generator):
    """Images and labels by split, and the files by name."""
    truth, files = {}, {}
    for split, (prefix, count) in zip(("train", "test"), COUNTS.items(), strict=True):
        images = generator.integers(0, 256, (count, 28, 28), dtype=np.uint8)
        labels = generator.integers(0, 10, count, dtype=np.uint8)
        truth[split] = images[..., np.newaxis], labels
        files[f"{prefix}-images-idx3-ubyte.gz"] = gzip.compress(idx(images), mtime=0)
        files[f"{prefix}-labels-idx1-ubyte.gz"] = gzip.compress(idx(labels), mtime=0)
    return truth, files


class Python2Pickler(pickle._Pickler):
    """Pickles as Python 2 did, as in CIFAR-10's batches: bytes are its strings."""

    def save_bytes(self, value):
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch: ClassVar = {**pickle._Pickler.dispatch, bytes: save_bytes}


def python2_pickle(value):
    stream = io.BytesIO()
    Python2Pickler(stream, protocol=2).dump(value)
    return stream.getvalue().replace(b"numpy._core.multiarray\n", b"numpy.core.multiarray\n")


def tar(files):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return stream.getvalue()


def fabricate_cifar10(
    generator, batches=("data_batch_4", "test_batch", *(f"data_batch_{k}" for k in (3, 2, 5, 1)))
):
    written, files = {}, {"cifar-10-batches-py/batches.meta": b"not needed"}
    for name in batches:
        images = generator.integers(0, 256, (6, 32, 32, 3), dtype=np.uint8)
        labels = generator.integers(0, 10, 6)
        written[name] = images, labels
        flat = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(6, -1)
        batch = {b"batch_label": name.encode(), b"data": flat, b"labels": labels.tolist()}
        files[f"cifar-10-batches-py/{name}"] = python2_pickle(batch)
    train = [written[f"data_batch_{k}"] for k in range(1, 6) if f"data_batch_{k}" in written]
    truth = {"train": tuple(np.concatenate(parts) for parts in zip(*train, strict=True))}
    truth["test"] = written["test_batch"]
    return truth, tar(files)


def fabricate_stl10(generator, count=23):
    images = generator.integers(0, 256, (count, 96, 96, 3), dtype=np.uint8)
    columns_first = np.ascontiguousarray(images.transpose(0, 3, 2, 1))
    files = {
        "stl10_binary/class_names.txt": b"airplane\n",
        "stl10_binary/train_X.bin": b"not needed",
        "stl10_binary/unlabeled_X.bin": columns_first.tobytes(),
    }
    return {"train": (images, np.full(count, -1))}, tar(files)
