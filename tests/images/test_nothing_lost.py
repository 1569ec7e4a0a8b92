"""Real training processes, killed, starved of disk space and disturbed, and what they leave behind."""

import json
import logging
import os
import random
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from small_runs import specification

from forked import processes
from ganscape.errors import InputError
from ganscape.files import digest, held
from ganscape.images import checkpoints, training
from ganscape.images.datasets import Dataset
from ganscape.images.game import Game
from ganscape.images.training import STOPPING, Schedule, train

CPU = torch.device("cpu")
RUN = specification(iterations=40, width="full")  # wide enough for every convolution of ours
KILLS = 25
# Something is written after every iteration, so that many of the kills come in the middle of a file.
EVERY = Schedule(history_every=2, checkpoint_every=1, samples_every=5, snapshots_every=4)


def noise():
    images = np.random.default_rng(0).integers(0, 256, (30, 32, 32, 1), dtype=np.uint8)
    return Dataset(
        *("noise-32x32x1", "noise", 32, 1, ()), {"train": (0, 30)}, images, np.full(30, -1), images_sha256=""
    )


def train_there(folder):
    torch.set_num_threads(1)
    logging.disable()
    train(RUN, noise(), Path(folder), EVERY, CPU)


def started(folder):
    process = processes.Process(target=train_there, args=(str(folder),))
    process.start()
    return process


def left_behind(folder):
    """What a finished run leaves, as digests, except how long it took and how often it was begun."""
    files = {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}
    record = json.loads(files.pop("training.json").read_text())
    content = {name: digest(path, "sha256") for name, path in files.items() if path.name != ".lock"}
    return content, {key: value for key, value in record.items() if not key.endswith("of_this_session")}


def test_a_run_killed_at_random_moments_ends_in_the_same_bits(tmp_path):
    """SIGKILL, 25 times, wherever it happens: checkpoints, snapshots, history, samples, record."""
    begin = time.monotonic()
    whole = started(tmp_path / "whole")
    whole.join()
    assert whole.exitcode == 0
    expected, duration = left_behind(tmp_path / "whole"), time.monotonic() - begin
    moments, kills, runs, interrupted = random.Random(), 0, 0, 0
    while kills < KILLS:
        runs += 1
        folder = tmp_path / f"killed{runs}"
        while True:
            process = started(folder)
            process.join(moments.uniform(0, duration / 2) if kills < KILLS else None)
            if process.exitcode is not None:
                break
            process.kill()
            process.join()
            kills += 1
            interrupted += any(folder.rglob("*.partial*"))
        assert process.exitcode == 0
        assert left_behind(folder) == expected
    print(f"{kills} kills of {runs} runs, {interrupted} in the middle of a file")


class Killed(BaseException):
    """Stands for SIGKILL at a moment that random ones seldom hit: nothing catches it."""


def killed_when(monkeypatch, module, name, happens):
    """From now on the process ends where `module.name` would begin, if `happens` says so of its arguments."""
    function = getattr(module, name)

    def doomed(*arguments, **options):
        if happens(*arguments, **options):
            raise Killed
        return function(*arguments, **options)

    monkeypatch.setattr(module, name, doomed)


@pytest.mark.parametrize("gone", [(), ("checkpoints",), ("checkpoints", "samples")], ids=" ".join)
@pytest.mark.parametrize(
    ("module", "name", "happens"),
    [
        pytest.param(training._Run, "write_history", lambda run: run.iteration == 4, id="history"),
        pytest.param(checkpoints, "save", lambda folder, game, n, logs: n == 4, id="checkpoint"),
        pytest.param(checkpoints, "remove_old", lambda folder, n: n == 4, id="old-checkpoint"),
        pytest.param(training, "save_image", lambda image, path: "final" in path.name, id="samples"),
        pytest.param(training, "save_image", lambda image, path: "ema" in path.name, id="ema-samples"),
        pytest.param(training, "write_json", lambda *arguments: True, id="record"),
    ],
)
def test_a_run_killed_as_it_ends_ends_in_the_same_files(gone, module, name, happens, tmp_path, monkeypatch):
    """And so does one that had ended before, lost what is `gone` and is killed as it ends again."""
    run = specification(iterations=4)
    train(run, noise(), tmp_path / "whole", EVERY, CPU)
    if gone:
        shutil.copytree(tmp_path / "whole", tmp_path / "killed")
        for folder in gone:
            shutil.rmtree(tmp_path / "killed" / folder)
    killed_when(monkeypatch, module, name, happens)
    with pytest.raises(Killed):
        train(run, noise(), tmp_path / "killed", EVERY, CPU)
    monkeypatch.undo()
    train(run, noise(), tmp_path / "killed", EVERY, CPU)
    assert left_behind(tmp_path / "killed") == left_behind(tmp_path / "whole")


def test_two_whole_checkpoints_stay_where_the_last_is_damaged(tmp_path):
    run = specification(iterations=4)
    train(run, noise(), tmp_path, EVERY, CPU)
    second, third, last = (checkpoints.checkpoint_path(tmp_path, iteration) for iteration in (2, 3, 4))
    shutil.copy(third, second)
    last.write_bytes(last.read_bytes()[:-1])
    iteration, _ = checkpoints.restore(tmp_path, Game(run.generator(), run.discriminator(), run))
    assert iteration == 3
    assert set(last.parent.iterdir()) == {second, third, last.with_name(f"{last.name}.damaged")}


