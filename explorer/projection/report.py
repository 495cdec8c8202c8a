"""How long work tells what it does: a callback with the share done and the step's name."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class Report(Protocol):
    """Called with the share that is done (0 to 1), what is being done, and how it looks by now.

    `coordinates` are (n, 2) or (n, 3) float32 and belong to the caller, who goes on writing
    to them: copy what is to be kept. It may raise to stop the work (`JobCancelled` does):
    progress and cancel are one idea.
    """

    def __call__(
        self, share: float, step: str, coordinates: NDArray[np.float32] | None = None, /
    ) -> None: ...


def no_report(share: float, step: str, coordinates: NDArray[np.float32] | None = None) -> None:
    """Report to nobody."""
