"""What came before dense vectors: one-hot, bags of words, TF-IDF, LSA, averaged word vectors.

Each gives an embedding space, so that neighbors, maps and arithmetic work on it as on any
other. The first three are nearly all zeros and stay sparse (`SparseSpace`); scikit-learn
does the counting, with its own rules of what a word is: two letters or digits and more.

>>> texts = ["the cat sat", "the dog sat", "stocks fell"]
>>> bag_of_words(texts).columns
('cat', 'dog', 'fell', 'sat', 'stocks', 'the')
>>> from explorer import nearest_neighbors
>>> nearest_neighbors(tf_idf(texts), "the cat sat", k=1).labels
('the dog sat',)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import SpaceError
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace, Source
from explorer.wording import count
from explorer.words import WORD

if TYPE_CHECKING:
    from explorer.sparse import SparseSpace

WORDS, TEXTS = "the words given", "the texts given"  # where these spaces come from
MISSING_NAMED = 8  # of the words that a space of words lacks


def one_hot(
    words: Sequence[str], vocabulary: Sequence[str] | None = None, *, name: str = "one-hot"
) -> SparseSpace:
    """Give each word of the vocabulary a dimension of its own, and each word a single 1 in it.

    Any two different words are √2 apart, their cosine similarity is 0, and their
    Manhattan distance 2: the encoding knows which word it is, and nothing about it.

    Parameters
    ----------
    words
        n words, the labels.
    vocabulary
        d words, the dimensions; by default the given words, each once. A word that is not
        among them becomes a vector of zeros: the encoding has no place for it.
    name
        The space's name.

    Returns
    -------
    space
        (n, d), sparse; `columns` holds the vocabulary.

    Examples
    --------
    >>> one_hot(["king", "queen"]).vectors.tolist()
    [[1.0, 0.0], [0.0, 1.0]]
    >>> one_hot(["king", "blorp"], vocabulary=["king", "queen"]).vectors.tolist()
    [[1.0, 0.0], [0.0, 0.0]]
    """
    from scipy import sparse

    from explorer.sparse import SparseSpace

    columns = tuple(dict.fromkeys(words if vocabulary is None else vocabulary))
    place = {word: column for column, word in enumerate(columns)}
    lit = np.array([place.get(word, -1) for word in words], np.intp)
    rows = np.flatnonzero(lit >= 0)
    ones = np.ones(len(rows), np.float32)
    matrix = sparse.csr_array((ones, (rows, lit[rows])), shape=(len(words), len(columns)))
    return SparseSpace(
        words, matrix, columns=columns, name=name, source=Source(WORDS, "one-hot encoding")
    )


def one_hot_plane(n: int, seed: int) -> Projection:
    """Return a PCA picture of n one-hot vectors: one of endlessly many that are equally good.

    The vectors are the corners of a regular simplex: through its center, every plane holds
    the same share of the variance, 2 / (n − 1). The seed chooses one.

    Examples
    --------
    >>> one_hot_plane(5, seed=1).variance_share.tolist()
    [0.25, 0.25]
    """
    chance = np.random.default_rng(seed).normal(size=(n, 2))
    chance -= chance.mean(axis=0)  # across the center: at a right angle to (1, …, 1)
    kept = min(2, n - 1)
    directions, _ = np.linalg.qr(chance[:, :kept])
    # a centered one-hot vector's places along two directions are its row of them
    coordinates = np.zeros((n, 2), np.float32)
    coordinates[:, :kept] = directions
    share = np.zeros(2)
    share[:kept] = 1 / max(n - 1, 1)
    return Projection(coordinates, "pca", {}, seed, share)


def bag_of_words(
    texts: Sequence[str], *, presence: bool = False, name: str = "bag of words"
) -> SparseSpace:
    """Count each word of each text (Harris 1954); the order of the words is lost.

    Parameters
    ----------
    texts
        n texts, the labels.
    presence
        Write 1 for each word that occurs, however often: one-hot vectors laid over each other.
    name
        The space's name.

    Returns
    -------
    space
        (n, d), sparse; `columns` holds the d words found.

    Raises
    ------
    SpaceError
        No text holds a word of two letters or digits.
    """
    from sklearn.feature_extraction.text import CountVectorizer

    return counted(CountVectorizer(binary=presence), texts, name, "word counts")


def tf_idf(texts: Sequence[str], *, name: str = "TF-IDF") -> SparseSpace:
    """Weigh each count by how rare the word is among the texts (Spärck Jones 1972).

    As scikit-learn does it: count x (ln((1 + n) / (1 + texts with the word)) + 1), and
    each row scaled to length 1. Parameters, result and errors as for `bag_of_words`.
    """
    from sklearn.feature_extraction.text import TfidfVectorizer

    return counted(TfidfVectorizer(), texts, name, "TF-IDF")


def lsa(
    texts: Sequence[str], dim: int = 100, *, seed: int = 42, name: str = "LSA"
) -> EmbeddingSpace:
    """Reduce TF-IDF to its strongest directions: latent semantic analysis (Deerwester et al. 1990).

    Words that occur in the same texts share directions, so texts without a common word
    can meet; but what goes with what is learned from these texts alone.

    Parameters
    ----------
    texts
        n texts, the labels.
    dim
        Dimensions to keep: at least 1, and fewer than there are texts and words.
    seed
        Of the start vector; exact up to rounding whichever it is.
    name
        The space's name.

    Returns
    -------
    space
        (n, dim), dense.

    Raises
    ------
    SpaceError
        `dim` does not fit, or no text holds a word.
    """
    from sklearn.decomposition import TruncatedSVD

    weighted = tf_idf(texts)
    most = most_dimensions(weighted)
    if not 1 <= dim <= most:
        raise SpaceError(
            f"LSA to {count(dim, 'dimension')} of {count(len(weighted), 'text')} with "
            f"{count(weighted.dim, 'word')}: "
            + (f"ask for 1 to {most:,}." if most else "at least two of each are needed.")
        )
    reducer = TruncatedSVD(dim, algorithm="arpack", random_state=seed)
    return EmbeddingSpace(
        texts,
        reducer.fit_transform(weighted.matrix),
        name=name,
        source=Source(TEXTS, "TF-IDF", (f"singular value decomposition to {dim:,} dimensions",)),
    )


def most_dimensions(space: EmbeddingSpace) -> int:
    """Return how many dimensions LSA can keep of a space of counts."""
    return min(len(space), space.dim) - 1


@dataclass(frozen=True, eq=False)
class Averages:
    """Averaged word vectors.

    Attributes
    ----------
    vectors
        (n, d) float32; zeros where no word of a text is in the space.
    found
        (n,) words of each text that are in the space.
    missing
        The words that are not, with how often they occur, most frequent first.
    """

    vectors: NDArray[np.float32]
    found: NDArray[np.intp]
    missing: tuple[tuple[str, int], ...]

    def notes(self, name: str) -> list[str]:
        """Return what to tell of the missing words, in a space of that name; none, nothing."""
        if not self.missing:
            return []
        named = ", ".join(f"“{word}”" for word, _ in self.missing[:MISSING_NAMED])
        more = " …" if len(self.missing) > MISSING_NAMED else ""
        many = count(len(self.missing), "word is", "words are")
        return [f"{many} not in {name}: {named}{more}"]


def average_words(texts: Sequence[str], space: EmbeddingSpace) -> Averages:
    """Return the mean of each text's word vectors.

    A text's vector is the mean of its words' vectors, whatever their order (the averaging
    baseline of Wieting et al. 2016). A word is looked up as it is written, in lower case,
    capitalized, and then, where hyphens or apostrophes join several, by its parts.

    Parameters
    ----------
    texts
        n texts.
    space
        The vectors of words, (v, d).

    Examples
    --------
    >>> words = EmbeddingSpace(["good", "bad"], [[1, 0], [-1, 0]])
    >>> average_words(["Good, good, good, bad?", "who knows"], words).vectors.tolist()
    [[0.5, 0.0], [0.0, 0.0]]
    """
    vectors = np.zeros((len(texts), space.dim), np.float32)
    found = np.zeros(len(texts), np.intp)
    missing: Counter[str] = Counter()
    for row, text in enumerate(texts):
        rows: list[int] = []
        for word in WORD.findall(text):
            at = look_up(word, space)
            if not at:
                missing[word] += 1
            rows += at
        if rows:
            vectors[row] = space.matrix[rows].mean(axis=0)
        found[row] = len(rows)
    return Averages(vectors, found, tuple(missing.most_common()))


def look_up(word: str, space: EmbeddingSpace) -> list[int]:
    """Return the rows that stand for a word: one, several for its parts, or none."""
    for spelling in (word, word.lower(), word.capitalize()):
        if spelling in space:
            return [space.row(spelling)]
    parts = re.split(r"['’\-_]", word)
    if len(parts) > 1:
        return [row for part in parts for row in look_up(part, space)]
    return []


def averaged_words(
    texts: Sequence[str], words: EmbeddingSpace, *, name: str = "averaged word vectors"
) -> EmbeddingSpace:
    """Give each text the mean of its words' vectors; what the words' space lacks is left out.

    Parameters
    ----------
    texts
        n texts, the labels.
    words
        The vectors of the words; see `average_words` for how they are looked up.
    name
        The space's name.

    Returns
    -------
    space
        (n, d) of the words' dimensions. Its notes tell how many words were not found.
    """
    made = average_words(texts, words)
    return EmbeddingSpace(
        texts, made.vectors, name=name, source=averaged_source(words), notes=made.notes(words.name)
    )


def averaged_source(words: EmbeddingSpace) -> Source:
    """Return where averages of a space's word vectors come from; others can be added later."""
    return Source("texts", f"mean of the word vectors of {words.name}", words=words.digest)


def counted(vectorizer: Any, texts: Sequence[str], name: str, what: str) -> SparseSpace:
    """Return what one of scikit-learn's vectorizers makes of the texts."""
    from explorer.sparse import SparseSpace

    try:
        matrix = vectorizer.fit_transform(texts)
    except ValueError as error:
        if "empty vocabulary" not in str(error):
            raise
        raise SpaceError(
            f"None of the {count(len(texts), 'text')} holds a word of two letters or digits. "
            "Counting needs words to count."
        ) from error
    columns = tuple(vectorizer.get_feature_names_out().tolist())
    return SparseSpace(texts, matrix, columns=columns, name=name, source=Source(TEXTS, what))
