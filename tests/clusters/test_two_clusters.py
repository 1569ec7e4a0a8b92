"""What becomes of two-cluster games: the definitions against loops over every point of every iteration."""

import math
import os
import pickle
import zipfile
from dataclasses import astuple, fields, replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from small_games import ENGINES, needs_compiler

from ganscape.clusters import simulation, two_clusters
from ganscape.clusters.distributions import TwoClusters
from ganscape.clusters.observations import Observation
from ganscape.clusters.simulation import Block, Execution
from ganscape.clusters.starts import start
from ganscape.clusters.trajectories import Trajectory, load_replay, load_trajectory, save_trajectory
from ganscape.clusters.two_clusters import (
    COLUMNS,
    Setting,
    counts,
    is_collapsed,
    is_success,
    play,
)
from ganscape.commands.replay import PLACES
from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES

SETTING = Setting("rs")
SEEDS = (5, 0, 3, 2, 6)
ITERATIONS = 600  # enough for some seeds to escape and for some to collapse for a while


@pytest.fixture(scope="module")
def played():
    """A short run of which everything was kept, and what its callback was told."""
    told = []
    table, trajectory = play(
        SETTING,
        SEEDS,
        ITERATIONS,
        Execution(),
        keep_every=1,
        places=PLACES.tolist(),
        advanced=told.append,
    )
    return table, trajectory, told


# --- Definitions -------------------------------------------------------------------------------------


@given(
    points=arrays(
        np.float64,
        (2, 3, 9, 1),
        elements=st.one_of(
            st.sampled_from([0, 0.36, -0.36, 3.64, 4, 4.36, 0.3601, 3.6399, 2, math.nan, math.inf]),
            st.floats(-1, 5),
        ),
    )
)
def test_counts_are_of_points_within_the_radius_of_a_centre(points):
    found = counts(points)
    assert found.shape == (2, 3, 2)
    for place in np.ndindex(2, 3):
        values = points[place][:, 0]
        expected = [sum(abs(value - centre) <= 0.36 for value in values) for centre in (0, 4)]
        assert found[place].tolist() == expected


@pytest.mark.parametrize("points", [100, 10, 7])
def test_success_is_four_fifths_of_its_share_in_each_cluster(points):
    found = np.stack(np.meshgrid(np.arange(points + 1), np.arange(points + 1)), -1)
    for first in range(1, points):
        clusters = TwoClusters((first / points, 1 - first / points), points)
        needed = [math.ceil(Fraction(4, 5) * count) for count in clusters.counts]
        expected = (found[..., 0] >= needed[0]) & (found[..., 1] >= needed[1])
        np.testing.assert_array_equal(is_success(found, clusters), expected)


def test_success_of_equal_clusters_is_forty_points_in_each():
    found = np.array([[40, 40], [39, 61], [60, 40], [50, 39], [100, 0]])
    assert is_success(found, TwoClusters()).tolist() == [True, False, True, False, False]


@pytest.mark.parametrize("points", [100, 20, 7])
def test_collapsed_is_four_fifths_in_one_cluster_and_a_twentieth_in_the_other(points):
    for first in range(points + 1):
        for second in range(points + 1 - first):
            most, least = Fraction(max(first, second), points), Fraction(min(first, second), points)
            expected = most >= Fraction(4, 5) and least <= Fraction(1, 20)
            assert is_collapsed(np.array([first, second]), points) == expected


def test_a_game_is_never_both_a_success_and_collapsed_where_shares_are_equal():
    found = np.array([[first, second] for first in range(101) for second in range(101 - first)])
    assert not (is_success(found, TwoClusters()) & is_collapsed(found, 100)).any()


# --- The setting -------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_setting_is_the_papers(loss):
    game, clusters = Setting(loss).game, Setting(loss).clusters
    assert (game.discriminator.sizes, game.discriminator.activation) == ((1, 10, 10, 1), "sigmoid")
    assert (game.generator.sizes, game.generator.activation) == ((1, 5, 5, 1), "tanh")
    for optimiser in (game.discriminator_optimiser, game.generator_optimiser):
        assert (optimiser.learning_rate, optimiser.momentum) == (0.01, 0.9)
    assert (game.discriminator_steps, game.generator_steps, game.simultaneous) == (10, 10, False)
    assert (game.batch_size, game.separable_factor, game.precision) == (None, 0.5, "float32")
    assert (clusters.counts, clusters.points) == ((50, 50), 100)
    assert game.objective is OBJECTIVES[loss]


