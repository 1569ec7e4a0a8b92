"""`ema-figure`: FID against model size, raw and EMA weights, the paper beside ours."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.commands.score_arguments import add_measurements, given_measurements
from ganscape.reporting.ema import draw_ema
from ganscape.reporting.score_tables import score_table
from ganscape.reporting.studies import study
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_measurements(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    scores = score_table(study("table2"), given_measurements(arguments), arguments.half)
    drawn, numbers = draw_ema(scores, arguments.half)
    save(drawn, output, numbers)
