"""`replay`: one two-cluster seed once more, everything kept."""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd

from ganscape.clusters import two_clusters
from ganscape.clusters.trajectories import check_trajectory_path, save_trajectory
from ganscape.clusters.two_clusters import Setting
from ganscape.commands.execution_arguments import add_execution, chosen_execution
from ganscape.commands.figure_arguments import add_iterations, add_outcomes
from ganscape.errors import InputError
from ganscape.files import check_writable
from ganscape.objectives import OBJECTIVES
from ganscape.reporting.outcomes import (
    SETTING,
    check_iterations,
    of_setting,
    read_outcomes,
    stuck_seed,
    typical_seed,
)

PLACES = np.round(np.arange(-2, 6.01, 0.05), 2)  # where D is kept
CHOICES = {"typical": typical_seed, "stuck": stuck_seed}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_outcomes(parser)
    parser.add_argument(
        "--loss", choices=OBJECTIVES, required=True, help="the loss of the seed, of the paper's setting"
    )
    parser.add_argument(
        "--seed",
        choices=CHOICES,
        required=True,
        help="typical: of the median escape time; stuck: of the most collapsed iterations",
    )
    add_iterations(parser)
    parser.add_argument("--output", type=Path, required=True, help="NPZ file of the trajectory")
    add_execution(parser)


def run(arguments: argparse.Namespace) -> None:
    outcomes = of_setting(read_outcomes(arguments.outcomes), arguments.loss)
    check_iterations(outcomes, arguments.iterations)
    seed = CHOICES[arguments.seed](outcomes)
    check_trajectory_path(arguments.output)
    check_writable(arguments.output)
    again, trajectory = two_clusters.play(
        Setting(arguments.loss),
        [seed],
        arguments.iterations,
        chosen_execution(arguments),
        keep_every=1,
        places=PLACES.tolist(),
    )
    before = outcomes[outcomes["seed"] == seed].iloc[0]
    if difference := _difference(before, again.iloc[0]):
        raise InputError(
            f"seed {seed} of {arguments.loss} plays otherwise than in the outcomes ({difference}): "
            "they are of another number of iterations, engine or kind of processor; make them again here"
        )
    save_trajectory(trajectory, arguments.output)


def _difference(before: pd.Series, again: pd.Series) -> str:
    """The first column in which two rows differ, with both values; empty if none does."""
    for column in two_clusters.COLUMNS:
        ours, theirs = again[column], before[column]
        if column in SETTING or (pd.isna(ours) and pd.isna(theirs)):
            continue
        known = not (pd.isna(ours) or pd.isna(theirs))
        same = known and (np.isclose(ours, theirs, rtol=1e-6) if column == "min_d_loss" else ours == theirs)
        if not same:
            return f"{column} {ours}, not {theirs}"
    return ""
