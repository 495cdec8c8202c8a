"""Sentence embeddings by the offline model, all-MiniLM-L6-v2, on this computer's processor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from explorer.encode.offline import MODEL_NAME, offline_model_folder
from explorer.space import EmbeddingSpace, Source

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer


def load_model() -> SentenceTransformer:
    """Return the offline model, ready to encode; takes seconds, so keep it."""
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(offline_model_folder()), device="cpu")


def sentence_vectors(
    texts: Sequence[str], model: SentenceTransformer, *, name: str = "sentence embeddings"
) -> EmbeddingSpace:
    """Return one vector of length 1 per text, (n, 384), read by a transformer as a whole.

    Each word piece's vector is changed by those around it, six times over; their mean is
    the text's vector (Reimers & Gurevych 2019).
    """
    vectors = model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
    return EmbeddingSpace(
        texts, np.asarray(vectors), name=name, source=Source(MODEL_NAME, "mean of token vectors")
    )
