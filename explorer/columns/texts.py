"""Bars of texts: values that repeat, or else the words that most texts contain."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.columns.bars import Bar, Chart, no_chart
from explorer.columns.clauses import contains, is_missing, one_of

MOST_BARS = 20
LABEL_LETTERS = 60
LONGEST_CLAUSE = 1_000  # letters; a condition may have 2,000
SAMPLED = 20_000  # texts in which the words are looked for; all texts are counted
FEWEST = 2  # texts that must contain a word
PROSE = 3  # words a text
WORD = r"\p{L}{3,}"
FUNCTION_WORDS = frozenset(
    """
    about after again all also and any are because been before being between both but can could
    did does doing down during each few for from further had has have having her here hers him his
    how into its just more most much nor not now off once only other our out over own same she
    should some such than that the their them then there these they this those through too under
    until very was were what when where which while who whom why will with would you your
    """.split()  # noqa: SIM905
)


def text_chart(name: str, column: pa.ChunkedArray) -> Chart:
    """Return the bars of a column of texts: the commonest values, or the commonest words."""
    whole = pc.dictionary_encode(column.cast(pa.large_string()).combine_chunks())
    indices = whole.indices.fill_null(-1).to_numpy()
    known = int((indices >= 0).sum())
    if not known:
        return no_chart(name, len(column), f"All {len(column):,} values are missing.")
    counts = np.bincount(indices[indices >= 0], minlength=len(whole.dictionary))
    if len(counts) <= MOST_BARS:
        return category_chart(name, whole.dictionary.to_pylist(), indices, counts)
    texts = pl.Series(name, whole.dictionary)
    in_bars = np.sort(counts)[-MOST_BARS:].sum()
    repeats = len(counts) <= known // 2
    if repeats and (in_bars >= known / 2 or not is_prose(texts)):
        return category_chart(name, texts.to_list(), indices, counts)
    return word_chart(name, pl.Series(name, column.cast(pa.large_string())), len(counts))


def is_prose(texts: pl.Series) -> bool:
    """Return whether texts have three words or more on average, of the first thousand."""
    words = texts.head(1000).str.count_matches(WORD).mean()
    return isinstance(words, float) and words >= PROSE


def flag_chart(name: str, column: pa.ChunkedArray) -> Chart:
    """Return the bars of a column of true and false."""
    indices = pc.cast(column, pa.int8()).combine_chunks().fill_null(-1).to_numpy()
    counts = np.bincount(indices[indices >= 0], minlength=2)
    if not counts.any():
        return no_chart(name, len(column), f"All {len(column):,} values are missing.")
    return category_chart(name, [False, True], indices, counts)


def category_chart(
    name: str,
    values: list[str] | list[bool],
    indices: NDArray[np.integer],
    counts: NDArray[np.intp],
) -> Chart:
    """Return a bar for each of the commonest values, one for the rest, one for what is missing.

    `indices` (n,) are places in `values`, −1 for missing; `counts` is how often each occurs.
    """
    order = [place for place in np.argsort(-counts, kind="stable") if counts[place]]
    top = order[:MOST_BARS]
    code_of = np.full(len(values) + 1, len(top), np.uint8)  # the last stands for what is missing
    code_of[top] = np.arange(len(top))
    shown = [values[place] for place in top]
    bars = [Bar(label_of(value), one_of(name, [value]), value) for value in shown]
    rest = None
    if others := len(order) - len(top):
        rest = len(bars)
        clause = f"NOT ({one_of(name, shown)})"
        bars.append(Bar(f"{others:,} more", clause if len(clause) <= LONGEST_CLAUSE else ""))
    if (indices < 0).any():
        code_of[-1] = len(bars)
        bars.append(Bar("missing", is_missing(name)))
    return Chart(name, tuple(bars), code_of[indices], rest=rest)


def word_chart(name: str, texts: pl.Series, different: int) -> Chart:
    """Return a bar for each word that many texts contain; a text can be in several."""
    words = common_words(texts)
    told = f"{different:,} different texts"
    if not words:
        return no_chart(name, len(texts), f"{told}, with no word in common.")
    codes = np.zeros(len(texts), np.uint32)
    for bit, word in enumerate(words):
        found = texts.str.contains(word, literal=True).fill_null(value=False)
        codes |= found.to_numpy().astype(np.uint32) << np.uint32(bit)
    bars = [Bar(word, contains(name, word)) for word in words]
    if (missing := texts.is_null()).any():
        codes |= missing.to_numpy().astype(np.uint32) << np.uint32(len(bars))
        bars.append(Bar("missing", is_missing(name)))
    return Chart(name, tuple(bars), codes, note=f"Words in {told}")


def common_words(texts: pl.Series) -> list[str]:
    """Return up to 20 words that most texts of an even sample contain, the commonest first.

    English function words say little and are left out.
    """
    sample = texts.drop_nulls().gather_every(max(1, len(texts) // SAMPLED)).head(SAMPLED)
    words = sample.str.extract_all(WORD).list.unique().explode().drop_nulls()
    words = words.filter(~words.str.to_lowercase().is_in(list(FUNCTION_WORDS)))
    common = words.value_counts().filter(pl.col("count") >= FEWEST)
    return common.sort(["count", texts.name], descending=[True, False])[texts.name].to_list()[
        :MOST_BARS
    ]


def label_of(value: str | bool) -> str:
    """Return a value as its bar is called: on one line and cut."""
    if isinstance(value, bool):
        return "true" if value else "false"
    line = " ".join(value.split()) or "(empty)"
    return line if len(line) <= LABEL_LETTERS else f"{line[: LABEL_LETTERS - 1]}…"
