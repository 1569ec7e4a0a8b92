"""Whole runs: resuming to the bit, refusing what is not theirs, and ending well when training does not."""

import json
import os
import shutil
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import save_file
from scipy.stats import kstest
from small_runs import SMALL, specification

from ganscape.cli import main
from ganscape.cores import processor
from ganscape.errors import InputError
from ganscape.images import checkpoints, minimal_filtering, snapshots, starts, tensor_files, training
from ganscape.images.datasets import Dataset
from ganscape.images.game import Game
from ganscape.images.networks import count_parameters
from ganscape.images.networks.layers import can_filter
from ganscape.images.sampling import RealImages
from ganscape.images.specification import RunSpecification
from ganscape.images.training import Schedule, train
from ganscape.objectives import OBJECTIVES

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def dataset():
    images = np.random.default_rng(0).integers(0, 256, (30, 32, 32, 1), dtype=np.uint8)
    return Dataset(
        name="noise-32x32x1",
        dataset="noise",
        image_size=32,
        channels=1,
        classes=(),
        splits={"train": (0, 30)},
        images=images,
        labels=np.full(30, -1),
        images_sha256="",
    )


EVERY = Schedule(history_every=5, checkpoint_every=4, samples_every=6)


def final_state(folder):
    path = sorted((folder / "checkpoints").iterdir())[-1]
    return path.name, path.read_bytes(), (folder / "history.csv").read_bytes()


def test_a_run_leaves_a_folder_that_explains_itself(dataset, tmp_path):
    record = train(specification(), dataset, tmp_path, EVERY, CPU)
    assert record == json.loads((tmp_path / "training.json").read_text())
    assert (record["status"], record["iteration"]) == ("done", 12)
    assert RunSpecification.from_dict(record["specification"]) == specification()
    history = pd.read_csv(tmp_path / "history.csv")
    assert history["iteration"].tolist() == [5, 10, 12]
    assert np.isfinite(history.to_numpy()).all()
    assert sorted(p.name for p in (tmp_path / "samples").iterdir()) == [
        "final.png",
        "final_ema.png",
        "iteration-00000006.png",
    ]
    assert Image.open(tmp_path / "samples" / "final.png").size == (8 * 32, 8 * 32)
    assert len(list((tmp_path / "checkpoints").iterdir())) == checkpoints.KEPT


@pytest.mark.parametrize(
    ("loss", "precision", "width"),  # a full width is wide enough for minimal filtering
    [
        ("rs", "float32", "eighth"),
        ("rs", "float32", "full"),
        ("js", "float32", "eighth"),
        ("wgan-gp", "float32", "eighth"),
        ("rs", "bf16", "eighth"),
        ("rs", "bf16", "full"),
    ],
)
@pytest.mark.parametrize("stop", [1, 4, 7, 11])
def test_an_interrupted_run_ends_in_the_same_bits(
    dataset, tmp_path, monkeypatch, loss, precision, width, stop
):
    run = specification(loss=loss, precision=precision, width=width)
    train(run, dataset, tmp_path / "whole", EVERY, CPU)
    advance, count = training._Run.advance, 0

    def interrupted(self):
        nonlocal count
        advance(self)
        count += 1
        if count == stop:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(training._Run, "advance", interrupted)
    with pytest.raises(SystemExit) as exit_status:
        train(run, dataset, tmp_path / "parts", EVERY, CPU)
    assert exit_status.value.code == 128 + signal.SIGTERM
    assert not (tmp_path / "parts" / "training.json").exists()
    monkeypatch.undo()
    torch.manual_seed(99)  # the global random state must not matter
    train(run, dataset, tmp_path / "parts", EVERY, CPU)
    assert final_state(tmp_path / "whole") == final_state(tmp_path / "parts")


