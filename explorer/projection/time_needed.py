"""How long pictures, their figures and clusters will take, before anybody waits for them."""

from __future__ import annotations

import math

from explorer.jobs.threads import cores

# Seconds on one core of an Intel Xeon, measured by benchmarks/projection.py --all. The neighbors
# of a point are sought among some √n others, on all cores; the optimization takes one.
NEIGHBOR = 1e-9  # a number of each of these √n, for each point
LAYOUT = 2.2e-4  # a point
TSNE = 2e-3  # a point
COMPARED = 1e-10  # a number of each point, for each other one that it is compared with
RANKED = 200  # numbers whose comparison takes as long as finding the nearest
MEASURED = 400_000_000  # pairs that are compared at most, as `projection_quality` does
# HDBSCAN's neighbors are in 30 principal components or fewer, where an index finds them less
# easily than UMAP's; its tree takes one core. Measured on 50,000 and 400,000 points of each kind.
DENSE_NEIGHBOR = 4e-8
TREE = 1.1e-4  # a point


def umap_seconds(n: int, dim: int) -> float:
    """Estimate the seconds that UMAP of n points of so many dimensions takes on this machine.

    Vectors with hardly any structure take longer, because more has to be compared.

    Examples
    --------
    >>> umap_seconds(1_000_000, 300) > 2 * umap_seconds(400_000, 300)
    True
    """
    return NEIGHBOR * n * math.sqrt(n) * dim / cores() + LAYOUT * n


def picture_seconds(method: str, n: int, dim: int) -> float:
    """Estimate the seconds that a picture takes; PCA and axes take none that count.

    Examples
    --------
    >>> picture_seconds("pca", 100_000, 300)
    0.0
    """
    layouts = {"umap": 0.0, "tsne": TSNE * n}
    return umap_seconds(n, dim) + layouts[method] if method in layouts else 0.0


def quality_seconds(n: int, dim: int) -> float:
    """Estimate the seconds that measuring a picture of n points takes."""
    return COMPARED * min(n * n, MEASURED) * (dim + RANKED) / cores()


def hdbscan_seconds(n: int, dim: int) -> float:
    """Estimate the seconds that HDBSCAN of n points takes, in the dimensions that it works in.

    Examples
    --------
    >>> hdbscan_seconds(50_000, 2) < hdbscan_seconds(50_000, 30) < 60
    True
    """
    return DENSE_NEIGHBOR * n * math.sqrt(n) * dim / cores() + TREE * n
