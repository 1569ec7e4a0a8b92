"""`estimate`: what all jobs of a configuration will take, before any of them has run."""

import argparse
from pathlib import Path

from ganscape.commands.job_arguments import add_jobs
from ganscape.costs.estimate import Machines, estimate, estimate_table, to_text
from ganscape.costs.jobs import read_jobs
from ganscape.errors import InputError
from ganscape.reporting.rendering import write_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_jobs(parser)
    machines = parser.add_mutually_exclusive_group(required=True)
    machines.add_argument("--gpus", type=int, nargs="+", help="numbers of GPUs, each for a wall time")
    machines.add_argument("--cores", type=int, nargs="+", help="numbers of cores, where no job has a GPU")
    parser.add_argument(
        "--output-directory", type=Path, required=True, help="folder for estimate.{csv,md,tex,html}"
    )


def run(arguments: argparse.Namespace) -> None:
    unit = "gpus" if arguments.gpus else "cores"
    if (least := min(getattr(arguments, unit))) < 1:
        raise InputError(f"--{unit} {least}: give at least 1")
    machines = Machines(unit, tuple(getattr(arguments, unit)))
    numbers = estimate(read_jobs(arguments.jobs), machines)
    table = estimate_table(numbers, machines, arguments.preset)
    write_table(numbers, table, arguments.output_directory)
    print(to_text(table), end="")
