"""The networks against the two facts we have of the released code: parameter counts and outputs."""

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch.nn.utils import parametrize

from ganscape.errors import InputError
from ganscape.images.networks import WIDTHS, authors, build_discriminator, build_generator, count_parameters
from ganscape.images.networks.resnet import RepeatableDoubling

AUTHORS_CHECKPOINTS = Path(__file__).parents[3] / "shared" / "authors_checkpoints"

# Trainable parameters of the released code (image size, architecture, width): (generator, discriminator).
PARAMETER_COUNTS = {
    (32, "cnn", "full"): (3812355, 2935872),
    (32, "cnn", "half"): (1218051, 736800),
    (32, "cnn", "quarter"): (436995, 185616),
    (32, "resnet", "full"): (4270595, 1086848),
    (32, "resnet", "half"): (1201411, 273088),
    (32, "resnet", "quarter"): (367235, 68960),
    (32, "resnet", "bottleneck"): (758467, 143072),
    (48, "cnn", "full"): (5133315, 2946112),
    (48, "cnn", "half"): (1878531, 741920),
    (48, "cnn", "quarter"): (767235, 188176),
    (48, "resnet", "full"): (4876547, 10141440),
    (48, "resnet", "half"): (1814659, 2537344),
    (48, "resnet", "quarter"): (751427, 635328),
    (48, "resnet", "bottleneck"): (1524019, 1357008),
    (256, "cnn", "full"): (13276608, 11191808),
}


@pytest.mark.parametrize("key", PARAMETER_COUNTS, ids=lambda key: "-".join(map(str, key)))
def test_parameter_counts_are_those_of_the_released_code(key):
    size, architecture, width = key
    generator = build_generator(architecture, size, 3, width)
    discriminator = build_discriminator(architecture, size, 3, width)
    assert (count_parameters(generator), count_parameters(discriminator)) == PARAMETER_COUNTS[key]


@pytest.mark.parametrize("normalisation", ["spectral", "batch", "none"])
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("size", [32, 48])
@pytest.mark.parametrize(
    "architecture,width", [("cnn", "quarter"), ("cnn", "eighth"), ("resnet", "bottleneck")]
)
def test_shapes_for_any_channel_count(architecture, width, size, channels, normalisation):
    generator = build_generator(architecture, size, channels, width, base_features=16)
    discriminator = build_discriminator(architecture, size, channels, width, 16, normalisation)
    images = generator(torch.randn(3, generator.latent_dimension))
    assert images.shape == (3, channels, size, size)
    assert images.abs().max() <= 1
    assert discriminator(images).shape == (3,)


@pytest.mark.parametrize("normalisation", ["spectral", "batch", "none"])
def test_shapes_of_large_images(normalisation):
    generator = build_generator("cnn", 256, 3, "full", base_features=2)
    discriminator = build_discriminator("cnn", 256, 3, "full", 2, normalisation)
    images = generator(torch.randn(2, generator.latent_dimension))
    assert images.shape == (2, 3, 256, 256) and images.abs().max() <= 1
    assert discriminator(images).shape == (2,)


def test_the_large_discriminator_computes_what_the_design_says():
    torch.manual_seed(0)
    discriminator = build_discriminator("cnn", 256, 3, "full", base_features=2).double().eval()
    images = torch.rand(2, 3, 256, 256, dtype=torch.float64) * 2 - 1
    x = images
    layers = [m for m in discriminator.modules() if isinstance(m, torch.nn.Conv2d)]
    assert [layer.out_channels for layer in layers] == [2, 4, 8, 16, 32, 64, 1]
    assert all(layer.bias is None and layer.kernel_size == (4, 4) for layer in layers)
    for layer in layers[:-1]:
        x = torch.nn.functional.leaky_relu(
            torch.nn.functional.conv2d(x, layer.weight, stride=2, padding=1), 0.1
        )
    torch.testing.assert_close(discriminator(images), (x * layers[-1].weight).sum((1, 2, 3)))


@pytest.mark.parametrize("architecture", ["cnn", "resnet"])
def test_spectral_norm_is_on_every_layer_and_bounds_it(architecture):
    torch.manual_seed(0)
    discriminator = build_discriminator(architecture, 32, 3, "quarter", base_features=32)
    layers = [m for m in discriminator.modules() if isinstance(m, torch.nn.Conv2d | torch.nn.Linear)]
    assert layers and all(parametrize.is_parametrized(layer, "weight") for layer in layers)
    for _ in range(30):
        discriminator(torch.randn(2, 3, 32, 32))
    for layer in layers:
        assert torch.linalg.matrix_norm(layer.weight.flatten(1), ord=2).item() == pytest.approx(1, abs=0.02)


def test_spectrally_normalised_weights_start_orthogonal():
    discriminator = build_discriminator("cnn", 32, 3, "quarter")
    for layer in discriminator.modules():
        if isinstance(layer, torch.nn.Conv2d | torch.nn.Linear):
            rows = layer.parametrizations.weight.original.flatten(1)
            gram = rows @ rows.T if len(rows) <= rows.shape[1] else rows.T @ rows
            torch.testing.assert_close(gram, torch.eye(len(gram)), atol=1e-5, rtol=0)


