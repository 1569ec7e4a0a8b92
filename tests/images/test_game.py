"""The fast training step against the plain one, and against what the paper's equations say it must do."""

import copy

import numpy as np
import pytest
import small_runs
import torch

from ganscape.images.game import Game, learning_rate_factor
from ganscape.images.networks.layers import Convolution
from ganscape.images.textbook import TextbookGame
from ganscape.objectives import OBJECTIVES

BATCH = 8


def specification(**changes):
    """A colour game whose two players learn equally fast."""
    ours = {"data": "noise-32x32x3", "channels": 3, "width": "quarter", "base_features": 32}
    rates = {"batch_size": BATCH, "discriminator_learning_rate": 1e-3, "discriminator_steps": 1}
    return small_runs.specification(**{**ours, **rates, **changes})


def both_games(run, dtype=torch.float64):
    """The two implementations from the same initial weights; float64, so that only mathematics can differ."""
    torch.manual_seed(0)
    generator, discriminator = run.generator().to(dtype), run.discriminator().to(dtype)
    plain = TextbookGame(copy.deepcopy(generator), copy.deepcopy(discriminator), run)
    return Game(generator, discriminator, run), plain


def play(game, run, iterations, dtype=torch.float64):
    draws = torch.Generator().manual_seed(1)
    losses = []
    for _ in range(iterations):
        real = torch.rand(BATCH, 3, run.image_size, run.image_size, generator=draws, dtype=dtype) * 2 - 1
        needed = real if run.objective.generator_needs_real else None
        losses.append(game.generator_step(torch.randn(BATCH, 128, generator=draws, dtype=dtype), needed))
        for _ in range(run.discriminator_steps):
            real = torch.rand(real.shape, generator=draws, dtype=dtype) * 2 - 1
            latents = torch.randn(BATCH, 128, generator=draws, dtype=dtype)
            position = torch.rand(BATCH, generator=draws, dtype=dtype)
            losses.append(game.discriminator_step(latents, real, position))
    return torch.stack(losses)


@pytest.mark.parametrize("normalisation", ["spectral", "batch", "none"])
@pytest.mark.parametrize("loss", OBJECTIVES)
def test_fast_step_equals_the_textbook_step(loss, normalisation):
    run = specification(loss=loss, normalisation=normalisation)
    fast, plain = both_games(run)
    torch.testing.assert_close(play(fast, run, 5), play(plain, run, 5), rtol=1e-6, atol=1e-8)
    for ours, theirs in (
        (fast.generator, plain.generator),
        (fast.discriminator, plain.discriminator),
    ):
        torch.testing.assert_close(ours.state_dict(), theirs.state_dict(), rtol=1e-5, atol=1e-7)
    torch.testing.assert_close(list(fast.average.parameters()), list(plain.average.parameters()))


@pytest.mark.parametrize("size,width", [(32, "bottleneck"), (48, "quarter")])
def test_fast_step_equals_the_textbook_step_for_resnets_and_several_discriminator_steps(size, width):
    run = specification(architecture="resnet", width=width, image_size=size, discriminator_steps=2)
    fast, plain = both_games(run)
    torch.testing.assert_close(play(fast, run, 3), play(plain, run, 3), rtol=1e-6, atol=1e-8)
    torch.testing.assert_close(
        fast.discriminator.state_dict(), plain.discriminator.state_dict(), rtol=1e-5, atol=1e-7
    )


def test_float32_step_agrees_too():
    run = specification()
    fast, plain = both_games(run, torch.float32)
    # Adam's first steps have the size of the learning rate whatever the gradient's, so rounding that flips
    # the sign of a vanishing gradient shows: few iterations, and a tolerance to match.
    ours, theirs = play(fast, run, 2, torch.float32), play(plain, run, 2, torch.float32)
    torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-3)


def test_a_step_changes_only_the_network_that_steps():
    run = specification()
    game, _ = both_games(run, torch.float32)
    real, latents = torch.rand(BATCH, 3, 32, 32), torch.randn(BATCH, 128)

    def parameters(network):
        return [p.detach().clone() for p in network.parameters()]

    before = parameters(game.discriminator)
    game.generator_step(latents, real)
    torch.testing.assert_close(parameters(game.discriminator), before, rtol=0, atol=0)
    assert all(p.grad is None for p in game.discriminator.parameters())
    before = parameters(game.generator)
    gradients = [p.grad.clone() for p in game.generator.parameters()]
    game.discriminator_step(latents, real)
    torch.testing.assert_close(parameters(game.generator), before, rtol=0, atol=0)
    torch.testing.assert_close([p.grad for p in game.generator.parameters()], gradients, rtol=0, atol=0)


