"""A text as word ids: its vocabulary, the ids in order, and the sentences they belong to."""

from __future__ import annotations

import codecs
import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from explorer.errors import TrainingError
from explorer.formats.encodings import UTF_8, encoding_of
from explorer.wording import count
from explorer.words import WORD

SENTENCE_END = re.compile(r"[.!?…\n\r]+")
FEWEST_WORDS = 50  # in the whole text
FEWEST_KINDS = 5  # different words
MOST_BYTES = 8_000_000  # of a text for “Watch it learn”: about a million words
MOST_KINDS = 2_000  # different words there: each frame keeps a vector of each
STRANGE = 0.02  # share of control characters above which a file is not text
HEAD_BYTES = 256  # enough to recognize UTF-16
CONTROL = re.compile(rb"[\x01-\x08\x0b\x0e-\x1f]")
NOT_ASCII = re.compile(r"[^\x00-\x7f]")
NO_UTF_8 = re.compile("[\udc80-\udcff]")  # how Python keeps bytes that cannot be decoded


@dataclass(frozen=True, eq=False)
class Corpus:
    """A text, ready for training.

    Attributes
    ----------
    name
        What the app calls it.
    words
        V different words, the most frequent first.
    ids
        (T,) int32: the text as rows of `words`.
    sentence
        (T,) int32: the number of each word's sentence.
    classes
        The class of each word that has one; only the grammar's words do.
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
        """blake2b of words and text, 32 hex digits."""
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
    """Make a corpus of sentences.

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
    # ties in alphabetical order, so that the same text gives the same rows
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
            f"Each sentence of {name} holds only one word. A word is learned from the words "
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
        The file, or its first MOST_BYTES, which are all that is used.
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
    """Return a text's bytes as text, by `text_encoding`; raises TrainingError as it does."""
    return content.decode(text_encoding([content], content[:HEAD_BYTES], name), errors="replace")


def text_encoding(blocks: Iterable[bytes], head: bytes, name: str) -> str:
    """Return the codec of a text: UTF-8, UTF-16 or Windows-1252.

    Windows-1252 is chosen if invalid UTF-8 bytes outnumber the valid characters outside ASCII.
    With fewer, the text is UTF-8 with some broken bytes.

    Parameters
    ----------
    blocks
        The text, a block at a time.
    head
        Its first bytes.
    name
        What to call it.

    Raises
    ------
    TrainingError
        It holds control characters as no text does.
    """
    unicode, mark = encoding_of(head)
    if unicode != UTF_8:
        return "utf-16" if mark else unicode
    decoder = codecs.getincrementaldecoder(UTF_8)(errors="surrogateescape")
    broken = valid = controls = zeros = size = 0
    for block in blocks:
        size += len(block)
        controls += len(CONTROL.findall(block))
        zeros += block.count(0)
        text = decoder.decode(block)
        if not text.isascii():
            odd = len(NO_UTF_8.findall(text))
            broken += odd
            valid += len(NOT_ASCII.findall(text)) - odd
    western = broken > valid
    if zeros or (western and controls) or controls > STRANGE * size:
        raise TrainingError(
            f"{name} is not text: it contains bytes that no text has. Drop a plain text file "
            "(.txt), not a document, an archive or a picture."
        )
    return "cp1252" if western else "utf-8-sig"
