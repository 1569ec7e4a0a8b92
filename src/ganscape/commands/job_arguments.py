"""The options of the steps that look at all jobs of a configuration."""

import argparse


def add_jobs(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--jobs", required=True, help="jobs by rule, data and network, in JSON (costs/jobs.py)"
    )
    parser.add_argument("--preset", required=True, help="name of the configuration, for the title")
