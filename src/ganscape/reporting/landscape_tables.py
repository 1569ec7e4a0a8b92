"""Tables of the exact theory: values of the states, counts of strict local minima, assumptions.

Each comes as figures, a row per fact, and as a reader sees it.
"""

from itertools import product
from math import factorial

import numpy as np
import pandas as pd

from ganscape.landscape import (
    FREE,
    are_strict_local_minima,
    barrier,
    check_assumptions,
    state_values,
    strict_local_minima,
)
from ganscape.landscape.losses import LOSSES
from ganscape.landscape.strict_minima import MOST_ENUMERATED
from ganscape.reporting.losses import LOSS_NAMES, kind_of
from ganscape.reporting.paper_figures import paper_figures
from ganscape.reporting.rendering import Cell, Column, Section, Table, number

# The states of two points, by the paper's names (Section 3), each with a pattern of (y_1, y_2).
STATES = {
    "s2": "every point found",
    "s1b": "mode dropping: one on its own point, one free",
    "s1b crossed": "mode dropping: one on the other's point, one free",
    "s1a": "mode collapse: both on one point",
    "s0": "both free",
}
PAPER_CLAIMS = {"js": "thm-js-{}", "rs": "thm-rs-{}"}  # ids of Claims 3.1 and 3.2


def landscape_values() -> pd.DataFrame:
    """Every state of two points under every loss.

    Columns: `state` (the paper's name), `pattern` (where y_1 and y_2 lie), `loss`, `value` of g,
    `paper_value` (Claims 3.1 and 3.2), `strict_local_minimum`, `climb` (the least rise on the way to a lower
    value; infinite at a global minimum).
    """
    claims = paper_figures("claims").set_index("id")["paper_value"]
    rows = []
    for loss, pattern in product(LOSSES, product((0, 1, FREE), repeat=2)):
        name = state_name(pattern)
        claimed = name.split()[0] if kind_of(loss) == "separable" else name
        claim = PAPER_CLAIMS.get(loss, "").format(claimed)
        rows.append(
            {
                "state": name,
                "pattern": " ".join("free" if place == FREE else f"x{place + 1}" for place in pattern),
                "loss": loss,
                "value": float(state_values(pattern, loss)),
                "paper_value": float(claims[claim]) if claim in claims else np.nan,
                "strict_local_minimum": bool(are_strict_local_minima(pattern, loss)),
                "climb": barrier(pattern, loss),
            }
        )
    return pd.DataFrame(rows)


def state_name(pattern: tuple[int, int]) -> str:
    """The paper's name for a state of two points (Section 3).

    `s1b crossed` is a state that the paper counts under s1b: the point that is found is that of the other
    pair, which makes no difference to a separable loss and all of it to a paired one.
    """
    found = {place for place in pattern if place != FREE}
    if len(found) == 2:
        return "s2"
    if FREE not in pattern:
        return "s1a"
    if not found:
        return "s0"
    return "s1b" if any(place == i for i, place in enumerate(pattern)) else "s1b crossed"


def values_table(values: pd.DataFrame) -> Table:
    """The states as rows and the losses as columns, first their values, then the climbs."""
    columns = [Column("state"), *_loss_columns()]
    columns += [Column(LOSS_NAMES[loss], "Paper") for loss in PAPER_CLAIMS]
    one_each = values.drop_duplicates(["state", "loss"]).set_index(["state", "loss"])
    sections = []
    for heading, column in (
        ("Value of g", "value"),
        ("Climb: the least rise on the way to a lower value", "climb"),
    ):
        rows = []
        for state, meaning in STATES.items():
            cells = [Cell(f"{state.split()[0]}, {meaning}")]
            cells += [Cell(_shown(one_each.loc[(state, loss), column])) for loss in LOSSES]
            papers = [one_each.loc[(state, loss), "paper_value"] for loss in PAPER_CLAIMS]
            cells += [Cell(_shown(paper) if column == "value" else "") for paper in papers]
            rows.append(cells)
        sections.append(Section(heading, rows))
    notes = [
        "Two real points, f any continuous function. Bad basins are where there is a climb and a lower value "
        "somewhere: mode collapse of JS-GAN and LS-GAN, and nothing of the others.",
    ]
    return Table("The landscape of two points, exactly", notes, columns, sections, "landscape_values")


