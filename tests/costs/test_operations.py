"""Operations from shapes alone against PyTorch's own count of the networks and steps that are built."""

from itertools import product

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from ganscape.costs.operations import (
    Network,
    discriminator_pass,
    discriminator_step,
    generator_pass,
    generator_step,
)
from ganscape.images.game import Game
from ganscape.images.networks import build_discriminator, build_generator, paper_features
from ganscape.images.networks.layers import use_minimal_filtering
from ganscape.images.specification import RunSpecification

# Architecture, image size, channels, and base features that divide by whatever a width divides them by.
SHAPES = [
    *product(["cnn"], [32, 48], [1, 3], [16, 64]),
    *product(["resnet"], [32, 48], [1, 3], [16, 64]),
    ("resnet", 32, 3, 256),
    *product(["cnn"], [256], [1, 3], [16, 32]),
]
WIDTHS = {"cnn": ["full", "half", "quarter", "eighth"], "resnet": ["full", "half", "quarter", "bottleneck"]}
NETWORKS = [
    Network(architecture, width, size, channels, base)
    for architecture, size, channels, base in SHAPES
    for width in WIDTHS[architecture]
]


class Counter(TorchDispatchMode):
    """PyTorch's count, without its book-keeping by module, which does not bear gradients of gradients."""

    total = 0

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        result = function(*arguments, **(options or {}))
        if count := flop_registry.get(function._overloadpacket):
            self.total += count(*arguments, **(options or {}), out_val=result)
        return result


def counted(compute):
    with Counter() as counter:
        compute()
    return counter.total


@pytest.mark.parametrize("network", NETWORKS, ids=str)
def test_passes_have_as_many_operations_as_pytorch_counts(network):
    shape = (network.architecture, network.image_size, network.channels, network.width, network.base_features)
    with torch.device("meta"):  # shapes alone
        generator = build_generator(*shape)
        discriminator = build_discriminator(*shape, normalisation="none")
        images = torch.empty(2, network.channels, network.image_size, network.image_size)
        latents = torch.empty(2, generator.latent_dimension)
        assert counted(lambda: generator(latents)) == 2 * generator_pass(network).all.operations
        assert counted(lambda: discriminator(images)) == 2 * discriminator_pass(network).all.operations


def specification(network, loss, batch_size):
    return RunSpecification(
        data="noise",
        image_size=network.image_size,
        channels=network.channels,
        architecture=network.architecture,
        width=network.width,
        base_features=network.base_features,
        normalisation="none",
        loss=loss,
        batch_size=batch_size,
        iterations=1,
        generator_learning_rate=2e-4,
        discriminator_learning_rate=2e-4,
        betas=(0.5, 0.999),
        discriminator_steps=1,
        ema_decay=0.9999,
        seed=0,
    )


@pytest.mark.parametrize("loss", ["js", "rs", "wgan-gp"])
@pytest.mark.parametrize("architecture", ["cnn", "resnet"])
def test_steps_have_as_many_operations_as_pytorch_counts(architecture, loss):
    """With a penalty up to a hundredth: what gradients of gradients of the input take varies by layer."""
    network, batch = Network(architecture, "quarter", 32, 3, paper_features(architecture, 32)), 2
    run = specification(network, loss, batch)
    game = Game(run.generator(), run.discriminator(), run)
    for player in (game.generator, game.discriminator):
        use_minimal_filtering(player, wanted=False)
    latents, images = torch.randn(batch, 128), torch.rand(batch, 3, 32, 32)
    position = torch.rand(batch)
    generator_work = generator_step(network, paired=loss == "rs").operations
    assert counted(lambda: game.generator_step(latents, images)) == batch * generator_work
    penalised = loss == "wgan-gp"
    discriminator_work = batch * discriminator_step(network, penalised).operations
    counts = counted(lambda: game.discriminator_step(latents, images, position))
    assert counts == pytest.approx(discriminator_work, rel=0.01 if penalised else 0)
