"""`bench`: print one table of ratios and write it as CSV."""

import argparse
from dataclasses import asdict
from pathlib import Path

import pandas as pd

from ganscape.benchmarks import clusters, evaluation, gpu, reading
from ganscape.benchmarks.landscape import GRIDS, measure_landscape
from ganscape.benchmarks.measurement import COLUMNS
from ganscape.benchmarks.training import NETWORKS, measure_matmul, measure_training
from ganscape.commands.devices import add_device_arguments, chosen_device
from ganscape.errors import InputError
from ganscape.files import atomic_path, check_output

ON_PROCESSOR = (*NETWORKS, evaluation.NAME, reading.NAME, clusters.NAME, *GRIDS, "matmul")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    names = [*ON_PROCESSOR, *gpu.NAMES]
    parser.add_argument(
        "--only", nargs="+", choices=names, help="benchmarks to run (default: all that --device has)"
    )
    parser.add_argument("--repeats", type=int, default=5, help="rounds over which medians are taken")
    parser.add_argument("--seconds", type=float, default=2.0, help="about how long each turn lasts")
    parser.add_argument("--output", type=Path, required=True, help="CSV file")
    add_device_arguments(parser)


def run(arguments: argparse.Namespace) -> None:
    if arguments.repeats < 1 or arguments.seconds <= 0:
        raise InputError("--repeats must be at least 1 and --seconds positive")
    there = gpu.NAMES if chosen_device(arguments).type == "cuda" else ON_PROCESSOR
    if elsewhere := [name for name in arguments.only or () if name not in there]:
        raise InputError(f"{', '.join(elsewhere)}: not for this --device, which has {', '.join(there)}")
    check_output(arguments.output, ".csv", "the table")
    rows = []
    for name in arguments.only or there:
        if name == gpu.SHARED:
            rows += gpu.measure_sharing(arguments.repeats, arguments.seconds)
        elif name in gpu.NAMES:
            rows += gpu.measure_on_gpu(name, arguments.repeats, arguments.seconds)
        elif name == "matmul":
            rows += measure_matmul(arguments.repeats, arguments.seconds)
        elif name == evaluation.NAME:
            rows += evaluation.measure_evaluation(arguments.repeats, arguments.seconds)
        elif name == reading.NAME:
            rows += reading.measure_reading(arguments.repeats, arguments.seconds)
        elif name == clusters.NAME:
            rows += clusters.measure_two_clusters(arguments.repeats, arguments.seconds)
        elif name in GRIDS:
            rows += measure_landscape(name, arguments.repeats, arguments.seconds)
        else:
            rows += measure_training(name, arguments.repeats, arguments.seconds)
        table = pd.DataFrame([asdict(row) for row in rows], columns=list(COLUMNS))
        with atomic_path(arguments.output) as path:  # now, so that what comes next cannot cost it
            table.to_csv(path, index=False)
        print(f"{name} done", flush=True)
    print(table.to_string(index=False, float_format=lambda value: f"{value:.2f}", na_rep=""))
