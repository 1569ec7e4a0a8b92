"""C++ sources of ours, compiled for the processor at hand and loaded."""

import ctypes
import fcntl
import hashlib
import logging
import os
import platform
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from ganscape.errors import InputError, in_a_line
from ganscape.files import atomic_path

# Not -ffast-math: it would reorder arithmetic that is written in its order on purpose, and what is not finite
# must show.
FLAGS = ("-O3", "-march=native", "-std=gnu++17", "-shared", "-fPIC", "-w")

logger = logging.getLogger(__name__)

Macros = Mapping[str, str | int | float]


class CompilationError(Exception):
    """What the compiler said first, where it failed."""


@cache
def compiler() -> list[str] | None:
    """The C++ compiler's command, if there is one: `c++`, or what the variable CXX says."""
    named = os.environ.get("CXX", "c++")
    try:
        command = shlex.split(named)
    except ValueError as error:
        raise InputError(f"CXX is {named!r}, which is no command ({error}): name a C++ compiler") from None
    return command if command and shutil.which(command[0]) else None


def compiled(source: Path, macros: Macros, flags: Sequence[str] = ()) -> ctypes.CDLL:
    """The shared library of `source`, which may include headers of its folder, with these macros defined.

    It is kept in the user's cache folder under all that it depends on; who needs what is being compiled waits
    for it. Where that folder cannot be used, for whatever reason, nothing is kept. Raises `CompilationError`
    where the compiler fails.
    """
    defined = [f"-D{name}={value}" for name, value in macros.items()]
    command = [*(compiler() or ["c++"]), *FLAGS, *flags, *defined]
    folder = _cache_folder()
    if folder is not None:
        try:
            return _kept(folder, command, source)
        except (OSError, InputError) as problem:
            logger.warning(
                "compiling %s anew: %s cannot be used (%s)", source.name, folder, in_a_line(problem)
            )
    with tempfile.TemporaryDirectory(prefix="ganscape-") as temporary:
        library = Path(temporary) / "library.so"
        _compile(command, source, library)
        return ctypes.CDLL(str(library))


def _kept(folder: Path, command: Sequence[str], source: Path) -> ctypes.CDLL:
    texts = [path.read_bytes() for path in (source, *sorted(source.parent.glob("*.h")))]
    depends_on = (texts, command, _version(tuple(compiler() or ["c++"])), _processor())
    library = folder / f"{source.stem}-{hashlib.sha256(repr(depends_on).encode()).hexdigest()}.so"
    if not library.exists():
        with open(library.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not library.exists():
                with atomic_path(library) as partial:
                    _compile(command, source, partial)
                library.chmod(0o700)
    try:
        return ctypes.CDLL(str(library))
    except OSError:
        library.unlink(missing_ok=True)  # damaged: the next one compiles it again
        raise


def _compile(command: Sequence[str], source: Path, library: Path) -> None:
    result = subprocess.run([*command, "-o", library, source, "-lm"], capture_output=True, text=True)
    if result.returncode:
        lines = result.stderr.strip().splitlines() or ["no message"]
        raise CompilationError(next((line for line in lines if "error" in line), lines[0]))


def _cache_folder() -> Path | None:
    """A folder that belongs to us alone, because what lies in it is executed."""
    root = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(root) / "ganscape"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = folder.stat()
        with tempfile.TemporaryFile(dir=folder):
            pass
    except (OSError, RuntimeError):
        return None
    return folder if status.st_uid == os.getuid() and not status.st_mode & 0o022 else None


def compiler_version() -> str:
    """The first line of what the compiler says it is; empty where there is none."""
    command = compiler()
    return "" if command is None else _version(tuple(command)).partition("\n")[0]


@cache
def _version(command: tuple[str, ...]) -> str:
    return subprocess.run([*command, "--version"], capture_output=True, text=True).stdout


@cache
def _processor() -> str:
    """What `-march=native` sees, so that a home folder can be shared between machines."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:  # not Linux
        return f"{platform.machine()} {platform.processor()}"
    return "\n".join(sorted({line for line in lines if line.startswith(("flags", "model", "Features"))}))
