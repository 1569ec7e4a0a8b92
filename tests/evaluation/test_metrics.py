import math

import numpy as np
import pytest
import torch
from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric

from ganscape.errors import InputError
from ganscape.evaluation import metrics


def gaussian(mean: np.ndarray, covariance: np.ndarray, count: int, seed: int) -> np.ndarray:
    """Features whose sample mean and sample covariance are exactly these."""
    normal = np.random.default_rng(seed).standard_normal((count, len(mean)))
    normal -= normal.mean(axis=0)
    white = normal @ np.linalg.inv(np.linalg.cholesky(np.cov(normal, rowvar=False))).T
    return mean + white @ np.linalg.cholesky(covariance).T


def test_frechet_distance_of_commuting_gaussians_has_its_closed_form():
    rotation = np.linalg.qr(np.random.default_rng(0).standard_normal((6, 6)))[0]
    first, second = np.array([1, 2, 3, 4, 5, 6.0]), np.array([4, 1, 9, 2, 0.5, 6.0])
    mean = np.array([1, 0, -2, 0, 0, 0.5])
    real = gaussian(np.zeros(6), rotation @ np.diag(first) @ rotation.T, 300, seed=1)
    generated = gaussian(mean, rotation @ np.diag(second) @ rotation.T, 200, seed=2)
    expected = (mean**2).sum() + ((np.sqrt(first) - np.sqrt(second)) ** 2).sum()
    assert metrics.frechet_distance(generated, real) == pytest.approx(expected, rel=1e-9)
    assert metrics.frechet_distance(real, real) == pytest.approx(0, abs=1e-6)


def test_frechet_distance_of_gaussians_that_do_not_commute():
    real = gaussian(np.zeros(2), np.array([[2.0, 0.5], [0.5, 1.0]]), 100, seed=3)
    generated = gaussian(np.array([3.0, 4.0]), np.array([[1.0, -0.3], [-0.3, 3.0]]), 100, seed=4)
    # 2x2: tr (AB)^1/2 = sqrt(tr AB + 2 sqrt(det AB))
    trace, determinant = 2 - 0.3 + 3, 1.75 * 2.91
    expected = 25 + 3 + 4 - 2 * math.sqrt(trace + 2 * math.sqrt(determinant))
    assert metrics.frechet_distance(generated, real) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("confidence", [50.0, 1e4])
def test_inception_score_of_confident_balanced_classes_is_their_number(confidence):
    logits = confidence * np.eye(7)[np.tile(np.arange(7), 30)]
    mean, std = metrics.inception_score(logits, splits=1)
    assert mean == pytest.approx(7) and std == 0


@pytest.mark.parametrize("confidence", [1.0, 1e4])
def test_inception_score_of_a_collapsed_generator_is_one_and_not_nan(confidence):
    logits = np.zeros((40, 5))
    logits[:, 2] = confidence
    assert metrics.inception_score(logits, splits=4) == pytest.approx((1, 0))


def test_inception_score_by_its_definition():
    logits = np.random.default_rng(0).standard_normal((50, 4))
    p = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    expected = math.exp((p * np.log(p / p.mean(axis=0))).sum(axis=1).mean())
    assert metrics.inception_score(logits, splits=1)[0] == pytest.approx(expected, rel=1e-12)


def test_kernel_distance_by_its_definition_on_one_subset():
    random = np.random.default_rng(0)
    x, y = random.standard_normal((30, 4)), random.standard_normal((30, 4)) + 1
    xx, yy, xy = ((a @ b.T / 4 + 1) ** 3 for a, b in ((x, x), (y, y), (x, y)))
    pairs = 30 * 29
    expected = (xx.sum() - np.trace(xx) + yy.sum() - np.trace(yy)) / pairs - 2 * xy.mean()
    mean, std = metrics.kernel_distance(x, y)
    assert mean == pytest.approx(expected, rel=1e-9)
    assert std == pytest.approx(0, abs=1e-9)  # the subset is the whole set


def test_kernel_distance_of_equal_distributions_is_about_zero():
    random = np.random.default_rng(1)
    x, y = random.standard_normal((600, 5)), random.standard_normal((2000, 5))
    mean, std = metrics.kernel_distance(x, y)
    assert abs(mean) < 0.05 and std > 0


