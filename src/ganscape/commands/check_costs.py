"""`check-costs`: estimates against what the finished jobs of a configuration took."""

import argparse

from ganscape.commands.job_arguments import add_jobs
from ganscape.costs.check import check_table, ratios
from ganscape.costs.estimate import to_text
from ganscape.costs.jobs import read_jobs


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_jobs(parser)


def run(arguments: argparse.Namespace) -> None:
    print(to_text(check_table(ratios(read_jobs(arguments.jobs)), arguments.preset)), end="")
