"""Photographs of any size and colour mode, brought to one size: decoded, cropped, resampled, counted.

Everything streams: a few photographs are decoded at a time, by a few threads (Pillow's decoders and
resampling let others run), and come in the order of their collection, so that the result does not depend on
the threads.
"""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import Lock
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from ganscape.cores import available_cores
from ganscape.errors import InputError, in_a_line
from ganscape.images.downloads import VerifiedFile
from ganscape.images.resampling import resample

if TYPE_CHECKING:
    from PIL import Image

logger = logging.getLogger(__name__)

# Not all that Pillow knows: some of its formats run other programs (EPS), and none of those is ever meant.
FORMATS = ("JPEG", "PNG", "WEBP", "BMP")

# Decoding takes up to 14 bytes per pixel, and opening a WebP already 8. So that all of it stays within 1 GiB,
# large photographs are decoded one at a time, and larger ones than `MOST_PIXELS`, decompression bombs among
# them, not at all. More threads would hold more open at a time.
MOST_PIXELS = 25_000_000
LARGE_PIXELS = 4_000_000
MOST_THREADS = 2
LOOK_AHEAD = 16  # photographs
CHUNK_BYTES = 2**25

HANDFUL = 5  # of unreadable photographs, tolerated in however small a collection
TOLERATED_SHARE = 0.01
EXAMPLES = 3

GREY, TRANSPARENT, PALETTE, CMYK, ENLARGED = "grey", "transparent", "palette", "cmyk", "enlarged"

_one_large_photograph = Lock()


class Photograph(NamedTuple):
    """An encoded image: its name in its collection, and what opens it for reading."""

    name: str
    open: Callable[[], IO[bytes]]


class Collection(Protocol):
    """Photographs in a fixed order; `path` says where, `description` what and how many they are."""

    path: Path
    description: str

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Photograph]: ...

    def verified_file(self) -> VerifiedFile:
        """The whole collection, with a checksum over all of it: reads every byte."""


@dataclass
class Tally:
    """What became of the photographs of a collection; complete once all of them were read."""

    place: Path
    total: int
    kept: int = 0
    unreadable: int = 0
    examples: list[str] = field(default_factory=list)
    converted: Counter[str] = field(default_factory=Counter)

    def metadata(self) -> dict[str, dict[str, int]]:
        """How many photographs were skipped, and how many changed in more than size, by what was found."""
        kinds = (GREY, TRANSPARENT, PALETTE, CMYK, ENLARGED)
        return {
            "skipped": {"unreadable": self.unreadable},
            "converted": {kind: self.converted[kind] for kind in kinds},
        }

    def add(self, outcome: "Outcome") -> None:
        """Count one photograph; `InputError` once more are unreadable than is tolerated."""
        if outcome.pixels is not None:
            self.kept += 1
            self.converted.update(outcome.found)
            return
        self.unreadable += 1
        if self.unreadable <= EXAMPLES:
            self.examples.append(f"{_printable(outcome.name)}: {', '.join(outcome.found)}")
        if self.unreadable > max(HANDFUL, TOLERATED_SHARE * self.total):
            raise InputError(
                f"{self.place}: {self.unreadable} of the first {self.kept + self.unreadable} images are "
                f"unreadable, too many of {self.total} ({self._examples()}): unpack or copy the images again"
            )

    def close(self) -> None:
        """All are counted: warn of what was skipped; `InputError` if nothing is left."""
        if not self.kept:
            raise InputError(
                f"{self.place}: none of {self.total} images is readable ({self._examples()}): "
                "unpack or copy the images again"
            )
        if self.unreadable:
            logger.warning(
                "%s: skipped %d of %d images as unreadable (%s)",
                *(self.place, self.unreadable, self.total, self._examples()),
            )

    def _examples(self) -> str:
        return "; ".join([*self.examples, *(["..."] if self.unreadable > EXAMPLES else [])]) or "it is empty"


class Outcome(NamedTuple):
    """One photograph: uint8 (S, S, 3), and what was converted; or `None`, and why it is unreadable."""

    name: str
    pixels: np.ndarray | None
    found: tuple[str, ...]


