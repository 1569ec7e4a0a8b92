"""Downloading a file so that what ends up under its name is what was published, or nothing is.

A transfer goes to `NAME.partial`, continues there after an interruption (HTTP range requests), and is
renamed to `NAME` only once its checksum is right.
"""

import http.client
import logging
import os
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from ganscape import __version__
from ganscape.errors import InputError
from ganscape.files import digest
from ganscape.progress import progress_bar

logger = logging.getLogger(__name__)

IN_PLACE = "found in place"

TIMEOUT_SECONDS = 30  # without a byte from the server
ATTEMPTS = 5  # at one address, each continuing where the one before it broke off
BLOCK_BYTES = 1 << 18


@dataclass(frozen=True)
class Checksum:
    """The published digest of a file; `value` is hexadecimal, whole or its first digits."""

    algorithm: str
    value: str

    def matches(self, found: str) -> bool:
        """Whether the hexadecimal digest `found` is the published one."""
        return found.startswith(self.value.lower())

    def __str__(self) -> str:
        return f"{self.algorithm} {self.value}"


class VerifiedFile(NamedTuple):
    """A file that lies where it belongs, or a folder of them: its size in bytes, its checksum, and what shows
    that it is the right one."""

    path: Path
    size: int
    checksum: Checksum
    verified: str


def verify(path: str | os.PathLike, checksum: Checksum) -> None:
    """Check that the file at `path` has this checksum; `InputError` with both digests where it hasn't."""
    try:
        found = digest(path, checksum.algorithm)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror}") from error
    if not checksum.matches(found):
        raise InputError(
            f"{path} is corrupt, truncated or another edition: expected {checksum}, "
            f"found {checksum.algorithm} {found}; move it away and fetch it again"
        )


def download(addresses: Sequence[str], target: str | os.PathLike, checksum: Checksum) -> str:
    """Have the file at `target`, from the first of `addresses` that serves it with the right checksum.

    A file that is already there is kept if its checksum is right. An earlier `NAME.partial` is continued,
    at whichever address: the checksum tells whether the parts belong together.

    Returns:
        The address that served the file, or `IN_PLACE`.

    Raises:
        InputError: the file is there but wrong; it cannot be written; or no address served it, in which
            case the one line says what each answered and where to put the file by hand.
    """
    target = Path(target)
    if target.exists():
        verify(target, checksum)
        return IN_PLACE
    partial = target.with_name(f"{target.name}.partial")
    failures = []
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        for address in addresses:
            logger.info("downloading %s", address)
            try:
                _download_from(address, partial, checksum)
            except _TransferError as error:
                failures.append(f"{address} ({error})")
                continue
            os.replace(partial, target)
            return address
    except OSError as error:
        raise InputError(
            f"cannot write {partial}: {error.strerror}; free the space or choose a folder"
        ) from error
    raise InputError(
        f"cannot download {target.name}: {'; '.join(failures) or 'no address is known'}. "
        f"Put the file at {target} by hand ({checksum}) and run again"
    )


class _TransferError(Exception):
    """What an address did instead of serving the file, in a few words."""


class _Interrupted(_TransferError):
    """The connection broke off: what arrived is good as far as it goes."""


def _download_from(address: str, partial: Path, checksum: Checksum) -> None:
    """Complete `partial` from one address, until its checksum is right."""
    for _ in range(ATTEMPTS):
        before = _size(partial)
        if before and checksum.matches(digest(partial, checksum.algorithm)):
            return  # it had arrived, and only the renaming was missing
        try:
            continued = _transfer(address, partial)
        except _Interrupted:
            if _size(partial) <= before:
                raise
            continue
        found = digest(partial, checksum.algorithm)
        if checksum.matches(found):
            return
        partial.unlink()
        if not continued:
            raise _TransferError(f"served another file, {checksum.algorithm} {found}")
        # The beginning was of another edition or damaged: once more, from the first byte.
    raise _TransferError(f"broke off {ATTEMPTS} times, {_size(partial)} bytes arrived")


def _transfer(address: str, partial: Path) -> bool:
    """Receive what `partial` still lacks, or everything where the server knows no ranges.

    Returns whether an earlier part was continued.
    """
    offset = _size(partial)
    try:
        response = _open(address, offset)
    except _RangeRefused:
        offset = 0
        response = _open(address, offset)
    with response:
        if response.status == http.client.PARTIAL_CONTENT:
            if not response.headers.get("Content-Range", "").startswith(f"bytes {offset}-"):
                raise _TransferError("answered with another range than the one asked for")
        else:
            offset = 0
        length = response.headers.get("Content-Length")
        expected = offset + int(length) if length and length.isdigit() else None
        _receive(response, partial, offset, expected)
    return offset > 0


class _RangeRefused(_TransferError):
    """The file at the address is no longer than what we have: ours is not its beginning."""


def _open(address: str, offset: int) -> http.client.HTTPResponse:
    """Ask for the file at `address` from byte `offset` on."""
    # Any other encoding would change the length and the meaning of a range.
    headers = {"User-Agent": f"ganscape/{__version__}", "Accept-Encoding": "identity"}
    if offset:
        headers["Range"] = f"bytes={offset}-"
    try:
        request = urllib.request.Request(address, headers=headers)
        return urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        if offset and error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise _RangeRefused("refused the range") from error
        raise _TransferError(f"HTTP {error.code} {error.reason}") from error
    except urllib.error.URLError as error:
        raise _TransferError(_in_one_line(error.reason)) from error
    except (OSError, http.client.HTTPException, ValueError) as error:  # ValueError: not an address at all
        raise _TransferError(_in_one_line(error)) from error


def _receive(response: http.client.HTTPResponse, partial: Path, offset: int, expected: int | None) -> None:
    """Write the body of `response` to `partial` from byte `offset` on; `expected` is its final size."""
    bar = progress_bar(
        total=expected,
        initial=offset,
        desc=partial.name.removesuffix(".partial"),
        unit="B",
        unit_scale=True,
        unit_divisor=1024,
        disable=None,  # no bar in a log file
    )
    with bar, open(partial, "ab" if offset else "wb") as handle:
        while block := _read(response):
            handle.write(block)
            bar.update(len(block))
        handle.flush()
        os.fsync(handle.fileno())
    received = _size(partial)
    if expected is not None and received != expected:
        raise _Interrupted(f"broke off after {received} of {expected} bytes")


def _read(response: http.client.HTTPResponse) -> bytes:
    # Apart from writing, so that a full disk is never taken for a bad connection.
    try:
        return response.read(BLOCK_BYTES)
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(f"broke off: {_in_one_line(error)}") from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _in_one_line(error: object) -> str:
    return " ".join(str(error).split()) or type(error).__name__
