"""What holds on an NVIDIA GPU: run by `make gpu`, skipped where there is none."""

import copy

import numpy as np
import pytest
import torch

from ganscape.evaluation import classifier, extractors
from ganscape.images import iterations
from ganscape.images.datasets import Dataset
from ganscape.images.game import Game
from ganscape.images.iterations import Batches, captured, play, saved_state
from ganscape.images.precision import arithmetic
from ganscape.images.resident import ResidentImages
from ganscape.images.sampling import RealImages
from ganscape.images.specification import RunSpecification
from ganscape.images.training import Schedule, train

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no GPU")

GPU, CPU = torch.device("cuda"), torch.device("cpu")
BATCH = 16


def specification(**changes):
    given = {
        **{"data": "noise-32x32x3", "image_size": 32, "channels": 3, "architecture": "cnn", "width": "full"},
        **{"base_features": 32, "normalisation": "spectral", "loss": "rs", "batch_size": BATCH},
        **{"iterations": 8, "generator_learning_rate": 1e-3, "discriminator_learning_rate": 2e-4},
        **{"betas": (0.5, 0.999), "discriminator_steps": 2, "ema_decay": 0.9, "seed": 3},
    }
    return RunSpecification(**(given | changes))


def game_of(run, device, capturable=False):
    torch.manual_seed(0)
    return Game(run.generator().to(device), run.discriminator().to(device), run, capturable)


def batches_of(run, seed, device):
    random = torch.Generator().manual_seed(seed)
    steps = run.discriminator_steps
    latents = torch.randn(1 + steps, BATCH, 128, generator=random).to(device)
    real = torch.rand(steps + run.objective.generator_needs_real, BATCH, 3, 32, 32, generator=random)
    positions = torch.rand(steps, BATCH, generator=random).to(device)
    penalised = run.objective.penalty is not None
    return Batches(tuple(latents), tuple(real.to(device)), tuple(positions) if penalised else ())


def losses_of(iterate, run, device, count=5):
    return torch.stack([iterate(batches_of(run, seed, device)) for seed in range(count)]).cpu()


@pytest.mark.parametrize("loss", ["js", "rs", "wgan-gp"])
@pytest.mark.parametrize("architecture", ["cnn", "resnet"])
def test_float32_on_a_gpu_is_float32(architecture, loss):
    run = specification(architecture=architecture, loss=loss)
    with arithmetic("float32"):
        here, there = (game_of(run, device) for device in (CPU, GPU))
        expected = losses_of(lambda batches: play(here, batches), run, CPU, 2)
        found = losses_of(lambda batches: play(there, batches), run, GPU, 2)
    # TensorFloat-32 would be off by some 1e-3 in the first loss already.
    torch.testing.assert_close(found[0], expected[0], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("precision", ["float32", "tf32", "bf16"])
@pytest.mark.parametrize("loss", ["js", "rs", "wgan-gp"])
@pytest.mark.parametrize("architecture", ["cnn", "resnet"])
def test_a_graph_plays_what_its_steps_play(architecture, loss, precision):
    run = specification(architecture=architecture, loss=loss, precision=precision)
    with arithmetic(precision):
        eager, recorded = (game_of(run, GPU, capturable=True) for _ in range(2))
        replay = captured(recorded, batches_of(run, 9, GPU))
        for game in (eager, recorded):
            game.set_learning_rates(0.5)  # read by the graph where it lies
        expected = losses_of(lambda batches: play(eager, batches), run, GPU)
        found = losses_of(replay, run, GPU)
    assert torch.equal(found, expected)
    for ours, theirs in zip(saved_state(recorded), saved_state(eager), strict=True):
        assert torch.equal(ours, theirs)


def test_resident_images_are_those_of_the_data_set():
    images = np.random.default_rng(0).integers(0, 256, (70, 8, 8, 3), dtype=np.uint8)
    ours, theirs = ResidentImages(images, BATCH, 5, GPU), RealImages(images, BATCH, 5)
    for index in (0, 3, 4):
        torch.testing.assert_close(ours.batch(index).cpu(), theirs.batch(index), rtol=0, atol=1e-6)


def noise():
    images = np.random.default_rng(0).integers(0, 256, (40, 32, 32, 3), dtype=np.uint8)
    return Dataset("noise-32x32x3", "noise", 32, 3, (), {"train": (0, 40)}, images, np.full(40, -1), "")


def last_checkpoint(folder):
    return (folder / "checkpoints" / "iteration-00000008.safetensors").read_bytes()


@pytest.mark.parametrize("cuda_graph", [False, True])
@pytest.mark.parametrize(("loss", "precision"), [("rs", "float32"), ("wgan-gp", "bf16")])
@pytest.mark.parametrize("architecture", ["cnn", "resnet"])
def test_a_run_that_was_stopped_ends_in_the_same_bits(architecture, loss, precision, cuda_graph, tmp_path):
    schedule, data = Schedule(2, 4, 100, cuda_graph=cuda_graph), noise()
    run = specification(architecture=architecture, loss=loss, precision=precision)
    whole = train(run, data, tmp_path / "whole", schedule, GPU)
    assert whole["status"] == "done" and whole["environment"]["cuda_graph"] == cuda_graph
    train(run, data, tmp_path / "parts", schedule, GPU)
    assert last_checkpoint(tmp_path / "parts") == last_checkpoint(tmp_path / "whole")
    for path in (tmp_path / "parts" / "checkpoints").glob("*-00000008.*"):
        path.unlink()
    train(run, data, tmp_path / "parts", schedule, GPU)
    assert last_checkpoint(tmp_path / "parts") == last_checkpoint(tmp_path / "whole")


def test_a_run_that_no_graph_can_hold_goes_on_without_one(tmp_path, monkeypatch, caplog):
    def play_waiting_for_the_gpu(game, batches):
        losses = play(game, batches)
        if torch.cuda.is_current_stream_capturing():
            losses.tolist()  # which CUDA does not permit here
        return losses

    monkeypatch.setattr(iterations, "play", play_waiting_for_the_gpu)
    record = train(specification(), noise(), tmp_path / "refused", Schedule(2, 4, 100, cuda_graph=True), GPU)
    assert record["status"] == "done" and not record["environment"]["cuda_graph"]
    assert "no CUDA graph" in caplog.text
    monkeypatch.undo()
    train(specification(), noise(), tmp_path / "graph", Schedule(2, 4, 100, cuda_graph=True), GPU)
    assert last_checkpoint(tmp_path / "refused") == last_checkpoint(tmp_path / "graph")


def test_features_are_those_of_a_processor(tmp_path):
    torch.manual_seed(0)
    weights = tmp_path / "classifier.safetensors"
    classifier.save_classifier(
        weights, classifier.Classifier(10).eval(), classifier.Description("noise", tuple("0123456789"))
    )
    images = torch.randint(0, 256, (20, 1, 32, 32), dtype=torch.uint8)
    here, there = (extractors.create("classifier", weights, device)(images) for device in (CPU, GPU))
    for ours, theirs in zip(here, there, strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-4)


def test_the_moving_average_is_on_the_gpu_too():
    run = specification()
    game = game_of(run, GPU)
    before = copy.deepcopy(game.average)
    play(game, batches_of(run, 0, GPU))
    averaged = zip(before.parameters(), game.average.parameters(), game.generator.parameters(), strict=True)
    for old, mean, new in averaged:
        torch.testing.assert_close(mean, torch.lerp(old, new, 1 - run.ema_decay))