def cropped_and_resampled(collection: Collection, image_size: int, tally: Tally) -> Iterator[np.ndarray]:
    """All readable photographs, in chunks: uint8 (n, image_size, image_size, 3).

    Each is cropped to the square at its centre (of the short side; an odd pixel too many is cut off right or
    below), then resampled as all other images are. Grey becomes colour by repetition, what is transparent is
    laid on white; the orientation that EXIF data may ask for is ignored, as torchvision does. Unreadable
    photographs are skipped and counted in `tally`, which raises `InputError` when they are too many.
    """
    count = max(1, CHUNK_BYTES // (3 * image_size**2))
    chunk = []
    for outcome in _in_order(partial(_treated, image_size=image_size), collection):
        tally.add(outcome)
        if outcome.pixels is not None:
            chunk.append(outcome.pixels)
        if len(chunk) == count:
            yield np.stack(chunk)
            chunk = []
    tally.close()
    if chunk:
        yield np.stack(chunk)


def described(image_size: int) -> str:
    """What `cropped_and_resampled` does to size and shape, in words."""
    size = f"{image_size}x{image_size}"
    return f"centre crop to the short side, bilinear, antialiased where it shrinks, to {size} (Pillow)"


def _in_order(
    treat: Callable[[Photograph], Outcome], photographs: Iterator[Photograph] | Collection
) -> Iterator[Outcome]:
    """Treat photographs in a few threads, at most `LOOK_AHEAD` before their turn."""
    pending: deque[Future[Outcome]] = deque()
    with ThreadPoolExecutor(min(MOST_THREADS, available_cores())) as pool:
        try:
            for photograph in photographs:
                pending.append(pool.submit(treat, photograph))
                if len(pending) > LOOK_AHEAD:
                    yield pending.popleft().result()
            while pending:
                yield pending.popleft().result()
        finally:
            for future in pending:
                future.cancel()


class _Unreadable(Exception):
    """Why a photograph is skipped, in a few words."""


def _treated(photograph: Photograph, image_size: int) -> Outcome:
    try:
        with photograph.open() as handle:
            return Outcome(photograph.name, *_decoded(handle, image_size))
    except _Unreadable as error:
        return Outcome(photograph.name, None, (str(error),))
    except OSError as error:  # the operating system's: the photograph may be fine, but the disk is not
        place = _printable(str(error.filename or photograph.name))
        raise InputError(f"cannot read {place}: {error.strerror}; make it readable and run again") from error


def _decoded(handle: IO[bytes], image_size: int) -> tuple[np.ndarray, tuple[str, ...]]:
    from PIL import Image, UnidentifiedImageError  # here, so that reading prepared data does not pay for it

    try:
        image = Image.open(handle, formats=FORMATS)
        pixels = image.width * image.height
        if pixels > MOST_PIXELS:
            raise _Unreadable(f"{image.width}x{image.height} pixels are too many")
        with _one_large_photograph if pixels > LARGE_PIXELS else nullcontext():
            image.load()
            found = (ENLARGED,) if min(image.size) < image_size else ()
            rgb, converted = _to_rgb(_cropped(image))
            del image
            return resample(np.asarray(rgb)[np.newaxis], image_size, 3)[0], converted + found
    except (_Unreadable, MemoryError):
        raise
    except UnidentifiedImageError:  # its own message is an address in memory
        raise _Unreadable(f"no {', '.join(FORMATS)} image") from None
    except Exception as error:
        # Given bytes that are no image, Pillow's decoders raise almost anything, not only what it documents.
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise _Unreadable(in_a_line(error)) from error


def _cropped(image: "Image.Image") -> "Image.Image":
    """The square at the centre."""
    if image.width == image.height:
        return image
    side = min(image.size)
    left, top = (image.width - side) // 2, (image.height - side) // 2
    return image.crop((left, top, left + side, top + side))


def _to_rgb(image: "Image.Image") -> tuple["Image.Image", tuple[str, ...]]:
    """The image in mode RGB, and which conversions that took."""
    from PIL import Image

    kinds = {"1": GREY, "L": GREY, "LA": GREY, "I;16": GREY, "P": PALETTE, "PA": PALETTE, "CMYK": CMYK}
    found = (kinds[image.mode],) if image.mode in kinds else ()
    if image.mode == "I;16":  # which Pillow would clip, not scale, to 8 bits
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if not image.has_transparency_data:
        return image.convert("RGB"), found
    image = image.convert("RGBA")
    if image.getchannel("A").getextrema()[0] == 255:
        return image.convert("RGB"), found
    background = Image.new("RGB", image.size, "white")
    background.paste(image, mask=image)
    return background, (*found, TRANSPARENT)


def _printable(name: str) -> str:
    """Fit for one line of text, whatever bytes the name is made of."""
    return name if name.isprintable() else ascii(name)
