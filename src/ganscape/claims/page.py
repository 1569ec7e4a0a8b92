"""The ledger as a page of its own: sorted and filtered in the browser, with the evidence below it.

The page needs no network and no other file: evidence is in it, so that it also works inside a report.
"""

import base64
import html
import re
from importlib.resources import files
from pathlib import Path

import pandas as pd

from ganscape.claims.evidence import read
from ganscape.claims.ledger import DEVIATES, NOT_RUN, REPRODUCED, STAND_IN, VERDICTS, counts, summary

HEADINGS = {
    "statement": "Claim",
    "paper_value": "Paper",
    "measured_value": "Measured",
    "verdict": "Verdict",
    "tolerance": "Counts as agreement",
    "evidence": "Evidence",
}
MEANINGS = {
    REPRODUCED: "agrees with the paper by the rule in its row",
    DEVIATES: "does not agree, or these seeds do not show it",
    STAND_IN: "measured on other data or at a smaller scale: judges nothing",
    NOT_RUN: "its evidence was not made, or not all of it",
}


def page(judged: pd.DataFrame, preset: str, results: Path | None = None) -> str:
    """The whole page of a ledger; tables and figures in `results`, a preset's folder, are the evidence."""
    evidence = _evidence(judged, results) if results is not None else {}
    template = (files("ganscape.claims") / "page.html").read_text(encoding="utf-8")
    boxes = "".join(_box(verdict, number) for verdict, number in counts(judged).items())
    parts = {
        "meanings": f"{_meanings()} Headings sort.",
        "title": f"Claims of the paper, preset {html.escape(preset)}",
        "summary": html.escape(summary(judged)),
        "verdicts": boxes,
        "headings": "".join(
            f'<th class="{key}" aria-sort="none"><button type="button">{name}</button></th>'
            for key, name in HEADINGS.items()
        ),
        "rows": "\n".join(_row(row, evidence) for row in judged.to_dict("records")),
        "evidence": "\n".join(evidence.values()),
    }
    # In one pass, so that what is filled in is not searched for places to fill.
    return re.sub(r"\{\{(\w+)\}\}", lambda place: parts[place[1]], template)


def _meanings() -> str:
    return "; ".join(f"<i>{verdict}</i>: {MEANINGS[verdict]}" for verdict in VERDICTS) + "."


def _box(verdict: str, number: int) -> str:
    return (
        f'<label class="{_class(verdict)}" title="{MEANINGS[verdict]}">'
        f'<input type="checkbox" value="{verdict}" checked> {verdict} <b>{number}</b></label>'
    )


def _row(row: dict[str, str], evidence: dict[str, str]) -> str:
    sources = "".join(_link(name, evidence) for name in row["evidence"].split("; "))
    origin = html.escape(f"{row['id']} · {row['source']}")
    cells = {
        "statement": f"{html.escape(row['statement'])}<small>{origin}</small>",
        "paper_value": html.escape(row["paper_value"]),
        "measured_value": html.escape(row["measured_value"]),
        "verdict": f'<span class="{_class(row["verdict"])}">{row["verdict"]}</span>',
        "tolerance": html.escape(row["tolerance"]),
        "evidence": sources,
    }
    inside = "".join(
        f'<td class="{key}" data-heading="{HEADINGS[key]}">{cell}</td>' for key, cell in cells.items()
    )
    data = f'data-verdict="{row["verdict"]}" data-order="{VERDICTS.index(row["verdict"])}"'
    return f'<tr id="{html.escape(row["id"])}" {data}>{inside}</tr>'


def _class(verdict: str) -> str:
    return verdict.replace(" ", "-")


def _link(name: str, evidence: dict[str, str]) -> str:
    """Where the evidence is, on a line of its own: a link if it is on the page."""
    shown = f'<a href="#{_anchor(name)}">{_title(name)}</a>' if name in evidence else _title(name)
    return f"<div>{shown}</div>"


def _title(name: str) -> str:
    """`tables/strict_minima` is the "table strict minima", `figures/figure6` is "Figure 6"."""
    kind, _, file = name.partition("/")
    words = file.replace("_", " ")
    if numbered := re.match(r"(table|figure)(\d+)(.*)", words):
        return f"{numbered[1].capitalize()} {numbered[2]}{numbered[3]}"
    return f"{kind.removesuffix('s')} {words}"


