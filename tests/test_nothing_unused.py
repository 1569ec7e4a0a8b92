"""No option that nothing reads, no function that nothing calls."""

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOW = [ROOT / "Snakefile", *sorted((ROOT / "workflow").rglob("*.smk"))]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
# Used by readers and by tests, which hold fast computations against them.
TEXTBOOKS = ("landscape/numeric.py", "landscape/textbook.py", "clusters/textbook.py", "images/textbook.py")


def text_of(paths):
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


def options(schema, location=()):
    """Every option that the schema names, as a path of keys."""
    for key, inner in schema.get("properties", {}).items():
        yield (*location, key)
        yield from options(resolved(inner), (*location, key))
        yield from options(resolved(inner.get("items", {})), (*location, key))


def schema_of_configuration():
    return yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text(encoding="utf-8"))


def resolved(part):
    if "$ref" not in part:
        return part
    return schema_of_configuration()["$defs"][part["$ref"].rsplit("/", 1)[1]]


OPTIONS = sorted(set(options(schema_of_configuration())))


def test_the_schema_and_the_default_configuration_have_the_same_options():
    def keys(settings, location=()):
        items = settings.items() if isinstance(settings, dict) else []
        for key, value in items:
            yield (*location, key)
            yield from keys(value, (*location, key))
            for element in value if isinstance(value, list) else []:
                yield from keys(element, (*location, key))

    found = set(keys(yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))))
    # A rate that only a GPU has.
    assert {path for path in OPTIONS if path[:4] != ("costs", "cpu", "training", "tf32")} <= found
    # What else there is are names of files, of which the schema has a pattern, and what it says once for all.
    named = {path[-1] for path in OPTIONS}
    assert all(path[:2] == ("authors", "generators") or path[-1] in named for path in found)


def test_every_option_is_read():
    """By its name in quotes or, of sections that are handed on whole, by the option of a step."""
    text = text_of([*WORKFLOW, *SOURCES])
    unread = [
        ".".join(path)
        for path in OPTIONS
        if not re.search(rf"""["']{path[-1]}["']|"--{path[-1].replace("_", "-")}\"""", text)
    ]
    assert not unread


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "src/ganscape")))
def test_every_function_and_class_is_used(source):
    """By other code, the workflow, or an example of the documentation."""
    if str(source.relative_to(ROOT / "src/ganscape")) in TEXTBOOKS:
        pytest.skip("a textbook version, for readers and tests")
    shown = [*(ROOT / "docs").glob("*.md"), *(ROOT / "examples").glob("*.py")]
    everything = text_of([*WORKFLOW, *SOURCES, *shown])
    for node in ast.parse(source.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("__"):
            uses = len(re.findall(rf"\b{node.name}\b", everything))
            assert uses > 1 or source.parent.name == "commands", node.name