def test_precision_and_recall_of_generated_images_that_cover_half_the_real_ones():
    random = np.random.default_rng(0)
    left, right = random.standard_normal((50, 3)), random.standard_normal((50, 3)) + 100
    generated = random.standard_normal((1200, 3)) * 0.5
    precision, recall = metrics.precision_recall(generated, np.concatenate([left, right]))
    assert precision > 0.9
    assert 0.1 < recall <= 0.5
    assert metrics.precision_recall(left, right) == (0, 0)


def test_coverage_and_kl_divergence_by_hand():
    shares = metrics.class_shares(np.array([0] * 150 + [1] * 48 + [2] * 2), classes=4)
    assert shares.tolist() == [0.75, 0.24, 0.01, 0]
    assert metrics.coverage(shares) == 3
    expected = 0.75 * math.log(3) + 0.24 * math.log(0.96) + 0.01 * math.log(0.04)
    assert metrics.kl_divergence(shares, np.full(4, 0.25)) == pytest.approx(expected)


def test_coverage_counts_from_one_percent_on():
    assert metrics.coverage(metrics.class_shares(np.array([0] * 1991 + [1] * 9), classes=2)) == 1
    assert metrics.coverage(metrics.class_shares(np.array([0] * 1980 + [1] * 20), classes=2)) == 2


def test_kl_divergence_of_zero_shares():
    collapsed, uniform = np.array([1.0, 0.0]), np.array([0.5, 0.5])
    assert metrics.kl_divergence(collapsed, uniform) == pytest.approx(math.log(2))
    assert metrics.kl_divergence(uniform, collapsed) == math.inf
    assert metrics.kl_divergence(uniform, uniform) == 0


def test_too_few_images_are_named():
    few = np.zeros((3, 2))
    with pytest.raises(InputError, match="10 splits"):
        metrics.inception_score(few, splits=10)
    with pytest.raises(InputError, match="precision and recall needs at least 4"):
        metrics.precision_recall(few, np.zeros((9, 2)))
    with pytest.raises(InputError, match="FID needs at least 2"):
        metrics.frechet_distance(few[:1], np.zeros((9, 2)))
    with pytest.raises(InputError, match="KID needs at least 2"):
        metrics.kernel_distance(few, np.zeros((1, 2)))
    with pytest.raises(InputError, match="do not compare"):
        metrics.frechet_distance(few, np.zeros((9, 3)))


def library_frechet_distance(generated: np.ndarray, real: np.ndarray) -> float:
    statistics = [fid_features_to_statistics(torch.from_numpy(features)) for features in (generated, real)]
    return fid_statistics_to_metric(*statistics, verbose=False)["frechet_inception_distance"]


@pytest.mark.parametrize("condition", [1.0, 1e3, 1e6])
@pytest.mark.parametrize("shift", [0.0, 1e-3, 1.0])
def test_frechet_distance_is_the_librarys_by_symmetric_eigenvalues(monkeypatch, condition, shift):
    random = np.random.default_rng(0)
    scales = np.geomspace(1, condition**-0.5, 40)
    generated, real = random.standard_normal((2, 200, 40)) * scales
    expected = library_frechet_distance(generated + shift, real)
    monkeypatch.setattr(metrics, "fid_statistics_to_metric", None)  # the slow way is not needed
    assert metrics.frechet_distance(generated + shift, real) == pytest.approx(expected, rel=1e-6)


def test_frechet_distance_is_the_librarys_own_where_covariances_have_no_root():
    random = np.random.default_rng(0)
    generated, real = random.standard_normal((2, 30, 40))  # fewer images than features
    assert metrics.frechet_distance(generated, real) == library_frechet_distance(generated, real)
    generated, real = random.standard_normal((2, 200, 40))
    generated[:, 3] = real[:, 3] = 0  # a feature that is never active
    assert metrics.frechet_distance(generated, real) == library_frechet_distance(generated, real)
    generated[:, 3] = 1e-9 * random.standard_normal(200)
    expected = library_frechet_distance(generated, real)
    assert metrics.frechet_distance(generated, real) == pytest.approx(expected, rel=1e-6)
