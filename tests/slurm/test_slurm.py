"""The workflow on a SLURM cluster: a real scheduler, on one node."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from cluster import PATH, Cluster, obstacle

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

# The quick preset's Table 2 without fifteen of seventeen rows, which are nothing new to a scheduler.
TABLE = """
preset: table
table2:
  rows:
    - {architecture: cnn, width: quarter, normalisation: spectral, loss: js}
    - {architecture: resnet, width: bottleneck, normalisation: spectral, loss: rs}
"""
# One training of as many iterations as it is given.
LONG = """
preset: {preset}
training: {{iterations: {iterations}, checkpoint_every: {iterations}, samples_every: {iterations}}}
"""
LONG_RUN = "results/{preset}/runs/digits-32x32x3/cnn-quarter-spectral-rs/lr0.002-seed0"
# Within a limit of one minute, less what starting and the warning take, there are at most 40 to train.
SECONDS_OF_THREE_TURNS = 90
FIGURE = "results/table/figures/figure4.png"  # one short job

pytestmark = pytest.mark.skipif(
    bool(obstacle()), reason=f"no SLURM cluster can be started here: {obstacle()}"
)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    with Cluster(tmp_path_factory.mktemp("cluster"), cores=2, memory=12000) as cluster:
        yield cluster


def command(folder, overlay, profile, *arguments):
    """The repository's workflow in `folder`, by one of its profiles, with an overlay on the quick preset."""
    folder.mkdir(exist_ok=True)
    (folder / "overlay.yaml").write_text(overlay)
    return [
        *(BIN / "snakemake", *arguments),
        *("--snakefile", ROOT / "Snakefile", "--directory", folder),
        *("--workflow-profile", ROOT / "workflow/profiles" / profile),
        *("--configfile", ROOT / "workflow/presets/quick.yaml", folder / "overlay.yaml"),
    ]


def environment():
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{PATH}"}


def locally(folder, overlay, *arguments):
    words = command(folder, overlay, "default", *arguments, "--cores", "2")
    result = subprocess.run(words, capture_output=True, text=True, env=environment())
    assert result.returncode == 0, result.stdout + result.stderr


class Submitted:
    """A workflow on the cluster, while it runs; the profile's as it is, but for how long it waits."""

    def __init__(self, cluster, folder, overlay, *arguments):
        waiting = {
            "latency-wait": 5,
            "slurm-init-seconds-before-status-checks": 2,
            "max-status-checks-per-second": 2,
        }
        options = [f"--{name}={value}" for name, value in waiting.items()]
        words = command(folder, overlay, "slurm", *arguments, *options)
        self.folder, self.log = folder, folder / "snakemake.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                cluster.command(*words), stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=environment()
            )

    def wait_for(self, found):
        """Until `found` returns something, which is returned; the workflow must not end before."""
        while not (result := found()):
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)
        return result

    def end(self):
        """Exit status and all that was printed."""
        return self.process.wait(), self.log.read_text()


def submitted(cluster, folder, overlay, *arguments):
    return Submitted(cluster, folder, overlay, *arguments).end()


def left_behind(folder):
    """The content of all results by name, but for what says when and how long, and logs."""
    files = [
        path
        for path in folder.rglob("*")
        if path.is_file()
        and "logs" not in path.parts
        and not path.name.endswith((".log", ".lock", ".benchmark.tsv"))
    ]
    return {str(path.relative_to(folder)): without_times(path) for path in files}


def without_times(path):
    if path.name != "training.json":
        return path.read_bytes()
    record = json.loads(path.read_text())
    return {key: value for key, value in record.items() if not key.endswith("of_this_session")}


def assert_equal_results(found, expected):
    found, expected = left_behind(found), left_behind(expected)
    assert set(found) == set(expected)
    assert [name for name in expected if found[name] != expected[name]] == []


