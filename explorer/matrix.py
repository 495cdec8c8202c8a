"""The matrix of a space, checked once: shape, type, and that every value is a number."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import SpaceError, VectorValueError
from explorer.wording import count, rows_named

BLOCK_BYTES = 32 << 20  # values are checked in blocks of this size, without a copy of the matrix


def as_matrix(vectors: Any) -> NDArray[np.float32]:
    """Return vectors as a C-contiguous, read-only (n, d) float32 array."""
    try:
        given = np.asarray(vectors)
    except ValueError as error:
        raise SpaceError(
            "The vectors differ in length. Each vector needs the same number of values."
        ) from error
    if not (np.issubdtype(given.dtype, np.number) or given.dtype == np.bool_):
        raise SpaceError(f"The vectors hold {given.dtype}, not numbers.")
    if np.issubdtype(given.dtype, np.complexfloating):
        raise SpaceError("The vectors hold complex numbers. Real numbers are needed.")
    if given.ndim != 2:
        raise SpaceError(
            f"The vectors have {given.ndim} axes, shape {given.shape}. "
            "A matrix is needed: one row per label, one column per dimension."
        )
    n, d = given.shape
    if n == 0:
        raise SpaceError("There are no rows. At least one labelled vector is needed.")
    if d == 0:
        raise SpaceError(
            f"{count(n, 'row')}, but no dimensions. Each vector needs at least one value."
        )
    with np.errstate(over="ignore"):  # overflow becomes infinite, which `check_values` reports
        matrix = np.ascontiguousarray(given, dtype=np.float32)
    if matrix.flags.writeable and np.shares_memory(matrix, given):
        matrix = matrix.copy()  # the caller could change it behind the digest
    matrix.flags.writeable = False
    return matrix


def check_values(matrix: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the rows that hold only zeros; raise VectorValueError on NaN or infinite values."""
    step = max(1, BLOCK_BYTES // (4 * matrix.shape[1]))
    bad, zero = [], []
    for start in range(0, len(matrix), step):
        block = matrix[start : start + step]
        bad.append(start + np.flatnonzero(~np.isfinite(block).all(axis=1)))
        zero.append(start + np.flatnonzero(~block.any(axis=1)))
    bad_rows = np.concatenate(bad)
    if len(bad_rows):
        raise VectorValueError(
            f"Of {count(len(matrix), 'vector')}, {count(len(bad_rows), 'holds', 'hold')} NaN or "
            f"infinite values: {rows_named(bad_rows)}. Remove or repair what is wrong there."
        )
    return np.concatenate(zero)
