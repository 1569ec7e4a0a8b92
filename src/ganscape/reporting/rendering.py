"""Tables of text, whatever it says, rendered as Markdown, LaTeX (booktabs) and HTML."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isnan
from pathlib import Path

import pandas as pd

from ganscape.files import write_text


@dataclass(frozen=True)
class Cell:
    text: str = ""
    emphasised: bool = False


@dataclass(frozen=True)
class Column:
    """A column under a `group` that neighbouring columns may share (empty: no group); of words or numbers."""

    name: str
    group: str = ""
    words: bool = False


@dataclass(frozen=True)
class Section:
    """Rows under a heading across the table."""

    heading: str
    rows: Sequence[Sequence[Cell]]


@dataclass(frozen=True)
class Table:
    """`notes` say what must not be overlooked; they stand above the table in every form."""

    title: str
    notes: Sequence[str]
    columns: Sequence[Column]
    sections: Sequence[Section]
    label: str

    def has_words(self) -> list[bool]:
        """Of each column whether it is set flush left: the first, which names the row, and those of words."""
        return [index == 0 or column.words for index, column in enumerate(self.columns)]

    def groups(self) -> list[tuple[str, int]]:
        """Names of the column groups and how many columns each spans, left to right."""
        return [(name, len(list(columns))) for name, columns in groupby(self.columns, lambda c: c.group)]


def number(value: float | None, digits: int = 2) -> str:
    """A number with a true minus sign; blank for none."""
    if value is None or isnan(value):
        return ""
    rounded = round(value, digits) + 0.0  # no negative zero
    return f"{rounded:.{digits}f}".replace("-", "−")


def to_markdown(table: Table) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    def shown(cell: Cell) -> str:
        return f"**{cell.text}**" if cell.emphasised else cell.text

    names = [f"{column.group} {column.name}".strip() for column in table.columns]
    lines = [f"# {table.title}", "", *(f"> {note}\n>" for note in table.notes)]
    lines[-1] = lines[-1].removesuffix("\n>")
    for section in table.sections:
        lines += ["", f"## {section.heading}", "", line(names)]
        lines.append(line(["---" if words else "---:" for words in table.has_words()]))
        lines += [line([shown(cell) for cell in row]) for row in section.rows]
    return "\n".join(lines) + "\n"


def to_latex(table: Table) -> str:
    """A `table*` for a document that loads `booktabs` and `graphicx`."""

    def line(cells: Sequence[str]) -> str:
        return " & ".join(cells) + r" \\"

    def shown(cell: Cell) -> str:
        text = escape_latex(cell.text)
        return rf"\textbf{{{text}}}" if cell.emphasised else text

    width = len(table.columns)
    head, rules, start = [], [], 1
    for name, span in table.groups():
        head.append(rf"\multicolumn{{{span}}}{{c}}{{{escape_latex(name)}}}")
        if name:
            rules.append(rf"\cmidrule(lr){{{start}-{start + span - 1}}}")
        start += span
    caption = " ".join(escape_latex(text) for text in (f"{table.title}.", *table.notes))
    body = []
    for section in table.sections:
        body += [r"\midrule", rf"\multicolumn{{{width}}}{{l}}{{\emph{{{escape_latex(section.heading)}}}}} \\"]
        body += [line([shown(cell) for cell in row]) for row in section.rows]
    return "\n".join(
        [
            "% Needs \\usepackage{booktabs,graphicx}",
            r"\begin{table*}",
            r"\centering",
            rf"\caption{{{caption}}}",
            rf"\label{{tab:{table.label}}}",
            r"\resizebox{\textwidth}{!}{%",
            rf"\begin{{tabular}}{{{''.join('l' if words else 'r' for words in table.has_words())}}}",
            r"\toprule",
            line(head),
            " ".join(rules),
            line([escape_latex(column.name) for column in table.columns]),
            *body,
            r"\bottomrule",
            r"\end{tabular}}",
            r"\end{table*}",
            "",
        ]
    )


LATEX = {
    **{"\\": r"\textbackslash{}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_"},
    **{"{": r"\{", "}": r"\}", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}"},
    **{"<": "$<$", ">": "$>$", "|": "$|$"},
    **{"±": r"$\pm$", "−": r"$-$", "×": r"$\times$", "—": "---", "↑": r"$\uparrow$", "↓": r"$\downarrow$"},
}


def escape_latex(text: str) -> str:
    """Text as LaTeX source: its special characters, and the few mathematical signs that our tables use."""
    return "".join(LATEX.get(character, character) for character in text)


STYLE = """
.ganscape { font: 12.5px/1.4 system-ui, sans-serif; color: #1a1a1a; background: #fff; padding: 1em;
  overflow-x: auto }
