"""UMAP (McInnes, Healy & Melville 2018) by umap-learn, on exact neighbors and from PCA."""

from __future__ import annotations

import warnings

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.neighbors import neighbor_graph
from explorer.projection import pca
from explorer.projection.projection import Projection
from explorer.projection.report import Report, no_report
from explorer.space import EmbeddingSpace

FEWEST_POINTS = 4
GRAPH_SHARE = 0.25  # of the progress bar; the rest is the optimization


def project(
    space: EmbeddingSpace,
    n_components: int,
    seed: int,
    report: Report = no_report,
    *,
    n_neighbors: int = 15,
    min_dist: float = 0.1,
    metric: str = "cosine",
    n_epochs: int | None = None,
) -> Projection:
    """Lay the points out so that near neighbors stay near.

    The neighbors are exact, from one blocked matrix product, and the layout starts from
    PCA: both are faster than umap-learn's own and leave less to chance.
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
    report(0.0, "comparing every point with every other")
    k = min(n_neighbors, n - 1)
    indices, distances = neighbor_graph(
        space,
        k,
        metric,
        report=lambda share: report(GRAPH_SHARE * share, "comparing every point with every other"),
    )
    start = pca.project(space, n_components, seed).coordinates
    report(GRAPH_SHARE, "loading UMAP")
    from umap import UMAP

    reducer = UMAP(
        n_neighbors=k,
        n_components=n_components,
        min_dist=min_dist,
        metric=metric,
        n_epochs=n_epochs,
        init=spread(start, seed),
        random_state=seed,
        n_jobs=1,  # what a seed needs: with more threads each run gives another picture
        precomputed_knn=(indices, distances),
        tqdm_kwds={
            "file": EpochWriter(report),
            "bar_format": "{n}/{total}",
            "mininterval": 0.1,
            "disable": False,  # umap-learn shows its bar only when it prints much else as well
        },
    )
    with warnings.catch_warnings():
        # umap-learn notes that no search index came with the neighbors (it would be
        # needed to add points) and that a start may not be its own.
        warnings.simplefilter("ignore", UserWarning)
        coordinates = reducer.fit_transform(space.matrix)
    report(1.0, "done")
    params = {"n_neighbors": k, "min_dist": min_dist, "metric": metric, "n_epochs": n_epochs}
    return Projection(coordinates, "umap", params, seed)


def spread(coordinates: NDArray[np.float32], seed: int) -> NDArray[np.float32]:
    """Return a start for the layout: 10 units wide, and no two points in one place.

    The optimization cannot pull apart what starts at the same spot.
    """
    extent = float(np.ptp(coordinates, axis=0).max())
    scaled = coordinates * (10 / extent) if extent > 0 else coordinates
    noise = np.random.default_rng(seed).normal(scale=1e-3, size=coordinates.shape)
    return (scaled + noise).astype(np.float32)


class EpochWriter:
    """The file that umap-learn's progress bar writes to: each line is told on as progress."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> None:
        """Tell the epoch of a line such as '120/500'."""
        done, _, total = text.strip().partition("/")
        if done.isdigit() and total.isdigit() and int(total):
            share = GRAPH_SHARE + (1 - GRAPH_SHARE) * int(done) / int(total)
            self._report(share, f"epoch {done} of {total}")

    def flush(self) -> None:
        """Do nothing: nothing is kept back."""
