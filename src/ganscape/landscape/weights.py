"""Clusters of unequal size: g as a function of shares, and how deep the collapsed state lies under imbalance.

Let a share p_j of the real points be at place j, and a share q_j of the generated ones; the rest is free.
Eqs. (5) and (6) then read, for distinct places,

    g_sep  = 1/2 sum_j p_j xi(q_j / p_j),
    g_pair = sup_f sum_ab c_ab h(f_a - f_b),

c_ab being the share of pairs with the real point at a and the generated one at b. n distinct points, one of
each per place, give the values of `values` back. For a paired loss it matters who is paired with whom:
*fixed* pairs, as in the theory and in the two-cluster experiment, or pairs drawn anew for every batch, as in
training on images, for which c_ab = p_a q_b (*independent*). The theorem is about fixed pairs.
"""

from numbers import Real

import numpy as np
from numpy.typing import ArrayLike

from ganscape.errors import InputError
from ganscape.landscape.losses import Loss, as_paired, as_separable, at, is_paired
from ganscape.landscape.points import finite_array
from ganscape.landscape.suprema import supremum, xi

PAIRINGS = ("fixed", "independent")

ROUNDING = 1e-9  # by how much shares may miss what they should add up to


def weighted_value(real_shares: ArrayLike, fake_shares: ArrayLike, loss: Loss) -> float:
    """g for clusters of unequal size (Eqs. (5) and (6) with repeated points).

    real_shares: (k,), positive, adding up to 1.
    fake_shares: (k,), the generated share at each place, adding up to at most 1, the rest free; paired
        losses then take the pairs as independent. Or (k, k), the share of pairs with the real point at a
        and the generated one at b, rows adding up to at most `real_shares`.
    Exact but for a paired loss and three or more places, where a convex solver finds it to about 1e-7, for
    the losses of the paper.
    Raises `InputError` (a `ValueError`) for shares that do not fit and a loss without a value.
    """
    real_shares, coupling = _checked_shares(real_shares, fake_shares)
    if is_paired(loss):
        return _paired_mass_value(coupling, loss)
    as_separable(loss)
    generated = coupling.sum(axis=0)
    worth = [p * xi(q / p, loss) for p, q in zip(real_shares, generated, strict=True)]
    return float(sum(worth)) / 2


def collapsed_value(share: float, loss: Loss) -> float:
    """g where all generated points lie on a cluster with this share of the real ones, of any pairing.

    Raises `InputError` (a `ValueError`) for a share outside (0, 1) and an unknown loss.
    """
    _check_share("share", share)
    return weighted_value([share, 1 - share], [1.0, 0.0], loss)


def collapse_rise(share: float, leaving: float, loss: Loss, pairing: str = "fixed") -> float:
    """By how much g rises when generated points leave the cluster on which all of them lie.

    share: of the real points, in that cluster; the others are in a second one, where nothing is generated.
    leaving: share of the generated points that leave together, to where nothing is. Those that lose least
        go first: with fixed pairs the partners of real points of the other cluster.
    pairing: "fixed" or "independent"; separable losses have no pairs, so it is the same to them.

    This is the depth of the collapsed basin for those who have to leave together (paper, Section 6: under
    imbalance "JS-GAN would have a deeper bad basin"). Where one of n points leaves, share = leaving = 1/n, it
    is `barrier`. Raises `InputError` (a `ValueError`) for shares outside (0, 1) and an unknown pairing.
    """
    _check_share("share", share)
    _check_share("leaving", leaving)
    if pairing not in PAIRINGS:
        raise InputError(f"unknown pairing {pairing!r}: choose from {', '.join(PAIRINGS)}")
    if is_paired(loss) and pairing == "fixed":
        costless = min(leaving, 1 - share)
        stay = np.array([[share - (leaving - costless), 0.0], [1 - share - costless, 0.0]])
    else:
        stay = np.array([1 - leaving, 0.0])
    return weighted_value([share, 1 - share], stay, loss) - collapsed_value(share, loss)


def _check_share(name: str, value: float) -> None:
    if not isinstance(value, Real) or not 0 < value < 1:
        raise InputError(f"{name} is {value!r}: give a share above 0 and below 1")


def _paired_mass_value(coupling: np.ndarray, loss: Loss) -> float:
    h = as_paired(loss).h
    together = at(h, 0.0) * float(np.trace(coupling))
    apart = coupling - np.diag(np.diag(coupling))
    if len(coupling) > 2:
        # Here, because CVXPY takes a second to import and two clusters do without it.
        from ganscape.landscape.numeric import paired_mass_value_numeric

        return together + paired_mass_value_numeric(apart, loss)
    forth, back = (apart[0, 1], apart[1, 0]) if len(coupling) == 2 else (0.0, 0.0)
    if min(forth, back) == 0:  # sup h = 0 on what goes one way only
        return together
    return together + float(supremum(lambda t: forth * h(t) + back * h(-t))[0])


def _checked_shares(real_shares: ArrayLike, fake_shares: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
    """Real shares (k,) and the coupling (k, k)."""
    real, fake = finite_array("real_shares", real_shares), finite_array("fake_shares", fake_shares)
    if real.ndim != 1 or not len(real) or (real <= 0).any() or abs(real.sum() - 1) > ROUNDING:
        raise InputError(f"real_shares are {real.tolist()}: give positive shares that add up to 1")
    if fake.shape not in ((len(real),), (len(real), len(real))):
        k = len(real)
        raise InputError(f"fake_shares have shape {fake.shape}: give ({k},) or ({k}, {k})")
    coupling = np.outer(real, fake) if fake.ndim == 1 else fake
    if (coupling < 0).any() or (coupling.sum(axis=1) > real + ROUNDING).any():
        raise InputError(
            f"fake_shares are {fake.tolist()}: give shares of at least 0 that add up to at most 1, "
            "of pairs in each row to at most the real share"
        )
    return real, coupling
