"""Word similarity benchmarks: do cosine similarities correlate with human judgements?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from explorer.analogies.batch import unit_rows
from explorer.analogies.evaluation import RESTRICT_VOCAB, vocabulary
from explorer.errors import ParseError, QueryError
from explorer.formats.file import File, FileSource, as_file
from explorer.space import EmbeddingSpace


@dataclass(frozen=True, eq=False)
class SimilarityReport:
    """How well a space's cosine similarities correlate with human judgements.

    Attributes
    ----------
    pairs
        The pairs whose words the space has: word, word, judgement, cosine similarity.
    skipped
        The pairs with an out-of-vocabulary word.
    spearman, spearman_p, pearson, pearson_p
        Correlations, -1 to 1, with their two-sided p-values.
    unreadable
        How many lines are not two words and a number.
    """

    pairs: tuple[tuple[str, str, float, float], ...]
    skipped: tuple[tuple[str, str], ...]
    spearman: float
    spearman_p: float
    pearson: float
    pearson_p: float
    unreadable: int = 0

    @property
    def missing_share(self) -> float:
        """Share of the pairs that were skipped, 0 to 1."""
        return len(self.skipped) / (len(self.skipped) + len(self.pairs))

    def to_arrow(self) -> pa.Table:
        """Return the pairs as a table, each with its rank by people and by the space."""
        from scipy.stats import rankdata

        words, others, judged, cosines = zip(*self.pairs, strict=True)
        by_people = rankdata(-np.array(judged))
        by_space = rankdata(-np.array(cosines))
        return pa.table(
            {
                "word": words,
                "other word": others,
                "people": judged,
                "cosine similarity": cosines,
                "place by people": by_people,
                "place by cosine": by_space,
                "apart": np.abs(by_people - by_space),
            }
        )


def evaluate_similarity(
    space: EmbeddingSpace,
    source: FileSource | File,
    *,
    restrict_vocab: int | None = RESTRICT_VOCAB,
    case_insensitive: bool = True,
) -> SimilarityReport:
    """Correlate cosine similarities with human judgements of word pairs.

    The correlations equal those of gensim's `evaluate_word_pairs`.

    Parameters
    ----------
    space
        The space to test.
    source
        A file of lines 'word TAB word TAB number', or its content as bytes, such as WordSim-353
        (Finkelstein et al. 2002) or SimLex-999 (Hill, Reichart & Korhonen 2015); lines
        that begin with '#' are remarks.
    restrict_vocab, case_insensitive
        As in `evaluate_analogies`.

    Returns
    -------
    SimilarityReport
        Spearman's and Pearson's correlations with their p-values, and the pairs.

    Raises
    ------
    ParseError
        The file holds no pairs.
    QueryError
        The space has fewer than three of its pairs.
    """
    from scipy.stats import pearsonr, spearmanr

    row_of, _ = vocabulary(space, restrict_vocab, case_insensitive=case_insensitive)
    found: list[tuple[str, str, float, int, int]] = []
    skipped, unreadable = [], 0
    for pair in read_judged_pairs(source):
        if pair is None:
            unreadable += 1
            continue
        word, other, judged = pair
        rows = [row_of.get(one.upper() if case_insensitive else one) for one in (word, other)]
        if rows[0] is None or rows[1] is None:
            skipped.append((word, other))
        else:
            found.append((word, other, judged, rows[0], rows[1]))
    if not found and not skipped:
        raise ParseError(
            "The file holds no judged pairs. Each line needs two words and a number, "
            "with tabs between them."
        )
    if len(found) < 3:
        raise QueryError(
            f"{space.name} has {len(found)} of the {len(found) + len(skipped):,} pairs: too few "
            "to compare. Use a space in the language of the pairs."
        )
    first = np.array([row for *_, row, _ in found])
    last = np.array([row for *_, row in found])
    cosines = np.einsum(
        "ij,ij->i",
        unit_rows(space.vectors[first], space.norms[first]),
        unit_rows(space.vectors[last], space.norms[last]),
    )
    judged_by_people = [judged for _, _, judged, _, _ in found]
    spearman = spearmanr(judged_by_people, cosines)
    pearson = pearsonr(judged_by_people, cosines)
    return SimilarityReport(
        tuple(
            (word, other, judged, float(cosine))
            for (word, other, judged, _, _), cosine in zip(found, cosines, strict=True)
        ),
        tuple(skipped),
        float(spearman.statistic),
        float(spearman.pvalue),
        float(pearson.statistic),
        float(pearson.pvalue),
        unreadable,
    )


def read_judged_pairs(source: FileSource | File) -> Iterator[tuple[str, str, float] | None]:
    """Yield each line's two words and number; None for any other line."""
    with as_file(source).open() as stream:
        for number, line in enumerate(stream):
            text = line.decode("utf-8-sig" if number == 0 else "utf-8", errors="replace")
            if text.startswith("#") or not text.strip():
                continue
            fields = text.rstrip("\r\n").split("\t")
            try:
                word, other, judged = fields
                yield word, other, float(judged)
            except ValueError:
                yield None
