"""From token vectors to one sentence vector, as each model does it and as others would."""

from __future__ import annotations

from explorer.lessons.bert.forward import Floats, Reading, read
from explorer.lessons.bert.model import Bert
from explorer.lessons.bert.tokens import tokenize


def pooled_sentence(bert: Bert, reading: Reading, how: str | None = None) -> Floats:
    """Return the vector (d,) of a sentence that was read.

    Without `how` it is the one of `explorer.encode`. With `how`, that pooling (see POOLINGS)
    stands in the place of the model's own; what follows it stays. Raises EncodeError for an
    unknown one.
    """
    import torch

    last = torch.from_numpy(reading.hidden[-1])[None]
    features = {"token_embeddings": last, "attention_mask": torch.ones(last.shape[:2])}
    vector: Floats = bert.encoder.pool(features, None if how == bert.pooling else how)[0]
    return vector


def sentence_vector(bert: Bert, sentence: str) -> Floats:
    """Return a sentence's vector (d,) as the model's own modules make it."""
    return pooled_sentence(bert, read(bert, tokenize(bert, sentence)))
