"""Sums over groups of jobs, and `snakemake estimate` against what Snakemake would run."""

import re
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from ganscape.cli import main
from ganscape.costs.estimate import ALL, TRAININGS, Machines, estimate, estimate_table, to_text
from ganscape.costs.jobs import read_jobs
from ganscape.errors import InputError

ROOT = Path(__file__).parents[2]
# Belong to no study, and take seconds.
JUDGING = ("count_networks", "tabulate_claims", "tabulate_provenance")
JOBS = """[
    {"name": "a", "step": "train_gan", "count": 3, "seconds": 3600, "gpus": 1,
     "studies": ["first", "second"]},
    {"name": "b", "step": "evaluate_gan", "count": 3, "seconds": 1800, "gpus": 1, "after": ["a"],
     "studies": ["first"]},
    {"name": "c", "step": "prepare", "count": 2, "seconds": 7200, "cores": 2, "studies": ["second"]}
]"""


def totals():
    numbers = estimate(read_jobs(JOBS), Machines("gpus", (1, 3)))
    return numbers[numbers["step"] == ""].set_index("study")


def test_jobs_that_studies_share_are_in_each_and_once_in_all():
    found = totals()
    assert list(found["jobs"]) == [6, 5, 8] and list(found["shared_jobs"]) == [3, 3, 3]
    assert list(found["trainings"]) == [3, 3, 3]
    assert list(found["gpu_hours"]) == [4.5, 3.0, 4.5]
    assert list(found["core_hours"]) == [0.0, 8.0, 8.0]


def test_wall_times_are_of_each_study_alone_and_of_all_together():
    found = totals()
    assert list(found["wall_hours_1_gpus"]) == [4.5, 3.0, 4.5]
    assert list(found["wall_hours_3_gpus"]) == [1.5, 2.0, 2.0]


def test_the_terminal_shows_a_line_per_study():
    machines = Machines("cores", (1, 4))
    lines = to_text(estimate_table(estimate(read_jobs(JOBS), machines), machines, "tiny")).splitlines()
    assert lines[0] == "What preset tiny takes"
    assert lines[2].endswith("hours on 1 core  hours on 4 cores")
    assert [line.split()[0] for line in lines[3:6]] == ["first", "second", ALL]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[", "is not what the Snakefile lists"),
        ('[{"colour": 1}]', "is not what the Snakefile lists"),
        ("[1]", "is not what the Snakefile lists .0 is 1, not an object"),
        ("{}", "it is an object, not a list"),
        ('[{"name": "a", "count": "1", "seconds": 1}]', '0.count is "1", not a whole number'),
        ('[{"name": "a", "count": 1, "seconds": 1, "after": 3}]', "0.after is 3, not a list"),
        ("[" * 100_000, "nested too deeply"),
        (
            '[{"name": "a", "count": 1, "seconds": 1, "after": ["b"]}]',
            "a comes after b, which is not among them",
        ),
        ('[{"name": "a", "count": 1, "seconds": 1, "after": ["a"]}]', "--jobs: a comes after itself"),
    ],
)
def test_a_list_of_jobs_that_is_none_ends_in_one_line(text, complaint):
    with pytest.raises(InputError, match=complaint):
        read_jobs(text)


@pytest.mark.parametrize("option", ["--gpus", "--cores"])
def test_no_machine_is_no_number_of_machines(option, tmp_path, capsys):
    words = ["estimate", "--jobs", JOBS, "--preset", "tiny", option, "2", "0"]
    assert main([*words, "--output-directory", str(tmp_path / "out")]) == 1
    assert capsys.readouterr().err == f"ganscape estimate: {option} 0: give at least 1\n"
    assert not (tmp_path / "out").exists()


def snakemake(folder, target, *options):
    result = subprocess.run(
        [
            *(Path(sys.executable).with_name("snakemake"), target, "--snakefile", ROOT / "Snakefile"),
            *("--directory", folder, "--workflow-profile", ROOT / "workflow/profiles/default", *options),
        ],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("preset", ["paper", "quick"])
def test_snakemake_estimates_the_jobs_that_it_would_run_each_time_it_is_asked(tmp_path, preset):
    overlay = [] if preset == "paper" else ["--configfile", ROOT / f"workflow/presets/{preset}.yaml"]
    for _ in range(2):
        printed = snakemake(tmp_path, "estimate", "--cores", "1", *overlay)
        assert printed.startswith(f"What preset {preset} takes\n")
    tables = tmp_path / f"results/{preset}/tables"
    assert f"# What preset {preset} takes" in (tables / "estimate.md").read_text(encoding="utf-8")
    numbers = pd.read_csv(tables / "estimate.csv", keep_default_na=False)
    for study in (ALL, "narrow", "imbalanced"):
        would_run = dict(
            re.findall(
                r"^(\w+) +(\d+)$",
                snakemake(tmp_path, study, "-n", "--quiet", "rules", *overlay),
                re.MULTILINE,
            )
        )
        del would_run[study]  # the target itself
        rows = numbers[numbers["study"] == study]
        (total,) = rows[rows["step"] == ""]["jobs"]
        judging = sum(int(would_run.get(name, 0)) for name in JUDGING)
        assert total == int(would_run.pop("total")) - 1 - judging
        trained = sum(int(would_run.get(name, 0)) for name in TRAININGS)
        assert list(rows[rows["step"] == ""]["trainings"]) == [trained]
        if study != ALL:
            steps = rows[rows["step"] != ""].groupby("step")["jobs"].sum()
            assert steps.to_dict() == {name: int(count) for name, count in would_run.items()}
