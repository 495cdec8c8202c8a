"""Pooling: from token vectors to one sentence vector, by the model's own method or another."""

from __future__ import annotations

from explorer.lessons.bert.forward import Floats, Reading, read
from explorer.lessons.bert.model import Bert
from explorer.lessons.bert.tokens import tokenize


def pooled_sentence(bert: Bert, reading: Reading, how: str | None = None) -> Floats:
    """Return the sentence vector of a reading, (d,) float32.

    Without `how` it is `explorer.encode`'s. With `how`, one of POOLINGS, that pooling replaces
    the model's own, and the modules after it stay. Raises EncodeError for an unknown one.
    """
    import torch

    last = torch.from_numpy(reading.hidden[-1])[None]
    features = {"token_embeddings": last, "attention_mask": torch.ones(last.shape[:2])}
    vector: Floats = bert.encoder.pool(features, None if how == bert.pooling else how)[0]
    return vector


def sentence_vector(bert: Bert, sentence: str) -> Floats:
    """Return a sentence's vector (d,) as the model's own modules make it."""
    return pooled_sentence(bert, read(bert, tokenize(bert, sentence)))
