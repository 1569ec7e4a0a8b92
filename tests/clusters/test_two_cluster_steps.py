"""The steps `two-cluster` and `replay`: what they write, what they refuse in one line, and how they stop."""

import os
import signal
import subprocess
import sys
import time

import numpy as np
import pandas as pd
import pytest
import torch
from small_games import compiling_ahead

from ganscape.cli import main
from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.trajectories import load_trajectory
from ganscape.clusters.two_clusters import COLUMNS, Setting, counts
from ganscape.commands.replay import PLACES

SEEDS = (0, 1, 2, 3, 5, 6, 8, 11)
ITERATIONS = 550  # by then some have escaped, some have been collapsed, some neither


def lines_without_progress(text):
    """What a user reads on stderr, less the progress bar."""
    return [line for line in text.splitlines() if line.strip() and "it/s" not in line and "%|" not in line]


def options(**changes):
    """Of a run of a few seconds' fraction, as a list; None leaves one out, a tuple gives several values."""
    words = []
    for name, value in {"loss": "js", "seeds": "0:2", "iterations": 4, "threads": 1, **changes}.items():
        if value is not None:
            values = value if isinstance(value, tuple) else (value,)
            words += [f"--{name.replace('_', '-')}", *map(str, values)]
    return words


def refused(step, words, capsys):
    """The one line with which a step refuses its input."""
    capsys.readouterr()
    assert main([step, *words]) == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    (line,) = lines_without_progress(captured.err)
    assert line.startswith(f"ganscape {step}: ")
    return line


def files_below(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


# --- What is written -----------------------------------------------------------------------------------


@pytest.fixture(scope="module", autouse=True)
def compiled_ahead():
    """What `replay` plays, while the first tests mostly wait for another process."""
    probes = torch.tensor([*TwoClusters.CENTRES, *PLACES])[:, None]
    with compiling_ahead([(Setting("rs").game, TwoClusters(), probes)]):
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Outcomes of a short run at the paper's setting, as one types it, and its trajectory."""
    folder = tmp_path_factory.mktemp("clusters")
    words = [
        "two-cluster",
        "--loss",
        "rs",
        "--seeds",
        ",".join(map(str, SEEDS)),
        "--iterations",
        str(ITERATIONS),
    ]
    words += ["--discriminator-width", "10", "--generator-width", "5", "--shares", "0.5", "0.5"]
    words += ["--output", str(folder / "out" / "rs.csv"), "--trajectory", str(folder / "out" / "rs.npz")]
    assert main([*words, "--threads", "1"]) == 0
    return folder / "out"


@pytest.fixture
def outcomes(folder):
    return pd.read_csv(folder / "rs.csv")


def test_two_cluster_writes_a_row_per_seed_and_nothing_else(folder, outcomes):
    assert files_below(folder) == ["rs.csv", "rs.npz"]
    assert (folder / "rs.csv").read_text().splitlines()[0] == ",".join(COLUMNS)
    assert list(outcomes.columns) == COLUMNS
    assert outcomes["seed"].tolist() == list(SEEDS)
    assert set(outcomes["loss"]) == {"rs"}
    assert outcomes["success"].dtype == bool


def test_two_cluster_keeps_points_at_every_hundredth_iteration(folder, outcomes):
    trajectory = load_trajectory(folder / "rs.npz", "rs")
    assert trajectory.iterations.tolist() == [100, 200, 300, 400, 500]
    assert trajectory.points.shape == (len(SEEDS), 5, 100)
    assert trajectory.losses.shape == (len(SEEDS), ITERATIONS)
    np.testing.assert_allclose(outcomes["min_d_loss"], trajectory.losses.min(1), rtol=1e-8)


def test_the_same_command_writes_the_same_bytes(folder, tmp_path):
    seeds, again = ",".join(map(str, SEEDS)), tmp_path / "again.csv"
    words = options(loss="rs", seeds=seeds, iterations=ITERATIONS, output=again, threads=2)
    assert main(["two-cluster", *words]) == 0
    assert (tmp_path / "again.csv").read_bytes() == (folder / "rs.csv").read_bytes()


def test_seeds_in_any_order_and_unequal_shares_are_written_as_given(tmp_path):
    words = options(seeds="9,4", shares=(0.2, 0.8), output=tmp_path / "out.csv", engine="batched")
    assert main(["two-cluster", *words]) == 0
    table = pd.read_csv(tmp_path / "out.csv")
    assert table["seed"].tolist() == [9, 4]
    assert table["share"].tolist() == [0.2, 0.2]
    assert files_below(tmp_path) == ["out.csv"]


# --- What is refused -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"shares": (0.5, 0.6)}, "shares 0.5 0.6 sum to 1.1: they must sum to 1"),
        ({"shares": (0.0, 1.0)}, "shares 0 1: give two, each between 0 and 1"),
        ({"shares": ("nan", 0.5)}, "--shares nan: give a finite number"),
        ({"shares": (0.001, 0.999)}, "of 100 points leave a cluster empty"),
        ({"discriminator_width": 0}, "a discriminator of width 0: give at least 1 unit"),
        ({"generator_width": -1}, "a generator of width -1: give at least 1 unit"),
        ({"seeds": "many"}, "seeds 'many': give FIRST:END"),
        ({"seeds": "3:3"}, "seeds '3:3': that names none"),
        ({"seeds": "1,,2"}, "seeds '1,,2'"),
        ({"seeds": "3,3"}, "a seed was given twice"),
        ({"iterations": 0}, "0 iterations"),
        ({"iterations": -5}, "-5 iterations"),
        ({"trajectory_every": 0}, "--trajectory-every 0: give 1 to 4, all iterations"),
        ({"trajectory_every": 5}, "--trajectory-every 5: give 1 to 4, all iterations"),
        ({"output": "out.txt"}, "out.txt: the file of the outcomes ends in .csv"),
        ({"threads": 0}, "--threads must be at least 1, not 0"),
        ({"threads": 10**11}, "--threads 100000000000: give at most 10000"),
        ({"iterations": 10**14, "trajectory_every": None}, "there is not enough memory"),
        ({"engine": "native", "discriminator_width": 65}, "engine native cannot play this game"),
    ],
)
def test_two_cluster_refuses_bad_input_in_one_line_and_writes_nothing(changes, complaint, tmp_path, capsys):
    words = options(**{"output": tmp_path / "out.csv", "trajectory": tmp_path / "out.npz", **changes})
    assert complaint in refused("two-cluster", words, capsys)
    assert not files_below(tmp_path)


