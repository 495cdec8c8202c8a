"""Files that a job needs: read where they are, sent where they are not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from explorer import cache
from explorer.errors import JobError
from explorer.space import EmbeddingSpace

VECTORS = cache.Kind("vectors", 1)


@dataclass(frozen=True)
class JobFile:
    """A file among a job's arguments; a worker that cannot reach it gets its content instead."""

    path: str

    def load(self) -> Any:
        """Return the file's content."""
        raise NotImplementedError


class ArrayFile(JobFile):
    """An array: mapped into memory where the file is."""

    @classmethod
    def of(cls, space: EmbeddingSpace) -> ArrayFile:
        """Return the file of a space's vectors, written into the cache if it is not there."""
        if space.is_sparse:
            from scipy.sparse import save_npz

            path = cache.keep(
                VECTORS, space.digest, "vectors.npz", lambda stream: save_npz(stream, space.matrix)
            )
        else:
            path = cache.keep(
                VECTORS, space.digest, "vectors.npy", lambda stream: np.save(stream, space.vectors)
            )
        return cls(str(path))

    def load(self) -> Any:
        """Return the array, mapped into memory; SciPy's where most of it is zero.

        Raises
        ------
        JobError
            The cache, too small for all that is going on, made room meanwhile.
        """
        try:
            if self.path.endswith(".npz"):
                from scipy.sparse import load_npz

                return load_npz(self.path)
            return np.load(Path(self.path), mmap_mode="r", allow_pickle=False)
        except FileNotFoundError as error:
            raise JobError(
                "The vectors had to leave the cache before this could begin: too much is computed "
                "at once for its size. Start it again, or set EXPLORER_CACHE_GB higher."
            ) from error


def loaded(given: Any) -> Any:
    """Return what an argument stands for, whether it arrived on a worker as a file or was sent."""
    return given.load() if isinstance(given, JobFile) else given
