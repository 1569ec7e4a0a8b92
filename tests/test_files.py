"""Writing files: never half of one, never over what is no file, never over what is still to be read."""

import os
import subprocess
from pathlib import Path

import pytest

from ganscape.cli import main
from ganscape.errors import InputError
from ganscape.files import atomic_path, check_apart, check_writable, is_there, write_text


def test_a_write_that_fails_leaves_what_there_was(tmp_path):
    target = tmp_path / "file.txt"
    target.write_text("before")
    with pytest.raises(RuntimeError), atomic_path(target) as path:
        path.write_text("half")
        raise RuntimeError
    assert target.read_text() == "before" and os.listdir(tmp_path) == ["file.txt"]


def test_a_link_is_followed_and_stays_a_link(tmp_path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("before")
    link.symlink_to(real)
    check_writable(link)
    write_text(link, "after")
    assert link.is_symlink() and real.read_text() == "after"


@pytest.fixture
def pipe(tmp_path):
    subprocess.run(["mkfifo", tmp_path / "pipe.csv"], check=True)
    return tmp_path / "pipe.csv"


def test_what_is_no_file_is_neither_replaced_nor_written(pipe):
    for write in (check_writable, lambda target: write_text(target, "after")):
        with pytest.raises(InputError, match=r"pipe\.csv: it is a device or a pipe; name a file"):
            write(pipe)
    assert pipe.is_fifo()


def test_a_folder_is_not_replaced(tmp_path):
    for write in (check_writable, lambda target: write_text(target, "after")):
        with pytest.raises(InputError, match="it is a folder; name a file"):
            write(tmp_path)


def test_a_file_is_there_or_not(tmp_path):
    (tmp_path / "file").touch()
    assert is_there(tmp_path / "file") and not is_there(tmp_path) and not is_there(tmp_path / "none")


@pytest.mark.parametrize("refused", ["is_file", "open"])
def test_what_may_not_be_read_is_not_called_absent(refused, tmp_path, monkeypatch):
    """Nor looked for, in a folder that one may not look into."""

    def refuse(*arguments, **options):
        raise PermissionError(13, "Permission denied")

    (tmp_path / "file").touch()
    monkeypatch.setattr(Path, refused, refuse)
    with pytest.raises(InputError, match=r"cannot read .*/file: Permission denied"):
        is_there(tmp_path / "file")


def test_outputs_are_other_files_than_inputs_and_one_another(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    check_apart([one, other], [tmp_path / "third"])
    (tmp_path / "link").symlink_to(one)
    for outputs, inputs in (([one, one], []), ([one], [other, one]), ([one], [tmp_path / "link"])):
        with pytest.raises(InputError, match="is named twice, or is to be read too: name another file"):
            check_apart(outputs, inputs)


def test_a_figure_does_not_overwrite_what_it_is_drawn_from(tmp_path, capsys):
    outcomes = tmp_path / "outcomes.csv"
    outcomes.write_text("kept")
    words = ["escape", "--outcomes", str(outcomes), "--iterations", "10"]
    assert main([*words, "--output", str(tmp_path / "outcomes.png")]) == 1
    assert "outcomes.csv is named twice, or is to be read too" in capsys.readouterr().err
    assert outcomes.read_text() == "kept" and os.listdir(tmp_path) == ["outcomes.csv"]


@pytest.mark.parametrize(
    ("step", "computing"),
    [
        ("find-minima --loss js --kernel-widths 0.4 --regularisations 0.1", "find_minima.found_minima"),
        ("descend --loss js --kernel-width 0.4 --regularisation 0.1", "descend.descents"),
        ("bench --device cpu --only matmul", "bench.measure_matmul"),
    ],
)
def test_an_output_that_cannot_be_written_is_refused_before_anything_is_computed(
    step, computing, tmp_path, monkeypatch, capsys
):
    def compute(*arguments):
        pytest.fail("computed although the output cannot be written")

    monkeypatch.setattr(f"ganscape.commands.{computing}", compute)
    (tmp_path / "folder.csv").mkdir()
    for name, complaint in (("folder.csv", "it is a folder; name a file"), ("out.txt", " ends in .csv")):
        assert main([*step.split(), "--output", str(tmp_path / name)]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert name in line and line.endswith(complaint)
    assert os.listdir(tmp_path) == ["folder.csv"]


@pytest.mark.parametrize("name", ["figure.jpg", "figure", "run.v2"])
def test_a_figure_of_another_kind_is_refused(name, tmp_path, capsys):
    assert main(["barriers", "--output", str(tmp_path / name)]) == 1
    assert f"{name}: a figure's file ends in .png" in capsys.readouterr().err
    assert not os.listdir(tmp_path)


def test_outcomes_and_trajectory_are_two_files(tmp_path, capsys):
    words = ["two-cluster", "--loss", "js", "--seeds", "0", "--iterations", "1"]
    link = tmp_path / "link.npz"
    link.symlink_to(tmp_path / "out.csv")
    assert main([*words, "--output", str(tmp_path / "out.csv"), "--trajectory", str(link)]) == 1
    assert "link.npz is named twice" in capsys.readouterr().err
    assert os.listdir(tmp_path) == ["link.npz"]
