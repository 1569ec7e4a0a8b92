"""How options with a decimal point are written into names of folders, where no rounding error is to show."""


def decimal(number: float) -> str:
    """A learning rate or a share in nine digits, as many as the outcomes have; `float` of it is what is used.

    The product 1e-06 × 0.1 is 9.999999999999999e-08, and in this form 1e-07.
    """
    return f"{number:.9g}"
