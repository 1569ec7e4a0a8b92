"""`sample-sheet`: the samples of one half of a table side by side, as PNG and PDF with a CSV beside them."""

import argparse

from ganscape.commands.figure_arguments import add_figure_output, checked_output
from ganscape.commands.score_arguments import add_measurements, add_study, chosen_study, given_measurements
from ganscape.errors import InputError
from ganscape.reporting.sample_sheet import draw_sample_sheet
from ganscape.reporting.style import save


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_study(parser)
    add_measurements(parser)
    add_figure_output(parser)


def run(arguments: argparse.Namespace) -> None:
    output = checked_output(arguments)
    if len(arguments.half) != 1:
        raise InputError("--half: one sheet shows one half of a table")
    sheet, panels = draw_sample_sheet(
        chosen_study(arguments), given_measurements(arguments), arguments.half[0]
    )
    save(sheet, output, panels, photographs=True)