def test_spectral_norm_advances_once_per_optimisation_step():
    run = specification(loss="rs")
    game, _ = both_games(run, torch.float64)
    layer = game.discriminator.convolutions[4].parametrizations.weight
    matrix = layer.original.detach().flatten(1).clone()

    def one_iteration(u):
        v = torch.nn.functional.normalize(matrix.T @ u, dim=0, eps=1e-12)
        return torch.nn.functional.normalize(matrix @ v, dim=0, eps=1e-12)

    # The order inside PyTorch's iteration is u from v, then v from u; follow v's successor of u.
    expected_u = torch.nn.functional.normalize(matrix @ layer[0]._v.clone(), dim=0, eps=1e-12)
    real, latents = torch.rand(BATCH, 3, 32, 32, dtype=torch.float64), torch.randn(BATCH, 128).double()
    game.generator_step(latents, real)  # two passes of D: real and generated
    torch.testing.assert_close(layer[0]._u, expected_u)
    game.discriminator_step(latents, real)
    torch.testing.assert_close(layer[0]._u, one_iteration(expected_u))


def test_batch_statistics_of_real_and_generated_images_do_not_mix():
    run = specification(normalisation="batch")
    game, _ = both_games(run, torch.float32)
    seen = []
    game.discriminator.register_forward_pre_hook(lambda module, inputs: seen.append(len(inputs[0])))
    game.discriminator_step(torch.randn(BATCH, 128), torch.rand(BATCH, 3, 32, 32))
    assert seen == [BATCH, BATCH]


def test_learning_rate_is_constant_then_falls_linearly_to_zero():
    factors = [learning_rate_factor(i, 1000) for i in range(1001)]
    assert factors[:501] == [1.0] * 501
    np.testing.assert_allclose(np.diff(factors[500:]), -1 / 500)
    assert factors[1000] == 0


def test_learning_rates_reach_both_optimisers():
    run = specification(generator_learning_rate=4e-3, discriminator_learning_rate=2e-3)
    game, _ = both_games(run, torch.float32)
    game.set_learning_rates(0.5)
    assert game.generator_optimiser.param_groups[0]["lr"] == 2e-3
    assert game.discriminator_optimiser.param_groups[0]["lr"] == 1e-3


def test_moving_average_is_of_the_parameters_with_the_given_decay():
    run = specification(ema_decay=0.75)
    game, _ = both_games(run, torch.float32)
    before = [p.detach().clone() for p in game.average.parameters()]
    game.generator_step(torch.randn(BATCH, 128), torch.rand(BATCH, 3, 32, 32))
    expected = [0.75 * b + 0.25 * p for b, p in zip(before, game.generator.parameters(), strict=True)]
    torch.testing.assert_close(list(game.average.parameters()), expected)
    assert all(p.is_leaf and not p.requires_grad for p in game.average.parameters())  # no graph grows


@pytest.mark.parametrize("loss", ["js", "rs", "wgan-gp"])
@pytest.mark.parametrize("normalisation", ["spectral", "batch"])
def test_bfloat16_is_the_same_step_with_fewer_bits(loss, normalisation):
    exact, coarse = (
        specification(loss=loss, normalisation=normalisation, precision=precision)
        for precision in ("float32", "bf16")
    )
    games = [both_games(run, torch.float32)[0] for run in (exact, coarse)]
    losses = [play(game, exact, 1, torch.float32) for game in games]
    assert not torch.equal(*losses)
    torch.testing.assert_close(*(loss[0] for loss in losses), rtol=0.05, atol=0.05)
    # Adam's first update goes by a gradient's sign, which few bits can change where it is all but zero.
    torch.testing.assert_close(*losses, rtol=0.25, atol=0.05)
    for game in games:
        for network in game.networks().values():
            assert {tensor.dtype for tensor in network.parameters()} == {torch.float32}


def test_spectral_norm_is_computed_in_single_precision(monkeypatch):
    """Its power iteration would stall on eight bits of mantissa: convolutions are given float32."""
    seen = []
    forward = Convolution._conv_forward

    def note(self, images, weight, bias):
        seen.append(weight.dtype)
        return forward(self, images, weight, bias)

    monkeypatch.setattr(Convolution, "_conv_forward", note)
    run = specification(precision="bf16")
    game = both_games(run, torch.float32)[0]
    play(game, run, 1, torch.float32)
    assert set(seen) == {torch.float32}
