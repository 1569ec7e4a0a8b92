"""The matrices of minimal filtering, by the construction of Toom and Cook, in exact arithmetic."""

from fractions import Fraction

Matrix = list[list[Fraction]]

OUTPUTS = 4  # of a tile, in one dimension
# Where the polynomials are evaluated, besides infinity. These round less than the usual 0, 1, -1, 2, -2: the
# errors are 5 times those of the sum by the definition instead of 11 times.
POINTS = {
    3: tuple(map(Fraction, ("0", "2/3", "-2/3", "3/2", "-3/2"))),
    2: tuple(map(Fraction, ("1/2", "-1/2", "3/2", "-3/2"))),
}


def minimal_filtering(taps: int) -> tuple[Matrix, Matrix, Matrix]:
    """(A^T, G, B^T) with which y = A^T [(G g) ⊙ (B^T d)] are the 4 outputs y_i = Σ_k d_{i+k} g_k.

    For `taps` g of 2 or 3 and 4 + taps - 1 samples d (Winograd, Arithmetic Complexity of Computations, 1980;
    Lavin and Gray, 2016, Section 4). The last point of evaluation is infinity.
    """
    points = POINTS[taps]
    outputs = [[point**i for point in points] + [Fraction(i == OUTPUTS - 1)] for i in range(OUTPUTS)]
    others = [[b for b in points if b != a] for a in points]
    filters = [
        [a**k / _product(a - b for b in rest) for k in range(taps)]
        for a, rest in zip(points, others, strict=True)
    ]
    filters.append([Fraction(k == taps - 1) for k in range(taps)])
    samples = [[*_polynomial(rest), Fraction(0)] for rest in others] + [_polynomial(points)]
    return outputs, filters, samples


def _product(factors) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


def _polynomial(roots) -> list[Fraction]:
    """Coefficients of Π (x - root), lowest power first."""
    coefficients = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *coefficients]
        coefficients = [a - root * b for a, b in zip(shifted, [*coefficients, Fraction(0)], strict=True)]
    return coefficients
