"""`gaussians`: GANs on a mixture of Gaussians for many seeds at once."""

import argparse
from pathlib import Path

from ganscape.arrays import check_arrays_path, save_arrays
from ganscape.clusters import gaussians
from ganscape.clusters.starts import as_seeds
from ganscape.commands.execution_arguments import add_execution, chosen_execution
from ganscape.errors import InputError
from ganscape.files import check_ending, check_writable, write_text
from ganscape.objectives import OBJECTIVES
from ganscape.progress import progress_bar


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--mixture", choices=gaussians.MIXTURES, required=True, help="ring: 5 modes; grid: 25 modes"
    )
    parser.add_argument("--loss", choices=OBJECTIVES, required=True, help="the objective")
    parser.add_argument("--seeds", required=True, help="FIRST:END, such as 0:32, or a list, such as 3,7,9")
    parser.add_argument("--iterations", type=int, default=20_000, help="one step of each player")
    parser.add_argument(
        "--observe-every", type=int, default=500, help="iterations between looks at the samples"
    )
    parser.add_argument("--samples", type=int, default=2500, help="generated points that are looked at")
    parser.add_argument("--output", type=Path, required=True, help="CSV file, a row per seed and look")
    parser.add_argument("--drawn", type=Path, required=True, help="NPZ file of the last samples")
    add_execution(parser)


def run(arguments: argparse.Namespace) -> None:
    seeds = as_seeds(arguments.seeds)
    if not 1 <= arguments.samples <= gaussians.MIXTURES[arguments.mixture].points:
        raise InputError(
            f"--samples {arguments.samples}: give 1 to {gaussians.MIXTURES[arguments.mixture].points}"
        )
    check_arrays_path(arguments.drawn, "samples")
    check_ending(arguments.output, ".csv", "the file of the looks")
    for target in (arguments.output, arguments.drawn):
        check_writable(target)
    description = f"{arguments.mixture} {arguments.loss}"
    with progress_bar(total=len(seeds) * arguments.iterations, unit="it", desc=description) as bar:
        table, samples = gaussians.play(
            arguments.loss,
            arguments.mixture,
            seeds,
            arguments.iterations,
            chosen_execution(arguments),
            every=arguments.observe_every,
            samples=arguments.samples,
            advanced=bar.update,
        )
    # What all seeds came to first: it is not lost where the disk has no room for the samples.
    write_text(arguments.output, table.to_csv(index=False, float_format="%.9g"))
    save_arrays(samples, arguments.drawn)
