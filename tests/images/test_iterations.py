"""Iterations as functions of their batches, and images in a device's memory."""

import numpy as np
import pytest
import torch
from small_runs import specification

from ganscape.images import iterations
from ganscape.images.game import Game
from ganscape.images.iterations import Batches, captured_if_possible, play, restore_state, saved_state
from ganscape.images.resident import ResidentImages, fits
from ganscape.images.sampling import RealImages

CPU = torch.device("cpu")


def game_of(run):
    torch.manual_seed(0)
    return Game(run.generator(), run.discriminator(), run)


def batches_of(run, seed=0):
    random = torch.Generator().manual_seed(seed)
    steps = run.discriminator_steps
    latents = torch.randn(1 + steps, run.batch_size, 128, generator=random)
    real = torch.rand(steps + run.objective.generator_needs_real, run.batch_size, 1, 32, 32, generator=random)
    positions = torch.rand(steps, run.batch_size, generator=random)
    return Batches(tuple(latents), tuple(real), tuple(positions) if run.loss == "wgan-gp" else ())


def assert_same_bits(one, other):
    assert all(torch.equal(a, b) for a, b in zip(saved_state(one), saved_state(other), strict=True))


@pytest.mark.parametrize("loss", ["rs", "js", "wgan-gp"])
def test_an_iteration_is_its_steps_in_turn(loss):
    run = specification(loss=loss)
    together, apart = game_of(run), game_of(run)
    batches = batches_of(run)
    losses = play(together, batches)
    real = list(batches.real)
    first = apart.generator_step(batches.latents[0], real.pop(0) if loss == "rs" else None)
    for step, images in enumerate(real):
        position = batches.positions[step] if batches.positions else None
        last = apart.discriminator_step(batches.latents[1 + step], images, position)
    assert torch.equal(losses, torch.stack((first, last)))
    assert_same_bits(together, apart)


@pytest.mark.parametrize("iterations_before", [0, 2])
def test_iterations_that_only_warm_up_leave_no_trace(iterations_before):
    """As a capture needs it: what follows is to the bit what would have followed."""
    run = specification()
    disturbed, calm = game_of(run), game_of(run)
    for game in (disturbed, calm):
        for seed in range(iterations_before):
            play(game, batches_of(run, seed))
    before = saved_state(disturbed)
    for seed in range(3):
        play(disturbed, batches_of(run, 10 + seed))
    restore_state(disturbed, before)
    for game in (disturbed, calm):
        play(game, batches_of(run, 20))
    assert_same_bits(disturbed, calm)


def test_what_no_graph_can_hold_is_played_without_one(monkeypatch, caplog):
    def refused(game, static):
        play(game, static)
        raise RuntimeError("CUDA error: operation not permitted when stream is capturing\nCompile with ...")

    monkeypatch.setattr(iterations, "_captured", refused)
    run = specification()
    ours, plain = game_of(run), game_of(run)
    iterate, is_graph = captured_if_possible(ours, batches_of(run))
    assert not is_graph
    assert "no CUDA graph" in caplog.text and "not permitted" in caplog.text
    assert torch.equal(iterate(batches_of(run)), play(plain, batches_of(run)))
    assert_same_bits(ours, plain)


def test_resident_images_are_the_same_to_the_bit():
    images = np.random.default_rng(0).integers(0, 256, (70, 8, 8, 3), dtype=np.uint8)
    resident, streamed = ResidentImages(images, 16, 5, CPU), RealImages(images, 16, 5)
    for index in (0, 3, 4, 9, 4):
        batch = resident.batch(index)
        assert torch.equal(batch, streamed.batch(index))
        assert batch.is_contiguous(memory_format=torch.channels_last)


def test_images_that_do_not_fit_stay_where_they_are(monkeypatch):
    images = np.zeros((10, 8, 8, 3), np.uint8)
    for free, expected in ((images.nbytes, False), (2 * images.nbytes, True)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, free=free: (free, 10 * free))
        assert fits(images, torch.device("cuda")) == expected
    assert fits(images, CPU)
