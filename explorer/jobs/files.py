"""Files that a job needs: read where they are, sent where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class JobFile:
    """A file among a job's arguments; a worker that cannot reach it gets its content instead."""

    path: str

    def load(self) -> Any:
        """Return the file's content."""
        raise NotImplementedError


class ArrayFile(JobFile):
    """An array: mapped into memory where the file is."""

    def load(self) -> Any:
        """Return the array, mapped into memory; SciPy's where most of it is zero."""
        if self.path.endswith(".npz"):
            from scipy.sparse import load_npz

            return load_npz(self.path)
        return np.load(Path(self.path), mmap_mode="r", allow_pickle=False)


def loaded(given: Any) -> Any:
    """Return what an argument stands for, whether it arrived on a worker as a file or was sent."""
    return given.load() if isinstance(given, JobFile) else given
