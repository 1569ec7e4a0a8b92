"""Random numbers that are functions of (seed, stream, index), so that nothing depends on what ran before."""

import numpy as np
import torch


def random_generator(seed: int, stream: int, index: int = 0) -> torch.Generator:
    """A CPU generator for one position of a stream: the same arguments always give the same numbers."""
    state = np.random.SeedSequence([seed, stream, index]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))


def random_bits(seed: int, stream: int, index: int, count: int) -> np.ndarray:
    """`count` random int16, all 65,536 values alike, for one position of a stream.

    Several times as fast as PyTorch's generator, which matters where every pixel needs its own.
    """
    bits = np.random.Generator(np.random.SFC64([seed, stream, index]))
    words = bits.integers(0, 2**64, size=-(-count // 4), dtype=np.uint64)
    return words.view(np.int16)[:count]