def _anchor(name: str) -> str:
    return name.replace("/", "-")


def _evidence(judged: pd.DataFrame, results: Path) -> dict[str, str]:
    """The evidence, as sections of the page, by name; only what is there."""
    names = dict.fromkeys(name for sources in judged["evidence"] for name in sources.split("; "))
    back = '<p><a href="#summary">Back to the claims</a></p>'
    return {
        name: f'<section id="{_anchor(name)}"><h2>{_title(name).capitalize()}</h2>{shown}{back}</section>'
        for name in names
        if (shown := _shown(results / name, _title(name))) is not None
    }


def _shown(path: Path, title: str) -> str | None:
    """A figure as a picture, a table as it is rendered or else as it is; None where there is none."""
    picture, table, plain = (path.with_name(f"{path.name}.{form}") for form in ("png", "html", "csv"))
    if picture.exists():
        data = base64.b64encode(picture.read_bytes()).decode("ascii")
        return f'<div class="figure"><img alt="{title}" src="data:image/png;base64,{data}"></div>'
    if table.exists():
        body = re.search("<body>(.*)</body>", table.read_text(encoding="utf-8"), re.DOTALL)
        return body[1] if body else None
    if plain.exists() and path.parent.name == "tables":
        rows = read(plain).convert_dtypes().to_html(index=False, na_rep="", border=0)
        return f'<div class="ganscape">{rows}</div>'
    return None


def overview(judged: pd.DataFrame) -> str:
    """How many claims of which kind have which verdict, and which deviate: a fragment for the report's first
    page."""
    found = counts(judged)
    sentence = (
        f"Of the paper's {len(judged)} claims, {found[REPRODUCED]} are reproduced, {found[DEVIATES]} "
        f"deviate, {found[STAND_IN]} were measured on stand-ins, and {found[NOT_RUN]} were not run."
    )
    headings = "".join(f'<th title="{MEANINGS[verdict]}">{verdict}</th>' for verdict in VERDICTS)
    kinds = judged["id"].map(kind_of_claim)
    lines = [_line(kind, judged[kinds == kind]) for kind in KINDS] + [_line("all", judged)]
    table = f"<table><thead><tr><th></th>{headings}</tr></thead><tbody>{''.join(lines)}</tbody></table>"
    deviating = judged[judged["verdict"] == DEVIATES].groupby(["paper_value", "measured_value"], sort=False)
    items = "".join(_deviation(rows) for _, rows in deviating)
    listed = f"<p>What deviates:</p><ul>{items}</ul>" if items else ""
    said = f"<p><b>{sentence}</b></p>{table}<p>{_meanings()}</p>"
    return f'<div class="ganscape-claims">{said}{listed}</div>\n'


KINDS = ("theory", "two clusters", "sizes of networks", "trained on images")


def kind_of_claim(claim: str) -> str:
    """Which of `KINDS` the claim with this id is."""
    theory, clusters, sizes, images = KINDS
    if claim.startswith(("thm", "wgan-unbounded", "basin-")):
        return theory
    if claim.startswith("two-") or claim == "imbalanced-two":
        return clusters
    return sizes if claim.endswith("-size") else images


def _line(name: str, rows: pd.DataFrame) -> str:
    return f"<tr><td>{name}</td>{''.join(f'<td>{number}</td>' for number in counts(rows).values())}</tr>"


def _deviation(rows: pd.DataFrame) -> str:
    """What deviates: what the claim says, what the paper has, what was measured. Of several claims about the
    same figures the first speaks for all."""
    statement, paper, measured = (
        html.escape(rows.iloc[0][key]) for key in ("statement", "paper_value", "measured_value")
    )
    printed = "" if paper == "true" else f" Paper: {paper}."
    same = f" (and {len(rows) - 1} more with the same figures)" if len(rows) > 1 else ""
    return f"<li><b>{statement}{same}.</b>{printed} Measured: {measured}.</li>"