def strict_minima(largest: int) -> pd.DataFrame:
    """Sub-optimal strict local minima for n = 2 to `largest`, by three ways.

    Columns: `n`, `loss`, `by_enumeration` (blank where there are too many states), `by_symmetry`,
    `theorem` (n^n - n! by Theorem 1 for the separable losses, 0 by Theorem 2 for the paired ones).
    """
    rows = []
    for loss, n in product(LOSSES, range(2, largest + 1)):
        rows.append(
            {
                "n": n,
                "loss": loss,
                "by_enumeration": strict_local_minima(n, loss) if n <= MOST_ENUMERATED else None,
                "by_symmetry": strict_local_minima(n, loss, method="symmetry"),
                "theorem": n**n - factorial(n) if kind_of(loss) == "separable" else 0,
            }
        )
    return pd.DataFrame(rows).astype({"by_enumeration": "Int64"})


def strict_minima_table(counts: pd.DataFrame) -> Table:
    """n as rows and the losses as columns; bold where the theorem says otherwise."""
    rows = []
    for n, of_n in counts.groupby("n"):
        by_loss = of_n.set_index("loss")
        cells = [
            Cell(f"{count:,}", count != by_loss.loc[loss, "theorem"])
            for loss, count in by_loss["by_symmetry"].loc[list(LOSSES)].items()
        ]
        rows.append([Cell(str(n)), *cells, Cell(f"{n**n - factorial(n):,}")])
    notes = [
        f"Counted by enumeration up to n = {MOST_ENUMERATED} and through symmetry for all n. Theorem 1 has "
        "n^n - n! for the separable losses, Theorem 2 none for the paired ones; counts that differ are bold. "
        "Hinge-GAN fails Assumption 4.3 (xi(2) = xi(1)), so the theorem does not apply to it."
    ]
    columns = [Column("n"), *_loss_columns(), Column("n^n - n!", "Theorem 1")]
    title = "Sub-optimal strict local minima"
    return Table(title, notes, columns, [Section("By number of points", rows)], "strict_minima")


def assumptions() -> pd.DataFrame:
    """Assumptions 4.1 to 4.5 held against every loss: `loss, assumption, statement, holds, evidence`."""
    return pd.DataFrame(
        [
            {
                "loss": loss,
                "assumption": check.number,
                "statement": check.statement,
                "holds": check.holds,
                "evidence": check.evidence,
            }
            for loss in (*LOSSES, "wgan-gp")
            for check in check_assumptions(loss)
        ]
    )


def assumptions_table(checks: pd.DataFrame) -> Table:
    """A section per loss; bold where an assumption fails."""
    sections = [
        Section(
            f"{LOSS_NAMES[loss]} ({'Theorem 1' if kind_of(loss) == 'separable' else 'Theorem 2'})",
            [
                [
                    Cell(f"{check.assumption}: {check.statement}"),
                    Cell("holds" if check.holds else "fails", not check.holds),
                    Cell(check.evidence),
                ]
                for check in of_loss.itertuples()
            ],
        )
        for loss, of_loss in checks.groupby("loss", sort=False)
    ]
    notes = [
        "The paper's Remarks 1 say that all hold for the first six; WGAN-GP stands for h(t) = t (Remark 2)."
    ]
    columns = [Column("assumption"), Column("verdict", words=True), Column("evidence", words=True)]
    return Table("The assumptions of both theorems", notes, columns, sections, "assumptions")


def _loss_columns() -> list[Column]:
    return [Column(LOSS_NAMES[loss], kind_of(loss).capitalize()) for loss in LOSSES]


def _shown(value: float) -> str:
    return "lowest" if value == np.inf else number(value, 4)
