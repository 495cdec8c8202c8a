"""Files as job arguments: local workers read them, a cluster's workers get their content."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from explorer import cache
from explorer.errors import DiskError, JobError
from explorer.space import EmbeddingSpace

VECTORS = cache.Kind("vectors", 1)


@dataclass(frozen=True)
class JobFile:
    """A file as a job's argument; a worker on another machine gets its content instead."""

    path: str

    def load(self) -> Any:
        """Return the file's content."""
        raise NotImplementedError


def left_the_cache(what: str) -> JobError:
    """Return the error for an argument that was evicted before its job began."""
    return JobError(
        f"The {what} had to leave the cache before this could begin: it is too small for all that "
        "is being computed. Start it again, or set EXPLORER_CACHE_GB higher."
    )


class KeptFile(JobFile):
    """The folder of a cache entry as a job's argument, opened again by its name there."""

    holds: ClassVar[str]  # such as “facts”, for the error

    @classmethod
    def of(cls, data: Any) -> KeptFile:
        """Return the entry of some data, written into the cache; raises DiskError."""
        raise NotImplementedError

    @staticmethod
    def opened(digest: str) -> Any:
        """Return what is kept under a digest, or None."""
        raise NotImplementedError

    def load(self) -> Any:
        """Return what the entry holds.

        Raises
        ------
        JobError
            The cache made room meanwhile.
        """
        found = self.opened(Path(self.path).name)
        if found is None:
            raise left_the_cache(self.holds)
        return found


class ArrayFile(JobFile):
    """An array in a file, which is mapped into memory."""

    @classmethod
    def of(cls, space: EmbeddingSpace) -> Any:
        """Return the file of a space's vectors, written into the cache if missing.

        Where the disk is full or the cache cannot be written, the vectors themselves are returned:
        they go to the worker with the job.
        """
        try:
            return cls.kept(space)
        except OSError:
            return space.matrix

    @classmethod
    def kept(cls, space: EmbeddingSpace) -> ArrayFile:
        """Return the file of a space's vectors; raises OSError where it cannot be written."""
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
        """Return the (n, d) array: mapped into memory, or SciPy's CSR for a sparse space.

        Raises
        ------
        JobError
            The file was evicted meanwhile: the cache is too small for the jobs under way.
        """
        try:
            if self.path.endswith(".npz"):
                from scipy.sparse import load_npz

                return load_npz(self.path)
            return np.load(Path(self.path), mmap_mode="r", allow_pickle=False)
        except FileNotFoundError as error:
            raise left_the_cache("vectors") from error


def kept_or_sent(file: type[KeptFile], data: Any) -> Any:
    """Return the cache entry of a job's argument, or on a full disk the data themselves."""
    try:
        return file.of(data)
    except DiskError:
        return data


def loaded(given: Any) -> Any:
    """Return the content of a job's argument, whether it came as a JobFile or was sent."""
    return given.load() if isinstance(given, JobFile) else given
