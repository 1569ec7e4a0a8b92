"""Features -> numbers: cheap, pure functions of arrays.

The formulas of IS, FID, KID, precision and recall are torch-fidelity's, called on features in float64; what
is random inside them (which images form a KID subset) is fixed by the library's own seed. Coverage and the
KL divergence of class shares are ours.
"""

import math

import numpy as np
import torch
from torch import Tensor
from torch_fidelity.metric_fid import KEY_METRIC_FID, fid_features_to_statistics, fid_statistics_to_metric
from torch_fidelity.metric_isc import KEY_METRIC_ISC_MEAN, KEY_METRIC_ISC_STD, isc_features_to_metric
from torch_fidelity.metric_kid import KEY_METRIC_KID_MEAN, KEY_METRIC_KID_STD, kid_features_to_metric
from torch_fidelity.metric_prc import KEY_METRIC_PRECISION, KEY_METRIC_RECALL, prc_features_to_metric

from ganscape.errors import InputError

KID_SUBSET = 1000
NEIGHBOURHOOD = 3  # of precision and recall: a ball reaches to the third neighbour
# Rows of the distance matrices in memory at once; the value does not depend on it.
DISTANCE_ROWS = 1000
COVERAGE_SHARE = 0.01
FID_TOLERANCE = 1e-6  # relative, to the library's value


def inception_score(logits: np.ndarray, splits: int) -> tuple[float, float]:
    """exp E KL(p(class | image) ‖ p(class)) from logits (N, K): mean and std over `splits` equal parts.

    Raises `InputError` if there are fewer images than parts.
    """
    if len(logits) < splits:
        raise InputError(f"an Inception score in {splits} splits needs as many images, not {len(logits)}")
    centred = _tensor(logits)
    centred -= centred.max(dim=1, keepdim=True).values
    # A class whose probability underflows to 0 in every image would make the library's 0·(log 0 - log 0) NaN,
    # just where a generator has collapsed; e^-700 is still a float64.
    result = isc_features_to_metric(centred.clamp_(min=-700.0), splits=splits)
    return result[KEY_METRIC_ISC_MEAN], result[KEY_METRIC_ISC_STD]


def frechet_distance(generated: np.ndarray, real: np.ndarray) -> float:
    """FID: ‖μ1 - μ2‖² + tr(Σ1 + Σ2 - 2(Σ1Σ2)^½) of features (N, D) and (M, D), N, M >= 2."""
    _require(generated, real, least=2, metric="FID")
    ours, theirs = (fid_features_to_statistics(_tensor(features)) for features in (generated, real))
    root, error = _trace_of_root(ours["sigma"], theirs["sigma"])
    shift = ours["mu"] - theirs["mu"]
    distance = float(shift @ shift + np.trace(ours["sigma"]) + np.trace(theirs["sigma"]) - 2 * root)
    if 2 * error <= FID_TOLERANCE * distance:
        return distance
    return fid_statistics_to_metric(ours, theirs, verbose=False)[KEY_METRIC_FID]


def _trace_of_root(first: np.ndarray, second: np.ndarray) -> tuple[float, float]:
    """tr((Σ1Σ2)^½) of covariances (D, D), and a bound on what rounding has added to it.

    With Σ1 = LLᵀ, LᵀΣ2L has the eigenvalues of Σ1Σ2 and is symmetric, whose eigenvalues take a fraction of
    the time. Eigenvalues that are nothing but rounding have large roots, which is where the bound comes from.
    It is infinite where Σ1 has no such L: fewer images than features, or a feature that is constant.
    """
    try:
        root = np.linalg.cholesky(first)
    except np.linalg.LinAlgError:
        return 0.0, math.inf
    eigenvalues = np.linalg.eigvalsh(root.T @ second @ root)
    rounding = len(first) * np.finfo(np.float64).eps * eigenvalues[-1]
    drowned = eigenvalues < rounding
    return float(np.sqrt(eigenvalues[~drowned]).sum()), float(drowned.sum() * math.sqrt(rounding))


def kernel_distance(generated: np.ndarray, real: np.ndarray) -> tuple[float, float]:
    """KID: unbiased MMD² with the kernel (xᵀy/D + 1)³, mean and std over 100 subsets.

    A subset has min(1000, N, M) images; where that is the whole set, its share in the std is 0.
    Unbiased for independent images: stratified ones, as the held-out digits are, give values just below 0.
    """
    _require(generated, real, least=2, metric="KID")
    size = min(KID_SUBSET, len(generated), len(real))
    result = kid_features_to_metric(_tensor(generated), _tensor(real), kid_subset_size=size, verbose=False)
    return result[KEY_METRIC_KID_MEAN], result[KEY_METRIC_KID_STD]


def precision_recall(generated: np.ndarray, real: np.ndarray) -> tuple[float, float]:
    """Share of generated images inside the real manifold, and of real ones inside the generated (k = 3)."""
    _require(generated, real, least=NEIGHBOURHOOD + 1, metric="precision and recall")
    result = prc_features_to_metric(
        _tensor(generated),
        _tensor(real),
        prc_neighborhood=NEIGHBOURHOOD,
        prc_batch_size=DISTANCE_ROWS,
        save_cpu_ram=True,
        verbose=False,
    )
    return result[KEY_METRIC_PRECISION], result[KEY_METRIC_RECALL]


def class_shares(labels: np.ndarray, classes: int) -> np.ndarray:
    """Share of each class, float64 (classes,), among integer labels (N,) in 0..classes-1."""
    return np.bincount(labels, minlength=classes) / len(labels)


def coverage(shares: np.ndarray) -> int:
    """Number of classes generated with a share of at least 1 %."""
    return int((shares >= COVERAGE_SHARE).sum())


def kl_divergence(generated: np.ndarray, real: np.ndarray) -> float:
    """KL(generated ‖ real) = Σ g log(g / r) in nats, of two vectors of class shares.

    A class that is never generated contributes 0 (the limit of g log g), with no smoothing: it shows in the
    larger shares of the others. A class that is generated though no real image has it makes it infinite.
    """
    present = generated > 0
    with np.errstate(divide="ignore"):
        return float(np.sum(generated[present] * np.log(generated[present] / real[present])))


def _tensor(array: np.ndarray) -> Tensor:
    return torch.from_numpy(np.array(array, dtype=np.float64))


def _require(generated: np.ndarray, real: np.ndarray, least: int, metric: str) -> None:
    if min(len(generated), len(real)) < least:
        raise InputError(
            f"{metric} needs at least {least} generated and {least} real images, "
            f"not {len(generated)} and {len(real)}: raise --fid-samples or the reference's --images"
        )
    if generated.shape[1:] != real.shape[1:]:
        raise InputError(f"{metric}: features of shapes {generated.shape} and {real.shape} do not compare")
