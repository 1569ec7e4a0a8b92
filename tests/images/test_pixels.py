import numpy as np
import pytest
import torch

from ganscape.images.pixels import NonFiniteError, quantise, to_batch


def test_quantise_truncates_as_numpy_does_in_the_released_code():
    values = torch.linspace(-1, 1, 100_001)
    expected = ((values.numpy() / 2 + np.float32(0.5)) * np.float32(255)).astype(np.uint8)
    assert np.array_equal(quantise(values).numpy(), expected)


def test_quantise_truncates_and_clamps():
    values = torch.tensor([-1.0, 0.0, 1.0, -1.5, 1.5, 0.5, -0.5, 2 * 254.999 / 255 - 1])
    # 127.5, 191.25, 63.75 and 254.999 would round to 128, 191, 64 and 255
    assert quantise(values).tolist() == [0, 127, 255, 0, 255, 191, 63, 254]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_quantise_refuses_what_is_not_finite(value):
    with pytest.raises(NonFiniteError):
        quantise(torch.tensor([[0.0, value]]))


def test_to_batch_moves_channels_and_copies():
    images = np.arange(2 * 3 * 4 * 3, dtype=np.uint8).reshape(2, 3, 4, 3)
    images.flags.writeable = False
    batch = to_batch(images)
    assert batch.shape == (2, 3, 3, 4) and batch.dtype == torch.uint8
    assert np.array_equal(batch[1, 2].numpy(), images[1, :, :, 2])
