"""Principal component analysis (Pearson 1901; Hotelling 1933), exact."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.progress import DrawingReport, no_report
from explorer.projection.projection import LinearMap, Projection
from explorer.space import EmbeddingSpace

BLOCK_BYTES = 32 << 20  # one block of centered vectors in float64
MOST_COMPONENTS = 10  # to choose axes from: later ones hold little variance
NO_DIRECTION = 1e-9  # relative to the longest direction: a shorter one is rounding


@dataclass(frozen=True, eq=False)
class Components:
    """Principal components: `mean` (d,), unit `axes` (d, m), `share` (m,) of the variance."""

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    share: NDArray[np.float64]


def project(
    space: EmbeddingSpace,
    n_components: int,
    seed: int,
    report: DrawingReport = no_report,
    *,
    components: Sequence[int] | None = None,
) -> Projection:
    """Project onto principal components: the first ones, or those chosen.

    Exact, so the seed changes nothing (but see `project_sparse`). `components` are counted from
    1, one for each axis.
    """
    numbers = list(range(1, n_components + 1)) if components is None else list(components)
    if len(numbers) != n_components or not all(1 <= one <= MOST_COMPONENTS for one in numbers):
        raise ProjectionError(
            f"The components are {', '.join(map(str, numbers)) or 'none'}. "
            f"Give {n_components} numbers from 1 to {MOST_COMPONENTS}, one for each axis."
        )
    chosen = np.array(numbers) - 1
    params = {} if components is None else {"components": numbers}
    if space.is_sparse and min(len(space), space.dim) > max(numbers):
        return project_sparse(space, chosen, seed, params)
    fitted = fit(space.vectors, max(numbers))
    coordinates = transform(space.vectors, fitted, chosen)
    report(1.0, "done")
    linear = LinearMap(fitted.mean, fitted.axes[:, chosen])
    return Projection(coordinates, "pca", params, None, fitted.share[chosen], linear=linear)


def fit(vectors: NDArray[np.float32], n_components: int) -> Components:
    """Return the first principal components; zeros for those that a small space does not have.

    They come from the eigenvectors of the scatter matrix, or of the Gram matrix where there are
    fewer points than dimensions, both in float64. Signs follow scikit-learn's rule: each
    component's weight of largest magnitude is positive.
    """
    n, d = vectors.shape
    mean = vectors.mean(axis=0, dtype=np.float64)
    if d <= n:
        values, directions = np.linalg.eigh(scatter_matrix(vectors, mean))
    else:
        centered = vectors - mean
        values, left = np.linalg.eigh(centered @ centered.T)
        directions = centered.T @ left
    total = float(np.maximum(values, 0).sum())
    # eigh sorts ascending; where there are fewer dimensions than axes, the others stay zero
    kept = min(n_components, n, d)
    found = directions[:, ::-1][:, :kept]
    lengths = np.linalg.norm(found, axis=0)
    found = np.divide(
        found, lengths, out=np.zeros_like(found), where=lengths > NO_DIRECTION * lengths.max()
    )
    peak = found[np.abs(found).argmax(axis=0), np.arange(kept)]
    axes = np.zeros((d, n_components))
    axes[:, :kept] = found * np.where(peak < 0, -1.0, 1.0)
    share = np.zeros(n_components)
    if total > 0:
        share[:kept] = np.maximum(values[::-1][:kept], 0) / total
    return Components(mean, axes, share)


def transform(
    vectors: NDArray[np.float32], fitted: Components, chosen: NDArray[np.intp]
) -> NDArray[np.float32]:
    """Return the vectors' coordinates along the chosen components, (n, c) float32."""
    coordinates = np.zeros((len(vectors), len(chosen)), np.float32)
    for rows, block in centered_blocks(vectors, fitted.mean):
        coordinates[rows] = block @ fitted.axes[:, chosen]
    return coordinates


def project_sparse(
    space: EmbeddingSpace, chosen: NDArray[np.intp], seed: int, params: dict[str, Any]
) -> Projection:
    """Project a sparse space without making it dense, by scikit-learn's ARPACK solver.

    Exact to float32. Components of equal variance, as in a one-hot space, are not unique: the
    seed decides which are drawn.
    """
    from sklearn.decomposition import PCA

    reducer = PCA(int(chosen.max()) + 1, svd_solver="arpack", random_state=seed)
    coordinates = reducer.fit_transform(space.matrix)[:, chosen]
    linear = LinearMap(
        reducer.mean_.astype(np.float64), reducer.components_[chosen].T.astype(np.float64)
    )
    share = reducer.explained_variance_ratio_[chosen]
    return Projection(coordinates, "pca", params, seed, share, linear=linear)


def scatter_matrix(vectors: NDArray[np.float32], mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the (d, d) scatter matrix, summed in float64 block by block."""
    d = vectors.shape[1]
    scatter = np.zeros((d, d))
    for _, block in centered_blocks(vectors, mean):
        scatter += block.T @ block
    return scatter


def centered_blocks(
    vectors: NDArray[np.float32], mean: NDArray[np.float64]
) -> Iterator[tuple[slice, NDArray[np.float64]]]:
    """Yield each block's rows and centered vectors, so that no centered copy of all is made."""
    n, d = vectors.shape
    step = max(1, BLOCK_BYTES // (8 * d))
    for start in range(0, n, step):
        rows = slice(start, min(start + step, n))
        yield rows, vectors[rows] - mean
