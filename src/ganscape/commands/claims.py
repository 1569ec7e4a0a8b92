"""`claims`: a verdict on every statement and figure of the paper, from the results of one preset."""

import argparse
from pathlib import Path
from typing import Any

from ganscape.claims.evidence import Evidence
from ganscape.claims.ledger import ledger, summary
from ganscape.claims.page import overview, page
from ganscape.errors import InputError
from ganscape.files import check_apart, check_ending, write_text
from ganscape.forms import check_form, parsed


def add_results(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--results", type=Path, required=True, help="folder of a preset's results, with tables/ and figures/"
    )
    parser.add_argument(
        "--configuration",
        required=True,
        help="the sections of config.yaml on data, training and evaluation, in JSON: at what scale that was",
    )


def read_configuration(arguments: argparse.Namespace) -> dict[str, Any]:
    """The configuration that was given; `InputError` for what is not an object of JSON."""
    try:
        configuration = parsed(arguments.configuration)
        check_form(configuration, {})
    except ValueError as error:
        raise InputError(f"--configuration is not valid JSON, an object ({error})") from None
    return configuration


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_results(parser)
    parser.add_argument("--output", type=Path, required=True, help="the ledger, .csv")
    parser.add_argument(
        "--page", type=Path, required=True, help="the same as a page to sort and filter, .html"
    )
    parser.add_argument(
        "--overview",
        type=Path,
        required=True,
        help="counts and deviations, for the report, .html",
    )


def run(arguments: argparse.Namespace) -> None:
    check_ending(arguments.output, ".csv", "the ledger")
    check_ending(arguments.page, ".html", "its page")
    check_ending(arguments.overview, ".html", "the overview")
    check_apart([arguments.output, arguments.page, arguments.overview])
    judged = ledger(Evidence(arguments.results), read_configuration(arguments))
    write_text(arguments.output, judged.to_csv(index=False))
    preset = arguments.results.resolve().name
    write_text(arguments.page, page(judged, preset, arguments.results))
    write_text(arguments.overview, overview(judged))
    print(summary(judged))