def below_a_file(folder, name):
    (folder / "file").write_text("kept")
    return folder / "file" / name


def a_folder(folder, name):
    (folder / name).mkdir()
    return folder / name


@pytest.mark.parametrize("place", [below_a_file, a_folder])
@pytest.mark.parametrize(("option", "name"), [("output", "places.csv"), ("trajectory", "places.npz")])
def test_two_cluster_refuses_an_output_that_cannot_be_written_before_it_plays(
    option, name, place, tmp_path, capsys
):
    target = place(tmp_path, name)
    before = files_below(tmp_path)
    # So many games that this test would never end if they were played first.
    words = options(
        **{"output": tmp_path / "out.csv", option: target, "iterations": 10**9, "engine": "batched"}
    )
    assert f"cannot write {target}: " in refused("two-cluster", words, capsys)
    assert files_below(tmp_path) == before


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full to stand for a full disk")
@pytest.mark.parametrize(
    ("step", "more"),
    [
        ("two-cluster", {"trajectory": "large.npz"}),
        ("gaussians", {"drawn": "large.npz", "mixture": "ring", "observe_every": 2, "samples": 50}),
    ],
)
def test_outcomes_are_kept_though_the_disk_has_no_room_for_the_arrays(
    step, more, tmp_path, monkeypatch, capsys
):
    def full(path, **arrays):
        with open("/dev/full", "wb") as handle:
            np.savez(handle, **arrays)

    monkeypatch.chdir(tmp_path)
    (tmp_path / "large.npz").write_text("earlier")
    monkeypatch.setattr("ganscape.arrays.np.savez_compressed", full)
    line = refused(step, options(engine="batched", output="out.csv", **more), capsys)
    assert line.endswith("large.npz: No space left on device; what was there before is intact")
    assert set(pd.read_csv("out.csv")["seed"]) == {0, 1}
    assert (tmp_path / "large.npz").read_text() == "earlier"
    assert files_below(tmp_path) == ["large.npz", "out.csv"]


@pytest.fixture
def no_games(monkeypatch):
    """Playing fails the test: what is wrong with an output is known before."""

    def play(*arguments, **options):
        pytest.fail("games were played although their trajectory cannot be written")

    monkeypatch.setattr("ganscape.clusters.two_clusters.play", play)


def test_two_cluster_refuses_a_trajectory_of_another_kind_before_it_plays(tmp_path, capsys, no_games):
    words = options(output=tmp_path / "out.csv", trajectory=tmp_path / "points.csv")
    assert "points.csv: a trajectory's file ends in .npz" in refused("two-cluster", words, capsys)
    assert not files_below(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ["--seeds", "0:2"],
        ["--loss", "gan", "--seeds", "0:2"],
        ["--loss", "js", "--seeds", "0:2", "--shares", "0.5"],
        ["--loss", "js", "--seeds", "0:2", "--shares", "0.2", "0.3", "0.5"],
        ["--loss", "js", "--seeds", "0:2", "--iterations", "many"],
    ],
)
def test_what_is_no_command_is_bad_usage(words, tmp_path, capsys):
    with pytest.raises(SystemExit) as status:
        main(["two-cluster", *words, "--output", str(tmp_path / "out.csv")])
    assert status.value.code == 2
    assert not files_below(tmp_path)


