"""How long a picture of many points will take, before anybody waits for it."""

from __future__ import annotations

import math

from explorer.jobs.threads import cores

# Seconds on one core of an Intel Xeon, measured by benchmarks/projection.py --all. The neighbors
# of a point are sought among some √n others, on all cores; the optimization takes one.
NEIGHBOR = 1e-9  # a number of each of these √n, for each point
LAYOUT = 2.2e-4  # a point


def umap_seconds(n: int, dim: int) -> float:
    """Estimate the seconds that UMAP of n points of so many dimensions takes on this machine.

    Vectors with hardly any structure take longer, because more has to be compared.

    Examples
    --------
    >>> umap_seconds(1_000_000, 300) > 2 * umap_seconds(400_000, 300)
    True
    """
    return NEIGHBOR * n * math.sqrt(n) * dim / cores() + LAYOUT * n
