"""Progress bars that suit a terminal and do not fill a log file."""

import contextlib
import sys
from typing import Any, TextIO

from tqdm import tqdm

LOG_INTERVAL = 30.0  # seconds between lines where no one is watching


class Unfailing:
    """A text stream whose disk may be full: a bar that cannot be drawn does not end what it shows."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> None:
        with contextlib.suppress(OSError):
            self._stream.write(text)

    def flush(self) -> None:
        with contextlib.suppress(OSError):
            self._stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def progress_bar(**options: Any) -> tqdm:
    """tqdm with rate and remaining time; `options` are tqdm's own. Redrawn seldom outside a terminal."""
    interval = 0.2 if sys.stderr.isatty() else LOG_INTERVAL
    # Nothing in the first instant: what is refused at once should leave one line, not two.
    return tqdm(
        mininterval=interval, maxinterval=2 * interval, delay=0.2, file=Unfailing(sys.stderr), **options
    )