def test_widths_are_of_both_hidden_layers():
    game = Setting("js", 20, 3).game
    assert (game.discriminator.sizes, game.generator.sizes) == ((1, 20, 20, 1), (1, 3, 3, 1))


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"loss": "sj"}, "unknown loss 'sj'"),
        ({"discriminator_width": 0}, "a discriminator of width 0: give at least 1 unit"),
        ({"generator_width": -2}, "a generator of width -2: give at least 1 unit"),
        ({"shares": (0.5, 0.4)}, "they must sum to 1"),
        ({"shares": [0.2, 0.3, 0.5]}, "give two"),
    ],
)
def test_what_is_no_setting_is_refused(options, complaint):
    with pytest.raises(InputError, match=complaint):
        Setting(**{"loss": "js", **options})


# --- What is reported of a run, from everything that was kept of it --------------------------------


def found_at(trajectory, row):
    """Points in both clusters at every iteration, counted one by one."""
    return [
        tuple(sum(abs(float(y) - centre) <= 0.36 for y in points) for centre in (0.0, 4.0))
        for points in trajectory.points[row]
    ]


def test_a_row_has_exactly_these_columns():
    assert COLUMNS == [
        "loss",
        "seed",
        "discriminator_width",
        "generator_width",
        "share",
        "escape_time",
        "iterations_collapsed",
        "min_d_loss",
        "final_first",
        "final_second",
        "success",
        "status",
    ]


def test_every_seed_has_a_row_that_follows_from_its_points(played):
    table, trajectory, _ = played
    assert list(table.columns) == COLUMNS
    assert table["seed"].tolist() == trajectory.seeds.tolist() == list(SEEDS)
    assert set(zip(table["loss"], table["discriminator_width"], table["generator_width"], strict=True)) == {
        ("rs", 10, 5)
    }
    assert (table["share"] == 0.5).all()
    assert (table["status"] == "done").all()
    for position, row in table.iterrows():
        found = found_at(trajectory, position)
        successes = [first >= 40 and second >= 40 for first, second in found]
        collapsed = [max(pair) >= 80 and min(pair) <= 5 for pair in found]
        if any(successes):
            assert row["escape_time"] == 1 + successes.index(True)
        else:
            assert pd.isna(row["escape_time"])
        assert row["iterations_collapsed"] == sum(collapsed)
        assert row["min_d_loss"] == trajectory.losses[position].min()
        assert (row["final_first"], row["final_second"]) == found[-1]
        assert row["success"] == successes[-1]
    assert table["escape_time"].notna().any() and (table["iterations_collapsed"] > 0).any()  # it was a test


def test_a_trajectory_has_the_documented_shapes(played):
    _, trajectory, _ = played
    seeds, places = len(SEEDS), len(PLACES)
    shapes = {
        "loss": (),
        "seeds": (seeds,),
        "losses": (seeds, ITERATIONS),
        "iterations": (ITERATIONS,),
        "points": (seeds, ITERATIONS, 100),
        "places": (places,),
        "logits": (seeds, ITERATIONS, places),
        "real": (seeds, 100),
        "collapsed_at": (seeds,),
        "collapsed_counts": (seeds, 2),
        "collapsed_logits": (seeds, 2),
    }
    assert {field.name: getattr(trajectory, field.name).shape for field in fields(Trajectory)} == shapes
    assert trajectory.iterations.tolist() == list(range(1, ITERATIONS + 1))
    np.testing.assert_array_equal(trajectory.places, np.float32(PLACES))
    real = start(SETTING.game, SETTING.clusters, SEEDS).real[..., 0].numpy()
    np.testing.assert_array_equal(trajectory.real, real)


def test_all_games_times_iterations_are_told_to_have_been_played(played):
    told = played[2]
    assert sum(told) == len(SEEDS) * ITERATIONS
    assert len(told) > 1  # as they are played, not in the end