def test_a_finished_run_gets_back_the_samples_that_it_lost(tmp_path):
    train(specification(iterations=4), noise(), tmp_path, EVERY, CPU)
    before = left_behind(tmp_path)
    for path in tmp_path.glob("samples/final*"):
        path.unlink()
        train(specification(iterations=4), noise(), tmp_path, EVERY, CPU)
        assert left_behind(tmp_path) == before


def test_what_killed_processes_were_writing_is_removed(tmp_path):
    train(specification(iterations=4), noise(), tmp_path, EVERY, CPU)
    written = [path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"]
    assert {path.parent.name for path in written} == {tmp_path.name, "checkpoints", "snapshots", "samples"}
    for path in written:
        path.with_name(f".{path.stem}.1a2b3c4d.partial{path.suffix}").touch()
    train(specification(iterations=4), noise(), tmp_path, EVERY, CPU)
    assert {path for path in tmp_path.rglob("*") if path.is_file() and path.name != ".lock"} == set(written)


def test_a_run_stopped_by_a_signal_goes_on_where_it_was(tmp_path):
    for number in STOPPING:
        folder = tmp_path / number.name
        process = started(folder)
        while not list(folder.glob("checkpoints/iteration-*")):
            time.sleep(0.005)
        os.kill(process.pid, number)
        process.join()
        assert process.exitcode == 128 + number
        assert not (folder / "training.json").exists()
        again = started(folder)
        again.join()
        assert again.exitcode == 0
    assert (
        left_behind(tmp_path / "SIGTERM")
        == left_behind(tmp_path / "SIGINT")
        == left_behind(tmp_path / "SIGURG")
    )


def test_two_processes_do_not_train_in_one_folder(tmp_path):
    with (
        held(tmp_path, "training"),
        pytest.raises(InputError, match=f"another process is training in {tmp_path}"),
    ):
        train(RUN, noise(), tmp_path, EVERY, CPU)
    assert not (tmp_path / "checkpoints").exists()
    train(RUN, noise(), tmp_path, EVERY, CPU)


# --- Disks that are full, or that cannot be written -----------------------------------------------

SCRIPT = """
import os, sys
sys.path[:0] = {tests!r}
from pathlib import Path
import test_nothing_lost as tests
from ganscape.errors import InputError

folder = Path(sys.argv[1])
for iterations in map(int, sys.argv[2:]):
    tests.torch.set_num_threads(1)
    try:
        tests.train(tests.RUN, tests.noise(), folder / "run", tests.EVERY, tests.CPU)
        print("done")
    except InputError as error:
        print(error)
        for ballast in folder.glob("ballast"):
            ballast.unlink()
"""

IN_A_SMALL_FILE_SYSTEM = """
mount -t tmpfs -o size=64m none {folder} && head -c 66000000 /dev/zero > {folder}/ballast &&
{python} {script} {folder} 1 2 && cp -r {folder}/run {kept}
"""

IN_A_READ_ONLY_FOLDER = """
mount -t tmpfs none {folder} && mkdir {folder}/run && mount -o remount,ro {folder} &&
{python} {script} {folder} 1 && mount -o remount,rw {folder} &&
{python} {script} {folder} 2 && cp -r {folder}/run {kept}
"""


@pytest.mark.parametrize(
    ("commands", "reason"),
    [
        pytest.param(
            IN_A_SMALL_FILE_SYSTEM, "No space left on device.*; what was there before is intact", id="full"
        ),
        pytest.param(IN_A_READ_ONLY_FOLDER, "Read-only file system; choose another place", id="read-only"),
    ],
)
def test_a_run_goes_on_when_it_can_write_again(commands, reason, tmp_path):
    """On a real file system, in a mount namespace of its own."""
    if subprocess.run(["unshare", "-rm", "true"], capture_output=True).returncode:
        pytest.skip("no mount namespaces here (unshare -rm)")
    folder, script, kept = tmp_path / "small", tmp_path / "script.py", tmp_path / "kept"
    folder.mkdir()
    script.write_text(SCRIPT.format(tests=[str(parent) for parent in Path(__file__).parents[:2]]))
    commands = commands.format(folder=folder, python=sys.executable, script=script, kept=kept)
    ended = subprocess.run(["unshare", "-rm", "sh", "-c", commands], capture_output=True, text=True)
    assert ended.returncode == 0, ended.stderr
    refusal, end = ended.stdout.splitlines()
    assert re.fullmatch(f"cannot write .*: {reason}", refusal)
    assert end == "done"
    whole = started(tmp_path / "whole")  # with as many threads, which the record has
    whole.join()
    assert left_behind(kept) == left_behind(tmp_path / "whole")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full to stand for a full disk")
def test_a_full_disk_keeps_the_checkpoint_before(tmp_path, monkeypatch):
    train(specification(iterations=4), noise(), tmp_path, Schedule(5, 4, 6), CPU)
    before = left_behind(tmp_path)

    def full(path, content):
        with open("/dev/full", "wb") as handle:
            handle.write(content)

    monkeypatch.setattr(Path, "write_bytes", full)
    (tmp_path / "training.json").unlink()
    game = Game(specification().generator(), specification().discriminator(), specification(iterations=4))
    with pytest.raises(InputError, match="No space left on device"):
        checkpoints.save(tmp_path, game, 5, {})
    monkeypatch.undo()
    train(specification(iterations=4), noise(), tmp_path, Schedule(5, 4, 6), CPU)
    assert left_behind(tmp_path) == before
    assert not list(tmp_path.rglob("*partial*"))
