"""The files that each data set is published in: their place on disk, their checksums, their addresses.

Names, addresses and checksums are torchvision's own (class attributes of its data sets); the layout below
a data set's folder is torchvision's too, so that a folder which torchvision filled is as good as ours.
torchvision is imported where it is asked, because it takes a second or two.
"""

import math
import os
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from ganscape.errors import InputError
from ganscape.files import digest, write_json
from ganscape.images import lsun
from ganscape.images.downloads import IN_PLACE, Checksum, VerifiedFile, download, verify

DATASETS = ("digits", "mnist", "fashion_mnist", "cifar10", "stl10", *lsun.SCENES)

BUNDLED = "bundled with scikit-learn"
PUBLISHED_CHECKSUM = "published checksum"

IDX_COUNTS = {
    "train": 60_000,
    "t10k": 10_000,
}  # images of MNIST and Fashion-MNIST, by prefix of the file name
IDX_SIDE = 28


@dataclass(frozen=True)
class Archive:
    """One published file.

    `path` is relative to the data set's folder; `idx_shape` is the shape of the array inside where the file
    is a gzipped IDX file, which may then also lie there unpacked, without its suffix.
    """

    path: Path
    checksum: Checksum
    addresses: tuple[str, ...]
    idx_shape: tuple[int, ...] | None = None


def required_archives(dataset: str, mirrors: Sequence[str] = ()) -> tuple[Archive, ...]:
    """The archives of a data set, none for `digits` and for what must be put in place by hand (LSUN).

    `mirrors` are addresses of folders that hold the files under their published names; they are tried
    before torchvision's. Raises `InputError` for a data set that we do not know.
    """
    if dataset not in DATASETS:
        raise InputError(f"unknown data set {dataset!r}: choose one of {', '.join(DATASETS)}")
    if dataset == "digits" or dataset in lsun.SCENES:
        return ()
    from torchvision import datasets as published

    classes = {
        "mnist": published.MNIST,
        "fashion_mnist": published.FashionMNIST,
        "cifar10": published.CIFAR10,
        "stl10": published.STL10,
    }
    source = classes[dataset]
    if dataset in ("mnist", "fashion_mnist"):
        return tuple(
            Archive(
                path=Path(source.__name__, "raw", name),
                checksum=Checksum("md5", checksum),
                addresses=_below(mirrors, name) + _below(source.mirrors, name),
                idx_shape=_idx_shape_by_name(name),
            )
            for name, checksum in source.resources
        )
    addresses = (*_below(mirrors, source.filename), source.url)
    return (Archive(Path(source.filename), Checksum("md5", source.tgz_md5), addresses),)


def fetch(
    dataset: str, downloads: str | os.PathLike, manifest: str | os.PathLike, mirrors: Sequence[str] = ()
) -> None:
    """Have every archive of `dataset` under `downloads/DATASET`, verified, and write down what lies there.

    The manifest (JSON) names each file, its size in bytes, its checksum, where it came from and what was
    verified. Raises `InputError` as `ganscape.images.downloads.download` does, and for LSUN as
    `ganscape.images.lsun.locate` does.
    """
    if dataset in lsun.SCENES:
        found = [(lsun.locate(dataset, downloads).verified_file(), IN_PLACE)]
    else:
        found = _fetched(dataset, Path(downloads), mirrors)
    files = [
        {
            "path": file.path.relative_to(downloads).as_posix(),
            "bytes": file.size,
            "algorithm": file.checksum.algorithm,
            "checksum": file.checksum.value,
            "source": source,
            "verified": file.verified,
        }
        for file, source in found
    ]
    write_json(manifest, {"dataset": dataset, "source": "files" if files else BUNDLED, "files": files})


def _fetched(dataset: str, downloads: Path, mirrors: Sequence[str]) -> list[tuple[VerifiedFile, str]]:
    """Have every archive of a data set; each with where it came from."""
    found = []
    for archive in required_archives(dataset, mirrors):
        file, source = _find(archive, downloads / dataset), IN_PLACE
        if file is None:
            path = downloads / dataset / archive.path
            source = download(archive.addresses, path, archive.checksum)
            file = VerifiedFile(path, path.stat().st_size, archive.checksum, PUBLISHED_CHECKSUM)
        found.append((file, source))
    return found


def verified_files(dataset: str, downloads: str | os.PathLike) -> list[VerifiedFile]:
    """A data set's files, in torchvision's order, each verified just now.

    Never touches the network: a missing or wrong file is an `InputError` that points at step `fetch`.
    """
    files = []
    for archive in required_archives(dataset):
        file = _find(archive, Path(downloads, dataset))
        if file is None:
            raise InputError(
                f"{Path(downloads, dataset, archive.path)} does not exist ({archive.checksum}): "
                f"run step `fetch --dataset {dataset} --downloads {downloads}` first"
            )
        files.append(file)
    return files


def read_idx_shape(handle: IO[bytes]) -> tuple[int, ...]:
    """Read the header of an IDX file of unsigned bytes and return the array's shape.

    The format: two zero bytes, the type (8: unsigned byte), the number of dimensions, and each dimension
    as a big-endian 32-bit integer; the values follow, last dimension fastest. `ValueError` if it is not that.
    """
    magic = handle.read(4)
    if len(magic) != 4 or magic[:3] != b"\0\0\x08":
        raise ValueError("not an IDX file of unsigned bytes")
    dimensions = handle.read(4 * magic[3])
    if len(dimensions) != 4 * magic[3]:
        raise ValueError("the IDX header is cut off")
    return struct.unpack(f">{magic[3]}I", dimensions)


def _find(archive: Archive, folder: Path) -> VerifiedFile | None:
    """The archive, or its unpacked twin where only that one lies there, verified; `None` without either."""
    packed = folder / archive.path
    if packed.exists():
        verify(packed, archive.checksum)
        return VerifiedFile(packed, packed.stat().st_size, archive.checksum, PUBLISHED_CHECKSUM)
    unpacked = packed.with_suffix("")
    if archive.idx_shape is None or not unpacked.exists():
        return None
    # Debian's package dataset-fashion-mnist compresses the files anew, so that only their content can be
    # recognised; the published checksums are those of the compressed files.
    _verify_idx(unpacked, archive.idx_shape)
    checksum = Checksum("sha256", digest(unpacked, "sha256"))
    return VerifiedFile(unpacked, unpacked.stat().st_size, checksum, "IDX header and size")


def _verify_idx(path: Path, expected_shape: tuple[int, ...]) -> None:
    try:
        with open(path, "rb") as handle:
            shape = read_idx_shape(handle)
            expected_size = handle.tell() + math.prod(expected_shape)
        size = path.stat().st_size
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    except ValueError as error:
        raise InputError(f"{path} is damaged ({error}); move it away and fetch it again") from error
    if shape != expected_shape or size != expected_size:
        raise InputError(
            f"{path} is corrupt or truncated: shape {shape} and {size} bytes instead of "
            f"{expected_shape} and {expected_size}; move it away and fetch it again"
        )


def _below(folders: Sequence[str], name: str) -> tuple[str, ...]:
    return tuple(f"{folder.rstrip('/')}/{name}" for folder in folders)


def _idx_shape_by_name(name: str) -> tuple[int, ...]:
    prefix, kind, _ = name.split("-", 2)
    count = IDX_COUNTS[prefix]
    return (count, IDX_SIDE, IDX_SIDE) if kind == "images" else (count,)
