"""The benchmark's bookkeeping: what is compared with what. No test asserts a time."""

import pandas as pd
import pytest

from ganscape.benchmarks.measurement import COLUMNS, PLAIN, compared, rates
from ganscape.cli import main


def test_ratios_are_to_the_plain_variant_of_the_same_run():
    rows = compared("train", {PLAIN: 2.0, "fast": 5.0}, "iterations/s", threads=2)
    assert [(row.variant, row.ratio_to_plain) for row in rows] == [("plain", 1.0), ("fast", 2.5)]
    assert all((row.benchmark, row.unit, row.threads) == ("train", "iterations/s", 2) for row in rows)


def test_without_a_plain_variant_there_is_no_ratio():
    (row,) = compared("matmul", {"torch": 80.0}, "GFLOP/s", threads=1)
    assert row.ratio_to_plain is None


def test_variants_take_turns():
    order = []
    variants = {name: (lambda name=name: order.append(name)) for name in ("a", "b")}
    rate = rates(variants, repeats=3, seconds_per_turn=0)
    assert all(value > 0 for value in rate.values())
    untimed_and_calibration = ["a", "a", "b", "b"]
    assert order == untimed_and_calibration + ["a", "b"] * 3


def test_the_command_writes_the_contract_s_columns(tmp_path, capsys):
    output = tmp_path / "bench.csv"
    command = (
        f"bench --only train-cnn-quarter matmul --repeats 1 --seconds 0.01 --device cpu --output {output}"
    )
    assert main(command.split()) == 0
    table = pd.read_csv(output)
    assert list(table.columns) == list(COLUMNS)
    assert table["benchmark"].tolist() == ["train-cnn-quarter", "train-cnn-quarter", "matmul"]
    assert table["variant"].tolist() == ["plain", "fast", "torch"]
    assert "train-cnn-quarter" in capsys.readouterr().out


@pytest.mark.parametrize("options", ["--repeats 0", "--seconds 0"])
def test_senseless_options_are_refused(options, tmp_path, capsys):
    assert main(f"bench {options} --device cpu --output {tmp_path / 'bench.csv'}".split()) == 1
    assert "must be at least 1" in capsys.readouterr().err
