"""The benchmark's bookkeeping: what is compared with what. No test asserts a time."""

import tempfile

import numpy as np
import pandas as pd
import pytest
import torch

from ganscape.benchmarks import clusters, evaluation, measurement, reading, training
from ganscape.benchmarks.measurement import (
    COLUMNS,
    PLAIN,
    Contestant,
    compared,
    performance,
    rate_together,
)
from ganscape.cli import main


def test_ratios_are_to_the_plain_variant_of_the_same_run():
    rows = compared("train", {PLAIN: 2.0, "fast": 5.0}, "iterations/s", threads=2)
    assert [(row.variant, row.ratio_to_plain) for row in rows] == [("plain", 1.0), ("fast", 2.5)]
    assert all((row.benchmark, row.unit, row.threads) == ("train", "iterations/s", 2) for row in rows)


def test_without_a_plain_variant_there_is_no_ratio():
    (row,) = compared("matmul", {"torch": 80.0}, "GFLOP/s", threads=1)
    assert row.ratio_to_plain is None


def build_counter():
    calls = []

    def call():
        calls.append(1)
        if len(calls) == 4:
            raise RuntimeError("called more often than asked")

    return call


def build_block():
    block = bytearray(200 * 2**20)
    return lambda: block[:: 2**12]


def test_each_variant_runs_in_a_process_of_its_own_as_often_as_asked():
    with Contestant(build_counter) as one, Contestant(build_counter) as other:
        assert one.seconds(3) >= 0
        assert other.seconds(3) >= 0


def test_performance_has_rates_and_peak_memory_of_each_variant():
    measured = performance({"light": build_counter, "heavy": build_block}, repeats=1, seconds_per_turn=0)
    assert all(result.rate > 0 for result in measured.values())
    assert measured["heavy"].peak_memory > measured["light"].peak_memory + 150


def test_processes_that_work_at_once_count_together(monkeypatch):
    monkeypatch.setattr(measurement, "_seconds_at_once", lambda contestants, calls: [calls / 10, calls / 5])
    assert rate_together(build_counter, 2, repeats=3, seconds_per_turn=1) == pytest.approx(15)
    monkeypatch.undo()
    assert rate_together(build_counter, 2, repeats=1, seconds_per_turn=0) > 0


def test_the_command_writes_the_contract_s_columns(tmp_path, capsys):
    output = tmp_path / "bench.csv"
    command = (
        f"bench --only train-cnn-quarter matmul --repeats 1 --seconds 0.01 --device cpu --output {output}"
    )
    assert main(command.split()) == 0
    table = pd.read_csv(output)
    assert list(table.columns) == list(COLUMNS)
    float32 = table[table["precision"] == "float32"]
    ours = ["fast-library", "fast"]
    assert float32[["benchmark", "variant", "unit"]].to_numpy().tolist() == [
        *(["train-cnn-quarter", variant, "iterations/s"] for variant in ["plain", *ours]),
        *(["train-cnn-quarter", variant, "MiB"] for variant in ["plain", *ours]),
        *(["train-cnn-quarter", variant, "GFLOP/s"] for variant in [*ours, "matmul"]),
        *(["train-cnn-quarter", variant, "share of the matmul rate"] for variant in ours),
        ["matmul", "torch", "GFLOP/s"],
    ]
    coarse = table.loc[table["precision"] == "bf16", "variant"]
    assert set(coarse) == ({"fast-bf16", "matmul-bf16"} if training.has_bf16() else set())
    assert "train-cnn-quarter" in capsys.readouterr().out


@pytest.mark.parametrize("options", ["--repeats 0", "--seconds 0"])
def test_senseless_options_are_refused(options, tmp_path, capsys):
    assert main(f"bench {options} --device cpu --output {tmp_path / 'bench.csv'}".split()) == 1
    assert "must be at least 1" in capsys.readouterr().err


def test_operations_of_an_iteration_are_those_counted_by_hand():
    discriminator, generator = 10 + 100 + 10, 5 + 25 + 5  # weights
    judged = 2 * (
        discriminator + discriminator + (discriminator - 10)
    )  # forward, weights, inputs but the first
    made = 2 * (generator + generator + (generator - 5)) + 2 * (discriminator + discriminator)
    real = 2 * discriminator  # the logits that a paired loss compares with, once
    assert clusters.iteration_operations() == 10 * 200 * judged + 10 * 100 * made + 100 * real


def test_operations_of_training_are_those_of_its_convolutions():
    """The quarter-width CNN's, layer by layer: multiplications of one image, by definition."""
    maps = [(1024, 3, 16, 9), (256, 16, 16, 16), (256, 16, 32, 9), (64, 32, 32, 16), (64, 32, 64, 9)]
    maps += [(16, 64, 64, 16), (16, 64, 128, 9)]  # pixels, channels, taps
    discriminator = [pixels * inputs * outputs * taps for pixels, inputs, outputs, taps in maps] + [16 * 128]
    generator = [128 * 16 * 128, 16 * 128 * 64 * 16, 64 * 64 * 32 * 16, 256 * 32 * 16 * 16, 1024 * 16 * 3 * 9]
    d, g = sum(discriminator), sum(generator)
    # The generator's step: G, D on both kinds of images, D's inputs, G's weights and inputs but the latents.
    step = g + 2 * d + d + 2 * g - generator[0]
    # The discriminator's: G, and for both kinds D, its weights, and its inputs but the images.
    step += g + 2 * (3 * d - discriminator[0])
    assert training.iteration_operations("train-cnn-quarter") == 2 * 64 * step


def test_what_plays_two_clusters_in_the_benchmark_plays():
    clusters._build_plain()()
    clusters._build_batched(1)()
    clusters._build_native(1, 2)()


def test_reading_takes_turns_on_one_file_and_removes_it(tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "COUNT", 70)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    rows = reading.measure_reading(repeats=1, seconds_per_turn=0.01)
    assert [(row.benchmark, row.variant, row.unit) for row in rows] == [
        ("read-lsun", "plain", "images/s"),
        ("read-lsun", "fast", "images/s"),
    ]
    assert all(row.value > 0 for row in rows) and rows[1].ratio_to_plain > 0
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("build", [reading._build_plain, reading._build_fast])
def test_what_reads_in_the_benchmark_reads_whole_dequantised_batches(build, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (64, 4, 4, 3), dtype=np.uint8)
    np.save(tmp_path / "images.npy", images)
    read = build(tmp_path / "images.npy", torch.get_num_threads())
    for _ in range(2):
        batch = read()
        assert batch.shape == (64, 3, 4, 4) and batch.dtype == torch.float32
        found = np.floor((batch.double().numpy() + 1) * 127.5 + 1e-3).astype(int).transpose(0, 2, 3, 1)
        assert sorted(map(bytes, found.astype(np.uint8))) == sorted(map(bytes, images))


def test_evaluation_takes_turns_on_one_classifier():
    rows = evaluation.measure_evaluation(repeats=1, seconds_per_turn=0.01)
    assert [(row.benchmark, row.variant, row.unit) for row in rows] == [
        ("evaluate", "plain", "images/s"),
        ("evaluate", "fast", "images/s"),
    ]
    assert all(row.value > 0 for row in rows)


def test_a_benchmark_of_the_other_device_is_refused(tmp_path, capsys):
    words = f"bench --only gpu-train-cnn-full --device cpu --output {tmp_path / 'bench.csv'}".split()
    assert main(words) == 1
    assert "gpu-train-cnn-full: not for this --device" in capsys.readouterr().err
