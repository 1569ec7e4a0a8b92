"""The ledger: a row and a verdict for every statement of the paper and every figure of its tables."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from ganscape.claims.evidence import Evidence, NotRun
from ganscape.claims.rules import (
    CLAIMS,
    JS_RS,
    Paper,
    Row,
    Rule,
    Run,
    bad_init_rule,
    departures_in_words,
    gap_rule,
    score_rule,
    size_rule,
)
from ganscape.reporting.losses import LOSS_NAMES
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.studies import DATASET_NAMES

COLUMNS = ("id", "source", "statement", "paper_value", "measured_value", "tolerance", "verdict", "evidence")
REPRODUCED, DEVIATES, STAND_IN, NOT_RUN = VERDICTS = ("reproduced", "deviates", "stand-in", "not run")
METRICS = {"is": "Inception score", "fid": "FID"}


@dataclass(frozen=True)
class Claim:
    """A statement of the paper, or a figure of one of its tables, and the rule that judges it."""

    id: str
    source: str
    statement: str
    paper_value: Paper
    rule: Rule


@cache
def all_claims() -> tuple[Claim, ...]:
    """Statements first, in the paper's order, then its tables, cell by cell."""
    return (*_statements(), *_table2(), *_table2_gaps(), *_hinge(), *_bad_init())


def _statements() -> Iterator[Claim]:
    for row in paper_figures("claims").itertuples():
        source = re.sub(r"^\d+ \((\w+)\) ", r"\1, ", row.source)  # without the number of a file
        yield Claim(row.id, source, row.statement, _number(row.paper_value), CLAIMS[row.id])


def _number(printed: str) -> Paper:
    try:
        return float(printed)
    except ValueError:
        return printed.strip()


def _table2() -> Iterator[Claim]:
    for row in paper_figures("table2").itertuples():
        yield from _scores("table2", "paper, Table 2", row)
        network = (row.dataset, row.architecture, row.width)
        if pd.notna(row.relative_size_percent):
            yield Claim(
                f"{_name('table2', row)}-size",
                "paper, Table 2",
                f"Relative size in %, {_identity(row)}",
                float(row.relative_size_percent),
                size_rule(*network),
            )


def _table2_gaps() -> Iterator[Claim]:
    """The column of FID gaps, which are those of the FIDs that are printed beside them."""
    table = paper_figures("table2")
    networks = ["dataset", "architecture", "width", "spectral_norm"]
    for keys, rows in table[table["loss"].isin(JS_RS)].groupby(networks, sort=False):
        dataset, *network = keys
        fids = rows.set_index("loss")["fid"]
        # Without SN on STL-10 RS-GAN is the worse one; the paper prints that gap without its sign.
        worse, better = sorted(JS_RS, key=fids.__getitem__, reverse=True)
        yield Claim(
            f"{_name('table2', rows.iloc[0]).removesuffix('-js')}-gap",
            "paper, Table 2",
            f"FID of {LOSS_NAMES[worse]} − that of {LOSS_NAMES[better]}, {_identity(rows.iloc[0]).network}",
            round(float(fids[worse] - fids[better]), 2),
            gap_rule("table2", dataset, tuple(network), (worse, better)),
        )


def _hinge() -> Iterator[Claim]:
    for row in paper_figures("hinge").itertuples():
        yield from _scores("hinge", "talk, P1", row)


def _scores(table: str, source: str, row: Any) -> Iterator[Claim]:
    """IS and FID of one row of a table."""
    identity = _identity(row)
    printed: dict[str, Paper] = {"is": f"{row.is_mean:g} ± {row.is_std:g}", "fid": float(row.fid)}
    for metric, name in METRICS.items():
        statement = f"{name}, {identity}"
        rule = score_rule(table, identity, metric)
        yield Claim(f"{_name(table, row)}-{metric}", source, statement, printed[metric], rule)


def _name(table: str, row: Any) -> str:
    """The start of a cell's id: `table2-cifar10-cnn-full-no-js`, `no` where there is no spectral norm."""
    if row.loss == "real":
        return f"{table}-{row.dataset}-real"
    unnormalised = ["no"] if row.spectral_norm == "no" else []
    return "-".join([table, row.dataset, row.architecture, row.width, *unnormalised, row.loss])


def _identity(row: Any) -> Row:
    """A row of a printed table."""
    return Row(row.dataset, row.architecture, row.width, row.spectral_norm, row.loss)


def _bad_init() -> Iterator[Claim]:
    for row in paper_figures("bad_init").itertuples():
        yield Claim(
            f"bad-init-{row.loss}-{row.learning_rate:g}",
            "paper, Section 6",
            f"FID, {LOSS_NAMES[row.loss]} from the bad initial point, {DATASET_NAMES[row.dataset]}, "
            f"learning rate {row.learning_rate:g}",
            float(row.fid),
            bad_init_rule(row.loss, row.learning_rate),
        )


def ledger(evidence: Evidence, configuration: dict[str, Any]) -> pd.DataFrame:
    """Every claim judged, with `COLUMNS`.

    `configuration` is nested like `config.yaml`, whose sections on data, training and evaluation say at what
    scale the results were measured. Raises `InputError` for results of another version and for a
    configuration that lacks them.
    """
    run = Run(evidence, configuration)
    return pd.DataFrame([judged(claim, run) for claim in all_claims()], columns=list(COLUMNS))


def judged(claim: Claim, run: Run) -> tuple:
    """One claim's row of the ledger, `COLUMNS`."""
    sources = "; ".join(claim.rule.evidence)
    start = (claim.id, claim.source, claim.statement, _printed(claim.paper_value))
    try:
        finding = claim.rule.judge(run, claim.paper_value)
    except NotRun as missing:
        return *start, f"({missing})", claim.rule.tolerance, NOT_RUN, sources
    measured = finding.measured
    if finding.stands_in:
        measured += f" [stand-in: {departures_in_words(finding.stands_in)}]"
        verdict = STAND_IN
    else:
        verdict = REPRODUCED if finding.agrees else DEVIATES
    return *start, measured, claim.rule.tolerance, verdict, sources


def _printed(value: Paper) -> str:
    return f"{value:g}" if isinstance(value, float) else value


def counts(rows: pd.DataFrame) -> dict[str, int]:
    """How many claims have each verdict, in the order of `VERDICTS`."""
    return {verdict: int(rows["verdict"].eq(verdict).sum()) for verdict in VERDICTS}


def summary(rows: pd.DataFrame) -> str:
    """The ledger in one line."""
    told = counts(rows)
    return (
        f"{len(rows)} claims: {told[REPRODUCED]} reproduced, {told[DEVIATES]} deviate, "
        f"{told[STAND_IN]} stand in, {told[NOT_RUN]} not run"
    )
