"""Losses of one's own: the worked example of docs/extend.md, and what is refused."""

import re
from pathlib import Path

import pytest
import torch

from ganscape.errors import InputError
from ganscape.images.game import Game
from ganscape.images.specification import RunSpecification
from ganscape.images.textbook import TextbookGame
from ganscape.objectives import OBJECTIVES, PairedObjective, logistic
from ganscape.own_losses import own_losses
from ganscape.penalties import squared_gradient_norm

ROOT = Path(__file__).parents[1]
EXAMPLE = ROOT / "examples/gradient_penalties.py"


def test_the_page_shows_the_example_which_has_fewer_than_fifteen_lines():
    shown = re.search(r"```python\n(\"\"\".*?)```", (ROOT / "docs/extend.md").read_text(), re.DOTALL)[1]
    code = EXAMPLE.read_text()
    assert shown == code
    assert sum(bool(line.strip()) for line in code.splitlines()) < 15


def test_the_example_is_the_paired_loss_with_both_penalties():
    loss = own_losses(EXAMPLE)["rs-r1r2"]
    assert isinstance(loss, PairedObjective) and loss.h is logistic and loss.generator_needs_real
    slope = torch.tensor([3.0, 4.0])
    real, fake = torch.randn(5, 2), torch.randn(5, 2)
    penalty = loss.penalty(lambda points: points @ slope, real, fake, torch.rand(5))
    assert float(penalty) == pytest.approx(0.5 * (25 + 25))  # of a linear f the gradient is its slope


def test_the_squared_norm_is_that_of_each_point_s_own_gradient_and_differentiable():
    weight = torch.tensor(2.0, requires_grad=True)
    points = torch.tensor([[1.0], [3.0]])
    norm = squared_gradient_norm(lambda x: weight * x[:, 0] ** 2, points)  # f' = 2 w x
    assert float(norm) == pytest.approx((4.0**2 + 12.0**2) / 2)
    (gradient,) = torch.autograd.grad(norm, weight)
    assert float(gradient) == pytest.approx(2 * float(norm) / 2.0)


def test_of_many_games_at_once_there_is_one_norm_each():
    slopes = torch.tensor([1.0, 2.0])
    norms = squared_gradient_norm(lambda x: slopes[:, None] * x[..., 0], torch.randn(2, 7, 1), batch=2)
    assert norms.tolist() == pytest.approx([1.0, 4.0])


def test_the_fast_step_of_the_example_equals_the_plain_one(monkeypatch):
    monkeypatch.setitem(OBJECTIVES, "rs-r1r2", own_losses(EXAMPLE)["rs-r1r2"])
    run = RunSpecification(
        **{"data": "noise-32x32x3", "image_size": 32, "channels": 3, "architecture": "resnet"},
        **{"width": "eighth", "base_features": 32, "normalisation": "spectral", "loss": "rs-r1r2"},
        **{"batch_size": 4, "iterations": 9, "generator_learning_rate": 1e-3, "betas": (0.5, 0.999)},
        **{"discriminator_learning_rate": 1e-3, "discriminator_steps": 1, "ema_decay": 0.9, "seed": 0},
    )
    losses = []
    for kind in (Game, TextbookGame):
        torch.manual_seed(0)
        game = kind(run.generator().double(), run.discriminator().double(), run)
        draws = torch.Generator().manual_seed(1)
        steps = []
        for _ in range(3):
            real = torch.rand(4, 3, 32, 32, generator=draws, dtype=torch.float64) * 2 - 1
            latents = torch.randn(4, 128, generator=draws, dtype=torch.float64)
            position = torch.rand(4, generator=draws, dtype=torch.float64)
            steps += [game.generator_step(latents, real), game.discriminator_step(latents, real, position)]
        losses.append(torch.stack(steps))
    torch.testing.assert_close(*losses, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("", "has no losses: define LOSSES"),
        ("LOSSES = []", "has no losses: define LOSSES"),
        ("LOSSES = ['rs']", "'rs' in LOSSES is no objective"),
        ("import nowhere", "cannot be run .ModuleNotFoundError: No module named 'nowhere'"),
        ("LOSSES = [Paired('rs', h=None)]", "there is a loss rs already"),
        ("LOSSES = [Paired('R1/2', h=None)]", "the loss 'R1/2' has a name of other than"),
        ("LOSSES = [Paired('a', h=None), Paired('a', h=None)]", "two losses have the same name"),
        ("LOSSES = [Paired(5, h=None)]", "the loss 5 has a name of other than"),
        ("raise SystemExit(0)", "cannot be run .SystemExit: 0"),
        ("raise ValueError('one\\ntwo')", "cannot be run .ValueError: one"),
        ("LOSSES = [Paired('a', h=lambda t: 3)]", "the loss a: the discriminator's loss, computed on four"),
        (
            "LOSSES = [Paired('a', h=lambda t: t.detach())]",
            "a: the discriminator's loss, .* fails .RuntimeError",
        ),
        ("LOSSES = [Paired('a', h=lambda t, s: t)]", "a: the discriminator's loss, .* fails .TypeError"),
        ("LOSSES = [Paired('a', h=lambda t: t.T[:, None])]", "a: the discriminator's loss, .* fails"),
        (
            "LOSSES = [Paired('a', h=lambda t: t, penalty=lambda d, x: x)]",
            "a: the penalty, .* fails .TypeError",
        ),
        ("LOSSES = [Paired('a', h=lambda t: t, penalty=10.0)]", "a: the penalty, .* fails .TypeError"),
    ],
)
def test_a_file_that_will_not_do_is_refused(code, said, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text(f"from ganscape.objectives import PairedObjective as Paired\n{code}\n")
    with pytest.raises(InputError, match=said) as error:
        own_losses(file)
    assert "mine.py" in str(error.value) and "\n" not in str(error.value)


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"mine\.py does not exist"):
        own_losses(tmp_path / "mine.py")


def test_a_run_with_such_a_loss_can_be_read_without_its_file():
    values = {
        **{"data": "a-32x32x1", "image_size": 32, "channels": 1, "architecture": "cnn", "width": "full"},
        **{"base_features": 64, "normalisation": "spectral", "loss": "rs-r1r2", "batch_size": 4},
        **{"iterations": 9, "generator_learning_rate": 1e-3, "discriminator_learning_rate": 1e-3},
        **{"betas": [0.5, 0.9], "discriminator_steps": 1, "ema_decay": 0.9, "seed": 0},
    }
    with pytest.raises(InputError, match="unknown loss 'rs-r1r2'"):
        RunSpecification.from_dict(values)
    assert RunSpecification.from_dict(values | {"loss_file_sha256": "ab"}).loss == "rs-r1r2"