.ganscape h1 { font-size: 1.3em; margin: 0 0 .5em }
.ganscape .note { border-left: 4px solid #d55e00; background: #fdf3ec; margin: .4em 0; padding: .3em .7em }
.ganscape table { border-collapse: collapse; margin-top: 1em; font-variant-numeric: tabular-nums }
.ganscape th, .ganscape td { padding: .1em .5em; text-align: right; white-space: nowrap; border: 0 }
.ganscape thead th { white-space: normal; vertical-align: bottom }
.ganscape .words, .ganscape tbody th { text-align: left }
.ganscape thead { border-top: 2px solid #333; border-bottom: 1px solid #333 }
.ganscape thead .group { text-align: center; border-bottom: 1px solid #999 }
.ganscape tbody { border-bottom: 1px solid #999 }
.ganscape tbody th { font-style: italic; font-weight: 600; padding-top: .5em }
.ganscape tbody:last-child { border-bottom: 2px solid #333 }
.ganscape tbody tr:hover { background: #f2f6fa }
"""


def to_html_fragment(table: Table) -> str:
    """The table with its style, to stand inside a page."""

    def tagged(tag: str, content: str, words: bool) -> str:
        return f'<{tag} class="words">{content}</{tag}>' if words else f"<{tag}>{content}</{tag}>"

    def shown(cell: Cell, words: bool) -> str:
        text = html.escape(cell.text)
        return tagged("td", f"<strong>{text}</strong>" if cell.emphasised else text, words)

    groups = "".join(
        f'<th class="group" colspan="{span}">{html.escape(name)}</th>'
        if name
        else f'<th colspan="{span}"></th>'
        for name, span in table.groups()
    )
    names = "".join(
        tagged("th", html.escape(column.name), words)
        for column, words in zip(table.columns, table.has_words(), strict=True)
    )
    bodies = []
    for section in table.sections:
        heading = f'<tr><th colspan="{len(table.columns)}">{html.escape(section.heading)}</th></tr>'
        rows = (f"<tr>{''.join(map(shown, row, table.has_words()))}</tr>" for row in section.rows)
        bodies.append("\n".join(["<tbody>", heading, *rows, "</tbody>"]))
    return "\n".join(
        [
            f"<style>{STYLE}</style>",
            '<div class="ganscape">',
            f"<h1>{html.escape(table.title)}</h1>",
            *(f'<p class="note">{html.escape(note)}</p>' for note in table.notes),
            "<table>",
            f"<thead><tr>{groups}</tr><tr>{names}</tr></thead>",
            *bodies,
            "</table>",
            "</div>",
            "",
        ]
    )


def to_html(table: Table) -> str:
    """The table as a page of its own."""
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            f'<head><meta charset="utf-8"><title>{html.escape(table.title)}</title></head>',
            "<body>",
            to_html_fragment(table) + "</body>",
            "</html>",
            "",
        ]
    )


def write_table(numbers: pd.DataFrame, shown: Table, directory: Path) -> None:
    """Write `numbers` as LABEL.csv and what a reader sees of them as LABEL.md, .tex and .html."""
    write_text(directory / f"{shown.label}.csv", numbers.to_csv(index=False, float_format="%.6g"))
    for suffix, rendered in ((".md", to_markdown), (".tex", to_latex), (".html", to_html)):
        write_text(directory / f"{shown.label}{suffix}", rendered(shown))
