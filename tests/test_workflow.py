"""The workflow as a whole, without running a job: its style, its configuration, and what it would run."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
PRESETS = sorted((ROOT / "workflow/presets").glob("*.yaml"))
TRAINED_CONFIGURATIONS = 34  # rows of the paper's Table 2 without those of real images


def run(program, *arguments):
    """Run a program of this Python's environment in the repository's root."""
    folder = str(Path(sys.executable).parent)
    return subprocess.run(
        [f"{folder}/{program}", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"},
    )


def dry_run(folder, *arguments):
    """`snakemake -n` as if nothing had been computed yet: from an empty folder."""
    profile = ROOT / "workflow/profiles/default"
    where = ("--snakefile", ROOT / "Snakefile", "--directory", folder, "--workflow-profile", profile)
    return run("snakemake", *arguments, *where, "-n", "--quiet", "rules")


def job_counts(folder, *arguments):
    result = dry_run(folder, *arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return {name: int(count) for name, count in re.findall(r"^(\w+) +(\d+)$", result.stdout, re.MULTILINE)}


def test_snakemake_lint_is_clean():
    result = run("snakemake", "--lint")
    assert result.returncode == 0, result.stdout + result.stderr


def test_snakefmt_is_clean():
    result = run("snakefmt", "--check", "Snakefile", "workflow")
    assert result.returncode == 0, result.stderr


def test_the_workstation_profile_is_found_without_being_named():
    result = run("snakemake", "fetch", "-n", "--quiet", "all")
    assert "Using workflow specific profile profiles/default" in result.stderr


@pytest.mark.parametrize("target", ["table2", "all"])
def test_the_default_is_table2_at_paper_scale(tmp_path, target):
    configuration = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
    seeds = len(configuration["table2"]["seeds"])
    counts = job_counts(tmp_path, target)
    assert counts["train_gan"] == counts["evaluate_gan"] == TRAINED_CONFIGURATIONS * seeds
    assert counts["evaluate_real"] == counts["extract_features"] == counts["fetch_dataset"] == 2
    assert counts["fetch_weights"] == counts["render_table2"] == 1
    assert "train_classifier" not in counts


def test_quick_is_the_same_graph_on_embedded_data(tmp_path):
    counts = job_counts(tmp_path, "all", "--configfile", ROOT / "workflow/presets/quick.yaml")
    assert counts["train_gan"] == counts["evaluate_gan"] == TRAINED_CONFIGURATIONS
    assert counts["train_classifier"] == counts["render_table2"] == 1
    assert counts["draw_table2_samples"] == 2
    assert "fetch_dataset" not in counts and "fetch_weights" not in counts


def test_a_grid_of_learning_rates_multiplies_the_runs(tmp_path):
    overlay = tmp_path / "overlay.yaml"
    overlay.write_text("recipes: {stl10-resnet: {generator_learning_rates: [2.0e-4, 1.0e-3]}}")
    counts = job_counts(tmp_path, "train", "--configfile", overlay)
    assert counts["train_gan"] == 3 * (TRAINED_CONFIGURATIONS + 8)  # eight rows of ResNets on stl10


@pytest.mark.parametrize("preset", PRESETS, ids=lambda path: path.stem)
def test_shipped_presets_are_valid(tmp_path, preset):
    assert dry_run(tmp_path, "all", "--configfile", preset).returncode == 0


@pytest.mark.parametrize(
    ("overlay", "complaint"),
    [
        ("training: {itertions: 3}", "{file}: training.itertions: unknown key; known are batch_size,"),
        ("colour: blue", "{file}: colour: unknown key; known are preset,"),
        ("device: gpu", "{file}: device: 'gpu' is not one of auto, cpu, cuda"),
        ("training: {iterations: many}", "{file}: training.iterations: 'many' is not a whole number"),
        ("training: {ema_decay: 1e-4}", "{file}: training.ema_decay: '1e-4' is not a number, such as 5.0e-4"),
        ("preset: ../elsewhere", "{file}: preset: '../elsewhere' does not match"),
        ("recipes: {wgan-gp: {betas: [0.5]}}", "{file}: recipes.wgan-gp.betas: [0.5] is too short"),
        ("evaluation: {samples: 100}", "config.yaml: evaluation.fid_samples: more than the 100 samples"),
        ("evaluation: {extractor: classifier}", "table2.halves.cifar10.dataset: cifar10 needs evaluation"),
    ],
)
def test_a_wrong_configuration_ends_in_one_line(tmp_path, overlay, complaint):
    file = tmp_path / "overlay.yaml"
    file.write_text(overlay)
    result = dry_run(tmp_path, "all", "--configfile", file)
    assert result.returncode != 0
    *announcements, last = result.stderr.strip().splitlines()
    assert complaint.format(file="overlay.yaml") in last
    assert all(line.startswith(("Using workflow", "Config file")) for line in announcements)