# --- Interrupted -----------------------------------------------------------------------------------------

INTERRUPTED = "ganscape: interrupted; no output was left half-written"
# The command line as it is, but that it says when the first iterations have been played.
TELLING = """
import sys
from pathlib import Path
from ganscape.clusters import two_clusters
from ganscape.cli import main

simulate = two_clusters.simulate

def telling(*arguments, **options):
    for block in simulate(*arguments, **options):
        yield block
        Path(sys.argv[1]).touch()

two_clusters.simulate = telling
sys.exit(main(sys.argv[2:]))
"""


def test_an_interrupted_run_says_so_in_one_line_and_leaves_what_there_was(tmp_path):
    out, playing = tmp_path / "out", tmp_path / "playing"
    out.mkdir()
    (out / "old.csv").write_text("older outcomes")
    words = options(seeds="0:16", iterations=10**6, output=out / "old.csv", trajectory=out / "new.npz")
    process = subprocess.Popen(
        [sys.executable, "-c", TELLING, str(playing), "two-cluster", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # Whoever starts the tests in the background may have them ignore it.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    try:
        while not playing.exists() and process.poll() is None:
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        output, errors = process.communicate()
    finally:
        process.kill()
    assert process.returncode == 130, errors
    assert output == ""
    assert lines_without_progress(errors) == [INTERRUPTED]
    assert os.listdir(out) == ["old.csv"]
    assert (out / "old.csv").read_text() == "older outcomes"


@pytest.mark.parametrize("moment", ["playing", "writing the trajectory", "writing the outcomes"])
def test_an_interruption_at_any_moment_leaves_no_part_of_a_file(moment, tmp_path, capsys, monkeypatch):
    def interrupt(*arguments, **options):
        raise KeyboardInterrupt

    if moment == "playing":
        monkeypatch.setattr("ganscape.clusters.batched.BatchedGames.finite", interrupt)
    elif moment == "writing the trajectory":
        monkeypatch.setattr("numpy.savez_compressed", interrupt)
    else:
        monkeypatch.setattr("os.replace", interrupt)
    words = options(output=tmp_path / "new" / "out.csv", engine="batched")
    if moment == "writing the trajectory":
        words += ["--trajectory", str(tmp_path / "new" / "out.npz")]
    assert main(["two-cluster", *words]) == 130
    assert lines_without_progress(capsys.readouterr().err) == [INTERRUPTED]
    assert files_below(tmp_path) == (["new/out.csv"] if moment == "writing the trajectory" else [])


# --- Replayed ----------------------------------------------------------------------------------------


def chosen(outcomes, which):
    """By hand: the lower median of the escape times, never being the longest; the longest collapsed."""
    if which == "typical":
        times = sorted(zip(outcomes["escape_time"].fillna(np.inf), outcomes["seed"], strict=True))
        return times[(len(times) - 1) // 2][1]
    return min(zip(-outcomes["iterations_collapsed"], outcomes["seed"], strict=True))[1]


def replay_options(folder, target, **changes):
    ours = {"outcomes": folder / "rs.csv", "loss": "rs", "seeds": None, "seed": "typical"}
    return options(**{**ours, "iterations": ITERATIONS, "output": target, **changes})


@pytest.mark.parametrize("which", ["typical", "stuck"])
def test_replaying_a_seed_keeps_everything_and_ends_in_its_row(which, folder, outcomes, tmp_path):
    assert main(["replay", *replay_options(folder, tmp_path / "seed.npz", seed=which)]) == 0
    trajectory = load_trajectory(tmp_path / "seed.npz", "rs")
    seed = chosen(outcomes, which)
    row = outcomes.set_index("seed").loc[seed]
    assert trajectory.seeds.tolist() == [seed]
    assert trajectory.iterations.tolist() == list(range(1, ITERATIONS + 1))
    assert trajectory.points.shape == (1, ITERATIONS, 100)
    assert trajectory.logits.shape == (1, ITERATIONS, len(trajectory.places))
    assert (trajectory.places[0], trajectory.places[-1]) == (-2, 6)
    np.testing.assert_allclose(np.diff(trajectory.places), 0.05, atol=1e-6)

    found = counts(trajectory.points[0, :, :, None])
    assert found[-1].tolist() == [row["final_first"], row["final_second"]]
    assert trajectory.losses.min() == pytest.approx(row["min_d_loss"], rel=1e-6)
    successes = (found >= 40).all(1)
    assert successes[-1] == row["success"]
    escaped = successes.argmax() + 1 if successes.any() else np.nan
    np.testing.assert_equal(float(row["escape_time"]), float(escaped))
    collapsed = (found.max(1) >= 80) & (found.min(1) <= 5)
    assert collapsed.sum() == row["iterations_collapsed"]


def test_a_replay_is_the_run_that_two_cluster_played(folder, outcomes, tmp_path):
    assert main(["replay", *replay_options(folder, tmp_path / "seed.npz")]) == 0
    replayed, played = load_trajectory(tmp_path / "seed.npz", "rs"), load_trajectory(folder / "rs.npz", "rs")
    row = played.seeds.tolist().index(chosen(outcomes, "typical"))
    np.testing.assert_array_equal(replayed.losses[0], played.losses[row])
    np.testing.assert_array_equal(replayed.points[0, played.iterations - 1], played.points[row])


def tampered_value(column, value):
    """Another one; an escape where there was none, and none where there was one."""
    if column == "escape_time":
        return 17 if pd.isna(value) else np.nan
    if column in ("status", "success"):
        return {"status": "diverged", "success": not value}[column]
    return value + (1e-4 if column == "min_d_loss" else 1)


@pytest.mark.parametrize("escaped", [True, False], ids=["escaped", "never escaped"])
@pytest.mark.parametrize(
    "column",
    [
        "escape_time",
        "iterations_collapsed",
        "min_d_loss",
        "final_first",
        "final_second",
        "success",
        "status",
    ],
)
def test_outcomes_in_which_the_replay_does_not_end_are_refused(column, escaped, outcomes, tmp_path, capsys):
    row = outcomes[outcomes["escape_time"].notna() == escaped].head(1).astype(object)
    row[column] = [tampered_value(column, row[column].item())]
    row.to_csv(tmp_path / "rs.csv", index=False)  # on its own it is the typical one
    line = refused("replay", replay_options(tmp_path, tmp_path / "seed.npz"), capsys)
    assert f"seed {row['seed'].item()} of rs plays otherwise than in the outcomes ({column} " in line
    assert files_below(tmp_path) == ["rs.csv"]


def test_a_replay_of_another_length_is_refused(folder, outcomes, tmp_path, capsys):
    words = replay_options(folder, tmp_path / "seed.npz", iterations=5)
    longest = int(outcomes[["escape_time", "iterations_collapsed"]].max().max())
    complaint = f"--iterations 5: the outcomes are of at least {longest}"
    assert complaint in refused("replay", words, capsys)
    words = replay_options(folder, tmp_path / "seed.npz", iterations=ITERATIONS + 3)
    assert "they are of another number of iterations" in refused("replay", words, capsys)
    assert not files_below(tmp_path)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"loss": "js"}, "no outcomes of js with widths 10 and 5 and share 0.5"),
        ({"outcomes": "nothing.csv"}, "nothing.csv cannot be read"),
        ({"iterations": 0}, "--iterations 0: the outcomes are of at least"),
    ],
)
def test_replay_refuses_bad_input_in_one_line_and_writes_nothing(
    changes, complaint, folder, tmp_path, capsys, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    words = replay_options(folder, "seed.npz", **changes)
    assert complaint in refused("replay", words, capsys)
    assert not files_below(tmp_path)


def test_replay_refuses_a_file_of_another_kind_before_it_plays(folder, tmp_path, capsys, no_games):
    words = replay_options(folder, tmp_path / "seed.csv")
    assert "seed.csv: a trajectory's file ends in .npz" in refused("replay", words, capsys)
    assert not files_below(tmp_path)


@pytest.mark.parametrize(("column", "value"), [("loss", "gan"), ("seed", "one"), ("min_d_loss", "low")])
def test_replay_refuses_outcomes_that_two_cluster_never_wrote(
    column, value, folder, outcomes, tmp_path, capsys
):
    outcomes[column] = outcomes[column].astype(object)
    outcomes.loc[outcomes["seed"] == chosen(outcomes, "typical"), column] = value
    outcomes.to_csv(tmp_path / "rs.csv", index=False)
    refused("replay", replay_options(tmp_path, tmp_path / "seed.npz"), capsys)
    assert files_below(tmp_path) == ["rs.csv"]


def test_replay_refuses_outcomes_given_twice(folder, tmp_path, capsys):
    words = replay_options(folder, tmp_path / "seed.npz", outcomes=(folder / "rs.csv",) * 2)
    assert "seed 0 of rs was given twice" in refused("replay", words, capsys)
    assert not files_below(tmp_path)
