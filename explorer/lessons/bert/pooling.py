"""From token vectors to one sentence vector, as each model does it and as others would."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.encoding.transformer import POOLINGS
from explorer.errors import QueryError
from explorer.lessons.bert.forward import Bert, Reading, read
from explorer.lessons.bert.tokens import tokenize

Floats = NDArray[np.float32]


def pool(vectors: Floats, how: str = "mean") -> Floats:
    """Make one vector (d,) of (n, d) token vectors; raises QueryError for an unknown way."""
    if how == "mean":
        pooled: Floats = vectors.mean(axis=0)
    elif how == "cls":
        pooled = vectors[0].copy()
    elif how == "max":
        pooled = vectors.max(axis=0)
    else:
        raise QueryError(f"The pooling “{how}” is unknown. Known ones: {', '.join(POOLINGS)}.")
    return pooled


def pooled_sentence(bert: Bert, reading: Reading, how: str | None = None) -> Floats:
    """Return the vector of a sentence (d,) that was read.

    Without `how` it is the one of `explorer.encode`: the model's own modules make it.
    With `how`, that pooling (see POOLINGS) stands in the place of the model's own.
    """
    import torch

    last = reading.hidden[-1]
    features: dict[str, Any]
    if how is None or how == bert.pooling:
        vectors = torch.from_numpy(last)[None]
        features = {"token_embeddings": vectors, "attention_mask": torch.ones(vectors.shape[:2])}
        if bert.prompt:
            features["prompt_length"] = prompt_length(bert, reading)
        modules = bert.rest
    else:
        features = {"sentence_embedding": torch.from_numpy(pool(last, how))[None]}
        modules = bert.rest[1:]
    with torch.inference_mode():
        for module in modules:
            features = module(features)
    vector: Floats = features["sentence_embedding"][0].numpy()
    return vector


def prompt_length(bert: Bert, reading: Reading) -> int:
    """Return how many tokens stand before the text itself: the model's prompt and its frame."""
    tokens = reading.tokens
    first = next(at for at, word in enumerate(tokens.words) if word is not None)
    inside = sum(end <= len(bert.prompt) for _, end in tokens.spans[first:] if end)
    return first + inside


def sentence_vector(bert: Bert, sentence: str) -> Floats:
    """Return a sentence's vector (d,) as the model's own modules make it."""
    return pooled_sentence(bert, read(bert, tokenize(bert, sentence)))
