"""The command line: every step explains itself, bad input is one line, and starting is light."""

import argparse
import importlib
import os
import subprocess
import sys

import pytest

from ganscape.cli import STEPS, main


@pytest.mark.parametrize("step", STEPS)
def test_every_option_of_every_step_says_what_it_is(step):
    parser = argparse.ArgumentParser()
    importlib.import_module(f"ganscape.commands.{step.replace('-', '_')}").add_arguments(parser)
    assert [action.dest for action in parser._actions if not action.help] == []


@pytest.mark.parametrize("step", STEPS)
def test_every_step_has_a_module_and_explains_itself(step, capsys):
    with pytest.raises(SystemExit) as status:
        main([step, "--help"])
    assert status.value.code == 0
    assert "usage: python -m ganscape" in capsys.readouterr().out


def test_help_lists_all_steps_without_importing_them():
    script = (
        "import sys; from ganscape.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "print(sorted({'torch', 'pandas', 'matplotlib', 'sklearn'} & set(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert all(step in output for step in STEPS)
    assert output.endswith("[]\n")


def test_training_starts_without_what_it_does_not_need():
    script = (
        "import sys; from ganscape.commands import train\n"
        "print(sorted({'torchvision', 'sklearn', 'matplotlib', 'torch_fidelity'} & set(sys.modules)))"
    )
    output = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert output == "[]\n"


def test_an_unknown_step_is_refused_with_the_choices(capsys):
    with pytest.raises(SystemExit) as status:
        main(["trian"])
    assert status.value.code == 2
    assert "trian" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("option", "complaint"),
    [
        ("--minimum-accuracy=nan", "--minimum-accuracy nan: give a finite number"),
        ("--minimum-accuracy=-inf", "--minimum-accuracy -inf: give a finite number"),
        (f"--seed={10**23}", f"--seed {10**23}: whole numbers go up to {2**63 - 1}"),
    ],
)
def test_a_number_that_is_none_or_too_large_is_refused_whatever_the_step(tmp_path, capsys, option, complaint):
    files = ["--output", str(tmp_path / "weights.safetensors"), "--record", str(tmp_path / "record.json")]
    assert main(["train-classifier", "--data", str(tmp_path), *files, option]) == 1
    assert capsys.readouterr().err == f"ganscape train-classifier: {complaint}\n"


def test_each_of_several_numbers_is_looked_at(tmp_path, capsys):
    words = ["find-minima", "--loss", "js", "--regularisations", "0.1", "--kernel-widths", "1", "inf"]
    assert main([*words, "--output", str(tmp_path / "minima.csv")]) == 1
    assert "--kernel-widths inf: give a finite number" in capsys.readouterr().err


def helped(output):
    return subprocess.run([sys.executable, "-m", "ganscape", "--help"], stdout=output, stderr=subprocess.PIPE)


def test_a_reader_who_has_seen_enough_ends_a_step_silently():
    read, write = os.pipe()
    os.close(read)
    try:
        done = helped(write)
    finally:
        os.close(write)
    assert (done.returncode, done.stderr) == (141, b"")


def test_a_full_disk_under_what_is_printed_is_one_line():
    with open("/dev/full", "w") as full:
        done = helped(full)
    complaint = b"No space left on device; look at the disk and at where output goes\n"
    assert (done.returncode, done.stderr) == (1, b"ganscape: reading or writing failed: " + complaint)


def test_what_the_system_refuses_is_one_line_that_names_it(monkeypatch, tmp_path, capsys):
    def refused(path):
        raise PermissionError(13, "Permission denied", str(path / "metadata.json"))

    monkeypatch.setattr("ganscape.images.datasets.load", refused)
    words = ["select", "--data", str(tmp_path), "--keep", "1=1", "--name", "part"]
    assert main([*words, "--output", str(tmp_path / "part")]) == 1
    assert capsys.readouterr().err == f"ganscape: cannot use {tmp_path}/metadata.json: Permission denied\n"


def test_an_error_of_the_systems_kind_that_is_not_its_word_keeps_its_traceback(monkeypatch, tmp_path):
    def failing(path):
        raise OSError("a fault of our own")

    monkeypatch.setattr("ganscape.images.datasets.load", failing)
    words = ["select", "--data", str(tmp_path), "--keep", "1=1", "--name", "part"]
    with pytest.raises(OSError, match="a fault of our own"):
        main([*words, "--output", str(tmp_path / "part")])


@pytest.mark.parametrize("error", [MemoryError(), RuntimeError("CUDA out of memory. Tried\nmore")])
def test_too_little_memory_is_one_line(monkeypatch, tmp_path, capsys, error):
    def greedy(path):
        raise error

    monkeypatch.setattr("ganscape.images.datasets.load", greedy)
    words = ["select", "--data", str(tmp_path), "--keep", "1=1", "--name", "part"]
    assert main([*words, "--output", str(tmp_path / "part")]) == 1
    complaint = capsys.readouterr().err
    assert (
        complaint.startswith("ganscape select: there is not enough memory (") and complaint.count("\n") == 1
    )
