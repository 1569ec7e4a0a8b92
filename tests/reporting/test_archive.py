"""Archives: what lasts of a workflow's results, and how it came about."""

import json
from importlib.metadata import version
from pathlib import Path

import pandas as pd
import pytest
import yaml

from ganscape.cli import main

CONFIGURATION = Path(__file__).parents[2] / "config.yaml"


@pytest.fixture
def results(tmp_path):
    """A folder like one of the workflow's."""
    folder = tmp_path / "results" / "small"
    run = folder / "runs" / "digits-32x32x1" / "cnn-full-spectral-js" / "lr0.0005-seed0"
    files = {
        folder / "tables" / "narrow.csv": "a,b",
        folder / "tables" / "narrow.tex": "left behind",
        folder / "figures" / "narrow.png": "drawn",
        run / "training.json": "{}",
        run / "trace.json": "{}",
        run / "history.csv": "iteration",
        run / "checkpoints" / "iteration-00000001.safetensors": "weights",
        run / "logs" / "training.benchmark.tsv": "s\tcpu_time\tmax_rss\n12.5\t20\t800.5\n",
        folder / "logs" / "evaluate_real" / "digits-32x32x1.benchmark.tsv": "s\tcpu_time\tmax_rss\n2\t-\t-\n",
    }
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return folder


def archived(results, output):
    return main(["archive", "--results", str(results), "--made-by", "snakemake all", "--output", str(output)])


def test_tables_figures_and_records_are_kept_and_weights_are_not(results, tmp_path):
    assert archived(results, tmp_path / "kept") == 0
    kept = {path.name for path in (tmp_path / "kept").rglob("*") if path.is_file()}
    assert kept == {
        "narrow.csv",
        "narrow.png",
        "training.json",
        "trace.json",
        "history.csv",
        "provenance.json",
    }
    assert (tmp_path / "kept" / "tables" / "narrow.csv").read_text() == "a,b"


def test_the_provenance_says_where_and_how_long(results, tmp_path):
    archived(results, tmp_path / "kept")
    record = json.loads((tmp_path / "kept" / "provenance.json").read_text())
    assert record["command"] == "snakemake all" and record["versions"]["torch"] == version("torch")
    assert record["hardware"]["cores"] >= 1 and record["hardware"]["memory_mib"] > 100
    assert record["jobs"] == {
        "evaluate_real": {"jobs": 1, "wall_seconds": 2.0, "cpu_seconds": 0.0},
        "training": {"jobs": 1, "wall_seconds": 12.5, "cpu_seconds": 20.0},
    }
    assert record["commit"] is None or len(record["commit"]) == 40


def test_every_job_is_listed_with_what_it_took(results, tmp_path):
    tables = tmp_path / "tables"
    words = [
        "--made-by",
        "snakemake",
        "--configuration",
        json.dumps(yaml.safe_load(CONFIGURATION.read_text())),
    ]
    assert main(["provenance", "--results", str(results), *words, "--output-directory", str(tables)]) == 0
    written = {path.name for path in tables.iterdir()}
    assert written > {"jobs.csv", "provenance.html", "configuration.html", "configuration.csv"}
    jobs = pd.read_csv(tables / "jobs.csv").set_index("kind")
    training = jobs.loc["training"]
    assert training["job"] == "runs/digits-32x32x1/cnn-full-spectral-js/lr0.0005-seed0/logs/training"
    assert training[["wall_seconds", "cpu_seconds", "peak_memory_mib"]].to_list() == [12.5, 20.0, 800.5]
    assert jobs.loc["evaluate_real", "job"] == "logs/evaluate_real/digits-32x32x1"


def test_a_folder_without_results_or_inside_the_other_is_refused(results, tmp_path, capsys):
    (tmp_path / "empty").mkdir()
    assert archived(tmp_path / "empty", tmp_path / "kept") == 1
    assert "has no tables, figures or runs" in capsys.readouterr().err
    assert archived(results, results / "kept") == 1
    assert "contain one another" in capsys.readouterr().err
    assert not (tmp_path / "kept").exists() and not (results / "kept").exists()


@pytest.mark.parametrize(
    ("pattern", "complaint"),
    [
        ("/etc/*", "/etc/* does not stay below"),
        ("../*.csv", "../*.csv does not stay below"),
        ("tables/../../*", "tables/../../* does not stay below"),
        ("", "'' is no pattern of files"),
        ("**tables", "'**tables' is no pattern of files"),
    ],
)
def test_a_pattern_that_is_none_or_leads_elsewhere_is_refused(results, tmp_path, capsys, pattern, complaint):
    words = ["archive", "--results", str(results), "--made-by", "snakemake all", "--keep", pattern]
    assert main([*words, "--output", str(tmp_path / "kept")]) == 1
    assert complaint in capsys.readouterr().err
    assert not (tmp_path / "kept").exists()


@pytest.mark.parametrize("content", ["", "s\n1.0\n", "s\tcpu_time\tmax_rss\nlong\t-\t-\n"])
def test_a_damaged_benchmark_is_named(results, tmp_path, capsys, content):
    (results / "logs/odd.benchmark.tsv").write_text(content)
    assert archived(results, tmp_path / "kept") == 1
    assert "odd.benchmark.tsv is not one of Snakemake's benchmarks: delete it" in capsys.readouterr().err
