"""The input embeddings of a transformer as a word space: one vector per word piece.

They are what a model begins with, before its layers have read any context. The table is
read from the weights file directly, without torch.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.encoding.models import (
    DEFAULT_MODEL,
    TOKENS_OF,
    is_plain,
    model_folder,
    parts,
    revision,
)
from explorer.errors import ModelError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source

if TYPE_CHECKING:
    from tokenizers import Tokenizer

# What the table of input embeddings is called: BERT and its kin, GPT-2, T5, Llama, CLIP.
TABLE_NAMES = (
    "word_embeddings.weight",
    "wte.weight",
    "shared.weight",
    "embed_tokens.weight",
    "token_embedding.weight",
    "tok_embeddings.weight",
)
INSIDE_WORD = "##"  # WordPiece marks what goes on, others what begins
BEGINS_WORD = ("▁", "Ġ")
ENDS_WORD = "</w>"  # CLIP


def token_space(model: str = DEFAULT_MODEL, *, whole_words: bool = True) -> EmbeddingSpace:
    """Return a transformer's input embeddings as a space of words.

    Parameters
    ----------
    model
        A name from MODELS, a hub name, or a folder.
    whole_words
        Only the pieces that are words of letters by themselves; else all pieces, as the
        vocabulary writes them.

    Raises
    ------
    ModelError
        The model is not there, not allowed, or has no table that is known here.

    Examples
    --------
    >>> space = token_space(whole_words=False)
    >>> len(space), space.dim
    (30522, 384)
    """
    folder = tokenizer_folder(model)
    table = embedding_table(folder)
    vocabulary = load_tokenizer(folder).get_vocab(with_added_tokens=True)
    pieces = sorted((row, piece) for piece, row in vocabulary.items() if row < len(table))
    labels = dict(pieces)
    if whole_words:
        style = style_of(list(vocabulary))
        words: dict[str, int] = {}  # the same word may come with its mark and without: the first
        for row, piece in pieces:
            if word := word_of(piece, style):
                words.setdefault(word, row)
        labels = {row: word for word, row in words.items()}
    rows = np.array(list(labels), np.intp)
    what = "whole words" if whole_words else "all pieces"
    return EmbeddingSpace(
        list(labels.values()),
        table[rows].astype(np.float32),
        name=f"{Path(model).name} word pieces",
        metadata=pa.table({"vocabulary row": rows}),
        source=Source(
            model, "input embeddings", (f"{what}: {len(labels):,}",), f"{TOKENS_OF}{model}"
        ),
    )


def style_of(pieces: list[str]) -> str:
    """Return how a vocabulary marks where words begin, end or go on."""
    marks = {mark: sum(mark in piece for piece in pieces) for mark in (*BEGINS_WORD, ENDS_WORD)}
    best = max(marks, key=lambda mark: marks[mark])
    return best if marks[best] > len(pieces) // 20 else INSIDE_WORD


def word_of(piece: str, style: str) -> str:
    """Return the word that a piece is by itself, or nothing."""
    if style == INSIDE_WORD:
        word = piece
    elif style == ENDS_WORD:
        word = piece.removesuffix(ENDS_WORD) if piece.endswith(ENDS_WORD) else ""
    else:
        word = piece[1:] if piece.startswith(style) else ""
    return word if word.isalpha() else ""


def average_of_tokens(
    texts: list[str], model: str, report: Report = no_report
) -> NDArray[np.float32]:
    """Return the mean input embedding of each text's pieces, (n, d); zeros for none."""
    folder = tokenizer_folder(model, report)
    table = cached_table(str(folder), revision(folder))
    found = load_tokenizer(folder).encode_batch(texts, add_special_tokens=False)
    vectors = np.zeros((len(texts), table.shape[1]), np.float32)
    for row, encoding in enumerate(found):
        if encoding.ids:
            vectors[row] = table[encoding.ids].mean(axis=0)
    return vectors


def load_tokenizer(folder: Path) -> Tokenizer:
    """Return a model's tokenizer; raises ModelError where it has none that is known here."""
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise ModelError(f"{folder} has no tokenizer.json, which names the word pieces.")
    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


@lru_cache(maxsize=2)
def cached_table(folder: str, digest: str) -> NDArray[np.float32]:
    """Return a table, read once while the folder's content stays the same."""
    return embedding_table(Path(folder))


def embedding_table(folder: Path) -> NDArray[np.float32]:
    """Return the (pieces, d) table of input embeddings from a folder's weights."""
    from safetensors import safe_open

    for path in sorted(folder.glob("*.safetensors")):
        with safe_open(path, framework="numpy") as weights:
            for name in weights.keys():  # noqa: SIM118 - not a dict
                if name.endswith(TABLE_NAMES):
                    try:
                        return np.asarray(weights.get_tensor(name), np.float32)
                    except TypeError:  # NumPy has no bfloat16
                        return table_by_torch(path, name)
    raise ModelError(
        f"{folder} has no table of input embeddings that is known here. "
        f"Looked for: {', '.join(TABLE_NAMES)}."
    )


def table_by_torch(path: Path, name: str) -> NDArray[np.float32]:
    """Return a table in a type that NumPy lacks."""
    from safetensors import safe_open

    with safe_open(path, framework="pt") as weights:
        table: NDArray[np.float32] = weights.get_tensor(name).float().numpy()
    return table


def tokenizer_folder(model: str, report: Report = no_report) -> Path:
    """Return the folder with a model's tokenizer and layers; `report` as `model_folder`'s."""
    folder = model_folder(model, report)
    return folder if is_plain(folder) else parts(folder)[0][1]
