"""A folder of image files, searched with all its subfolders, as a collection of photographs."""

import hashlib
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO, NoReturn

from ganscape.errors import InputError
from ganscape.files import digest
from ganscape.images.downloads import Checksum, VerifiedFile
from ganscape.images.photographs import Photograph

SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")


class ImageFolder:
    """Files with an image's suffix, however it is capitalised, sorted by their path below the folder.

    Hidden files are none (macOS leaves such with an image's suffix), and links to folders are not followed.
    Raises `InputError` if there are no images, or a subfolder cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        # Text, not `Path`, which takes several times the memory.
        self._names = sorted(_image_names(folder))
        if not self._names:
            raise InputError(
                f"{folder} and its subfolders hold no image files ({', '.join(SUFFIXES)}): put some there"
            )
        self.description = f"a folder of {len(self)} image files"

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[Photograph]:
        for name in self._names:
            yield Photograph(name, partial(_opened, self.path / name))

    def verified_file(self) -> VerifiedFile:
        """With the SHA-256 of a list of all images, one `SHA-256  PATH` a line, as `sha256sum` prints it."""
        listing, size = hashlib.sha256(), 0
        for name in self._names:
            path = self.path / name
            try:
                listing.update(f"{digest(path, 'sha256')}  ".encode() + os.fsencode(name) + b"\n")
                size += path.stat().st_size
            except OSError as error:
                _refuse(error)
        verified = f"{self.description}; no checksum is published"
        return VerifiedFile(self.path, size, Checksum("sha256", listing.hexdigest()), verified)


def _image_names(folder: Path) -> Iterator[str]:
    """Paths of all images below `folder`, with slashes."""
    for place, _, names in os.walk(folder, onerror=_refuse):
        below = Path(place).relative_to(folder)
        for name in names:
            if not name.startswith(".") and name.lower().endswith(SUFFIXES):
                yield (below / name).as_posix()


def _refuse(error: OSError) -> NoReturn:
    raise InputError(
        f"cannot read {error.filename}: {error.strerror}; make it readable and run again"
    ) from error


def _opened(path: Path) -> IO[bytes]:
    return path.open("rb")
