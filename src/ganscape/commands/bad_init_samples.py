"""`bad-init-samples`: samples of both losses from a bad initial point, by learning rate."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.commands.trace_arguments import add_traces, the_half
from ganscape.reporting.bad_init import draw_bad_init_samples
from ganscape.reporting.style import save
from ganscape.reporting.traces import read_traces


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_traces(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_bad_init_samples(read_traces(arguments.traces), the_half(arguments))
    save(drawn, output, numbers, photographs=True)
