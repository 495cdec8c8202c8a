"""Words in pieces: how models give vectors to words that they have never met."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from explorer.encoding.offline import offline_model_folder

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHORTEST, LONGEST = 3, 6  # characters of fastText's n-grams
BUCKETS = 2_000_000  # fastText's vectors for all n-grams there are: they share these
EMBEDDING_TABLE = "embeddings.word_embeddings.weight"


@cache
def model_folder() -> Path:
    """Return the offline model's folder, its weights checked once and not for each word."""
    return offline_model_folder()


@cache
def tokenizer() -> Tokenizer:
    """Return the offline model's WordPiece tokenizer, 30,522 pieces."""
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(model_folder() / "tokenizer.json"))


def word_pieces(text: str) -> tuple[str, ...]:
    """Return the pieces into which WordPiece cuts a text; ## goes on with the word.

    Examples
    --------
    >>> word_pieces("queenliness")
    ('queen', '##liness')
    """
    found = tokenizer().encode(text, add_special_tokens=False)
    return tuple(piece for piece in found.tokens if piece != "[PAD]")


def piece_vectors(pieces: Sequence[str]) -> NDArray[np.float32]:
    """Return the (n, 384) rows of the model's input table for pieces that it has."""
    from safetensors import safe_open

    places = tokenizer().get_vocab()
    rows = [places[piece] for piece in pieces]
    with safe_open(model_folder() / "model.safetensors", framework="numpy") as weights:
        table = weights.get_slice(EMBEDDING_TABLE)
        return np.concatenate([table[row : row + 1] for row in rows]).astype(np.float32)


def character_ngrams(word: str) -> tuple[str, ...]:
    """Return a word's pieces of 3 to 6 characters, as fastText cuts it (Bojanowski et al. 2017).

    Examples
    --------
    >>> character_ngrams("sea")
    ('<se', 'sea', 'ea>', '<sea', 'sea>', '<sea>')
    """
    marked = f"<{word}>"
    return tuple(
        marked[start : start + size]
        for size in range(SHORTEST, min(LONGEST, len(marked)) + 1)
        for start in range(len(marked) - size + 1)
    )


def bucket(ngram: str) -> int:
    """Return the place of an n-gram's vector in fastText's table: FNV-1a, as fastText has it."""
    value = 2166136261
    for byte in ngram.encode():
        # fastText reads bytes as signed numbers; with ASCII it makes no difference
        signed = byte - 256 if byte > 127 else byte
        value = ((value ^ (signed & 0xFFFFFFFF)) * 16777619) & 0xFFFFFFFF
    return value % BUCKETS


def sharing_ngrams(word: str, vocabulary: Iterable[str], k: int) -> list[tuple[str, float]]:
    """Return the k words that share most n-grams with a word, with the share, most first."""
    own = set(character_ngrams(word))
    found = []
    for other in vocabulary:
        theirs = set(character_ngrams(other))
        common = len(own & theirs)
        if common and other != word:
            found.append((other, common / len(own | theirs)))
    return sorted(found, key=lambda pair: -pair[1])[:k]


def whole_word_vector(word: str) -> NDArray[np.float32] | None:
    """Return the model's input vector of a word that is one piece of its own, else None."""
    pieces = word_pieces(word)
    if len(pieces) != 1 or pieces[0] != word.lower():
        return None
    vector: NDArray[np.float32] = piece_vectors(pieces)[0]
    return vector
