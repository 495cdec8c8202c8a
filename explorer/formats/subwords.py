"""What gives a word that a fastText model has never seen its vector."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class Subwords:
    """Vectors of character n-grams, from which a word that was never seen gets one.

    Bojanowski, Grave, Joulin and Mikolov, "Enriching Word Vectors with Subword
    Information", 2017: a word is the sum of its n-grams; here their mean, as in gensim.
    """

    ngrams: NDArray[np.float32]  # (buckets, d)
    min_n: int
    max_n: int

    def vector(self, word: str) -> NDArray[np.float32] | None:
        """Return the mean of the word's n-gram vectors, or None where it has none."""
        from gensim.models.fasttext import ft_ngram_hashes

        rows = ft_ngram_hashes(word, self.min_n, self.max_n, len(self.ngrams))
        if not len(rows):
            return None
        mean: NDArray[np.float32] = self.ngrams[rows].mean(axis=0, dtype=np.float32)
        return mean
