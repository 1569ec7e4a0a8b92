"""Table `configuration`: every option of a run, beside the paper's where that is known."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ganscape.reporting.rendering import Cell, Column, Section, Table

SHOWN = 48  # characters of a value
COLUMNS = ("option", "value", "paper_value")


def configuration_figures(configuration: dict[str, Any], paper: dict[str, Any]) -> pd.DataFrame:
    """Options, `COLUMNS`. Both arguments are nested like `config.yaml`; `paper` has a part of it."""
    known = dict(_leaves(paper))
    rows = [(option, value, known.get(option, "")) for option, value in _leaves(configuration)]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _leaves(settings: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """Options by their dotted names; items of a list that are more than a word by their number, from 0."""
    if isinstance(settings, dict):
        items = list(settings.items())
    elif isinstance(settings, list) and settings and isinstance(settings[0], dict):
        items = list(enumerate(settings))
    else:
        yield name, " ".join(map(str, settings)) if isinstance(settings, list) else str(settings)
        return
    for key, value in items:
        yield from _leaves(value, f"{name}.{key}" if name else str(key))


def configuration_table(figures: pd.DataFrame, preset: str) -> Table:
    """The same as a reader sees it, a section per section of `config.yaml`."""
    sections = []
    for heading, options in figures.groupby(figures["option"].str.split(".").str[0], sort=False):
        rows = [
            [
                Cell(row.option),
                Cell(_short(row.value)),
                Cell(row.paper_value, row.paper_value not in ("", row.value)),
            ]
            for row in options.itertuples()
        ]
        sections.append(Section(heading, rows))
    notes = [
        "Bold: the paper's value, where it is another. It is blank for what the paper does not have or "
        "tunes. Long values are cut off here, and whole in the CSV."
    ]
    columns = [Column("option"), Column("value", words=True), Column("paper", words=True)]
    return Table(f"Configuration of preset {preset}", notes, columns, sections, "configuration")


def _short(value: str) -> str:
    return value if len(value) <= SHOWN else f"{value[: SHOWN - 1]}…"
