"""Compiling what is ours, once."""

import os
import stat
import subprocess
import sys

import pytest

from ganscape import compilation
from ganscape.compilation import CompilationError, compiled, compiler

pytestmark = pytest.mark.skipif(compiler() is None, reason="there is no C++ compiler")


@pytest.fixture
def source(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "answer.cpp"
    path.write_text('extern "C" int answer() { return ANSWER; }\n')
    return path


def kept(tmp_path):
    return sorted(path.name for path in (tmp_path / "cache" / "ganscape").glob("*.so"))


def test_a_library_is_compiled_once_for_each_source_and_its_macros(source, tmp_path, monkeypatch):
    assert compiled(source, {"ANSWER": 42}).answer() == 42
    assert compiled(source, {"ANSWER": 7}).answer() == 7
    assert len(kept(tmp_path)) == 2
    monkeypatch.setattr(subprocess, "run", None)  # there is nothing left to compile
    assert compiled(source, {"ANSWER": 42}).answer() == 42
    monkeypatch.undo()


def test_a_changed_source_is_compiled_anew(source, tmp_path):
    compiled(source, {"ANSWER": 1})
    source.write_text('extern "C" int answer() { return ANSWER + 1; }\n')
    assert compiled(source, {"ANSWER": 1}).answer() == 2


def test_a_changed_header_is_a_changed_source(source, tmp_path):
    header = tmp_path / "question.h"
    header.write_text("#define MORE 1\n")
    source.write_text('#include "question.h"\nextern "C" int answer() { return ANSWER + MORE; }\n')
    assert compiled(source, {"ANSWER": 1}).answer() == 2
    header.write_text("#define MORE 2\n")
    assert compiled(source, {"ANSWER": 1}).answer() == 3


def test_a_failure_leaves_nothing_that_would_pass_for_a_library(source, tmp_path):
    with pytest.raises(CompilationError, match="ANSWER"):
        compiled(source, {})
    assert kept(tmp_path) == []


def test_what_others_could_have_written_is_not_executed(source, tmp_path):
    folder = tmp_path / "cache" / "ganscape"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    assert compiled(source, {"ANSWER": 5}).answer() == 5
    assert kept(tmp_path) == []


def test_the_cache_is_ours_alone(source, tmp_path):
    compiled(source, {"ANSWER": 5})
    assert stat.S_IMODE(os.stat(tmp_path / "cache" / "ganscape").st_mode) == 0o700


@pytest.mark.parametrize("place", ["a file", "nowhere"])
def test_without_a_cache_folder_it_compiles_all_the_same(source, tmp_path, monkeypatch, place):
    if place == "a file":
        (tmp_path / "cache").write_text("")
    else:
        monkeypatch.setenv("XDG_CACHE_HOME", "/proc/nowhere")
    assert compilation.compiled(source, {"ANSWER": 5}).answer() == 5


def test_a_damaged_library_is_compiled_again(source, tmp_path):
    """In processes of their own, because one that has loaded a library does not read it again."""
    script = (
        "import sys; from pathlib import Path; from ganscape.compilation import compiled;"
        "print(compiled(Path(sys.argv[1]), {'ANSWER': 5}).answer())"
    )

    def answer():
        command = [sys.executable, "-c", script, str(source)]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    assert answer() == "5"
    (library,) = (tmp_path / "cache" / "ganscape").glob("*.so")
    content = library.read_bytes()
    library.write_bytes(content[:100])
    assert answer() == "5" and not library.exists()
    assert answer() == "5" and len(library.read_bytes()) == len(content)


def test_a_cache_without_locks_or_space_is_done_without(source, monkeypatch, caplog):
    def refuse(*_):
        raise OSError(38, "Function not implemented")

    monkeypatch.setattr(compilation.fcntl, "flock", refuse)
    assert compiled(source, {"ANSWER": 9}).answer() == 9
    assert "cannot be used" in caplog.text
