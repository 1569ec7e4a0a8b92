"""Compiling what is ours, once."""

import os
import stat
import subprocess

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
