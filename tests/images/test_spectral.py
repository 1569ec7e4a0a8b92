"""Spectral normalisation of many layers at once, against PyTorch's of each."""

import copy

import torch
from torch import nn

from ganscape.images.networks.layers import Convolution, Linear, spectrally_normalised
from ganscape.images.networks.spectral import normalised_once, spectrally_normalised_layers


def network():
    torch.manual_seed(0)
    layers = (
        spectrally_normalised(Convolution(3, 8, 3)),
        nn.BatchNorm2d(8),
        spectrally_normalised(Convolution(8, 5, 1)),
        spectrally_normalised(Linear(5, 1, bias=False)),
    )
    network = nn.Sequential(*layers).double()
    with torch.no_grad():
        for layer in spectrally_normalised_layers(network):  # orthogonal weights would be too easy
            layer.parametrizations.weight.original.normal_()
    return network


def test_weights_vectors_and_gradients_are_those_of_pytorch():
    plain = network()
    ours = copy.deepcopy(plain)
    layers, theirs = spectrally_normalised_layers(ours), spectrally_normalised_layers(plain)
    assert len(layers) == 3
    upstream = [torch.randn_like(layer.parametrizations.weight.original) for layer in layers]
    for _ in range(3):
        for layer in [*layers, *theirs]:
            layer.parametrizations.weight.original.grad = None
        with normalised_once(layers):
            for one, other, own in zip(layers, theirs, upstream, strict=True):
                expected = other.weight
                torch.testing.assert_close(one.ready_weight, expected)
                (expected * own).sum().backward()
            sum((one.ready_weight * own).sum() for one, own in zip(layers, upstream, strict=True)).backward()
        for one, other in zip(layers, theirs, strict=True):
            ours_now, theirs_now = (each.parametrizations.weight for each in (one, other))
            torch.testing.assert_close(ours_now[0].state_dict(), theirs_now[0].state_dict())
            torch.testing.assert_close(ours_now.original.grad, theirs_now.original.grad)


def test_all_uses_take_the_same_weights_and_none_afterwards():
    ours = network()
    images = torch.rand(2, 3, 6, 6, dtype=torch.float64)
    plain = copy.deepcopy(ours)
    first, *_, last = spectrally_normalised_layers(ours)
    with normalised_once([first, last]):
        once, again = first(images), first(images)
        features = torch.rand(2, 5, dtype=torch.float64)
        judged = last(features)
    assert torch.equal(once, again)
    torch.testing.assert_close(once, plain[0](images))
    torch.testing.assert_close(judged, plain[3](features))
    # Each use normalises again, from where the vectors are.
    torch.testing.assert_close(first(images), plain[0](images))


def test_a_network_without_such_layers_has_nothing_to_normalise():
    assert spectrally_normalised_layers(nn.Sequential(nn.Linear(2, 2))) == []
    with normalised_once([]):
        pass
