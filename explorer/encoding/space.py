"""From texts to an embedding space."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa

from explorer.encoding.classical import average_words, averaged_source
from explorer.encoding.models import DEFAULT_MODEL, TOKENS_OF
from explorer.encoding.texts import Texts, prepare
from explorer.errors import EncodeError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source
from explorer.wording import count

if TYPE_CHECKING:
    from explorer.encoding.encoding import Encoded
    from explorer.encoding.transformer import TransformerEncoder


def encode(
    texts: Iterable[str] | Texts,
    model: str | os.PathLike[str] | EmbeddingSpace = DEFAULT_MODEL,
    *,
    name: str = "texts",
    labels: Sequence[str] | None = None,
    metadata: pa.Table | None = None,
    pooling: str | None = None,
    device: str = "auto",
    precision: str = "auto",
    long_texts: str = "cut",
    cache: bool = True,
    report: Report = no_report,
) -> EmbeddingSpace:
    """Turn texts into an embedding space, one vector each.

    Parameters
    ----------
    texts
        n texts. Empty ones are left out and told in the space's notes, and so is what
        had to be repaired.
    model
        A name from `explorer.encoding.models.MODELS`, any sentence-transformers or
        transformers model by its hub name or folder (safetensors only; code in a
        repository is never run), `tokens of NAME` for the mean of a model's input
        embeddings, or a space of word vectors, to average those.
    name
        What to call the space.
    labels
        n labels, where they are not the texts themselves.
    metadata
        Arrow table of n rows.
    pooling
        How token vectors become one, for a plain transformer: 'mean' (the default),
        'cls' or 'max'. A sentence-transformers model says it itself.
    device
        'cuda', 'mps', 'cpu', or 'auto' for the best one available.
    precision
        'exact' (float32), 'fast' (half precision, where the device computes that faster), or
        'auto': exact on a processor, fast on a GPU. 'float32', 'bfloat16' and 'float16' are
        taken by their own names.
    long_texts
        'cut' a text longer than the model reads, or 'split' it and average its parts,
        weighted by their length.
    cache
        Whether to use the vector cache on disk, keyed by text, model, revision, pooling and
        precision.
    report
        Told the progress; what it raises stops the work, and what was done is kept.

    Returns
    -------
    EmbeddingSpace
        A row per text that is not empty: (n, d) float32, labels, metadata; its source names
        the model and the pooling.

    Raises
    ------
    TextError
        There is no text.
    ModelError
        The model is not there, not allowed, or not safe to load.
    EncodeError
        The texts cannot be encoded this way: pooling, device, precision, memory.

    Examples
    --------
    >>> words = EmbeddingSpace(["good", "bad"], [[1, 0], [-1, 0]])
    >>> encode(["a good book", "good, good, good, bad"], words).vectors.tolist()
    [[1.0, 0.0], [0.5, 0.0]]
    """
    ready = texts if isinstance(texts, Texts) else prepare(texts, labels=labels, metadata=metadata)
    if isinstance(model, EmbeddingSpace):
        return averaged_words(ready, model, name)
    chosen = os.fspath(model)
    if chosen.startswith(TOKENS_OF):
        return averaged_tokens(ready, chosen, name, report)
    from explorer.encoding.encoding import encode_texts
    from explorer.encoding.loaded import load_encoder
    from explorer.encoding.vector_cache import opened

    encoder = load_encoder(
        chosen, pooling=pooling, device=device, precision=precision, report=report
    )
    if not cache:
        made = encode_texts(ready.texts, encoder, long_texts=long_texts, report=report)
    else:
        with opened() as kept:
            made = encode_texts(
                ready.texts, encoder, long_texts=long_texts, cache=kept, report=report
            )
    return encoded_space(ready, made, encoder, name, long_texts)


def encoded_space(
    texts: Texts, made: Encoded, encoder: TransformerEncoder, name: str, long_texts: str
) -> EmbeddingSpace:
    """Return the space of encoded texts, with what was done to long ones in its notes."""
    vectors = made.vectors
    vectors.flags.writeable = False
    notes = list(texts.notes)
    long = int((made.tokens > encoder.room).sum())
    if long:
        done = {"cut": "only their beginning was read", "split": "their parts were averaged"}
        notes.append(
            f"{count(long, 'text is', 'texts are')} longer than the {encoder.max_tokens:,} tokens "
            f"that the model reads: {done[long_texts]}."
        )
    steps = (f"pooling: {encoder.pooling}", encoder.precision)
    return EmbeddingSpace(
        texts.labels,
        vectors,
        name=name,
        metadata=with_texts(texts),
        source=Source(
            "texts", f"encoded by {encoder.name}", steps, encoder.name, encoder.chosen_pooling
        ),
        notes=notes,
    )


def averaged_words(texts: Texts, words: EmbeddingSpace, name: str) -> EmbeddingSpace:
    """Return the space of averaged word vectors; raises EncodeError where no word is known."""
    made = average_words(texts.texts, words)
    if not made.found.any():
        raise EncodeError(
            f"None of the words is in {words.name}. Choose another space of words, or a model "
            "that reads any text."
        )
    return EmbeddingSpace(
        texts.labels,
        made.vectors,
        name=name,
        metadata=with_texts(texts),
        source=averaged_source(words),
        notes=(*texts.notes, *made.notes(words.name)),
    )


def averaged_tokens(
    texts: Texts, model: str, name: str, report: Report = no_report
) -> EmbeddingSpace:
    """Return the space of averaged input embeddings."""
    from explorer.encoding.token_embeddings import average_of_tokens

    return EmbeddingSpace(
        texts.labels,
        average_of_tokens(list(texts.texts), model.removeprefix(TOKENS_OF), report),
        name=name,
        metadata=with_texts(texts),
        source=Source("texts", f"mean of the {model}", (), model),
        notes=texts.notes,
    )


def with_texts(texts: Texts) -> pa.Table | None:
    """Return the metadata; the texts are in it where the labels are others."""
    if texts.labels == texts.texts:
        return texts.metadata
    column = pa.chunked_array([pa.array(texts.texts, pa.string())])
    if texts.metadata is None:
        return pa.table({"text": column})
    if any(field.equals(column) for field in texts.metadata.columns):
        return texts.metadata
    free = "text" if "text" not in texts.metadata.column_names else "encoded text"
    return texts.metadata.append_column(free, column)
