"""The bad initial point: a discriminator at the optimum of a mode collapse, as the theory has it."""

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.optimize import minimize_scalar

from ganscape.cli import main
from ganscape.images import bad_start, datasets, starts
from ganscape.images.sampling import RealImages
from ganscape.objectives import objective


def test_the_optimum_of_a_collapse_minimises_the_discriminators_loss_class_by_class():
    """max_f of E_p log D + E_q log(1 - D), where q has all its mass on one class (paper, Section 2)."""
    shares = np.array([0.2, 0.5, 0.3])
    optimum = bad_start.collapsed_optimum(shares, collapsed=1)
    generated = np.array([0.0, 1.0, 0.0])

    def loss(logit, label):
        real, fake = np.logaddexp(0, -logit), np.logaddexp(0, logit)
        return shares[label] * real + generated[label] * fake

    best = minimize_scalar(loss, bounds=(-20, 20), args=(1,), method="bounded").x
    assert optimum[1] == pytest.approx(1 / (1 + np.exp(-best)), abs=1e-5)
    assert optimum[[0, 2]].tolist() == [1, 1]
    js = objective("js").discriminator_loss(torch.tensor([0.7]), torch.tensor([-0.3]))
    assert float(js) == pytest.approx(np.logaddexp(0, -0.7) + np.logaddexp(0, -0.3))  # the loss above


@pytest.fixture(scope="module")
def stripes():
    """Three classes that a linear discriminator tells apart: a bright stripe at one of three places."""
    labels = np.arange(60) % 3
    images = np.zeros((60, 32, 32, 1), dtype=np.uint8)
    for image, label in zip(images, labels, strict=True):
        image[:, 10 * label : 10 * label + 10] = 255
    return images, labels


class Linear(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = torch.nn.Linear(32 * 32, 1)

    def forward(self, images):
        return self.layer(images.flatten(1)).squeeze(1)


def test_the_discriminator_is_trained_to_that_optimum(stripes):
    images, labels = stripes
    torch.manual_seed(0)
    discriminator = Linear()
    real = RealImages(images, batch_size=30, seed=0)
    copies = RealImages(images[labels == 1].repeat(3, axis=0), batch_size=30, seed=1)
    losses = bad_start.train_to_collapse(discriminator, real, copies, iterations=600, learning_rate=1e-2)
    values = bad_start.values_by_class(
        discriminator, images, labels, ("a", "b", "c"), shares=np.full(3, 1 / 3), collapsed=1
    )
    assert values["optimum"].tolist() == pytest.approx([1, 0.25, 1])
    np.testing.assert_allclose(values["discriminator"], values["optimum"], atol=0.05)
    share = 1 / 3
    optimal = -share * np.log(0.25) - np.log(0.75)  # of the collapsed class; the others cost nothing
    assert losses[-1] == pytest.approx(optimal, abs=0.1) and losses[0] > losses[-1]
    assert values["collapsed"].tolist() == ["no", "yes", "no"]


WORDS = ["--architecture", "cnn", "--width", "eighth", "--base-features", "16", "--batch-size", "8"]


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    datasets.prepare("digits", folder, 32, 1, folder / "data")
    return str(folder / "data")


def test_the_step_writes_the_pair_and_the_evidence(digits, tmp_path):
    for name in ("a", "b"):
        out = ["--output", str(tmp_path / f"{name}.safetensors"), "--values", str(tmp_path / f"{name}.csv")]
        words = ["bad-start", "--data", digits, "--collapsed-class", "1", "--iterations", "3", *WORDS, *out]
        assert main(words) == 0
    assert (tmp_path / "a.safetensors").read_bytes() == (tmp_path / "b.safetensors").read_bytes()
    values = pd.read_csv(tmp_path / "a.csv")
    assert values.loc[values["collapsed"] == "yes", "class"].tolist() == [1] and len(values) == 10
    start = starts.load(tmp_path / "a.safetensors")
    assert len(start.digest) == 64 and "linear.weight" in start.generator


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"--collapsed-class": "12"}, "digits-32x32x1 has no class '12'; its classes: 0, 1"),
        ({"--iterations": "0"}, "--iterations must be at least 1"),
        ({"--seed": "-1"}, "--seed must be at least 0"),
        ({"--values": "s.txt"}, "s.txt: the file of values"),
        ({"--learning-rate": "nan"}, "--learning-rate nan: give a finite number"),
        ({"--batch-size": "1000"}, "training images of class 1, fewer than a batch of 1000"),
        ({"--output": "start.pt"}, "start.pt: an initial point's file ends in .safetensors"),
    ],
)
def test_bad_input_is_one_line(digits, tmp_path, capsys, monkeypatch, changes, message):
    monkeypatch.chdir(tmp_path)
    given = {"--data": digits, "--collapsed-class": "1", "--output": "s.safetensors", "--values": "s.csv"}
    given |= dict(zip(WORDS[::2], WORDS[1::2], strict=True)) | changes
    assert main(["bad-start", *(word for pair in given.items() for word in pair)]) == 1
    error = capsys.readouterr().err
    assert message in error and error.count("\n") == 1
