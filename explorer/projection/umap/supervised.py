"""The graphs of supervised UMAP and densMAP, which umap-learn itself computes."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray


def membership(
    vectors: Any,
    indices: NDArray[np.int32],
    distances: NDArray[np.float32],
    metric: str,
    seed: int | None,
    *,
    target: tuple[NDArray[Any], str] | None,
    densmap: bool,
) -> tuple[Any, Any]:
    """Return UMAP's graph, (n, n) sparse, and for densMAP its edge lengths, (n, n) sparse.

    `target` is (n,) values and the metric that compares them: points with equal or near values
    are drawn together.
    """
    from umap import UMAP

    values, compared_by = target or (None, "categorical")
    with warnings.catch_warnings():
        # umap-learn warns that without a search index it cannot add points; we never ask it to
        warnings.simplefilter("ignore", UserWarning)
        fitted = UMAP(
            n_neighbors=indices.shape[1],
            metric=metric,
            random_state=seed,
            n_jobs=1 if seed is not None else -1,
            precomputed_knn=(indices, distances),
            transform_mode="graph",
            densmap=densmap,
            target_metric=compared_by,
        ).fit(vectors, values)
    return fitted.graph_, fitted.graph_dists_ if densmap else None
