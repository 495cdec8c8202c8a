"""Progress of long computations: a callback with the share done and the step's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Report: TypeAlias = Callable[[float, str], None]
"""Called with the share that is done (0 to 1) and what is being done.

It may raise to stop the work (`JobCancelled` does): progress and cancel are one idea.
"""


class DrawingReport(Protocol):
    """A report that also takes an intermediate picture.

    `coordinates` are (n, 2) or (n, 3) float32. The caller goes on writing to them: copy what is
    to be kept.
    """

    def __call__(
        self, share: float, step: str, coordinates: NDArray[np.float32] | None = None, /
    ) -> None: ...


def no_report(share: float, step: str, coordinates: NDArray[np.float32] | None = None) -> None:
    """Report to nobody."""