def test_a_finished_run_is_not_trained_again(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    before = final_state(tmp_path)
    (tmp_path / "training.json").unlink()
    record = train(specification(), dataset, tmp_path, EVERY, CPU)
    assert record["iterations_of_this_session"] == 0
    assert final_state(tmp_path) == before


def test_a_checkpoint_of_another_configuration_is_refused_and_kept(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    before = final_state(tmp_path)
    with pytest.raises(InputError, match="another configuration"):
        train(specification(iterations=20), dataset, tmp_path, EVERY, CPU)
    assert final_state(tmp_path) == before


def test_a_record_of_another_configuration_is_refused_and_kept_though_its_checkpoints_have_gone(
    dataset, tmp_path
):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    shutil.rmtree(tmp_path / "checkpoints")
    before = [(tmp_path / name).read_bytes() for name in ("training.json", "history.csv")]
    with pytest.raises(InputError, match=r"training\.json is of another configuration \(seed"):
        train(specification(seed=4), dataset, tmp_path, EVERY, CPU)
    assert [(tmp_path / name).read_bytes() for name in ("training.json", "history.csv")] == before


def test_a_checkpoint_that_may_not_be_read_is_not_called_damaged(dataset, tmp_path, monkeypatch):
    """safetensors itself says that there is none."""
    train(specification(), dataset, tmp_path, EVERY, CPU)
    before = sorted((tmp_path / "checkpoints").iterdir())

    def refused(path, *arguments, **options):
        if path.suffix == ".safetensors":
            raise PermissionError(13, "Permission denied")
        return open(path, *arguments, **options)

    monkeypatch.setattr(Path, "open", refused)
    for use in (
        lambda: train(specification(), dataset, tmp_path, EVERY, CPU),
        lambda: checkpoints.load_generator(tmp_path, "raw"),
    ):
        with pytest.raises(InputError, match=r"cannot read .*\.safetensors: Permission denied"):
            use()
    assert sorted((tmp_path / "checkpoints").iterdir()) == before


def test_a_damaged_checkpoint_is_passed_over_with_a_warning(dataset, tmp_path, caplog):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    before = final_state(tmp_path)
    last = sorted((tmp_path / "checkpoints").iterdir())[-1]
    for damaged in (before[1][:-100], before[1][:-1] + bytes([before[1][-1] ^ 1]), b""):
        last.write_bytes(damaged)
        caplog.clear()
        train(specification(), dataset, tmp_path, EVERY, CPU)
        assert "damaged" in caplog.text
        wreck = last.with_name(f"{last.name}.damaged")
        assert wreck.exists()
        wreck.unlink()
        assert final_state(tmp_path) == before


def test_a_checkpoint_whose_header_was_altered_is_passed_over(dataset, tmp_path, caplog):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    before = final_state(tmp_path)
    last = sorted((tmp_path / "checkpoints").iterdir())[-1]
    last.write_bytes(before[1].replace(b'\\"iteration\\": 12', b'\\"iteration\\": 11'))
    train(specification(), dataset, tmp_path, EVERY, CPU)
    assert "damaged" in caplog.text
    last.with_name(f"{last.name}.damaged").unlink()
    assert final_state(tmp_path) == before


def test_damaged_checkpoints_are_put_aside_and_new_ones_kept(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    whole = final_state(tmp_path)
    history = (tmp_path / "history.csv").read_bytes()
    for path in (tmp_path / "checkpoints").iterdir():
        path.write_bytes(b"damaged")
    with pytest.raises(InputError, match="only damaged ones"):
        train(specification(), dataset, tmp_path, EVERY, CPU)
    assert (tmp_path / "history.csv").read_bytes() == history
    first = tmp_path / "checkpoints" / "iteration-00000004.safetensors"
    game = Game(specification().generator(), specification().discriminator(), specification())
    logs = {"history": torch.empty(0, 4, dtype=torch.float64), "recent": torch.empty(0, 2)}
    assert checkpoints.save(tmp_path, game, 4, logs) == first and first.exists()
    assert whole[0] == "iteration-00000012.safetensors"


def test_only_the_checkpoint_of_the_record_is_ever_evaluated(dataset, tmp_path):
    for name, width in (("a", "eighth"), ("b", "quarter")):
        train(specification(width=width), dataset, tmp_path / name, EVERY, CPU)
    last = tmp_path / "a" / "checkpoints" / "iteration-00000012.safetensors"
    content = last.read_bytes()
    last.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    with pytest.raises(InputError, match="missing or damaged"):
        checkpoints.load_generator(tmp_path / "a", "raw")
    last.write_bytes((tmp_path / "b" / "checkpoints" / last.name).read_bytes())
    with pytest.raises(InputError, match="another configuration"):
        checkpoints.load_generator(tmp_path / "a", "raw")


@pytest.mark.parametrize("record", ["{}", "[]", '{"status": "done", "specification": 5}'])
def test_what_is_no_record_of_a_training_is_said_to_be_none(tmp_path, record):
    (tmp_path / "training.json").write_text(record)
    with pytest.raises(InputError, match="not the record of a training"):
        checkpoints.read_training_record(tmp_path)


def test_a_folder_that_cannot_be_written_is_noticed_at_once(dataset, tmp_path, monkeypatch):
    monkeypatch.setattr(training._Run, "advance", lambda self: pytest.fail("trained all the same"))
    (tmp_path / "file").touch()
    with pytest.raises(InputError, match="cannot write"):
        train(specification(), dataset, tmp_path / "file", EVERY, CPU)


def test_generator_and_discriminator_see_fresh_batches(dataset, tmp_path, monkeypatch):
    seen = {"latents": [], "real": []}

    def note(self, latents, real, position=None):
        seen["latents"] += latents.flatten(1).tolist()
        seen["real"] += real[:, 0, 0].tolist()
        return torch.zeros(())

    monkeypatch.setattr(Game, "generator_step", note)
    monkeypatch.setattr(Game, "discriminator_step", note)
    # Two iterations of one generator and two discriminator steps on batches of four: within an epoch of 30.
    train(specification(iterations=2), dataset, tmp_path, EVERY, CPU)
    assert len(seen["real"]) == 2 * 3 * 4
    for drawn in seen.values():
        assert len({tuple(row) for row in drawn}) == len(drawn)


def test_a_foreign_file_among_the_checkpoints_is_not_a_checkpoint(dataset, tmp_path):
    (tmp_path / "checkpoints").mkdir()
    save_file({"x": torch.zeros(1)}, tmp_path / "checkpoints" / "iteration-00000004.safetensors")
    with pytest.raises(InputError, match="no whole checkpoint"):
        train(specification(), dataset, tmp_path, EVERY, CPU)
    assert (tmp_path / "checkpoints" / "iteration-00000004.safetensors").exists()


def test_a_run_that_diverges_is_a_result_and_keeps_its_last_finite_checkpoint(dataset, tmp_path, monkeypatch):
    step = Game.discriminator_step

    def explode(self, latents, real, position=None):
        loss = step(self, latents, real, position)
        return loss * float("nan") if self.explode_at <= 0 else loss

    def count(self, factor):
        self.explode_at = getattr(self, "explode_at", 7) - 1

    monkeypatch.setattr(Game, "discriminator_step", explode)
    monkeypatch.setattr(Game, "set_learning_rates", count)
    record = train(specification(), dataset, tmp_path, EVERY, CPU)
    assert (record["status"], record["iteration"]) == ("diverged", 7)
    kept = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert kept == ["iteration-00000004.safetensors"]
    assert record["reason"] == "a loss is not finite at iteration 7"
    with safe_open(tmp_path / "checkpoints" / kept[0], framework="pt") as file:
        assert all(file.get_tensor(name).isfinite().all() for name in file.keys())  # noqa: SIM118


def test_a_diverged_run_is_the_same_with_and_without_an_interruption(dataset, tmp_path, monkeypatch):
    advance, stopped = training._Run.advance, []

    def explode(self):
        loss = torch.full((2,), torch.nan)
        if self.iteration >= 6:
            monkeypatch.setattr(self, "play", lambda batches: loss)
        advance(self)
        if self.iteration == 7 and self.run_directory.name == "parts" and not stopped:
            stopped.append(True)
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(training._Run, "advance", explode)
    records = [train(specification(), dataset, tmp_path / name, EVERY, CPU) for name in ("whole", "parts")]
    told = [(record["status"], record["iteration"], record["reason"]) for record in records]
    assert stopped and told == [("diverged", 7, "a loss is not finite at iteration 7")] * 2
    whole, parts = (pd.read_csv(tmp_path / name / "history.csv") for name in ("whole", "parts"))
    pd.testing.assert_frame_equal(whole, parts)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (float("inf"), "a loss is not finite at iteration 6"),
        (float("nan"), "a loss is not finite at iteration 6"),
        (-3e7, "a weight of 3e+07 has exploded at iteration 8"),
    ],
)
def test_weights_that_have_exploded_are_never_saved(value, reason, dataset, tmp_path, monkeypatch):
    step = Game.generator_step

    def spoil(self, latents, real):
        loss = step(self, latents, real)
        if self.generator_optimiser.state_dict()["state"][0]["step"] == 6:
            with torch.no_grad():
                next(self.generator.parameters())[0] = value
            return torch.zeros(())
        return loss

    monkeypatch.setattr(Game, "generator_step", spoil)
    record = train(specification(), dataset, tmp_path, Schedule(100, 4, 100), CPU)
    assert (record["status"], record["reason"]) == ("diverged", reason)
    assert [p.name for p in (tmp_path / "checkpoints").iterdir()] == ["iteration-00000004.safetensors"]


@pytest.mark.parametrize("value", [float("inf"), float("nan")])
def test_a_weight_alone_that_is_not_finite_is_noticed(value, dataset, tmp_path, monkeypatch):
    """Of the discriminator, after its last step before a checkpoint: no loss has seen it."""
    step = Game.discriminator_step

    def spoil(self, latents, real, position=None):
        loss = step(self, latents, real, position)
        if self.discriminator_optimiser.state_dict()["state"][0]["step"] == 4 * SMALL["discriminator_steps"]:
            with torch.no_grad():
                next(self.discriminator.parameters())[0] = value
        return loss

    monkeypatch.setattr(Game, "discriminator_step", spoil)
    record = train(specification(), dataset, tmp_path, Schedule(100, 4, 100), CPU)
    assert (record["status"], record["reason"]) == ("diverged", "a weight is not finite at iteration 4")
    assert not list((tmp_path / "checkpoints").glob("*"))


def test_generators_load_raw_and_averaged(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    raw, average = (checkpoints.load_generator(tmp_path, weights) for weights in ("raw", "ema"))
    assert raw.training and average.training
    assert not torch.equal(raw.linear.weight, average.linear.weight)
    torch.testing.assert_close(list(raw.buffers()), list(average.buffers()), rtol=0, atol=0)
    with pytest.raises(InputError, match="raw or ema"):
        checkpoints.load_generator(tmp_path, "best")


def test_checkpoints_hold_no_code(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    for path in (tmp_path / "checkpoints").iterdir():
        with safe_open(path, framework="pt") as file:
            header = json.loads(file.metadata()[tensor_files.HEADER])
            assert header["specification"] == specification().as_dict()


def test_seeds_give_different_runs_and_the_same_seed_the_same_run(dataset, tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        train(specification(seed=seed), dataset, tmp_path / name, EVERY, CPU)
    assert final_state(tmp_path / "a") == final_state(tmp_path / "b")
    assert final_state(tmp_path / "a")[1] != final_state(tmp_path / "c")[1]


def test_every_epoch_is_a_permutation_and_the_incomplete_batch_is_dropped():
    images = np.arange(11, dtype=np.uint8).reshape(11, 1, 1, 1)
    real = RealImages(images, batch_size=3, seed=0)
    epochs = []
    for epoch in range(4):
        values = torch.cat([real.batch(3 * epoch + i) for i in range(3)]).flatten()
        epochs.append(((values + 1) * 127.5).floor().int().tolist())
        assert len(set(epochs[-1])) == 9
    assert epochs[0] != epochs[1]
    again = RealImages(images, batch_size=3, seed=0)
    assert torch.equal(again.batch(7), real.batch(7))


def test_real_images_are_scaled_then_dequantised():
    images = np.arange(256, dtype=np.uint8).reshape(256, 1, 1, 1).repeat(32, axis=1)
    real = RealImages(images, batch_size=256, seed=0)
    batch = real.batch(0)
    assert batch.shape == (256, 1, 32, 1) and batch.dtype == torch.float32
    assert batch.is_contiguous(memory_format=torch.channels_last)
    values = torch.from_numpy(images[real._order]).permute(0, 3, 1, 2)
    noise = (batch.double() - (values.double() / 127.5 - 1)).flatten() * 128
    assert noise.min() > -1e-4 and noise.max() < 1 + 1e-4  # float32 rounds
    assert kstest(noise.clamp(0, 1), "uniform").pvalue > 0.01
    assert abs(torch.corrcoef(torch.stack((noise[:-1], noise[1:])))[0, 1]) < 0.05


@pytest.mark.parametrize(
    "changes,message",
    [
        ({"loss": "jsd"}, "unknown loss 'jsd'"),
        ({"iterations": 0}, "iterations is 0"),
        ({"generator_learning_rate": float("nan")}, "generator learning rate is nan"),
        ({"betas": (0.5, 1.0)}, "betas is"),
        ({"ema_decay": 1.0}, "ema decay is 1.0"),
        ({"discriminator_steps": 10**23}, "discriminator steps is 10+: it must be from 1 to 1000"),
        ({"normalisation": "layer"}, "normalisation is layer"),
        ({"seed": -1}, "seed is -1"),
        ({"precision": "float16"}, "precision is float16"),
    ],
)
def test_specifications_are_validated(changes, message):
    with pytest.raises(InputError, match=message):
        specification(**changes)


def test_data_that_is_not_the_specifications_is_refused(dataset, tmp_path):
    with pytest.raises(InputError, match="asks for other-32x32x1"):
        train(specification(data="other-32x32x1"), dataset, tmp_path, EVERY, CPU)
    with pytest.raises(InputError, match="asks for other images of noise-32x32x1"):
        train(specification(images_sha256="ab"), dataset, tmp_path, EVERY, CPU)
    with pytest.raises(InputError, match="fewer than a batch"):
        train(specification(batch_size=31), dataset, tmp_path, EVERY, CPU)


def test_the_command_reports_bad_input_in_one_line(tmp_path, capsys):
    status = main(
        f"train --data {tmp_path / 'nowhere'} --output {tmp_path / 'run'} "
        "--architecture cnn --loss rs --generator-learning-rate 1e-3".split()
    )
    error = capsys.readouterr().err
    assert status == 1
    assert error.count("\n") == 1 and "nowhere" in error and "prepare" in error


def test_a_loss_that_its_file_does_not_define_is_named_with_those_that_it_does(
    dataset, tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr("ganscape.images.datasets.load", lambda path: dataset)
    monkeypatch.setattr("ganscape.commands.train.OBJECTIVES", dict(OBJECTIVES))  # to which a step adds
    example = Path(__file__).parents[2] / "examples/gradient_penalties.py"
    status = main(
        f"train --data {tmp_path} --output {tmp_path / 'run'} --architecture cnn --loss rs-r1 "
        f"--loss-file {example} --generator-learning-rate 1e-3".split()
    )
    assert status == 1 and f"{example} defines no loss rs-r1, only rs-r1r2" in capsys.readouterr().err


WITH_SNAPSHOTS = Schedule(history_every=5, checkpoint_every=4, samples_every=6, snapshots_every=5)


def test_snapshots_are_the_generators_of_their_iterations(dataset, tmp_path):
    train(specification(), dataset, tmp_path, WITH_SNAPSHOTS, CPU)
    assert snapshots.iterations(tmp_path) == [0, 5, 10, 12]
    for weights in ("raw", "ema"):
        last = snapshots.load(tmp_path, specification(), 12, weights).state_dict()
        torch.testing.assert_close(
            last, checkpoints.load_generator(tmp_path, weights).state_dict(), rtol=0, atol=0
        )
    first, averaged = (snapshots.load(tmp_path, specification(), 0, weights) for weights in ("raw", "ema"))
    torch.testing.assert_close(first.state_dict(), averaged.state_dict(), rtol=0, atol=0)
    fifth = snapshots.load(tmp_path, specification(), 5, "raw")
    assert not torch.equal(fifth.linear.weight, first.linear.weight)


def test_keeping_snapshots_changes_no_bit_of_a_run_and_resuming_none_of_theirs(
    dataset, tmp_path, monkeypatch
):
    train(specification(), dataset, tmp_path / "without", EVERY, CPU)
    train(specification(), dataset, tmp_path / "with", WITH_SNAPSHOTS, CPU)
    assert final_state(tmp_path / "without") == final_state(tmp_path / "with")
    assert not (tmp_path / "without" / "snapshots").exists()
    advance, count = training._Run.advance, 0

    def interrupted(self):
        nonlocal count
        advance(self)
        count += 1
        if count == 7:
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(training._Run, "advance", interrupted)
    with pytest.raises(SystemExit):
        train(specification(), dataset, tmp_path / "parts", WITH_SNAPSHOTS, CPU)
    monkeypatch.undo()
    train(specification(), dataset, tmp_path / "parts", WITH_SNAPSHOTS, CPU)
    for path in (tmp_path / "with" / "snapshots").iterdir():
        assert path.read_bytes() == (tmp_path / "parts" / "snapshots" / path.name).read_bytes()


def test_a_snapshot_that_is_damaged_or_of_another_run_is_refused(dataset, tmp_path):
    train(specification(), dataset, tmp_path, WITH_SNAPSHOTS, CPU)
    with pytest.raises(InputError, match="of another configuration"):
        snapshots.load(tmp_path, specification(seed=4), 5, "raw")
    path = tmp_path / "snapshots" / "iteration-00000005.safetensors"
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(InputError, match="is damaged"):
        snapshots.load(tmp_path, specification(), 5, "raw")


def start_of(path, **changes):
    torch.manual_seed(7)
    run = specification(**changes)
    starts.save(path, run.generator(), run.discriminator(), {"why": "a test"})
    return starts.load(path)


def test_runs_of_both_losses_begin_at_the_same_start(dataset, tmp_path):
    start = start_of(tmp_path / "start.safetensors")
    for loss in ("js", "rs"):
        run = specification(loss=loss, start=start.digest)
        train(run, dataset, tmp_path / loss, WITH_SNAPSHOTS, CPU, start)
    js, rs = (
        snapshots.load(tmp_path / loss, specification(loss=loss, start=start.digest), 0, "ema")
        for loss in ("js", "rs")
    )
    torch.testing.assert_close(js.state_dict(), dict(start.generator), rtol=0, atol=0)
    torch.testing.assert_close(js.state_dict(), rs.state_dict(), rtol=0, atol=0)


def test_a_start_that_is_not_the_specifications_or_not_of_its_networks_is_refused(dataset, tmp_path):
    start = start_of(tmp_path / "start.safetensors", width="quarter")
    with pytest.raises(InputError, match="asks for the start"):
        train(specification(), dataset, tmp_path / "run", EVERY, CPU, start)
    with pytest.raises(InputError, match="is for other networks"):
        train(specification(start=start.digest), dataset, tmp_path / "run", EVERY, CPU, start)
    (tmp_path / "start.safetensors").write_bytes(b"nothing")
    with pytest.raises(InputError, match=r"is damaged .*: name another, or make it again"):
        starts.load(tmp_path / "start.safetensors")
    with pytest.raises(InputError, match="run step bad-start first"):
        starts.load(tmp_path / "nowhere")


def test_the_record_has_the_size_to_which_widths_are_relative(dataset, tmp_path):
    record = train(specification(), dataset, tmp_path, EVERY, CPU)
    full = specification(width="full")
    networks = (full.generator(), full.discriminator())
    assert record["parameters"]["full_width"] == sum(map(count_parameters, networks))


def test_a_run_does_not_go_on_with_other_images_of_the_same_name(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    others = replace(dataset, images_sha256="cd")
    with pytest.raises(InputError, match=r"of another configuration \(images_sha256 , not cd"):
        train(specification(images_sha256="cd"), others, tmp_path, EVERY, CPU)


def test_a_snapshot_that_could_not_be_written_is_made_up_for(dataset, tmp_path, monkeypatch):
    """The disk is full just as the last one is due: the run resumes from before it."""
    save = snapshots.save

    def full(folder, game, iteration):
        if iteration == 12:
            raise InputError("cannot write: No space left on device")
        save(folder, game, iteration)

    monkeypatch.setattr(snapshots, "save", full)
    with pytest.raises(InputError, match="No space left"):
        train(specification(), dataset, tmp_path, WITH_SNAPSHOTS, CPU)
    monkeypatch.undo()
    train(specification(), dataset, tmp_path, WITH_SNAPSHOTS, CPU)
    assert snapshots.iterations(tmp_path) == [0, 5, 10, 12]


def test_another_kind_of_file_is_not_called_damaged(dataset, tmp_path):
    train(specification(), dataset, tmp_path, WITH_SNAPSHOTS, CPU)
    with pytest.raises(InputError, match=r"is not an initial point .*: name a file of step bad-start"):
        starts.load(tmp_path / "snapshots" / "iteration-00000005.safetensors")


def test_a_precision_that_the_device_lacks_is_refused(dataset, tmp_path):
    with pytest.raises(InputError, match="tf32 is for NVIDIA's GPUs, the device is cpu"):
        train(specification(precision="tf32"), dataset, tmp_path, EVERY, CPU)


def test_the_record_names_what_the_numbers_depend_on(dataset, tmp_path):
    record = train(specification(precision="bf16", iterations=1), dataset, tmp_path, EVERY, CPU)
    assert record["specification"]["precision"] == "bf16"
    environment = record["environment"]
    assert environment["torch"] == torch.__version__
    assert environment["threads"] == torch.get_num_threads()
    assert environment["device"] == "cpu"
    assert environment["processor"] == processor()
    filtered = environment["generator_convolutions"] == "minimal filtering, where it suits"
    assert filtered == can_filter("bf16")


@pytest.mark.skipif(not minimal_filtering.available(), reason="there is no C++ compiler")
@pytest.mark.parametrize(("loss", "discriminators"), [("rs", "minimal"), ("wgan-gp", "PyTorch's")])
def test_the_record_says_whose_convolutions_they_were(dataset, tmp_path, loss, discriminators):
    """A gradient penalty is differentiated again, which minimal filtering is not."""
    environment = train(specification(loss=loss, iterations=1), dataset, tmp_path, EVERY, CPU)["environment"]
    assert environment["generator_convolutions"].startswith("minimal")
    assert environment["discriminator_convolutions"].startswith(discriminators)


def test_the_record_of_a_finished_run_stays(dataset, tmp_path):
    train(specification(), dataset, tmp_path, EVERY, CPU)
    before = (tmp_path / "training.json").read_bytes()
    record = train(specification(), dataset, tmp_path, replace(EVERY, history_every=1), CPU)
    assert (tmp_path / "training.json").read_bytes() == before
    assert record == json.loads(before)


def test_a_graph_means_nothing_without_a_gpu(dataset, tmp_path):
    records = [
        train(specification(), dataset, tmp_path / str(wanted), replace(EVERY, cuda_graph=wanted), CPU)
        for wanted in (False, True)
    ]
    assert not any(record["environment"]["cuda_graph"] for record in records)
    assert final_state(tmp_path / "True") == final_state(tmp_path / "False")


def test_a_damaged_record_is_written_again(dataset, tmp_path, caplog):
    whole = train(specification(), dataset, tmp_path, EVERY, CPU)
    for damage in ("{}", '{"status": '):
        (tmp_path / "training.json").write_text(damage)
        again = train(specification(), dataset, tmp_path, EVERY, CPU)
        assert again["status"] == "done" and again["iteration"] == whole["iteration"]
        assert "going on from the last checkpoint" in caplog.text
        assert checkpoints.read_training_record(tmp_path) == again
