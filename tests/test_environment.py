"""The ways of installing name the same packages in the same versions."""

import re
import tomllib
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
