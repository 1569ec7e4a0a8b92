"""Random numbers that are functions of (seed, stream, index), so that nothing depends on what ran before."""

import numpy as np
import torch


def random_generator(seed: int, stream: int, index: int = 0) -> torch.Generator:
    """A CPU generator for one position of a stream: the same arguments always give the same numbers."""
    state = np.random.SeedSequence([seed, stream, index]).generate_state(1, np.uint64)
    return torch.Generator().manual_seed(int(state[0]))
