"""Principal component analysis (Pearson 1901; Hotelling 1933), exact."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.projection.projection import Projection
from explorer.projection.report import Report, no_report
from explorer.space import EmbeddingSpace

BLOCK_BYTES = 32 << 20


def project(
    space: EmbeddingSpace, n_components: int, seed: int, report: Report = no_report, **params: Any
) -> Projection:
    """Project onto the directions of largest variance.

    The covariance matrix (or, with fewer points than dimensions, the matrix of inner
    products) is summed up in float64 and decomposed: no approximation, no random start,
    so the seed changes nothing. Signs follow scikit-learn's rule: in each direction the
    weight of largest size is positive.
    """
    if space.is_sparse and min(len(space), space.dim) > n_components:
        return project_sparse(space, n_components, seed)
    vectors = space.vectors
    n, d = vectors.shape
    mean = vectors.mean(axis=0, dtype=np.float64)
    if d <= n:
        values, directions = np.linalg.eigh(covariance(vectors, mean))
    else:
        centered = vectors - mean
        values, left = np.linalg.eigh(centered @ centered.T)
        directions = centered.T @ left
    total = float(np.maximum(values, 0).sum())
    # eigh sorts upwards; a space of fewer dimensions than axes leaves the others at zero
    kept = min(n_components, n, d)
    axes = directions[:, ::-1][:, :kept]
    lengths = np.linalg.norm(axes, axis=0)
    axes = np.divide(axes, lengths, out=np.zeros_like(axes), where=lengths > 1e-9 * lengths.max())
    peak = axes[np.abs(axes).argmax(axis=0), np.arange(kept)]
    axes = axes * np.where(peak < 0, -1.0, 1.0)
    coordinates = np.zeros((n, n_components), np.float32)
    for rows, block in centered_blocks(vectors, mean):
        coordinates[rows, :kept] = block @ axes
    share = np.zeros(n_components)
    if total > 0:
        share[:kept] = np.maximum(values[::-1][:kept], 0) / total
    report(1.0, "done")
    return Projection(coordinates, "pca", {}, None, share)


def project_sparse(space: EmbeddingSpace, n_components: int, seed: int) -> Projection:
    """Do the same without writing the zeros out, by scikit-learn and ARPACK.

    Exact to float32's digits. Where directions hold equal variance, as in a one-hot space,
    any of them are principal ones: then the seed decides which are drawn.
    """
    from sklearn.decomposition import PCA

    reducer = PCA(n_components, svd_solver="arpack", random_state=seed)
    coordinates = reducer.fit_transform(space.matrix)
    return Projection(coordinates, "pca", {}, None, reducer.explained_variance_ratio_)


def covariance(vectors: NDArray[np.float32], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (d, d) scatter matrix, summed in float64 block by block."""
    d = vectors.shape[1]
    scatter = np.zeros((d, d))
    for _, block in centered_blocks(vectors, mean):
        scatter += block.T @ block
    return scatter


def centered_blocks(
    vectors: NDArray[np.float32], mean: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield the rows of each block and its vectors less the mean: never a copy of them all."""
    n, d = vectors.shape
    step = max(1, BLOCK_BYTES // (8 * d))
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        yield rows, vectors[rows] - mean
