"""Stability of a projection: which neighbors do pictures with different seeds share?"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.projection.projection import Projection

K = 15


@dataclass(frozen=True, eq=False)
class Stability:
    """What pictures of the same points have in common.

    Attributes
    ----------
    shared
        (n,) float32: the share of each point's k drawn neighbors that two pictures have in
        common, averaged over all pairs of pictures.
    pairs
        (p, p) float32: the mean of that for each two pictures; 1 on the diagonal.
    k
        How many neighbors were compared.
    """

    shared: NDArray[np.float32]
    pairs: NDArray[np.float32]
    k: int

    @property
    def mean(self) -> float:
        """0 to 1: 1 if all pictures draw the same neighbors."""
        return float(self.shared.mean())


def projection_stability(pictures: list[Projection], k: int = K) -> Stability:
    """Compare the drawn neighbors of the same points in several pictures.

    Parameters
    ----------
    pictures
        Two or more, of the same n points: drawn with different seeds, say.
    k
        Neighbors to compare; fewer in a small picture.

    Returns
    -------
    Stability
        With shares from 0 to 1: (n,) of each point, (p, p) of each two pictures.

    Raises
    ------
    ProjectionError
        There are fewer than two pictures, or of different numbers of points.

    Examples
    --------
    >>> line = Projection(np.array([[0, 0], [1, 0], [3, 0]], np.float32), "umap")
    >>> projection_stability([line, line], k=1).mean
    1.0
    """
    from scipy.spatial import cKDTree

    sizes = {len(one) for one in pictures}
    if len(pictures) < 2 or len(sizes) != 1:
        raise ProjectionError(
            f"{len(pictures)} pictures of {', '.join(map(str, sorted(sizes)))} points. "
            "Give two or more of the same points."
        )
    n = sizes.pop()
    k = min(k, n - 1)
    if k < 1:
        raise ProjectionError("One point has no neighbors to compare.")
    near = []
    for one in pictures:
        found = cKDTree(one.coordinates).query(one.coordinates, k + 1)[1]
        itself = found == np.arange(n)[:, None]
        itself[~itself.any(axis=1), -1] = True  # points in one place may hide each other
        near.append(found[~itself].reshape(n, k))
    pairs = np.eye(len(pictures), dtype=np.float32)
    shared = np.zeros(n, np.float32)
    both = list(combinations(range(len(pictures)), 2))
    for a, b in both:
        common = (near[a][:, :, None] == near[b][:, None, :]).any(axis=2).mean(axis=1)
        pairs[a, b] = pairs[b, a] = common.mean()
        shared += (common / len(both)).astype(np.float32)
    return Stability(shared, pairs, k)
