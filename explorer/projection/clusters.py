"""Clusters of points, each named by the words most characteristic of it."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.progress import Report, no_report
from explorer.neighbors.exact import comparable
from explorer.projection import Projection, pca
from explorer.projection.cluster_names import name_clusters
from explorer.projection.hdbscan import dense_groups
from explorer.space import EmbeddingSpace

NO_CLUSTER = "in no cluster"
HDBSCAN_DIMENSIONS = 30  # principal components; in more dimensions density means little
MOST_FOR_HDBSCAN = 500_000  # points; 400,000 take up to five minutes on two cores
MOST_FOR_KMEANS = 20_000  # points; of more, mini-batches find about the same clusters sooner
SEED = 0
DENSE_VALUES = 100_000_000  # 400 MB: sparse spaces up to this size (n × d) are made dense


@dataclass(frozen=True, eq=False)
class Clusters:
    """Groups of points.

    Attributes
    ----------
    codes
        (n,) intp: the number of each point's cluster, −1 for none.
    names
        A name for each cluster, by number: its most characteristic words.
    method, on
        How they were found, and on what: 'the vectors' or 'the picture'.
    """

    codes: NDArray[np.intp]
    names: tuple[str, ...]
    method: str
    on: str

    @property
    def sizes(self) -> NDArray[np.intp]:
        """(clusters,) intp: how many points each has."""
        return np.bincount(self.codes[self.codes >= 0], minlength=len(self.names))


@dataclass(frozen=True)
class Clustering:
    """One way to find clusters: title, sentence, and `find(points, size, report)`, giving codes."""

    title: str
    sentence: str
    find: Callable[[NDArray[np.float32], int, Report], NDArray[np.intp]]


def find_kmeans(points: NDArray[np.float32], k: int, report: Report) -> NDArray[np.intp]:
    """Divide the points into k clusters, each around its mean (Lloyd 1957)."""
    from sklearn.cluster import KMeans, MiniBatchKMeans
    from sklearn.exceptions import ConvergenceWarning

    kind = KMeans if len(points) <= MOST_FOR_KMEANS else MiniBatchKMeans
    model = kind(min(k, len(np.unique(points, axis=0))), random_state=SEED, n_init=3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer clusters than asked for
        found = model.fit_predict(points)
    codes: NDArray[np.intp] = np.unique(found, return_inverse=True)[1].astype(np.intp)
    return codes


def find_hdbscan(points: NDArray[np.float32], smallest: int, report: Report) -> NDArray[np.intp]:
    """Find dense clusters of at least `smallest` points (Campello, Moulavi & Sander 2013)."""
    if len(points) > MOST_FOR_HDBSCAN:
        raise ProjectionError(
            f"HDBSCAN of {len(points):,} points would take very long; it takes up to "
            f"{MOST_FOR_HDBSCAN:,}. Draw fewer points, or use k-means."
        )
    if len(points) < 2 * smallest:
        return np.full(len(points), -1)
    if points.shape[1] > HDBSCAN_DIMENSIONS:
        fitted = pca.fit(points, HDBSCAN_DIMENSIONS)
        points = pca.transform(points, fitted, np.arange(HDBSCAN_DIMENSIONS))
    return dense_groups(np.ascontiguousarray(points, np.float32), smallest, report=report)


CLUSTERINGS = {
    "kmeans": Clustering(
        "k-means",
        "divides all points into the number of groups you choose, each around its mean",
        find_kmeans,
    ),
    "hdbscan": Clustering(
        "HDBSCAN",
        "finds groups that are denser than what lies between them; points between belong to none",
        find_hdbscan,
    ),
}


def find_clusters(
    space: EmbeddingSpace,
    projection: Projection | None = None,
    method: str = "kmeans",
    size: int = 12,
    *,
    texts: Sequence[str] | None = None,
    report: Report = no_report,
) -> Clusters:
    """Find clusters of points and name each by its most characteristic words.

    Parameters
    ----------
    space
        The points.
    projection
        Their picture, to find clusters in it; without, vectors of length 1 are clustered.
    method
        'kmeans' or 'hdbscan'. On vectors HDBSCAN works in their 30 principal components.
    size
        For k-means the number of clusters, for HDBSCAN the fewest points of a cluster.
    texts
        n texts to name clusters by; the labels by default.
    report
        Called with the share done; may raise to stop.

    Returns
    -------
    Clusters
        The largest has number 0.

    Raises
    ------
    ProjectionError
        The method is unknown, the size is less than 2, or there are too many points.

    Examples
    --------
    >>> space = EmbeddingSpace(
    ...     ["cat", "dog", "cow", "one", "two", "six"],
    ...     [[1, 0], [1, 0.1], [1, 0.2], [0, 1], [0.1, 1], [0.2, 1]],
    ... )
    >>> found = find_clusters(space, size=2)
    >>> sorted(found.names)
    ['dog, cow, cat', 'two, six, one']
    """
    if method not in CLUSTERINGS:
        raise ProjectionError(
            f"The clustering “{method}” is unknown. Known: {', '.join(CLUSTERINGS)}."
        )
    if size < 2:
        raise ProjectionError(f"The size is {size}. Clusters need at least 2.")
    report(0.0, "finding clusters")
    directions, _, _ = comparable(space, "cosine")
    if space.is_sparse:  # clustering needs dense vectors: cluster means are dense
        directions = directions.toarray() if space.dim * len(space) <= DENSE_VALUES else None
    if directions is None:
        raise ProjectionError(
            f"{len(space):,} vectors of {space.dim:,} dimensions are too many to find groups in. "
            "Use vectors of fewer dimensions."
        )
    points = directions if projection is None else projection.coordinates
    codes = CLUSTERINGS[method].find(points, size, lambda done, step: report(0.8 * done, step))
    report(0.8, "naming clusters")
    order = np.argsort(-np.bincount(codes[codes >= 0]), kind="stable")  # the largest first
    rank = np.full(len(order) + 1, -1)  # the last entry maps −1 to itself
    rank[order] = np.arange(len(order))
    codes = rank[codes]
    named = name_clusters(codes, texts if texts is not None else space.labels, directions)
    report(1.0, "done")
    return Clusters(
        codes,
        named,
        CLUSTERINGS[method].title,
        "the vectors" if projection is None else "the picture",
    )
