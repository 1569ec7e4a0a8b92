"""Convolutions by minimal filtering against their definition, in twice the precision."""

from functools import partial

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from ganscape import compilation
from ganscape.images import minimal_filtering
from ganscape.images.minimal_filtering.few_channels import FEW_CHANNELS
from ganscape.images.minimal_filtering.functions import doubling, halving, narrowing, same, widening
from ganscape.images.minimal_filtering.matrices import OUTPUTS
from ganscape.images.minimal_filtering.matrices import minimal_filtering as matrices
from ganscape.images.networks import build_discriminator, build_generator
from ganscape.images.networks.layers import Convolution, TransposedConvolution, use_minimal_filtering

pytestmark = pytest.mark.skipif(not minimal_filtering.available(), reason="there is no C++ compiler")

# The function, PyTorch's, sides of its filters, and whether the weight's first dimension is the input's.
KINDS = {
    "same": (same, lambda *given: F.conv2d(*given, padding=1), 3, False),
    "halving": (halving, lambda *given: F.conv2d(*given, stride=2, padding=1), 4, False),
    "doubling": (doubling, lambda *given: F.conv_transpose2d(*given, stride=2, padding=1), 4, True),
}
# Of the whole result; PyTorch's own convolutions have up to 3e-6, where sums are long.
TOLERANCE = 5e-6
# The same where factors are rounded to bfloat16, of which rounding errs up to 2^-8.
BFLOAT16_TOLERANCE = 2e-2

has_bfloat16 = pytest.mark.skipif(
    not minimal_filtering.multiplies_bfloat16(), reason="the processor does not multiply bfloat16"
)
PRECISIONS = [False, pytest.param(True, marks=has_bfloat16)]

kinds = st.sampled_from(sorted(KINDS))
channels = st.integers(1, 5).map(lambda n: 16 * n)
sides = st.integers(1, 9)
few_channels = st.sampled_from(FEW_CHANNELS)
pixels = st.integers(1, 20)  # in a row more than are computed at once


def given_to(kind, count, inputs, outputs, height, width, seed=0):
    """Images, weight and bias, of which even sides are halved."""
    _, _, taps, transposed = KINDS[kind]
    scale = 2 if kind == "halving" else 1
    random = torch.Generator().manual_seed(seed)
    shapes = [
        (count, inputs, scale * height, scale * width),
        (*((inputs, outputs) if transposed else (outputs, inputs)), taps, taps),
        (outputs,),
    ]
    return [torch.randn(shape, generator=random).requires_grad_() for shape in shapes]


def results(function, given):
    """Its value and the gradients of a sum of the value with random weights."""
    value = function(*given)
    weights = torch.randn(value.shape, generator=torch.Generator().manual_seed(1)).to(value)
    return [value, *torch.autograd.grad(value, given, weights)]


def error(found, exact):
    return ((found.double() - exact).norm() / exact.norm()).item()


@pytest.mark.parametrize("bfloat16", PRECISIONS)
@given(kinds, st.integers(1, 70), channels, channels, sides, sides)
def test_values_and_gradients_are_those_of_the_definition(
    bfloat16, kind, count, inputs, outputs, height, width
):
    function, definition, _, _ = KINDS[kind]
    given = given_to(kind, count, inputs, outputs, height, width)
    exact = results(definition, [tensor.detach().double().requires_grad_() for tensor in given])
    for found, expected in zip(results(partial(function, bfloat16=bfloat16), given), exact, strict=True):
        assert found.dtype == torch.float32
        assert found.shape == expected.shape
        assert error(found, expected) < (BFLOAT16_TOLERANCE if bfloat16 else TOLERANCE)


@pytest.mark.parametrize("bfloat16", PRECISIONS)
@given(st.sampled_from((widening, narrowing)), st.integers(1, 9), few_channels, channels, pixels, pixels)
def test_between_few_channels_and_many_nothing_is_rounded(
    bfloat16, function, count, few, many, height, width
):
    sizes = (few, many) if function is widening else (many, few)
    given = given_to("same", count, *sizes, height, width)
    exact = results(KINDS["same"][1], [tensor.detach().double().requires_grad_() for tensor in given])
    for found, expected in zip(results(partial(function, bfloat16=bfloat16), given), exact, strict=True):
        assert found.dtype == torch.float32
        assert error(found, expected) < TOLERANCE


@pytest.mark.parametrize(
    "size", [(33, 3, 48, 9, 7), (33, 48, 3, 9, 7), (3, 1, 32, 32, 32), (3, 32, 1, 5, 17)]
)
def test_between_few_channels_and_many_neither_threads_nor_memory_change_a_bit(size):
    expect_the_same_bits(widening if size[1] < size[2] else narrowing, given_to("same", *size))


