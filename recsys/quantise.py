"""Freezing trained vectors into integers, so that every later number is exact.

Owns the rounding rule of the design's section 4. Refuses to know how vectors were trained.
"""

import numpy as np
from numpy.typing import NDArray

from recsys.arrays import FloatMatrix, Int8Matrix
from recsys.errors import MalformedVectors

DIMENSION_STEP = 32
DIMENSION_MAX = 1024
COMPONENT_MAX = 127


def quantise_tracks(vectors: FloatMatrix) -> Int8Matrix:
    """Return track vectors as integers that share one scale: round_half_even(127 * v / max|V|).

    One scale keeps the order of scores of every listener; a scale for each track would not.

    Args:
        vectors: float (N, D), D a multiple of 32 and at most 1,024.

    Returns:
        int8 (N, D) in [-127, 127]; rows of zeros stay zero.

    Raises:
        MalformedVectors: A wrong dimension, or a component that is not finite.
    """
    exact = _checked(vectors, "track vectors")
    return _rounded(exact, np.max(np.abs(exact), keepdims=True, initial=0.0))


def quantise_listeners(vectors: FloatMatrix) -> Int8Matrix:
    """Return listener vectors as integers, each with a scale of its own.

    A listener's scale changes its scores and never their order.

    Args:
        vectors: float (M, D), D a multiple of 32 and at most 1,024.

    Returns:
        int8 (M, D) in [-127, 127]; rows of zeros stay zero.

    Raises:
        MalformedVectors: A wrong dimension, or a component that is not finite.
    """
    exact = _checked(vectors, "listener vectors")
    return _rounded(exact, np.max(np.abs(exact), axis=1, keepdims=True, initial=0.0))


def check_dimension(dimension: int, what: str) -> None:
    """Check that a dimension is a multiple of 32 from 32 to 1,024.

    Raises:
        MalformedVectors: It is not.
    """
    if dimension <= 0 or dimension % DIMENSION_STEP or dimension > DIMENSION_MAX:
        raise MalformedVectors(what, f"dimension {dimension} is not a multiple of 32 from 32 to 1,024")


def check_components(vectors: Int8Matrix, what: str) -> None:
    """Check that integer vectors are a matrix of an allowed dimension without the byte 0x80.

    Raises:
        MalformedVectors: They are not.
    """
    if vectors.dtype != np.int8 or vectors.ndim != 2:
        raise MalformedVectors(
            what, f"expected an int8 matrix, found {vectors.dtype} of shape {vectors.shape}"
        )
    check_dimension(vectors.shape[1], what)
    if vectors.size and int(vectors.min()) < -COMPONENT_MAX:
        raise MalformedVectors(what, "a component is -128 (byte 0x80), the range is -127 to 127")


def _checked(vectors: FloatMatrix, what: str) -> NDArray[np.float64]:
    if vectors.ndim != 2:
        raise MalformedVectors(what, f"expected a matrix, found shape {vectors.shape}")
    check_dimension(vectors.shape[1], what)
    exact = vectors.astype(np.float64)
    with np.errstate(over="ignore"):
        finite = np.isfinite(exact * COMPONENT_MAX).all(axis=1)
    if not np.all(finite):
        row = int(np.flatnonzero(~finite)[0])
        raise MalformedVectors(
            what, f"row {row} holds NaN, an infinity or a number near the limit of doubles"
        )
    return exact


def _rounded(exact: NDArray[np.float64], largest: NDArray[np.float64]) -> Int8Matrix:
    # 127 times a float32 is exact in double, and a quotient that is not a half is too far from one to be
    # rounded onto it, so any IEEE 754 machine finds the integers of exact arithmetic.
    divisor = np.where(largest == 0, 1.0, largest)
    return np.rint(exact * COMPONENT_MAX / divisor).astype(np.int8)
