"""Writing files so that no reader ever sees half of one, and telling files apart by their content."""

import errno
import fcntl
import glob
import hashlib
import json
import logging
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ganscape.errors import InputError
from ganscape.forms import parsed

logger = logging.getLogger(__name__)


@contextmanager
def atomic_path(target: str | os.PathLike) -> Iterator[Path]:
    """Yield a temporary path beside `target`; on success flush it to disk and rename it to `target`.

    If the block raises, the temporary file is removed and an existing `target` is left as it was. A link is
    followed: what it leads to is replaced. A full disk, a read-only folder or a target that is no file
    becomes an `InputError` that names the target.
    """
    _check_kind(Path(target))
    target = Path(target).resolve()
    temporary = None
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(
            prefix=f".{target.stem}.", suffix=f".partial{target.suffix}", dir=target.parent
        )
        os.close(descriptor)
        temporary = Path(name)
        yield temporary
        temporary.chmod(0o666 & ~_umask())
        with open(temporary, "rb") as handle:
            os.fsync(handle.fileno())
        os.replace(temporary, target)
        _flush_directory(target.parent)
    except OSError as error:
        if error.errno is None:  # not the operating system's word, so not about the disk
            raise
        raise InputError(
            f"cannot write {target}: {error.strerror}; what was there before is intact"
        ) from error
    finally:
        if temporary is not None:
            temporary.unlink(missing_ok=True)


@contextmanager
def held(folder: str | os.PathLike, doing: str) -> Iterator[None]:
    """Keep others out of `folder` while the block runs; an `InputError` where another process holds it.

    `doing` says what both would do. The system lets go of the folder however the process ends. Where a file
    system knows no locks there is none.
    """
    lock = Path(folder) / ".lock"
    try:
        lock.parent.mkdir(parents=True, exist_ok=True)
        descriptor = try_lock(lock)
    except OSError as error:
        raise InputError(f"cannot write {lock}: {error.strerror}; choose another place") from error
    if descriptor is None:
        raise InputError(f"another process is {doing} in {folder}: wait for it, or stop it")
    try:
        yield
    finally:
        os.close(descriptor)


def try_lock(path: str | os.PathLike) -> int | None:
    """A descriptor that locks the file at `path` until it is closed; None if another process locks it."""
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY, 0o666)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError as error:
        if error.errno not in (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS):
            os.close(descriptor)
            raise
        logger.warning("%s: this file system has no locks: nothing keeps a second process away", path)
    return descriptor


def remove_partial_files(target: str | os.PathLike) -> None:
    """Remove what a killed process left of `atomic_path`, which no one may be using now.

    That of the file `target`, whether it is there or not, and, where `target` is a folder, all below it.
    """
    target = Path(target).resolve()
    for remains in target.parent.glob(f".{glob.escape(target.stem)}.*.partial{glob.escape(target.suffix)}"):
        remains.unlink(missing_ok=True)
    for remains in target.rglob(".*.partial*"):
        remains.unlink(missing_ok=True)


def check_writable(target: str | os.PathLike) -> None:
    """Raise now, before a long computation, the `InputError` that `atomic_path` would end it with."""
    _check_kind(Path(target))
    target = Path(target).resolve()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=target.parent):
            pass
    except OSError as error:
        raise InputError(f"cannot write {target}: {error.strerror}; choose another place") from error


def check_ending(target: Path, ending: str, named: str) -> None:
    """Raise `InputError` unless `target` ends as its kind of file does; `named` says what it would be."""
    if target.suffix != ending:
        raise InputError(f"{target}: {named} ends in {ending}")


def check_apart(outputs: Iterable[Path], inputs: Iterable[Path] = ()) -> None:
    """Raise `InputError` where two of a step's outputs, or an output and an input, are the same file."""
    seen = {Path(path).resolve() for path in inputs}
    for output in outputs:
        if (place := Path(output).resolve()) in seen:
            raise InputError(f"{output} is named twice, or is to be read too: name another file")
        seen.add(place)


def check_output(target: Path, ending: str, named: str, inputs: Iterable[Path] = ()) -> None:
    """Raise, before a long computation, the `InputError` of an output that must not or cannot be written."""
    check_ending(target, ending, named)
    check_apart([target], inputs)
    check_writable(target)


def _check_kind(target: Path) -> None:
    """Raise `InputError` for what exists and is no file: a folder, a device, a pipe."""
    try:
        folder = target.is_dir()
        other = target.exists() and not target.is_file()
    except OSError:  # a folder that one cannot look into: writing says so
        return
    if folder:
        raise InputError(f"cannot write {target}: it is a folder; name a file")
    if other:
        raise InputError(f"cannot write {target}: it is a device or a pipe; name a file")


def write_text(target: str | os.PathLike, text: str) -> None:
    """Write `text` (UTF-8) to `target` atomically."""
    with atomic_path(target) as path:
        path.write_text(text, encoding="utf-8")


def write_json(target: str | os.PathLike, value: Any) -> None:
    """Write `value` as indented JSON to `target` atomically; NaN and infinities raise `ValueError`."""
    write_text(target, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_json(source: str | os.PathLike) -> Any:
    """Read a JSON file; a missing or malformed one is an `InputError` that names it."""
    try:
        return parsed(Path(source).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"{source} does not exist") from None
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror}") from None
    except ValueError as error:
        raise InputError(f"{source} is not valid JSON ({error})") from None


def is_there(source: str | os.PathLike) -> bool:
    """Whether there is a file at `source`; an `InputError` where one may not read it, or not look there."""
    source = Path(source)
    try:
        if not source.is_file():
            return False
        with source.open("rb"):
            return True
    except OSError as error:
        raise InputError(f"cannot read {source}: {error.strerror}") from error


GIT_BLOB = "git blob"


def digest(source: str | os.PathLike, algorithm: str) -> str:
    """Hexadecimal digest of a file's content: `git blob`, or any that `hashlib` knows (`md5`, `sha256`)."""
    if algorithm == GIT_BLOB:
        return git_blob_id(Path(source).read_bytes())
    with open(source, "rb") as handle:
        return hashlib.file_digest(handle, algorithm).hexdigest()


def git_blob_id(content: bytes) -> str:
    """What git names a file of this content by: the SHA-1 of a header and of the content."""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()


def _umask() -> int:
    current = os.umask(0)
    os.umask(current)
    return current


def _flush_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
