"""What stands out on a map, independent of how the map is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Rows = NDArray[np.intp]
NO_ROWS: Rows = np.empty(0, np.intp)


@dataclass(frozen=True, eq=False)
class Marks:
    """What stands out on the map: rows of search hits, a selected row and its neighbors.

    `lost` are the neighbors that the picture does not draw near it.
    """

    hits: Rows = field(default_factory=lambda: NO_ROWS)
    selected: int | None = None
    neighbors: Rows = field(default_factory=lambda: NO_ROWS)
    lost: Rows = field(default_factory=lambda: NO_ROWS)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is searched or selected."""
        return self.selected is None and not len(self.hits)
