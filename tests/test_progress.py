"""Progress bars."""

import io
import sys
from pathlib import Path

import pytest

from ganscape.progress import progress_bar


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_under_the_log_ends_nothing(monkeypatch):
    with open("/dev/full", "wb", buffering=0) as full:
        monkeypatch.setattr(sys, "stderr", io.TextIOWrapper(full, write_through=True))
        with progress_bar(total=3) as bar:
            bar.delay = bar.mininterval = 0
            for _ in range(3):
                bar.update()
                bar.refresh()
        assert bar.n == 3
