"""UMAP (McInnes, Healy & Melville 2018): our neighbors, graph and optimizer, from a PCA start."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.progress import DrawingReport, no_report
from explorer.neighbors.graph import nearest_graph
from explorer.projection import pca
from explorer.projection.projection import Projection
from explorer.projection.umap.graph import fuzzy_graph
from explorer.projection.umap.supervised import membership
from explorer.space import EmbeddingSpace, is_numeric

FEWEST_POINTS = 4
FOLLOWING = 0.1  # learning rate from another picture: at 1, whole clusters wander without a cause
GRAPH_SHARE = 0.25  # of the progress bar; the rest is the optimization
LARGE = 10_000  # points; above, 200 epochs by default instead of 500, as in umap-learn


def project(
    space: EmbeddingSpace,
    n_components: int,
    seed: int | None,
    report: DrawingReport = no_report,
    *,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    metric: str = "cosine",
    n_epochs: int | None = None,
    target: str | None = None,
    densmap: bool = False,
    start: NDArray[np.float32] | None = None,
) -> Projection:
    """Lay the points out so that near neighbors stay near.

    Neighbors are exact up to 20,000 points, beyond from an index that finds 98 of 100; the layout
    starts from PCA. Both are faster than umap-learn's own and leave less to chance.

    `start` is another layout to start from, (n, n_components) in row order, kept at its own scale:
    the picture of another space of the same items, which this one should resemble.
    """
    from explorer.projection.umap.layout import (
        DECAY,
        NEGATIVE_SAMPLE_RATE,
        NEGATIVES,
        optimized,
    )

    n = len(space)
    if n < FEWEST_POINTS:
        raise ProjectionError(
            f"UMAP needs at least {FEWEST_POINTS} points, {space.name} has {n}. Use PCA."
        )
    if n_neighbors < 2:
        raise ProjectionError(f"n_neighbors is {n_neighbors}. UMAP needs at least 2.")
    if not 0 <= min_dist <= 1:
        raise ProjectionError(f"min_dist is {min_dist:g}. UMAP takes 0 to 1.")
    if n_epochs is not None and n_epochs < 1:
        raise ProjectionError(f"n_epochs is {n_epochs}. UMAP needs at least 1.")
    wanted = None if target is None else target_values(space, target)
    k = min(n_neighbors, n - 1)
    learning_rate = 1.0 if start is None else FOLLOWING
    if start is None:
        start = spread(pca.project(space, n_components, 0).coordinates, seed)
        report(0.0, "starting from PCA", start)  # to look at while neighbors are searched
    elif start.shape != (n, n_components):
        raise ProjectionError(
            f"The start has shape {start.shape}; {n:,} points need ({n}, {n_components})."
        )
    else:
        start = np.array(start, np.float32)  # the optimizer writes to it
        report(0.0, "starting from the other picture", start)
    indices, distances, notes = nearest_graph(
        space, k, metric, seed, report=report, share=GRAPH_SHARE
    )
    epochs = n_epochs or (500 if n <= LARGE else 200) + (200 if densmap else 0)

    def tell(epoch: int, layout: NDArray[np.float32]) -> None:
        share = GRAPH_SHARE + (1 - GRAPH_SHARE) * epoch / epochs
        report(share, f"epoch {epoch} of {epochs}", layout)

    if wanted or densmap:
        graph, lengths = membership(
            space.matrix, indices, distances, metric, seed, target=wanted, densmap=densmap
        )
    else:
        graph, lengths = fuzzy_graph(indices, distances, metric), None
    coordinates = optimized(
        start,
        graph,
        curve=curve(min_dist),
        n_epochs=epochs,
        seed=seed,
        each_epoch=tell,
        lengths=lengths,
        learning_rate=learning_rate,
    )
    report(1.0, "done")
    params: dict[str, Any] = {
        "n_neighbors": k,
        "min_dist": min_dist,
        "metric": metric,
        "n_epochs": epochs,
        "negative_sample_rate": NEGATIVE_SAMPLE_RATE,
        "negatives_drawn": NEGATIVES,  # umap-learn draws as many as the rate says
        "learning_rate_decay": DECAY,  # the exponent; umap-learn's is 1, linear
    }
    if target is not None:
        params["target"] = target
    if densmap:
        params["densmap"] = True
    return Projection(coordinates, "umap", params, seed, notes=notes)


def target_values(space: EmbeddingSpace, column: str) -> tuple[NDArray[Any], str]:
    """Return a metadata column as numbers to draw by, and the metric they are compared with."""
    if space.metadata is None or column not in space.metadata.column_names:
        known = ", ".join(space.metadata.column_names) if space.metadata else "none"
        raise ProjectionError(f"{space.name} has no column “{column}”. Its columns: {known}.")
    values = space.metadata[column].combine_chunks()
    if is_numeric(values.type):
        numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
        middle = np.nanmedian(numbers) if np.isfinite(numbers).any() else 0.0
        return np.where(np.isfinite(numbers), numbers, middle).astype(np.float32), "l2"
    codes = values.dictionary_encode().indices.fill_null(-1)  # −1: umap-learn's “unknown”
    return codes.to_numpy(zero_copy_only=False).astype(np.int64), "categorical"


def spread(coordinates: NDArray[np.float32], seed: int | None) -> NDArray[np.float32]:
    """Return the initial layout: 10 units wide, as umap-learn's, with a little noise.

    The noise separates equal points, between which all forces are zero.
    """
    extent = float(np.ptp(coordinates, axis=0).max())
    wide = coordinates.astype(np.float64) * (10 / extent if extent > 0 else 1)
    noise = np.random.default_rng(seed).normal(scale=1e-3, size=coordinates.shape)
    return (wide + noise).astype(np.float32)


def curve(min_dist: float) -> tuple[float, float]:
    """Return a and b of 1 / (1 + a d^2b), fitted as umap-learn does, with a spread of 1.

    The curve to fit is 1 up to `min_dist`, and exp(`min_dist` − d) beyond.
    """
    from scipy.optimize import curve_fit

    distance = np.linspace(0, 3, 300)
    wanted = np.exp(-np.maximum(distance - min_dist, 0))
    (a, b), _ = curve_fit(lambda x, a, b: 1 / (1 + a * x ** (2 * b)), distance, wanted)
    return float(a), float(b)
