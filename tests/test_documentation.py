"""The documentation says what the code does: its examples run, its commands and links exist."""

import doctest
import re
from pathlib import Path

import pytest

from ganscape.cli import STEPS

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_give_what_the_page_says(page):
    results = doctest.testfile(str(page), module_relative=False)
    assert results.failed == 0
    assert results.attempted > 0 or ">>>" not in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_files(page):
    for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_targets_and_steps_that_pages_name_exist(page):
    text = page.read_text(encoding="utf-8")
    rules = set(re.findall(r"^rule (\w+):", (ROOT / "Snakefile").read_text(encoding="utf-8"), re.MULTILINE))
    for options in re.findall(r"^ +snakemake ([^#\n]+)", text, re.MULTILINE):
        words = re.sub(r"-\S+ \S+", "", options).split()
        assert {word for word in words if word.isidentifier()} <= rules, options
    assert set(re.findall(r"python -m ganscape ([a-z]\S*)", text)) <= set(STEPS)
