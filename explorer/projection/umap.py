"""UMAP (McInnes, Healy & Melville 2018) by umap-learn, on our neighbors and from PCA."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.projection import pca
from explorer.projection.fuzzy import fuzzy_graph
from explorer.projection.graph import nearest_graph
from explorer.projection.projection import Projection
from explorer.projection.report import DrawingReport, no_report
from explorer.space import EmbeddingSpace

FEWEST_POINTS = 4
GRAPH_SHARE = 0.25  # of the progress bar; the rest is the optimization
DENSMAP = {"lambda": 2.0, "frac": 0.3, "var_shift": 0.1}  # umap-learn's defaults
LARGE = 10_000  # umap-learn's border: fewer epochs beyond it


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
) -> Projection:
    """Lay the points out so that near neighbors stay near.

    The neighbors come from our own search (exact to 30,000 points) and the layout starts
    from PCA: both are faster than umap-learn's own and leave less to chance.
    """
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
    indices, distances, notes = nearest_graph(
        space, k, metric, seed, report=report, share=GRAPH_SHARE
    )
    start = spread(pca.project(space, n_components, 0).coordinates, seed)
    report(GRAPH_SHARE, "loading UMAP", start)
    from umap.layouts import optimize_layout_euclidean
    from umap.umap_ import find_ab_params, make_epochs_per_sample

    lengths = None  # of the graph's edges: what densMAP needs to know of it
    if wanted or densmap:
        graph, lengths = umap_learns_graph(
            space, indices, distances, metric, seed, wanted=wanted, densmap=densmap
        )
    else:
        graph = fuzzy_graph(indices, distances, metric)
    epochs = n_epochs or (500 if n <= LARGE else 200) + (200 if densmap else 0)
    edges = graph.tocoo()
    edges.sum_duplicates()
    # an edge that would be drawn less than once in all epochs is left out
    edges.data[edges.data < edges.data.max() / max(epochs, 10)] = 0
    edges.eliminate_zeros()
    layout = scaled(start)
    a, b = find_ab_params(1.0, min_dist)
    optimize_layout_euclidean(
        layout,
        layout,  # moved in place, so that each epoch can be shown
        edges.row,
        edges.col,
        epochs,
        n,
        make_epochs_per_sample(edges.data, epochs),
        a,
        b,
        np.random.default_rng(seed).integers(-(2**31) + 1, 2**31 - 1, 3),
        # what a seed needs is one thread: with more, each run gives another picture
        parallel=seed is None,
        densmap=densmap,
        densmap_kwds=densities(edges, lengths) if densmap else None,
        tqdm_kwds={
            "file": EpochWriter(report, layout),
            "bar_format": "{n}/{total}",
            "mininterval": 0.1,
            "disable": False,  # umap-learn shows its bar only when it prints much else as well
        },
        move_other=True,
    )
    report(1.0, "done")
    params: dict[str, Any] = {
        "n_neighbors": k,
        "min_dist": min_dist,
        "metric": metric,
        "n_epochs": epochs,
    }
    if target is not None:
        params["target"] = target
    if densmap:
        params["densmap"] = True
    return Projection(layout, "umap", params, seed, notes=notes)


def umap_learns_graph(
    space: EmbeddingSpace,
    indices: NDArray[np.int32],
    distances: NDArray[np.float32],
    metric: str,
    seed: int | None,
    *,
    wanted: tuple[NDArray[Any], str] | None,
    densmap: bool,
) -> tuple[Any, Any]:
    """Return the graph that a column supervises, or with the lengths that densMAP asks for."""
    from umap import UMAP

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
            target_metric=wanted[1] if wanted else "categorical",
        ).fit(space.matrix, wanted[0] if wanted else None)
    return fitted.graph_, fitted.graph_dists_ if densmap else None


def target_values(space: EmbeddingSpace, column: str) -> tuple[NDArray[Any], str]:
    """Return a metadata column as numbers to draw by, and the metric they are compared with."""
    from explorer.figures.colors import is_number

    if space.metadata is None or column not in space.metadata.column_names:
        known = ", ".join(space.metadata.column_names) if space.metadata else "none"
        raise ProjectionError(f"{space.name} has no column “{column}”. Its columns: {known}.")
    values = space.metadata[column].combine_chunks()
    if is_number(values.type):
        numbers = values.to_numpy(zero_copy_only=False).astype(np.float64)
        middle = np.nanmedian(numbers) if np.isfinite(numbers).any() else 0.0
        return np.where(np.isfinite(numbers), numbers, middle).astype(np.float32), "l2"
    codes = values.dictionary_encode().indices.fill_null(-1)  # −1: umap-learn's “unknown”
    return codes.to_numpy(zero_copy_only=False).astype(np.int64), "categorical"


def spread(coordinates: NDArray[np.float32], seed: int | None) -> NDArray[np.float32]:
    """Return a start for the layout: 10 units wide, and no two points in one place.

    The optimization cannot pull apart what starts at the same spot.
    """
    extent = float(np.ptp(coordinates, axis=0).max())
    wide = coordinates * (10 / extent) if extent > 0 else coordinates
    noise = np.random.default_rng(seed).normal(scale=1e-3, size=coordinates.shape)
    return (wide + noise).astype(np.float32)


def scaled(start: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the start on a square of 10 units, as umap-learn has it."""
    low, extent = start.min(axis=0), np.ptp(start, axis=0)
    return np.ascontiguousarray(10 * (start - low) / np.maximum(extent, 1e-12), np.float32)


def densities(edges: Any, distances: Any) -> dict[str, Any]:
    """Return what densMAP (Narayan, Berger & Cho 2021) keeps: how dense it is around each point."""
    head, tail, weights = edges.row, edges.col, edges.data
    lengths = np.asarray(distances.tocsr()[head, tail]).ravel() ** 2
    n = edges.shape[0]

    def around(values: NDArray[Any]) -> NDArray[Any]:
        both = np.bincount(head, values, n) + np.bincount(tail, values, n)
        return both.astype(np.float32)

    total = around(weights)
    radius = np.log(1e-8 + around(weights * lengths) / np.maximum(total, 1e-12))
    deviation = radius.std()
    relative = (radius - radius.mean()) / (deviation if deviation > 0 else 1)
    return {**DENSMAP, "mu": weights, "mu_sum": total, "R": relative.astype(np.float32)}


class EpochWriter:
    """The file that umap-learn's progress bar writes to: each line is told on as progress."""

    def __init__(self, report: DrawingReport, layout: NDArray[np.float32]) -> None:
        self._report = report
        self._layout = layout

    def write(self, text: str) -> None:
        """Tell the epoch of a line such as '120/500'."""
        done, _, total = text.strip().partition("/")
        if done.isdigit() and total.isdigit() and int(total):
            share = GRAPH_SHARE + (1 - GRAPH_SHARE) * int(done) / int(total)
            self._report(share, f"epoch {done} of {total}", self._layout)

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""
