"""What became of two-cluster seeds, in the form in which all figures and tables read it."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.two_clusters import COLUMNS, DISCRIMINATOR_WIDTH, GENERATOR_WIDTH, is_collapsed
from ganscape.errors import InputError
from ganscape.landscape import collapsed_value
from ganscape.landscape.losses import LOSSES
from ganscape.landscape.values import least_value
from ganscape.reporting.losses import LOSS_NAMES
from ganscape.reporting.reading import read_tables

SETTING = ["loss", "discriminator_width", "generator_width", "share"]
NUMBERS = [column for column in COLUMNS if column not in ("loss", "success", "status")]
BALANCED = 0.5
CLOSE = 0.02  # what still counts as the value that the paper names, "around 0.48"


def read_outcomes(paths: Iterable[Path]) -> pd.DataFrame:
    """Files of `two-cluster`, losses in the usual order; `escape` is the escape time, or infinite."""
    outcomes = read_tables(paths, COLUMNS, "two-cluster")
    _check_content(outcomes)
    repeated = outcomes[outcomes.duplicated([*SETTING, "seed"])]
    if len(repeated):
        first = repeated.iloc[0]
        raise InputError(f"seed {first['seed']} of {first['loss']} was given twice: give each file once")
    order = list(LOSS_NAMES)
    outcomes = outcomes.sort_values("loss", key=lambda names: names.map(order.index), kind="stable")
    return outcomes.assign(escape=outcomes["escape_time"].fillna(np.inf)).reset_index(drop=True)


def _check_content(outcomes: pd.DataFrame) -> None:
    """Raise `InputError` for values that `two-cluster` never writes."""
    if outcomes.empty:
        raise InputError("the outcomes have no rows: make them again with `two-cluster`")
    unknown = set(outcomes["loss"]) - set(LOSS_NAMES)
    words = [column for column in NUMBERS if not pd.api.types.is_numeric_dtype(outcomes[column])]
    if unknown or words:
        problem = f"the losses {sorted(map(str, unknown))}" if unknown else f"words in {', '.join(words)}"
        raise InputError(f"the outcomes have {problem}, which `two-cluster` never writes: make them again")


def check_iterations(outcomes: pd.DataFrame, iterations: int) -> None:
    """Raise `InputError` unless the outcomes can be of so many iterations."""
    at_least = int(outcomes[["escape_time", "iterations_collapsed"]].max().max())
    if iterations < max(1, at_least):
        raise InputError(
            f"--iterations {iterations}: the outcomes are of at least {max(1, at_least)}; "
            "give what `two-cluster` was given"
        )


def of_setting(
    outcomes: pd.DataFrame,
    loss: str,
    discriminator_width: int = DISCRIMINATOR_WIDTH,
    generator_width: int = GENERATOR_WIDTH,
    share: float = BALANCED,
) -> pd.DataFrame:
    """Outcomes of one setting (the paper's by default), by seed; raises `InputError` where there are none."""
    wanted = pd.Series(dict(zip(SETTING, (loss, discriminator_width, generator_width, share), strict=True)))
    chosen = outcomes[(outcomes[SETTING] == wanted).all(axis=1)]
    if not len(chosen):
        raise InputError(
            f"no outcomes of {loss} with widths {discriminator_width} and {generator_width} and share "
            f"{share:g}: give its file of `two-cluster`"
        )
    return chosen.sort_values("seed").reset_index(drop=True)


def typical_seed(outcomes: pd.DataFrame) -> int:
    """The seed of the median escape time (the lower one of an even number; ties by number)."""
    ordered = outcomes.sort_values(["escape", "seed"])
    return int(ordered["seed"].iloc[(len(ordered) - 1) // 2])


def stuck_seed(outcomes: pd.DataFrame) -> int:
    """The seed that was collapsed for the most iterations in all."""
    return int(
        outcomes.sort_values(["iterations_collapsed", "seed"], ascending=[False, True])["seed"].iloc[0]
    )


def ends_collapsed(outcomes: pd.DataFrame) -> pd.Series:
    """Which runs end in a mode collapse; not those that diverged."""
    found = outcomes[["final_first", "final_second"]].to_numpy(float)
    return pd.Series(is_collapsed(found, TwoClusters().points), index=outcomes.index)


def perfect_loss(loss: str) -> float | None:
    """D's loss at its best against perfect points, by the theory; None where there is no such value."""
    return -least_value(loss) if loss in LOSSES else None


def collapsed_loss(loss: str, share: float = BALANCED) -> float | None:
    """D's loss at its best when all generated points are in a cluster with `share` of the real ones."""
    return -collapsed_value(share, loss) if loss in LOSSES else None
