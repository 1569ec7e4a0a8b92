"""Estimates against the records that finished jobs leave."""

import json

import pytest

from ganscape.costs.check import check_table, measured_seconds, ratios
from ganscape.costs.estimate import to_text
from ganscape.costs.jobs import WorkflowJobs
from ganscape.errors import InputError


def record_of_training(folder, seconds, iterations, whole=100):
    folder.mkdir(parents=True)
    file = folder / "training.json"
    record = {
        "specification": {"iterations": whole},
        "iterations_of_this_session": iterations,
        "wall_time_seconds_of_this_session": seconds,
    }
    file.write_text(json.dumps(record))
    return file


def test_a_training_that_was_interrupted_counts_as_if_it_had_not_been(tmp_path):
    assert measured_seconds(record_of_training(tmp_path / "a", 30.0, 50)) == 60.0
    assert measured_seconds(record_of_training(tmp_path / "b", 0.1, 0)) is None


def groups(folder):
    trainings = {"step": "train_gan", "records": f"{folder}/*/training.json", "constant": "gpu.training"}
    other = {"step": "evaluate_gan", "records": f"{folder}/*.benchmark.tsv", "constant": "cpu.metrics"}
    return [
        WorkflowJobs("a", 2, 70.0, start=10.0, **trainings),
        WorkflowJobs("b", 1, 8.0, **other),
        WorkflowJobs("c", 1, 8.0, step="draw"),
    ]


def test_ratios_leave_out_the_start_of_trainings_and_show_the_constant_to_change(tmp_path):
    record_of_training(tmp_path / "one", 60.0, 100)
    record_of_training(tmp_path / "two", 30.0, 100)
    (tmp_path / "x.benchmark.tsv").write_text("s\th:m:s\n4.0\t0:00:04\n")
    found = ratios(groups(tmp_path))
    assert sorted((ratio.step, ratio.value) for ratio in found) == [
        ("evaluate_gan", 2.0),
        ("train_gan", 1.0),
        ("train_gan", 2.0),
    ]
    lines = [line.split() for line in to_text(check_table(found, "tiny")).splitlines()]
    assert ["train_gan", "2", "1.50", "1.00", "2.00", "costs.gpu.training"] in lines


def test_groups_that_share_a_pattern_count_each_record_once(tmp_path):
    record_of_training(tmp_path / "one", 60.0, 100)
    assert len(ratios(2 * groups(tmp_path))) == 1


def test_without_records_one_line_says_so(tmp_path):
    with pytest.raises(InputError, match="no job has left a record of its time yet"):
        ratios(groups(tmp_path))


def test_a_damaged_benchmark_is_named(tmp_path):
    (tmp_path / "x.benchmark.tsv").write_text("nothing\n")
    with pytest.raises(InputError, match=r"x\.benchmark\.tsv is not one of Snakemake's benchmarks"):
        ratios(groups(tmp_path))


@pytest.mark.parametrize("content", ["[]", "{}", '{"specification": 3}'])
def test_a_record_of_a_training_without_its_times_is_named(tmp_path, content):
    path = record_of_training(tmp_path / "one", 60.0, 100)
    path.write_text(content)
    with pytest.raises(InputError, match=r"training\.json is not the record of a training"):
        ratios(groups(tmp_path))
