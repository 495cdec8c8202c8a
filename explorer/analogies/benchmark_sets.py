"""Sets of questions that come with gensim: which, and where they lie."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from explorer.errors import QueryError


@dataclass(frozen=True)
class Standard:
    """A set of questions that comes with gensim: title, file name, source."""

    title: str
    file: str
    source: str


ANALOGY_SETS = {
    "google": Standard(
        "Google analogies", "questions-words.txt", "19,544 questions (Mikolov et al. 2013)"
    ),
}
SIMILARITY_SETS = {
    "wordsim353": Standard(
        "WordSim-353", "wordsim353.tsv", "353 pairs, relatedness (Finkelstein et al. 2002)"
    ),
    "simlex999": Standard(
        "SimLex-999", "simlex999.txt", "999 pairs, similarity (Hill, Reichart & Korhonen 2015)"
    ),
}


def standard_file(standard: Standard) -> Path:
    """Return the path of a set that gensim carries; gensim itself is not loaded."""
    found = find_spec("gensim")
    if found is None or found.origin is None:
        raise QueryError(
            f"{standard.title} comes with gensim, which is not installed: pip install gensim."
        )
    return Path(found.origin).parent / "test" / "test_data" / standard.file