def test_what_is_kept_changes_neither_the_rows_nor_the_game(played):
    table, all_kept, _ = played
    again, trajectory = play(SETTING, SEEDS, ITERATIONS, Execution(), keep_every=70)
    pd.testing.assert_frame_equal(again, table)
    assert trajectory.iterations.tolist() == list(range(70, ITERATIONS + 1, 70))
    np.testing.assert_array_equal(trajectory.losses, all_kept.losses)
    np.testing.assert_array_equal(trajectory.points, all_kept.points[:, 69::70])
    assert trajectory.logits.shape == (len(SEEDS), ITERATIONS // 70, 0)
    last = play(SETTING, SEEDS, 3, Execution())[1]
    assert last.iterations.tolist() == [3]
    np.testing.assert_array_equal(last.points, all_kept.points[:, 2:3])


def test_seeds_by_blocks_have_the_same_rows_and_trajectories(played, monkeypatch):
    table, all_kept, _ = played
    monkeypatch.setattr(simulation, "SEEDS_AT_ONCE", 2)
    again, trajectory = play(SETTING, SEEDS, ITERATIONS, Execution(), keep_every=1, places=PLACES.tolist())
    pd.testing.assert_frame_equal(again, table)
    for ours, theirs in zip(astuple(trajectory), astuple(all_kept), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_unequal_shares_and_other_widths_are_reported_as_played():
    table, trajectory = play(Setting("rs", 6, 4, (0.2, 0.8)), [1], 2, Execution("batched"), keep_every=1)
    assert table[["discriminator_width", "generator_width", "share"]].iloc[0].tolist() == [6, 4, 0.2]
    assert (trajectory.real < 2).sum() == 20


@needs_compiler
@pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="this system does not say how much memory is used"
)
def test_a_long_run_takes_no_more_memory_than_a_short_one():
    pages = []

    def advanced(_):
        pages.append(int(Path("/proc/self/statm").read_text().split()[1]))

    small = Setting("js", discriminator_width=1, generator_width=1)
    play(small, range(256), 1000, Execution("native", threads=1), keep_every=100, advanced=advanced)
    used = np.array(pages) * os.sysconf("SC_PAGE_SIZE") / 2**20
    assert used[-1] - used[4] < 100  # MiB; a block's points and logits take 16


@pytest.mark.parametrize("keep_every", [None, 1])
def test_no_iterations_are_bad_input(keep_every):
    with pytest.raises(InputError, match="0 iterations"):
        play(SETTING, [0], 0, Execution("batched"), keep_every=keep_every)


# --- What is reported of made-up games -----------------------------------------------------------------

CLUSTER_0, CLUSTER_4 = 0.1, 4.1
BOTH, COLLAPSED, NEITHER = (50, 50), (96, 4), (30, 70)


def reported(found, losses=None, finite=None):
    """Rows and trajectory of games (S, m) of which only the counts, losses and last state are told."""
    found = np.array(found)
    seeds, iterations = found.shape[:2]
    points = np.full((seeds, iterations, 100, 1), 2.0, np.float32)
    for place in np.ndindex(seeds, iterations):
        first, second = found[place]
        points[place][:first] = CLUSTER_0
        points[place][first : first + second] = CLUSTER_4
    losses = np.ones((seeds, iterations), np.float32) if losses is None else np.float32(losses)
    logits = np.arange(2 * seeds * iterations, dtype=np.float32).reshape(seeds, iterations, 2)
    finite = np.ones(seeds, bool) if finite is None else np.array(finite)
    begin = start(SETTING.game, SETTING.clusters, range(seeds))
    half = iterations // 2
    parts = [part for part in (slice(0, half), slice(half, None)) if len(range(iterations)[part])]

    def simulated(*arguments, **options):
        for part in parts:
            seen = Observation(losses[:, part], points[:, part], logits[:, part])
            yield Block(begin, np.arange(1, iterations + 1)[part], seen, finite)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(two_clusters, "simulate", simulated)
        return play(SETTING, range(seeds), iterations, Execution("batched"), keep_every=1), logits


@settings(max_examples=60)
@given(flags=st.lists(st.booleans(), min_size=1, max_size=12))
def test_a_collapse_is_seen_in_the_middle_of_its_longest_stretch_after_the_start(flags):
    (table, trajectory), logits = reported([[COLLAPSED if flag else BOTH for flag in flags]])
    assert table["iterations_collapsed"].item() == sum(flags)
    middle = trajectory.collapsed_at.item()
    start = next((n for n, flag in enumerate(flags) if not flag), len(flags))
    flags = [False] * start + flags[start:]  # where all points start, D has learnt nothing
    if not any(flags):
        assert middle == 0
        assert trajectory.collapsed_counts.tolist() == [[0, 0]]
        assert np.isnan(trajectory.collapsed_logits).all()
        return
    stretches = "".join("x" if flag else " " for flag in flags).split(" ")
    assert flags[middle - 1]
    before = next((n for n in range(1, middle) if not flags[middle - 1 - n]), middle) - 1
    after = next((n for n in range(middle, len(flags)) if not flags[n]), len(flags)) - middle
    assert before + 1 + after == max(map(len, stretches))
    assert abs(before - after) <= 1
    assert trajectory.collapsed_counts.tolist() == [list(COLLAPSED)]
    np.testing.assert_array_equal(trajectory.collapsed_logits, logits[:, middle - 1])


@settings(max_examples=60)
@given(flags=st.lists(st.booleans(), min_size=1, max_size=12))
def test_escaping_is_the_first_success_and_success_the_last_state(flags):
    (table, _), _ = reported([[BOTH if flag else NEITHER for flag in flags]])
    if any(flags):
        assert table["escape_time"].item() == flags.index(True) + 1
    else:
        assert table["escape_time"].isna().all()
    assert table["success"].item() == flags[-1]


def test_games_that_diverged_are_marked_and_their_last_state_is_blank(recwarn):
    nan, inf = math.nan, math.inf
    (table, _), _ = reported(
        [[BOTH] * 4] * 5,
        losses=[[3, 2, 1, 4], [3, nan, 1, 2], [3, 2, 2, inf], [5, 4, 3, 2], [nan] * 4],
        finite=[True, True, True, False, False],
    )
    assert table["status"].tolist() == ["done"] + ["diverged"] * 4
    assert table["success"].tolist() == [True] + [False] * 4
    for column in ("final_first", "final_second"):
        assert table[column].isna().tolist() == [False] + [True] * 4
        assert table[column].iloc[0] == 50
    assert table["min_d_loss"].tolist()[:4] == [1, 1, 2, 2]
    assert math.isnan(table["min_d_loss"].iloc[4])
    assert not len(recwarn), recwarn.list  # a warning would be a second line on stderr


@pytest.mark.parametrize("engine", ENGINES)
def test_a_seed_that_diverges_is_marked_and_the_others_are_as_without_it(engine, monkeypatch):
    iterations, lost = 6, 3
    sound, sound_trajectory = play(SETTING, SEEDS, iterations, Execution(engine), keep_every=1)

    def poisoned(*arguments):
        begin = start(*arguments)
        discriminator = begin.discriminator.clone()
        discriminator[begin.seeds.index(lost), -1] = math.nan
        return replace(begin, discriminator=discriminator)

    monkeypatch.setattr(simulation, "start", poisoned)
    table, trajectory = play(SETTING, SEEDS, iterations, Execution(engine), keep_every=1)
    others = table["seed"] != lost
    assert table["status"].tolist() == ["done" if other else "diverged" for other in others]
    assert table.loc[~others, ["final_first", "final_second"]].isna().all(axis=None)
    assert not table.loc[~others, "success"].any()
    pd.testing.assert_frame_equal(table[others], sound[others])
    np.testing.assert_array_equal(trajectory.points[others], sound_trajectory.points[others])
    np.testing.assert_array_equal(trajectory.losses[others], sound_trajectory.losses[others])


# --- Files -------------------------------------------------------------------------------------------


def random_trajectory(seeds=2, iterations=5, kept=3, points=4, places=2):
    draws = np.random.default_rng(0)
    return Trajectory(
        np.array("rs"),
        np.arange(seeds),
        draws.normal(size=(seeds, iterations)).astype(np.float32),
        np.arange(kept),
        draws.normal(size=(seeds, kept, points)).astype(np.float32),
        draws.normal(size=places).astype(np.float32),
        draws.normal(size=(seeds, kept, places)).astype(np.float32),
        draws.normal(size=(seeds, points)).astype(np.float32),
        np.arange(seeds),
        np.zeros((seeds, 2), np.int16),
        np.full((seeds, 2), np.nan, np.float32),
    )


def test_a_trajectory_is_read_as_it_was_written(tmp_path):
    written = random_trajectory()
    save_trajectory(written, tmp_path / "folder" / "trajectory.npz")
    read = load_trajectory(tmp_path / "folder" / "trajectory.npz", "rs")
    for field in fields(Trajectory):
        ours, theirs = getattr(read, field.name), getattr(written, field.name)
        assert ours.dtype == theirs.dtype
        np.testing.assert_array_equal(ours, theirs)
    assert os.listdir(tmp_path / "folder") == ["trajectory.npz"]


def test_the_file_of_a_trajectory_says_so_in_its_name(tmp_path):
    with pytest.raises(InputError, match=r"t\.csv: a trajectory's file ends in \.npz"):
        save_trajectory(random_trajectory(), tmp_path / "t.csv")
    assert not list(tmp_path.iterdir())


def test_the_trajectory_of_any_seed_can_be_read(tmp_path):
    seed = 2**63 - 1  # what an array's integers hold
    _, trajectory = play(SETTING, [seed], 1, Execution("batched"))
    save_trajectory(trajectory, tmp_path / "trajectory.npz")
    assert load_trajectory(tmp_path / "trajectory.npz", "rs").seeds.tolist() == [seed]


def test_seeds_that_no_array_holds_are_refused():
    with pytest.raises(InputError, match=f"seeds 0 to {2**63}: they go from 0 to {2**63 - 1}"):
        play(SETTING, [0, 2**63], 1, Execution("batched"))


def test_a_trajectory_of_another_loss_and_what_is_no_replay_are_refused(tmp_path):
    path = tmp_path / "trajectory.npz"
    save_trajectory(play(SETTING, [0, 1], 2, Execution("batched"), keep_every=1, places=[0.0])[1], path)
    with pytest.raises(InputError, match="is a trajectory of rs, not of js"):
        load_trajectory(path, "js")
    for seeds, every, places in (([0, 1], 1, [0.0]), ([0], 2, [0.0]), ([0], 1, [])):
        kept = play(SETTING, seeds, 2, Execution("batched"), keep_every=every, places=places)[1]
        save_trajectory(kept, path)
        with pytest.raises(InputError, match="is not one seed with everything kept: make it with `replay`"):
            load_replay(path, "rs")


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"seeds": np.zeros(3)}, "seeds holds no whole numbers"),
        ({"losses": np.zeros(3)}, "losses has 1 axes, not 2"),
        ({"places": np.zeros(0)}, "logits has the shape"),
        ({"real": np.full((2, 4), np.nan)}, "real holds numbers that are not finite"),
        ({"collapsed_at": np.full(2, 10**6)}, "has a collapse outside of its"),
        ({"loss": np.array(3)}, "loss holds no name"),
        ({"losses": np.zeros((2, 0))}, "holds no games"),
    ],
)
def test_a_trajectory_of_another_form_is_named(tmp_path, changes, complaint):
    save_trajectory(replace(random_trajectory(), **changes), tmp_path / "trajectory.npz")
    with pytest.raises(InputError, match=rf"trajectory\.npz .*{complaint}"):
        load_trajectory(tmp_path / "trajectory.npz", "rs")