@given(st.integers(1, 6), sides)
def test_the_matrices_filter_exactly(seed, scale):
    """In whole numbers: four outputs of a correlation with two or three taps."""
    random = np.random.default_rng(seed)
    for taps in (2, 3):
        outputs, filters, samples = (np.array(matrix) for matrix in matrices(taps))
        signal, tap = random.integers(-scale, scale + 1, OUTPUTS + taps - 1), random.integers(-9, 9, taps)
        found = outputs @ ((filters @ tap) * (samples @ signal))
        assert found.tolist() == np.correlate(signal, tap, mode="valid").tolist()


@pytest.mark.parametrize("kind", KINDS)
def test_errors_are_small_beside_those_of_single_precision(kind):
    """Rounding is a few times that of PyTorch's sums, far below what stochastic gradients could notice."""
    function, definition, _, _ = KINDS[kind]
    given = given_to(kind, 64, 128, 128, 8, 8)
    exact = results(definition, [tensor.detach().double().requires_grad_() for tensor in given])
    ours, theirs = results(function, given), results(definition, given)
    for found, librarys, expected in zip(ours, theirs, exact, strict=True):
        assert error(found, expected) < max(8 * error(librarys, expected), 1e-6)


@has_bfloat16
@pytest.mark.parametrize("kind", KINDS)
def test_errors_of_bfloat16_are_a_few_times_those_of_rounding_images_and_weights(kind):
    function, definition, _, _ = KINDS[kind]
    given = given_to(kind, 64, 128, 128, 8, 8)
    exact = results(definition, [tensor.detach().double().requires_grad_() for tensor in given])
    ours = results(partial(function, bfloat16=True), given)
    theirs = results(definition, [tensor.detach().bfloat16().requires_grad_() for tensor in given])
    for found, librarys, expected in zip(ours, theirs, exact, strict=True):
        assert error(found, expected) < 5 * error(librarys, expected)


@has_bfloat16
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_within_autocast_products_take_bfloat16(dtype):
    layer = Convolution(16, 32, 3, padding=1)
    layer.minimal_filtering = True
    images = torch.randn(2, 16, 8, 8).to(dtype)
    with torch.autocast("cpu", torch.bfloat16):
        found = layer(images)
    assert torch.equal(found, same(images, layer.weight, layer.bias, bfloat16=True))
    assert not torch.equal(found, same(images, layer.weight, layer.bias))
    with torch.autocast("cpu", torch.float16):
        assert layer(images).dtype == torch.float16  # the library's


# Images, input and output channels, height and width: each thread working alone, all sharing the work,
# and with more threads than images.
@pytest.mark.parametrize("size", [(33, 48, 32, 9, 7), (25, 256, 192, 12, 12), (2, 64, 64, 9, 7)])
@pytest.mark.parametrize("bfloat16", PRECISIONS)
@pytest.mark.parametrize("kind", KINDS)
def test_neither_threads_nor_memory_change_a_bit(kind, bfloat16, size):
    expect_the_same_bits(partial(KINDS[kind][0], bfloat16=bfloat16), given_to(kind, *size))


def expect_the_same_bits(function, given):
    before = torch.get_num_threads()
    try:
        seen = []
        for threads in (1, 2, 3, 5):
            torch.set_num_threads(threads)
            seen.append(results(function, given))
    finally:
        torch.set_num_threads(before)
    given[0] = given[0].detach().contiguous(memory_format=torch.channels_last).requires_grad_()
    seen.append(results(function, given))
    for other in seen[1:]:
        assert all(torch.equal(a, b) for a, b in zip(seen[0], other, strict=True))


def test_weights_may_lie_in_memory_in_any_order():
    images, weight, bias = given_to("same", 5, 32, 16, 8, 8)
    transposed = in_another_order(weight)
    expected = results(same, [images, weight, bias])
    found = results(same, [images, transposed, bias])
    assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))


@pytest.mark.parametrize("sizes", [(3, 16), (16, 3)])
def test_those_between_few_channels_and_many_may_too(sizes):
    function = widening if sizes[0] < sizes[1] else narrowing
    images, weight, bias = given_to("same", 5, *sizes, 8, 8)
    expected = results(function, [images, weight, bias])
    found = results(function, [images, in_another_order(weight), bias])
    assert all(torch.equal(a, b) for a, b in zip(expected, found, strict=True))


def in_another_order(weight):
    return weight.detach().transpose(0, 1).contiguous().transpose(0, 1).requires_grad_()