def test_batch_norm_spares_the_first_convolution():
    discriminator = build_discriminator("cnn", 32, 3, "quarter", normalisation="batch")
    norms = [m for m in discriminator.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert len(norms) == 6
    assert not any(isinstance(m, torch.nn.BatchNorm2d) for m in list(discriminator.convolutions)[:3])


def plain_resnet_discriminator(discriminator, images):
    """The design's words, in their order: shortcuts are pooled after their 1x1 convolution."""
    pool, leak = torch.nn.functional.avg_pool2d, torch.nn.functional.leaky_relu
    x = images
    for number, block in enumerate(discriminator.blocks):
        inputs = x if number == 0 else leak(x, 0.1)
        residual = pool(block.conv2(leak(block.conv1(inputs), 0.1)), 2)
        shortcut = block.shortcut(pool(x, 2)) if number == 0 else pool(block.shortcut(x), 2)
        x = residual + shortcut
    return discriminator.linear(leak(x, 0.1).sum((2, 3))).squeeze(1)


def plain_cnn_discriminator(discriminator, images):
    x = images
    convolutions = [m for m in discriminator.convolutions if isinstance(m, torch.nn.Conv2d)]
    assert [c.kernel_size[0] for c in convolutions] == [3, 4, 3, 4, 3, 4, 3]
    assert [c.stride[0] for c in convolutions] == [1, 2, 1, 2, 1, 2, 1]
    for convolution in convolutions:
        x = torch.nn.functional.leaky_relu(convolution(x), 0.1)
    return discriminator.linear(x.flatten(1)).squeeze(1)


@pytest.mark.parametrize("size", [32, 48])
@pytest.mark.parametrize(
    "architecture,plain", [("cnn", plain_cnn_discriminator), ("resnet", plain_resnet_discriminator)]
)
def test_discriminators_compute_what_the_design_says(architecture, plain, size):
    torch.manual_seed(0)
    discriminator = build_discriminator(architecture, size, 3, "half", base_features=16).double().eval()
    images = torch.rand(4, 3, size, size, dtype=torch.float64) * 2 - 1
    torch.testing.assert_close(discriminator(images), plain(discriminator, images))


@pytest.mark.skipif(not AUTHORS_CHECKPOINTS.is_dir(), reason="the authors' checkpoints are not at hand")
@pytest.mark.parametrize("mode", ["batch", "running"])
@pytest.mark.parametrize(
    "name", ["RSGAN-CNN-quater-cifar", "RSGAN-ResNet-quater-cifar", "RSGAN-ResNet-bottleneck-cifar"]
)
def test_agrees_with_the_authors_released_generators(name, mode):
    expected = np.load(AUTHORS_CHECKPOINTS / "expected_outputs.npz")
    released = torch.load(AUTHORS_CHECKPOINTS / f"{name}.pth", map_location="cpu", weights_only=True)
    generator = authors.generator_for(name)
    architecture = "cnn" if "CNN" in name else "resnet"
    generator.load_state_dict(authors.renamed_state(released, architecture))
    generator.train(mode == "batch")
    with torch.no_grad():
        images = generator(torch.from_numpy(expected["z"]))
    np.testing.assert_allclose(images.numpy(), expected[f"{name}/{mode}"], atol=1e-5)


@pytest.mark.parametrize(
    "arguments,message",
    [
        (("mlp", 32, 3, "full"), "unknown architecture 'mlp'"),
        (("cnn", 64, 3, "full"), "unknown image size 64"),
        (("cnn", 32, 3, "third"), "unknown width 'third'"),
        (("cnn", 32, 0, "full"), "at least one channel"),
        (("cnn", 32, 3, "bottleneck"), "no bottleneck"),
        (("resnet", 256, 3, "full"), "no network resnet 256x256"),
        (("resnet", 256, 3, "full", 32), "no network resnet 256x256"),
        (("resnet", 32, 3, "quarter", 12), "multiple of 8"),
    ],
)
def test_what_the_paper_does_not_define_is_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        build_generator(*arguments)


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
@pytest.mark.parametrize("size", [1, 2, 7])
def test_the_repeatable_gradient_of_doubling_is_the_gradient_of_doubling(size, layout):
    images = torch.randn(2, 3, size, size + 1, dtype=torch.float64).to(memory_format=layout).requires_grad_()
    plain = F.interpolate(images, scale_factor=2, mode="bilinear", align_corners=False)
    ours = RepeatableDoubling.apply(images)
    assert torch.equal(ours, plain)
    upstream = torch.randn(plain.shape, dtype=torch.float64).to(memory_format=layout)
    (expected,), (found,) = (torch.autograd.grad(doubled, images, upstream) for doubled in (plain, ours))
    torch.testing.assert_close(found, expected)
    assert found.is_contiguous(memory_format=layout)


def test_every_width_divides():
    assert {name: (w.features_divisor, w.hidden_divisor) for name, w in WIDTHS.items()} == {
        "full": (1, 1),
        "half": (2, 1),
        "quarter": (4, 1),
        "eighth": (8, 1),
        "bottleneck": (2, 2),
    }
