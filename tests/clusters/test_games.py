"""Perceptrons against PyTorch's own layers, and games that cannot be played."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from ganscape.clusters.games import (
    ACTIVATIONS,
    LEAK,
    PRECISIONS,
    SGD,
    Adam,
    Game,
    Perceptron,
    RMSprop,
)
from ganscape.errors import InputError
from ganscape.objectives import OBJECTIVES, SeparableObjective

D, G = Perceptron((1, 10, 10, 1), "sigmoid"), Perceptron((1, 5, 5, 1), "tanh")
PLAIN = SGD(0.1)
LAYERS = {"sigmoid": nn.Sigmoid, "tanh": nn.Tanh, "relu": nn.ReLU, "leaky_relu": lambda: nn.LeakyReLU(0.2)}

perceptrons = st.builds(
    Perceptron,
    st.lists(st.integers(1, 6), min_size=2, max_size=5).map(tuple),
    st.sampled_from(list(LAYERS)),
    st.booleans(),
)


def by_hand(network):
    """The network as one writes it in PyTorch, initialised from the global random state."""
    modules = []
    for layer, (below, above) in enumerate(zip(network.sizes[:-1], network.sizes[1:], strict=True)):
        last = layer == len(network.sizes) - 2
        modules.append(nn.Linear(below, above, bias=network.output_bias or not last))
        if not last:
            modules.append(LAYERS[network.activation]())
    return nn.Sequential(*modules)


@pytest.mark.parametrize(
    ("sizes", "output_bias", "count"),
    [
        ((1, 10, 10, 1), True, 20 + 110 + 11),
        ((1, 5, 5, 1), True, 10 + 30 + 6),
        ((2, 128, 128, 1), False, 384 + 16512 + 128),
        ((2, 128, 128, 2), True, 384 + 16512 + 258),
        ((3, 2), False, 6),
    ],
)
def test_parameters_are_weights_and_biases(sizes, output_bias, count):
    network = Perceptron(sizes, "relu", output_bias)
    assert network.parameters == count
    assert network.initial_parameters(0).shape == (count,)
    assert network.layers == len(sizes) - 1


@settings(max_examples=50)
@given(network=perceptrons)
def test_parameters_are_as_many_as_the_module_has(network):
    assert network.parameters == sum(p.numel() for p in network.module().parameters())


@settings(max_examples=50)
@given(network=perceptrons, games=st.integers(1, 4), points=st.integers(1, 7), seed=st.integers(0, 2**32))
def test_many_networks_at_once_are_many_modules(network, games, points, seed):
    draws = torch.Generator().manual_seed(seed)
    parameters = torch.randn(games, network.parameters, generator=draws, dtype=torch.float64)
    inputs = torch.randn(games, points, network.sizes[0], generator=draws, dtype=torch.float64)
    module = by_hand(network).double()
    together = network(parameters, inputs)
    for row, own, result in zip(parameters, inputs, together, strict=True):
        nn.utils.vector_to_parameters(row, module.parameters())
        torch.testing.assert_close(result, module(own).detach(), rtol=1e-12, atol=1e-12)


@settings(max_examples=50)
@given(network=perceptrons, seed=st.integers(0, 2**63))
def test_the_first_parameters_are_those_of_pytorchs_layers(network, seed):
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        expected = nn.utils.parameters_to_vector(by_hand(network).parameters()).detach()
    assert torch.equal(network.initial_parameters(seed), expected)
    of_module = nn.utils.parameters_to_vector(network.initial_module(seed).parameters()).detach()
    assert torch.equal(of_module, expected)


def test_the_first_parameters_are_a_function_of_the_seed_alone():
    torch.manual_seed(1)
    before, first = torch.get_rng_state(), D.initial_parameters(3)
    assert torch.equal(torch.get_rng_state(), before)  # so that no one notices either
    torch.rand(100)
    assert torch.equal(D.initial_parameters(3), first)
    assert not torch.equal(D.initial_parameters(4), first)


def test_activations_are_the_four_that_both_engines_have():
    assert list(ACTIVATIONS) == list(LAYERS)
    assert LEAK == 0.2  # the released code's
    values = torch.linspace(-3, 3, 101)
    for name, layer in LAYERS.items():
        assert torch.equal(ACTIVATIONS[name]()(values), layer()(values))


@pytest.mark.parametrize(
    ("sizes", "activation", "complaint"),
    [
        ((), "tanh", r"layers of \(\) units: every layer needs at least one unit"),
        ((3,), "tanh", r"layers of \(3,\) units"),
        ((1, 0, 1), "tanh", r"layers of \(1, 0, 1\) units"),
        ((1, -5, 1), "tanh", r"layers of \(1, -5, 1\) units"),
        ((1, 1), "gelu", "unknown activation 'gelu': choose from sigmoid, tanh, relu, leaky_relu"),
    ],
)
def test_what_is_no_perceptron_is_refused(sizes, activation, complaint):
    with pytest.raises(InputError, match=complaint):
        Perceptron(sizes, activation)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (lambda: SGD(0), "learning rate 0: it must be positive"),
        (lambda: SGD(-0.1), "learning rate -0.1"),
        (lambda: SGD(math.nan), "learning rate nan"),
        (lambda: Adam(math.inf), "learning rate inf"),
        (lambda: RMSprop(0.0), "learning rate 0.0"),
        (lambda: SGD(0.1, momentum=1.0), r"decays \(1.0,\) of an optimiser: each must be in \[0, 1\)"),
        (lambda: SGD(0.1, momentum=-0.1), r"decays \(-0.1,\)"),
        (lambda: SGD(0.1, momentum=math.nan), r"decays \(nan,\)"),
        (lambda: Adam(0.1, betas=(0.9, 1.0)), r"decays \(0.9, 1.0\)"),
        (lambda: Adam(0.1, betas=(-0.5, 0.9)), r"decays \(-0.5, 0.9\)"),
        (lambda: RMSprop(0.1, smoothing=1.5), r"decays \(1.5,\)"),
    ],
)
def test_what_is_no_optimiser_is_refused(make, complaint):
    with pytest.raises(InputError, match=complaint):
        make()


@pytest.mark.parametrize(
    ("optimiser", "theirs"),
    [
        (SGD(0.1, 0.9), lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9)),
        (Adam(0.1, (0.5, 0.9), 1e-3), lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.5, 0.9), eps=1e-3)),
        (RMSprop(0.1, 0.9, 1e-3), lambda p: torch.optim.RMSprop(p, lr=0.1, alpha=0.9, eps=1e-3)),
    ],
)
def test_optimisers_are_pytorchs(optimiser, theirs):
    ours = torch.nn.Parameter(torch.tensor([1.0, -2.0, 0.5]))
    reference = torch.nn.Parameter(ours.detach().clone())
    for parameter, steps in ((ours, optimiser.build([ours])), (reference, theirs([reference]))):
        for _ in range(3):
            steps.zero_grad()
            (parameter**3).sum().backward()
            steps.step()
    assert torch.equal(ours, reference)


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        ({"loss": "jsgan"}, "unknown loss 'jsgan': choose from js, hinge"),
        ({"discriminator_steps": 0}, "discriminator steps is 0: at least 1 is needed"),
        ({"generator_steps": -1}, "generator steps is -1: at least 1 is needed"),
        ({"batch_size": 0}, "batch size 0: at least 1 is needed, or none for full batches"),
        ({"precision": "float16"}, "precision 'float16': choose from float32, float64"),
        (
            {"generator": Perceptron((2, 5, 2), "relu")},
            "the generator makes points of dimension 2, the discriminator takes 1",
        ),
        ({"discriminator": Perceptron((1, 5, 2), "relu")}, "the discriminator has 2 outputs: it must have 1"),
    ],
)
def test_what_is_no_game_is_refused(changes, complaint):
    players = {
        "loss": "js",
        "discriminator": D,
        "generator": G,
        "discriminator_optimiser": PLAIN,
        "generator_optimiser": PLAIN,
    }
    with pytest.raises(InputError, match=complaint):
        Game(**{**players, **changes})


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_precision_is_the_name_of_pytorchs_type(precision):
    game = Game("js", D, G, PLAIN, PLAIN, precision=precision)
    assert game.dtype == PRECISIONS[precision] == getattr(torch, precision)


@pytest.mark.parametrize("loss", OBJECTIVES)
def test_the_factor_applies_to_separable_objectives_only(loss):
    real, fake = torch.randn(2, 3, 7, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    once = OBJECTIVES[loss].discriminator_loss(real, fake)
    halved = Game(loss, D, G, PLAIN, PLAIN, separable_factor=0.5).discriminator_loss(real, fake)
    factor = 0.5 if isinstance(OBJECTIVES[loss], SeparableObjective) else 1
    torch.testing.assert_close(halved, factor * once)
    assert torch.equal(Game(loss, D, G, PLAIN, PLAIN).discriminator_loss(real, fake), once)


def test_a_game_takes_an_objective_of_ones_own_as_well_as_a_name():
    named, given_itself = (Game(loss, D, G, PLAIN, PLAIN) for loss in ("rs", OBJECTIVES["rs"]))
    assert named.objective is given_itself.objective
