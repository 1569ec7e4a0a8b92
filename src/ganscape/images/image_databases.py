"""An LMDB whose values are encoded images, such as LSUN's, as a collection of photographs.

Not by torchvision's `LSUNClass`, which unpickles a list of keys from a file that it finds in the working
directory, or else leaves one there: here, loading a file never executes code from it, and nothing is written
where nobody asked for it. The order is its order all the same: that of the keys.
"""

import io
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import lmdb
import lmdb.verify

from ganscape.errors import InputError, in_a_line
from ganscape.files import digest
from ganscape.images.downloads import Checksum, VerifiedFile
from ganscape.images.photographs import Photograph

FILE = "data.mdb"

# What `lmdb.verify` objects to, too, but takes nothing from reading: wasted pages, the list of free ones,
# marks and counters that other versions may keep differently.
_HARMLESS = re.compile(
    r"^freeDB|both reachable and in the freeDB|neither reachable nor in the freeDB|P_DIRTY|txnid"
    r"|walked \d+ (branch|leaf|overflow) pages"
)


class ImageDatabase:
    """The entries of the LMDB in a folder, in the order of their keys.

    Raises `InputError` unless the file is as long as it says it is; its pages are checked when it is read.
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder
        self.file = folder / FILE
        if not self.file.is_file():
            raise InputError(f"{self.file} is missing: unpack {folder.name}.zip again")
        with self._opened() as environment:
            statistics = environment.stat()
            expected = (environment.info()["last_pgno"] + 1) * statistics["psize"]
        size = self.file.stat().st_size
        if size < expected:
            # It is mapped into memory, where a page beyond the end of the file kills the process.
            raise InputError(
                f"{self.file} is truncated: {size} bytes instead of {expected}; "
                f"unpack {folder.name}.zip again, on a disk with room for it"
            )
        self._entries = statistics["entries"]
        if not self._entries:
            raise InputError(f"{self.file} is an LMDB without entries: unpack {folder.name}.zip again")
        self.description = f"an LMDB of {self._entries} entries"

    def __len__(self) -> int:
        return self._entries

    def __iter__(self) -> Iterator[Photograph]:
        self._check_pages()
        with self._opened() as environment, environment.begin() as transaction:
            for key, value in transaction.cursor():
                yield Photograph(key.decode("ascii", "backslashreplace"), partial(io.BytesIO, value))

    def verified_file(self) -> VerifiedFile:
        """With the SHA-256 of the database's file."""
        try:
            checksum = Checksum("sha256", digest(self.file, "sha256"))
        except OSError as error:
            raise InputError(f"cannot read {self.file}: {error.strerror}") from error
        verified = f"{self.description}; no checksum is published"
        return VerifiedFile(self.file, self.file.stat().st_size, checksum, verified)

    @contextmanager
    def _opened(self) -> Iterator[lmdb.Environment]:
        try:
            # Without a lock nothing is written, so that a read-only folder will do.
            with lmdb.open(
                str(self.path), create=False, readonly=True, lock=False, readahead=False
            ) as environment:
                yield environment
        except lmdb.Error as error:
            raise self._damaged(in_a_line(error)) from error

    def _check_pages(self) -> None:
        """Follow the tree of pages: on some that are wrong, zeroes for example, LMDB ends the process."""
        try:
            problems = lmdb.verify.verify(str(self.path))
        except (lmdb.verify.VerifyError, OSError, struct.error) as error:
            raise self._damaged(in_a_line(error)) from error
        harmful = [problem for problem in problems if not _HARMLESS.search(problem)]
        if harmful:
            raise self._damaged(harmful[0])

    def _damaged(self, reason: str) -> InputError:
        return InputError(
            f"{self.file} cannot be read as an LMDB ({reason}): unpack {self.path.name}.zip again"
        )
