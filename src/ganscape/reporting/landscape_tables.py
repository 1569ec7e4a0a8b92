"""Tables of the exact theory: values of the states, strict local and global minima, assumptions.

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
    least_value,
    reachable_path,
    state_values,
    states,
    strict_local_minima,
    verify_path,
)
from ganscape.landscape.losses import LOSSES, is_paired
from ganscape.landscape.strict_minima import MOST_ENUMERATED, TOLERANCE
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
ROUNDED = 1.5e-4  # the paper has four digits, and -0.3467 where -0.34657 is meant
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
        claim = PAPER_CLAIMS.get(loss, "").format(name.split()[0])
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

    `s1b crossed` is a state that the paper counts as s1b: the point that is found is that of the other
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
            printed = [one_each.loc[(state, loss), ["value", "paper_value"]] for loss in PAPER_CLAIMS]
            cells += [
                Cell(_shown(of["paper_value"]), abs(of["value"] - of["paper_value"]) > ROUNDED)
                if column == "value"
                else Cell()
                for of in printed
            ]
            rows.append(cells)
        sections.append(Section(heading, rows))
    notes = [
        "Two real points, f any continuous function. Bad basins are where there is a climb and a lower value "
        "somewhere: mode collapse of JS-GAN and LS-GAN, and no state of the others. Bold: the paper prints a "
        "value that this state does not have.",
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


MOST_REACHED = 4  # points of which every state's way to a global minimum is looked for: 5^4 states


def global_minima() -> pd.DataFrame:
    """Where g is lowest, and from where one gets there without a rise, for all states of 2 to 4 points.

    Columns: `n`, `loss`, `states` (how many there are), `lowest` (value among them), `theorem` (h(0) by
    Theorem 2 (i), xi(1)/2 by Theorem 1 (i)), `at_lowest` (states of that value), `permutations` (those of
    them in which the points agree as sets, of n!), `reaching` (states from which a path that never rises
    leads to a global minimum, Definition 4.1). Of a paired loss such a path is constructed for each and
    verified exactly, real points in the plane and free ones anywhere; of a separable loss it exists where
    there is no `barrier`.
    """
    rows = []
    for loss, n in product(LOSSES, range(2, MOST_REACHED + 1)):
        everything = states(n)
        values = state_values(everything, loss)
        lowest = everything[values <= values.min() + TOLERANCE]
        found = np.sort(lowest, axis=1) == np.arange(n)
        reaching = _paths_to_global_minimum if is_paired(loss) else _without_barrier
        rows.append(
            {
                "n": n,
                "loss": loss,
                "states": len(everything),
                "lowest": float(values.min()),
                "theorem": least_value(loss),
                "at_lowest": len(lowest),
                "permutations": int(found.all(axis=1).sum()),
                "reaching": reaching(everything, loss),
            }
        )
    return pd.DataFrame(rows)


def _without_barrier(everything: np.ndarray, loss: str) -> int:
    """How many states (s, n) lie in no basin but a global minimum's."""
    return sum(barrier(state, loss) in (0, np.inf) for state in everything)


def _paths_to_global_minimum(everything: np.ndarray, loss: str) -> int:
    """From how many states (s, n) a path was found and verified that never rises and ends at the lowest."""
    generator = np.random.default_rng(0)
    real = generator.normal(size=(everything.shape[1], 2))
    reached = 0
    for state in everything:
        elsewhere = generator.normal(size=real.shape)
        fake = np.where((state == FREE)[:, None], elsewhere, real[state])
        waypoints = reachable_path(real, fake, loss).waypoints
        verification = verify_path(real, waypoints, loss)
        starts_there = np.array_equal(waypoints[0], fake)
        reached += starts_there and verification.holds
    return int(reached)


def global_minima_table(minima: pd.DataFrame) -> Table:
    """A section per loss; bold where a statement of the theorems fails."""
    sections = []
    for loss, of_loss in minima.groupby("loss", sort=False):
        rows = []
        for row in of_loss.itertuples():
            others = row.at_lowest - row.permutations
            bad = row.states - row.reaching
            rows.append(
                [
                    Cell(str(row.n)),
                    Cell(number(row.lowest, 4)),
                    Cell(number(row.theorem, 4)),
                    Cell(f"{row.permutations} of {factorial(row.n)}"),
                    Cell(str(others), others > 0),
                    Cell(f"{row.states:,}"),
                    Cell(str(bad), bad > 0),
                ]
            )
        sections.append(Section(f"{LOSS_NAMES[loss]} ({kind_of(loss)})", rows))
    notes = [
        "Every state of n points. Of the paired losses a path to a global minimum that never rises was "
        "constructed from each state, with real points in the plane, and verified in rational arithmetic; of "
        "the separable ones a state is cut off where it has to climb. Bold: the global minimum is reached "
        "where points are missed, or states are cut off."
    ]
    columns = [
        Column("n"),
        Column("lowest", "Value"),
        Column("theorem", "Value"),
        Column("with all points found", "States at the lowest value"),
        Column("others", "States at the lowest value"),
        Column("in all", "States"),
        Column("cut off", "States"),
    ]
    return Table("Global minima, and the ways there", notes, columns, sections, "global_minima")


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
