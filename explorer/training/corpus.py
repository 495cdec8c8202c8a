"""A text as numbers: its words, how often each occurs, and the order in which they come."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.errors import TrainingError
from explorer.wording import count
from explorer.words import WORD

SENTENCE_END = re.compile(r"[.!?…\n\r]+")
FEWEST_WORDS = 50  # in the whole text
FEWEST_KINDS = 5  # different words
MOST_BYTES = 8_000_000  # of a text that is learned while one looks on
MOST_KINDS = 2_000
STRANGE = 0.02  # share of signs that no text has, from which on it is none


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text, ready to learn from.

    Attributes
    ----------
    name
        What the app calls it.
    words
        V different words, the most frequent first.
    ids
        (T,) int32: the text as rows of `words`.
    sentence
        (T,) int32: the number of the sentence that each word stands in.
    classes
        The class of words whose class is known: only the grammar's are.
    notes
        What was left out, in sentences.
    """

    name: str
    words: tuple[str, ...]
    ids: NDArray[np.int32]
    sentence: NDArray[np.int32]
    classes: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """(V,) how often each word occurs."""
        counts: NDArray[np.int64] = np.bincount(self.ids, minlength=len(self.words))
        return counts

    @cached_property
    def digest(self) -> str:
        """32 hex digits that name the content."""
        hasher = hashlib.blake2b("\n".join(self.words).encode(), digest_size=16)
        hasher.update(self.ids.tobytes() + self.sentence.tobytes())
        return hasher.hexdigest()


def make(
    sentences: Sequence[Sequence[str]],
    name: str,
    *,
    classes: Mapping[str, str] | None = None,
    most: int = MOST_KINDS,
    notes: Sequence[str] = (),
) -> Corpus:
    """Number the words of some sentences.

    Parameters
    ----------
    sentences
        Lists of words.
    name
        What to call it.
    classes
        The class of each word, where known.
    most
        The most different words; rarer ones are left out of the text.
    notes
        What was left out before.

    Raises
    ------
    TrainingError
        There is too little to learn from.
    """
    counts = Counter(word for one in sentences for word in one)
    total, kinds = sum(counts.values()), len(counts)
    if total < FEWEST_WORDS or kinds < FEWEST_KINDS:
        raise TrainingError(
            f"{name} has {count(total, 'word')}, {kinds:,} of them different. At least "
            f"{FEWEST_WORDS} words, {FEWEST_KINDS} of them different, are needed; a good map "
            "needs some ten thousand. Drop a longer text."
        )
    # equal counts in the alphabet's order: the same text gives the same rows
    words = [word for word, _ in sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))]
    told = list(notes)
    if kinds > most:
        told.append(
            f"Of {kinds:,} different words, the {most:,} most frequent are learned; "
            "“Train for real” learns more."
        )
        words = words[:most]
    row = {word: number for number, word in enumerate(words)}
    kept = [[row[word] for word in one if word in row] for one in sentences]
    if max(map(len, kept)) < 2:
        raise TrainingError(
            f"Each sentence of {name} holds only one word. A word is learned from those "
            "beside it: put words that belong together on one line."
        )
    return Corpus(
        name,
        tuple(words),
        np.array([one for line in kept for one in line], np.int32),
        np.repeat(np.arange(len(kept)), [len(line) for line in kept]).astype(np.int32),
        dict(classes or {}),
        tuple(told),
    )


def read_text(content: bytes, name: str, *, size: int | None = None) -> Corpus:
    """Make a corpus of a text file's bytes.

    Parameters
    ----------
    content
        The file, or its first MOST_BYTES: more is not learned from here.
    name
        What to call it.
    size
        Bytes of the whole file, where `content` is only its beginning.

    Raises
    ------
    TrainingError
        It is no text, or too little.
    """
    notes = []
    size = size or len(content)
    if size > MOST_BYTES:
        notes.append(
            f"Of {size / 1e6:,.0f} MB, the first {MOST_BYTES / 1e6:.0f} MB are learned "
            "here; “Train for real” takes the whole text."
        )
        content = content[:MOST_BYTES]
    text = decode(content, name)
    sentences = [words for part in SENTENCE_END.split(text) if (words := split_words(part))]
    return make(sentences, name, notes=notes)


def split_words(text: str) -> list[str]:
    """Return the words of a text, in lower case, without punctuation."""
    return WORD.findall(text.lower())


def decode(content: bytes, name: str) -> str:
    """Return bytes as text: UTF-8, or the old Western encoding; raises TrainingError."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    text = content.decode("utf-8-sig", errors="replace")
    strange = sum(map(text.count, ("\ufffd", "\x00", "\x01", "\x02", "\x03")))
    if strange > STRANGE * max(1, len(text)) or "\x00" in text:
        latin = content.decode("cp1252", errors="replace")
        controls = sum(1 for sign in latin if sign < " " and sign not in "\t\n\r\f")
        if controls or latin.count("\ufffd") > STRANGE * len(latin):
            raise TrainingError(
                f"{name} is no text: it holds signs that no text has. "
                "Drop a plain text file (.txt), not a document, an archive or a picture."
            )
        return latin
    return text
