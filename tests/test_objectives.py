"""The objectives against the table of the design: textbook formulas written out, loss by loss."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES, PairedObjective, SeparableObjective, objective
from ganscape.penalties import interpolation_gradient_penalty

SEPARABLE = [name for name, o in OBJECTIVES.items() if isinstance(o, SeparableObjective)]
PAIRED = ["rs", "rp-hinge", "rp-ls"]


def softplus(t):
    return np.logaddexp(0, t)


def relu(t):
    return np.maximum(t, 0)


# name: discriminator loss and generator loss, per sample, from f(x) and f(y)
FORMULAS = {
    "js": (lambda x, y: softplus(-x) + softplus(y), lambda x, y: softplus(-y)),
    "hinge": (lambda x, y: relu(1 - x) + relu(1 + y), lambda x, y: -y),
    "ls": (lambda x, y: (1 - x) ** 2 + y**2, lambda x, y: (1 - y) ** 2),
    "rs": (lambda x, y: softplus(y - x), lambda x, y: softplus(x - y)),
    "rp-hinge": (lambda x, y: relu(1 + y - x), lambda x, y: relu(1 + x - y)),
    "rp-ls": (lambda x, y: (1 - (x - y)) ** 2, lambda x, y: (1 - (y - x)) ** 2),
    "wgan-gp": (lambda x, y: y - x, lambda x, y: -y),
}

logits = arrays(np.float64, (3, 5), elements=st.floats(-30, 30))


def test_there_are_the_seven_objectives_of_the_design():
    assert list(OBJECTIVES) == list(FORMULAS)
    assert SEPARABLE == ["js", "hinge", "ls"]
    assert [name for name, o in OBJECTIVES.items() if o.generator_needs_real] == PAIRED


@pytest.mark.parametrize("name", FORMULAS)
@given(real=logits, fake=logits)
def test_losses_are_the_formulas_averaged_over_the_last_dimension(name, real, fake):
    discriminator, generator = FORMULAS[name]
    x, y = torch.from_numpy(real), torch.from_numpy(fake)
    ours = objective(name)
    np.testing.assert_allclose(
        ours.discriminator_loss(x, y).numpy(), discriminator(real, fake).mean(-1), atol=1e-12
    )
    np.testing.assert_allclose(ours.generator_loss(y, x).numpy(), generator(real, fake).mean(-1), atol=1e-12)


@pytest.mark.parametrize("name", PAIRED)
@given(real=logits, fake=logits, shift=st.floats(-5, 5))
def test_paired_losses_see_only_differences_of_logits(name, real, fake, shift):
    x, y = torch.from_numpy(real), torch.from_numpy(fake)
    ours = objective(name)
    shifted = ours.discriminator_loss(x + shift, y + shift)
    torch.testing.assert_close(shifted, ours.discriminator_loss(x, y), rtol=1e-9, atol=1e-9)
    shifted = ours.generator_loss(y + shift, x + shift)
    torch.testing.assert_close(shifted, ours.generator_loss(y, x), rtol=1e-9, atol=1e-9)


def test_js_values_of_a_constant_discriminator():
    zero = torch.zeros(10)
    assert objective("js").discriminator_loss(zero, zero).item() == pytest.approx(2 * math.log(2))
    assert objective("rs").discriminator_loss(zero, zero).item() == pytest.approx(math.log(2))


def test_extreme_logits_stay_finite():
    far = torch.tensor([1e4, -1e4])
    for name in OBJECTIVES:
        assert objective(name).discriminator_loss(far, -far).isfinite()
        assert objective(name).generator_loss(far, -far).isfinite()


def test_an_unknown_loss_is_named_with_the_choices():
    with pytest.raises(InputError, match="unknown loss 'jsgan': choose from js, hinge"):
        objective("jsgan")


def test_a_new_loss_is_one_object():
    squared = PairedObjective("rp-softplus-squared", h=lambda t: -(torch.nn.functional.softplus(-t) ** 2))
    assert squared.discriminator_loss(torch.zeros(4), torch.zeros(4)).item() == pytest.approx(
        math.log(2) ** 2
    )


@given(slope=st.floats(0, 4))
def test_gradient_penalty_of_a_linear_discriminator_is_closed_form(slope):
    direction = torch.zeros(12, dtype=torch.float64)
    direction[3] = slope

    def discriminator(images):
        return images.flatten(1) @ direction

    draws = torch.Generator().manual_seed(0)
    real = torch.rand(5, 3, 2, 2, generator=draws, dtype=torch.float64)
    fake = torch.rand(5, 3, 2, 2, generator=draws, dtype=torch.float64)
    position = torch.rand(5, generator=draws, dtype=torch.float64)
    penalty = interpolation_gradient_penalty(discriminator, real, fake, position)
    assert penalty.item() == pytest.approx((slope - 1) ** 2)


def test_gradient_penalty_is_taken_on_the_segment():
    seen = []

    def discriminator(images):
        seen.append(images.detach())
        return (images**2).flatten(1).sum(1)

    real, fake = torch.ones(3, 1, 2, 2), torch.zeros(3, 1, 2, 2)
    interpolation_gradient_penalty(discriminator, real, fake, torch.tensor([0.0, 0.25, 1.0]))
    assert seen[0].flatten(1)[:, 0].tolist() == [0.0, 0.25, 1.0]