# First, while whatever else goes on here does: the trial tells how fast trainings are only if it does.
def test_a_training_longer_than_its_time_limit_goes_on_in_the_same_bits(cluster, tmp_path):
    iterations = iterations_of_three_turns(tmp_path / "trial")
    for attempt in range(3):
        # The machine may get faster after the trial: then again, and longer.
        long = {"preset": "long", "iterations": iterations * 2**attempt}
        overlay, run, folder = LONG.format(**long), LONG_RUN.format(**long), tmp_path / f"cluster{attempt}"
        if restarts_of_training(cluster, folder, overlay, run) >= 2:
            break
    else:
        pytest.fail("no training was so long that it went back into the queue twice")
    locally(tmp_path / "local", overlay, f"{run}/training.json")
    found, expected = (left_behind(place / run) for place in (folder, tmp_path / "local"))
    # The last two checkpoints are kept, and the run that was never stopped has one.
    assert {Path(name).parent.name for name in set(found) ^ set(expected)} == {"checkpoints"}
    assert [name for name in expected if found[name] != expected[name]] == []


def test_table_2_and_the_landscape_are_those_of_a_local_run_though_a_job_was_cancelled(cluster, tmp_path):
    targets = ("table2", "figure4")
    workflow = Submitted(cluster, tmp_path / "cluster", TABLE, *targets)

    def training():
        jobs = cluster.run("squeue", "--noheader", "--states=running", "--format=%i %k").splitlines()
        return next((job.split()[0] for job in jobs if "train_gan" in job), None)

    cluster.run("scancel", workflow.wait_for(training))
    status, log = workflow.end()
    assert status == 0, log
    assert "CANCELLED" in log
    locally(tmp_path / "local", TABLE, *targets)
    assert_equal_results(tmp_path / "cluster/results/table", tmp_path / "local/results/table")


def iterations_of_three_turns(folder):
    """So many that this machine's training is interrupted twice at least, however fast it is."""
    trial = {"preset": "trial", "iterations": 400}
    record = f"{LONG_RUN.format(**trial)}/training.json"
    locally(folder, LONG.format(**trial), record)
    seconds = json.loads((folder / record).read_text())["wall_time_seconds_of_this_session"]
    return int(SECONDS_OF_THREE_TURNS * trial["iterations"] / seconds)


def restarts_of_training(cluster, folder, overlay, run):
    """How often a training with a time limit of a minute went back into the queue before it was done."""
    limits = ["--set-resources", "train_gan:runtime=1", "--default-resources", "turn=1"]
    warning = "slurm_extra=\"'--signal=URG@15'\""
    status, log = submitted(cluster, folder, overlay, f"{run}/training.json", *limits, warning)
    assert status == 0, log
    assert "Error" not in log, log
    restarts = re.findall(r"Restarts=(\d+)", cluster.run("scontrol", "show", "job"))
    print(f"the training went back into the queue {max(map(int, restarts))} times")
    return max(map(int, restarts))


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (
            ["--default-resources", "turn=1", "slurm_partition=nowhere"],
            "invalid partition specified: nowhere",
        ),
        (["--set-resources", "draw_figure4:gpu=1"], "Requested node configuration is not available"),
    ],
)
def test_what_the_scheduler_refuses_is_said_in_its_words(cluster, tmp_path, asked, said):
    status, log = submitted(cluster, tmp_path, TABLE, FIGURE, *asked)
    assert status != 0
    assert said in log
    assert not list((tmp_path / "results").rglob("figure4.*"))


def test_a_job_that_always_fails_is_given_up_and_shows_its_log(cluster, tmp_path):
    given, selected = (
        tmp_path / f"results/table/data/{name}-32x32x1" for name in ("digits", "digits_imbalanced")
    )
    given.mkdir(parents=True)
    for name in ("images.npy", "labels.npy", "metadata.json"):
        (given / name).write_text("damaged")
    images = str((selected / "images.npy").relative_to(tmp_path))
    status, log = submitted(cluster, tmp_path, TABLE, images, "--retries", "1")
    assert status != 0
    assert "ganscape select: results/table/data/digits-32x32x1/metadata.json is not valid JSON" in log
    assert log.count("FAILED") == 2
    assert not list(selected.glob("*"))


def test_a_scheduler_that_is_silent_for_a_minute_is_waited_for(cluster, tmp_path):
    workflow = Submitted(cluster, tmp_path, TABLE, FIGURE)
    workflow.wait_for(lambda: "has been submitted" in workflow.log.read_text())
    cluster.stop_controller()
    time.sleep(60)
    cluster.start_controller()
    status, log = workflow.end()
    assert status == 0, log
    assert (tmp_path / FIGURE).exists()
