"""Arrays that travel to a job as the path of a file: mapped where it is, sent where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class ArrayFile:
    """An array that a job needs: mapped into memory where the file is, sent where it is not."""

    path: str

    def load(self) -> Any:
        """Return the array, mapped into memory; SciPy's where most of it is zero."""
        if self.path.endswith(".npz"):
            from scipy.sparse import load_npz

            return load_npz(self.path)
        return np.load(Path(self.path), mmap_mode="r", allow_pickle=False)


def as_array(given: Any) -> Any:
    """Return what arrived on a worker as an array: mapped here, or sent."""
    return given.load() if isinstance(given, ArrayFile) else given
