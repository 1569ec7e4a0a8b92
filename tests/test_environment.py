"""The ways of installing name the same packages in the same versions; containers are made alike."""

import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def exact_pins(requirements):
    """{"name": "version"} of lines like `Some_Name==1.2`, names in the index's normal form."""
    pins = (line.split("==") for line in requirements)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins}


def project_pins():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return exact_pins(project["dependencies"])


def test_conda_environment_names_the_packages_of_the_project():
    dependencies = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"]
    (pip,) = (entry["pip"] for entry in dependencies if isinstance(entry, dict))
    assert exact_pins(pip) == project_pins()


def test_requirements_pin_the_packages_of_the_project():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pinned = exact_pins(line for line in lines if not line.startswith("#"))
    assert project_pins().items() <= pinned.items()


def instructions(name):
    """[(word, rest)] of the Dockerfile's lines."""
    lines = (ROOT / "containers" / name).read_text(encoding="utf-8").splitlines()
    return [tuple(line.split(" ", 1)) for line in lines if line and not line.startswith("#")]


def sections(name):
    """{"section": [lines]} of an Apptainer definition; its header, a mapping's lines, under ""."""
    found = {"": []}
    section = ""
    for line in (ROOT / "containers" / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("%"):
            section = line[1:]
            found[section] = []
        elif line.strip() and not line.strip().startswith("#"):
            found[section].append(line.strip())
    return found


def containers():
    """Base image, files copied, commands run, variables set: of the Dockerfile, of Apptainer's definition."""
    docker, apptainer = instructions("Dockerfile"), sections("ganscape.def")
    given = {
        word: [rest for other, rest in docker if other == word] for word in ("FROM", "COPY", "RUN", "ENV")
    }
    assert len(docker) == sum(map(len, given.values()))
    header = dict(line.split(": ") for line in apptainer[""])
    assert header.pop("Bootstrap") == "docker"
    commands = [line for line in apptainer["post"] if line != "set -e"]
    variables = [line.removeprefix("export ") for line in apptainer["environment"]]
    # Apptainer has the user's own home folder, `docker run --user` none.
    given["ENV"].remove("HOME=/tmp")
    return tuple(given.values()), (list(header.values()), apptainer["files"], commands, variables)


def test_both_containers_are_made_the_same_way():
    docker, apptainer = containers()
    for from_docker, from_apptainer in zip(docker, apptainer, strict=True):
        assert from_docker == from_apptainer


def test_containers_install_the_pinned_packages_and_then_this_one():
    (base, copied, commands, _), _ = containers()
    python = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))["dependencies"][0]
    assert base == [f"{python.replace('=', ':')}-slim-bookworm"]
    pinned, ours = (command for command in commands if "pip install" in command)
    assert pinned.endswith("--requirement /opt/ganscape/requirements.txt")
    # As the Makefile installs it, but for being editable.
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert "--no-deps --no-build-isolation --editable ." in makefile
    assert ours.endswith("--no-deps --no-build-isolation /opt/ganscape")
    assert "requirements.txt /opt/ganscape/requirements.txt" in copied


def test_containers_copy_what_exists_and_what_docker_may_see():
    (_, copied, _, _), _ = containers()
    lines = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    admitted = [line.removeprefix("!") for line in lines if line.startswith("!")]
    sources = [line.split()[0] for line in copied]
    assert "*" in lines and sorted(sources) == sorted(admitted)
    for line in copied:
        source, target = line.split()
        assert (ROOT / source).exists() and target == f"/opt/ganscape/{source}"
    # What building the package reads lies among them.
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["readme"] in sources


def test_containers_have_the_compiler_that_continuous_integration_installs():
    (_, _, commands, variables), _ = containers()
    (installed,) = (command for command in commands if "apt-get install" in command)
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    needed = set(re.search(r"apt-get install (.*)", script)[1].split()) - {"make"}
    needed = {word for word in needed if not word.startswith("-") and not fnmatch(word, "python3*")}
    assert needed == {word for word in installed.split()[2:] if not word.startswith("-")}
    assert "CXX=c++" in variables