class Trap:
    """Whoever unpickles it touches a file."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def write_pickled_arrays(path, trap):
    arrays = {field.name: getattr(random_trajectory(), field.name) for field in fields(Trajectory)}
    np.savez(path, **{**arrays, "points": np.array([Trap(trap)], dtype=object)})


def write_one_array_less(path, trap):
    arrays = {field.name: getattr(random_trajectory(), field.name) for field in fields(Trajectory)}
    np.savez(path, **{name: values for name, values in arrays.items() if name != "losses"})


def write_text_as_an_array(path, trap):
    save_trajectory(random_trajectory(), path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, b"not an array" if name == "losses.npy" else content)


def write_half(path, trap):
    save_trajectory(random_trajectory(), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def write_array(path, trap):
    with open(path, "wb") as handle:
        np.save(handle, np.zeros(3))


NO_TRAJECTORIES = {
    "nothing": lambda path, trap: None,
    "a folder": lambda path, trap: path.mkdir(),
    "an empty file": lambda path, trap: path.touch(),
    "text": lambda path, trap: path.write_text("loss,seed\njs,0\n"),
    "a pickle": lambda path, trap: path.write_bytes(pickle.dumps(Trap(trap))),
    "pickled objects in an archive": write_pickled_arrays,
    "an archive without the losses": write_one_array_less,
    "an archive with text among its arrays": write_text_as_an_array,
    "half a trajectory": write_half,
    "a single array": write_array,
}


@pytest.mark.parametrize("kind", NO_TRAJECTORIES)
def test_what_is_no_trajectory_is_bad_input_and_never_executed(kind, tmp_path):
    path, trap = tmp_path / "file.npz", tmp_path / "executed"
    NO_TRAJECTORIES[kind](path, trap)
    with pytest.raises(InputError) as bad:
        load_trajectory(path, "rs")
    message = str(bad.value)
    assert message.startswith(f"{path} is not a trajectory (")
    assert message.endswith("): make it with `two-cluster` or `replay`")
    assert "\n" not in message
    assert not trap.exists()


def test_a_trajectory_with_any_one_byte_changed_is_the_same_or_bad_input(tmp_path):
    """Every kind of damage that an archive can have: to its directory, its headers, its compressed data."""
    path = tmp_path / "trajectory.npz"
    written = random_trajectory()
    save_trajectory(written, path)
    sound, draws = path.read_bytes(), np.random.default_rng(0)
    unexpected = set()
    for place in range(0, len(sound), 5):
        damaged = bytearray(sound)
        damaged[place] ^= int(draws.integers(1, 256))
        path.write_bytes(damaged)
        try:
            read = load_trajectory(path, "rs")
            for ours, theirs in zip(astuple(read), astuple(written), strict=True):
                np.testing.assert_array_equal(ours, theirs)
        except InputError:
            pass
        except Exception as error:
            unexpected.add(type(error).__name__)
    assert not unexpected
