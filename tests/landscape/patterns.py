"""Random configurations of few points on few places, where coincidences are the rule."""

import numpy as np
from hypothesis import strategies as st

SEPARABLE = ("js", "hinge", "ls")
PAIRED = ("rs", "rp-hinge", "rp-ls")
LOSSES = (*SEPARABLE, *PAIRED)


@st.composite
def patterns(draw, most=5):
    """(real, fake), both (n, d): integer points of which the real ones are distinct and many coincide."""
    n = draw(st.integers(1, most))
    d = draw(st.integers(1, 3))
    place = st.tuples(*[st.integers(0, 2 if d > 1 else 7)] * d)
    real = draw(st.lists(place, min_size=n, max_size=n, unique=True))
    fake = draw(st.lists(st.one_of(st.sampled_from(real), place), min_size=n, max_size=n))
    return np.array(real, dtype=float), np.array(fake, dtype=float)
