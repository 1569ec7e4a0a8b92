"""`two-cluster`: the two-cluster experiment for many seeds at once."""

import argparse
from pathlib import Path

from ganscape.clusters import two_clusters
from ganscape.clusters.starts import as_seeds
from ganscape.clusters.trajectories import check_trajectory_path, save_trajectory
from ganscape.clusters.two_clusters import Setting
from ganscape.commands.execution_arguments import add_execution, chosen_execution
from ganscape.errors import InputError
from ganscape.files import check_apart, check_ending, check_writable, write_text
from ganscape.objectives import OBJECTIVES
from ganscape.progress import progress_bar

KEPT_EVERY = 100


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--loss", choices=OBJECTIVES, required=True, help="the objective")
    parser.add_argument("--seeds", required=True, help="FIRST:END, such as 0:128, or a list, such as 3,7,9")
    parser.add_argument("--iterations", type=int, default=two_clusters.ITERATIONS, help="of 10 + 10 steps")
    parser.add_argument(
        "--discriminator-width",
        type=int,
        default=two_clusters.DISCRIMINATOR_WIDTH,
        help="units of its two hidden layers",
    )
    parser.add_argument(
        "--generator-width",
        type=int,
        default=two_clusters.GENERATOR_WIDTH,
        help="units of its two hidden layers",
    )
    parser.add_argument(
        "--shares",
        type=float,
        nargs=2,
        default=[0.5, 0.5],
        help="of the real points, of the clusters at 0 and at 4",
    )
    parser.add_argument("--output", type=Path, required=True, help="CSV file, a row per seed")
    parser.add_argument("--trajectory", type=Path, help="NPZ file of D's losses and the generated points")
    parser.add_argument(
        "--trajectory-every",
        type=int,
        help=f"iterations between the points that are kept (default: {KEPT_EVERY}, or all if fewer)",
    )
    add_execution(parser)


def run(arguments: argparse.Namespace) -> None:
    setting = Setting(
        arguments.loss, arguments.discriminator_width, arguments.generator_width, tuple(arguments.shares)
    )
    seeds = as_seeds(arguments.seeds)
    every = arguments.trajectory_every
    if every is None:
        every = max(1, min(KEPT_EVERY, arguments.iterations))
    elif not 1 <= every <= arguments.iterations:
        raise InputError(f"--trajectory-every {every}: give 1 to {arguments.iterations}, all iterations")
    check_ending(arguments.output, ".csv", "the file of the outcomes")
    if arguments.trajectory:
        check_trajectory_path(arguments.trajectory)
    targets = [target for target in (arguments.output, arguments.trajectory) if target]
    check_apart(targets)
    for target in targets:
        check_writable(target)
    with progress_bar(total=len(seeds) * arguments.iterations, unit="it", desc=arguments.loss) as bar:
        table, trajectory = two_clusters.play(
            setting,
            seeds,
            arguments.iterations,
            chosen_execution(arguments),
            keep_every=every,
            advanced=bar.update,
        )
    # The small file first: what all seeds came to is not lost where the disk has no room for the large one,
    # though an older one may then lie beside it. In the workflow both go back to what they were.
    write_text(arguments.output, table.to_csv(index=False, float_format="%.9g"))
    if arguments.trajectory:
        save_trajectory(trajectory, arguments.trajectory)
