"""HDBSCAN (Campello, Moulavi & Sander 2013) of many points, from their nearest neighbors.

scikit-learn's HDBSCAN builds the minimum spanning tree of all mutual reachability distances,
whose time grows with n². Nearly all edges of that tree join near neighbors. So of many points the
tree is built from their k-nearest-neighbor graph, and only what that graph leaves unconnected is
compared with all points (a round of Borůvka 1926). scikit-learn finds the clusters in the tree.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.jobs.progress import Report, no_report
from explorer.jobs.threads import in_threads
from explorer.neighbors.graph import nearest_graph
from explorer.space import EmbeddingSpace

EXACT_TO = 5_000  # points; scikit-learn takes seconds for them, and cannot be stopped meanwhile
MOST_SAMPLES = 50  # neighbors that make a point dense; a larger cluster size needs no more
FEWEST_NEIGHBORS = (
    30  # of a point in the graph: with fewer, more edges of the exact tree are missing
)
MOST_COMPARED = 20_000  # points per round that are compared with all, to join components
BLOCK = 8_000_000  # distances at once: 32 MB
CLOSE = 1e-12  # stands for 0: a sparse graph has no edges of length 0
SEED = 0


def dense_groups(
    points: NDArray[np.float32], smallest: int, *, report: Report = no_report
) -> NDArray[np.intp]:
    """Return the cluster of each point, −1 for none.

    Parameters
    ----------
    points
        (n, d) float32, compared by euclidean distance.
    smallest
        The fewest points of a cluster. Also the number of neighbors that a dense point has within
        its core distance (`min_samples`, itself included), up to 50.
    report
        Called with the share done; may raise to stop.

    Returns
    -------
    NDArray
        (n,) intp. Exact up to 5,000 points; of more, the spanning tree comes from the neighbors.
    """
    from sklearn.cluster import HDBSCAN

    samples = min(smallest, MOST_SAMPLES)
    if len(points) <= EXACT_TO:
        model = HDBSCAN(min_cluster_size=smallest, min_samples=samples, copy=False)
        exact: NDArray[np.intp] = model.fit_predict(points.astype(np.float64)).astype(np.intp)
        return exact
    tree = spanning_tree(points, samples, report=report)
    report(0.9, "finding the groups in the tree")
    # one sample: the tree's edges are mutual reachability distances already
    model = HDBSCAN(min_cluster_size=smallest, min_samples=1, metric="precomputed", copy=False)
    codes: NDArray[np.intp] = model.fit_predict(tree + tree.T).astype(np.intp)
    return codes


def spanning_tree(points: NDArray[np.float32], samples: int, *, report: Report = no_report) -> Any:
    """Return a spanning tree of mutual reachability distances: (n, n) CSR with n − 1 edges."""
    from scipy.sparse import coo_array, csr_array
    from scipy.sparse.csgraph import connected_components, minimum_spanning_tree

    n = len(points)
    k = max(samples, FEWEST_NEIGHBORS)
    space = EmbeddingSpace([str(row) for row in range(n)], points, name="points")
    near, lengths, _ = nearest_graph(space, k, "euclidean", SEED, report=report, share=0.7)
    core = lengths[:, samples - 1].astype(np.float64)
    rows = np.repeat(np.arange(n, dtype=np.int32), k)
    others = near.ravel()
    far = np.maximum(np.maximum(lengths.ravel(), core[rows]), core[others])
    own = rows == others
    edges = csr_array((np.maximum(far, CLOSE)[~own], (rows[~own], others[~own])), shape=(n, n))
    report(0.72, "building the tree of neighbors")
    tree = minimum_spanning_tree(edges.maximum(edges.T))
    while True:
        parts, part = connected_components(tree, directed=False)
        if parts == 1:
            return tree
        report(0.75, f"joining {parts:,} parts of the tree")
        start, end, length = shortest_between(points, core, part)
        joined = coo_array((np.maximum(length, CLOSE), (start, end)), shape=(n, n)).tocsr()
        tree = minimum_spanning_tree(tree.maximum(joined))


def shortest_between(
    points: NDArray[np.float32], core: NDArray[np.float64], part: NDArray[np.int32]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Return one edge from each part but the largest to the nearest point of any other.

    Of a large part only a sample of points is compared.
    """
    rng = np.random.default_rng(SEED)
    sizes = np.bincount(part)
    most = max(1, MOST_COMPARED // len(sizes))
    shuffled = rng.permutation(len(part))
    shuffled = shuffled[np.argsort(part[shuffled], kind="stable")]
    place = np.arange(len(part)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    asked = shuffled[(place < most) & (part[shuffled] != sizes.argmax())]
    squares = np.einsum("ij,ij->i", points, points)
    nearest = np.empty(len(asked), np.intp)
    length = np.empty(len(asked))

    def compare(block: slice) -> None:
        mine = asked[block]
        square = squares[mine, None] - 2 * (points[mine] @ points.T) + squares
        apart = np.sqrt(np.maximum(square, 0))
        np.maximum(apart, core[mine, None].astype(np.float32), out=apart)
        np.maximum(apart, core.astype(np.float32), out=apart)
        apart[part[mine, None] == part] = np.inf
        nearest[block] = apart.argmin(axis=1)
        length[block] = apart[np.arange(len(mine)), nearest[block]]

    step = max(1, BLOCK // len(points))
    for _ in in_threads(compare, [slice(at, at + step) for at in range(0, len(asked), step)]):
        pass
    order = np.lexsort((length, part[asked]))
    first = order[np.unique(part[asked][order], return_index=True)[1]]
    return asked[first], nearest[first], length[first]
