"""Progress bars that suit a terminal and do not fill a log file."""

import sys
from typing import Any

from tqdm import tqdm

LOG_INTERVAL = 30.0  # seconds between lines where no one is watching


def progress_bar(**options: Any) -> tqdm:
    """tqdm with rate and remaining time; `options` are tqdm's own. Redrawn seldom outside a terminal."""
    interval = 0.2 if sys.stderr.isatty() else LOG_INTERVAL
    # Nothing in the first instant: what is refused at once should leave one line, not two.
    return tqdm(mininterval=interval, maxinterval=2 * interval, delay=0.2, **options)
