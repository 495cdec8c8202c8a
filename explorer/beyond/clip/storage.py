"""Pairs in the cache: so that a job gets them as a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from explorer import cache
from explorer.beyond.clip.pairs import Pairs
from explorer.errors import JobError
from explorer.jobs.files import JobFile

PAIRS = cache.Kind("pairs", 1)


class PairsFile(JobFile):
    """Pairs among a job's arguments: the folder of their entry in the cache."""

    @classmethod
    def of(cls, pairs: Pairs) -> PairsFile:
        """Return the file of pairs, written into the cache if it is not there."""
        if cache.find(PAIRS, pairs.digest) is None:
            about = [pairs.names, pairs.captions, pairs.groups, pairs.kinds, pairs.parts.tolist()]
            arrays = {"pictures": pairs.pictures, "texts": pairs.texts}
            cache.save_arrays(PAIRS, pairs.digest, arrays, about)
        return cls(str(cache.place(PAIRS, pairs.digest)))

    def load(self) -> Pairs:
        """Return the pairs, without thumbnails.

        Raises
        ------
        JobError
            The cache made room meanwhile.
        """
        found = cache.load_arrays(PAIRS, Path(self.path).name)
        if found is None:
            raise JobError(
                "The pictures had to leave the cache before this could begin. Start it again, or "
                "set EXPLORER_CACHE_GB higher."
            )
        arrays, (names, captions, groups, kinds, parts) = found
        return Pairs(
            tuple(names),
            tuple(captions),
            tuple(groups),
            tuple(kinds),
            np.array(parts),
            np.asarray(arrays["pictures"]),
            np.asarray(arrays["texts"]),
        )
