"""The command line: every step explains itself, bad input is one line, and starting is light."""

import argparse
import importlib
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