@pytest.mark.parametrize(("architecture", "size"), [("cnn", 32), ("cnn", 48), ("resnet", 32), ("resnet", 48)])
def test_networks_are_the_same_functions(architecture, size):
    torch.manual_seed(0)
    generator = build_generator(architecture, size, 3, "full", 32)
    discriminator = build_discriminator(architecture, size, 3, "full", 32)
    latents = torch.randn(4, 128)
    losses, gradients = [], []
    for fast in (False, True):
        for network in (generator, discriminator):
            network.zero_grad()
            if fast:
                use_minimal_filtering(network)
        torch.manual_seed(1)
        losses.append(discriminator.eval()(generator(latents)).sum())
        losses[-1].backward()
        gradients.append([p.grad.clone() for n in (generator, discriminator) for p in n.parameters()])
    torch.testing.assert_close(*losses, rtol=1e-4, atol=1e-4)
    # Where an activation is all but zero, rounding decides whether a ReLU is on: one can make 0.5 %.
    # Biases before batch norm have gradients of nothing but rounding.
    largest = max(gradient.norm() for gradient in gradients[0])
    for plain, filtered in zip(*gradients, strict=True):
        assert (plain - filtered).norm() < 0.02 * plain.norm() + 1e-4 * largest


@pytest.mark.parametrize(
    ("layer", "images"),
    [
        (Convolution(5, 16, 3, padding=1), (2, 5, 8, 8)),
        (Convolution(3, 3, 3, padding=1), (2, 3, 8, 8)),  # channels
        (Convolution(16, 24, 3, padding=1), (2, 16, 8, 8)),
        (Convolution(16, 16, 3), (2, 16, 8, 8)),  # no padding
        (Convolution(16, 16, 1), (2, 16, 8, 8)),
        (Convolution(16, 16, 4, stride=2, padding=1), (2, 16, 9, 8)),  # an odd side
        (Convolution(16, 16, 3, padding=1, padding_mode="reflect"), (2, 16, 8, 8)),
        (Convolution(32, 32, 3, padding=1, groups=2), (2, 32, 8, 8)),
        (Convolution(16, 16, 4, stride=2, padding=1, dilation=2), (2, 16, 8, 8)),
        (Convolution(16, 16, 3, padding=1), (16, 8, 8)),  # no batch
        (Convolution(16, 16, 3, padding=1), (0, 16, 8, 8)),
        (TransposedConvolution(16, 16, 4), (2, 16, 1, 1)),
        (TransposedConvolution(16, 16, 4, stride=2, padding=1, output_padding=1), (2, 16, 8, 8)),
    ],
)
def test_what_does_not_suit_is_left_to_the_library(layer, images):
    images = torch.randn(images)
    expected = layer(images)
    layer.minimal_filtering = True
    found = layer(images)
    assert found.grad_fn.name() != "FilteredBackward"
    assert torch.equal(found, expected)


def test_images_of_the_wrong_channels_are_an_error():
    layer = Convolution(32, 16, 3, padding=1)
    layer.minimal_filtering = True
    with pytest.raises(RuntimeError, match="channels"):
        layer(torch.randn(2, 16, 8, 8))


def test_a_bias_may_lie_in_memory_anyhow():
    images, weight, bias = given_to("same", 2, 16, 32, 8, 8)
    for odd in (torch.stack((bias, bias), 1)[:, 0], torch.ones(1).expand(32)):
        assert torch.equal(same(images, weight, odd), same(images, weight, odd.contiguous()))


def test_without_a_compiler_the_library_convolves(monkeypatch):
    layer = Convolution(16, 16, 3, padding=1)
    monkeypatch.setenv("CXX", "no-such-compiler-anywhere")
    for cached in (compilation.compiler, minimal_filtering.available):
        cached.cache_clear()
    try:
        use_minimal_filtering(layer)
        assert not layer.minimal_filtering
    finally:
        monkeypatch.undo()
        for cached in (compilation.compiler, minimal_filtering.available):
            cached.cache_clear()


def test_what_is_not_finite_shows():
    images, weight, bias = given_to("same", 2, 16, 16, 8, 8)
    broken = images.detach().clone()
    broken[0, 3, 4, 4] = float("nan")
    value = same(broken, weight, bias)
    assert not value[0].isfinite().all()
    assert value[1].isfinite().all()


@pytest.mark.parametrize("kind", KINDS)
def test_a_gradient_is_not_differentiated_again_silently(kind):
    function, _, _, _ = KINDS[kind]
    images, weight, bias = given_to(kind, 1, 16, 16, 4, 4)
    value = function(images, weight, bias).sum()
    with pytest.raises(RuntimeError, match="no second derivatives"):
        torch.autograd.grad(value, images, create_graph=True)
