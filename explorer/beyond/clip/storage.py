"""Pairs in the cache: so that a job gets them as a file."""

from __future__ import annotations

import numpy as np

from explorer import cache
from explorer.beyond.clip.pairs import Pairs
from explorer.jobs.files import KeptFile

PAIRS = cache.Kind("pairs", 1)


class PairsFile(KeptFile):
    """Pairs among a job's arguments: the folder of their entry in the cache."""

    holds = "pictures"

    @classmethod
    def of(cls, pairs: Pairs) -> PairsFile:
        """Return the file of pairs, written into the cache if it is not there."""
        if cache.find(PAIRS, pairs.digest) is None:
            about = [pairs.names, pairs.captions, pairs.groups, pairs.kinds, pairs.parts.tolist()]
            arrays = {"pictures": pairs.pictures, "texts": pairs.texts}
            cache.save_arrays(PAIRS, pairs.digest, arrays, about)
        return cls(str(cache.place(PAIRS, pairs.digest)))

    @staticmethod
    def opened(digest: str) -> Pairs | None:
        """Return what is kept under a digest, or None."""
        return open_pairs(digest)


def open_pairs(digest: str) -> Pairs | None:
    """Return the pairs kept under a digest, without thumbnails; or None."""
    found = cache.load_arrays(PAIRS, digest)
    if found is None:
        return None
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
