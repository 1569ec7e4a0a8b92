"""`narrow-figure`: FID over the training of narrow networks, JS-GAN beside RS-GAN."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.commands.trace_arguments import add_traces
from ganscape.reporting.narrow import draw_narrow
from ganscape.reporting.style import save
from ganscape.reporting.traces import read_traces


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_traces(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    drawn, numbers = draw_narrow(read_traces(arguments.traces), arguments.half)
    save(drawn, output, numbers)
