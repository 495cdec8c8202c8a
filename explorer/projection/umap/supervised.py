"""What umap-learn itself computes here: the graph that a column supervises, or densMAP needs."""

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
    """Return UMAP's graph, (n, n) sparse, and for densMAP the lengths of its edges, alike.

    `target` are (n,) values, whose points are to lie together where they are equal or near,
    and the metric that compares them.
    """
    from umap import UMAP

    values, compared_by = target or (None, "categorical")
    with warnings.catch_warnings():
        # umap-learn notes that no search index came with the neighbors; it would be
        # needed to add points, which is done elsewhere.
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
