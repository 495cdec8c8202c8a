"""Texts laid end to end give the vectors that each gives alone, and those of the reference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch

from explorer.encoding.encoding import encode_texts
from explorer.encoding.offline import offline_model_folder
from explorer.encoding.packed import padded
from explorer.encoding.transformer import TransformerEncoder
from tests.conftest import ROOT

TEXTS = ["the old house", "king", "a cat sat on the mat", "the sea and the ship", "bread", "queen"]
REAL = (("books.csv", "description"), ("dishes.csv", "ingredients"), ("senses.csv", "sentence"))


@pytest.mark.parametrize("model", ["tiny_bert", "tiny_roberta", "sentence_bert"])
def test_a_text_has_the_vector_that_it_has_alone(
    model: str, request: pytest.FixtureRequest
) -> None:
    encoder = TransformerEncoder(str(request.getfixturevalue(model)), device="cpu")
    assert encoder.packs
    batch = [encoder.framed(pieces) for pieces in encoder.pieces(TEXTS)]  # not sorted by length
    alone = np.concatenate([encoder.forward([pieces]) for pieces in batch])
    np.testing.assert_allclose(encoder.forward(batch), alone, atol=1e-6)


@pytest.mark.parametrize("model", ["tiny_distilbert", "tiny_clip"])
def test_models_built_otherwise_are_padded(model: str, request: pytest.FixtureRequest) -> None:
    assert not TransformerEncoder(str(request.getfixturevalue(model)), device="cpu").packs


@pytest.mark.parametrize("left", [True, False])
def test_padding_stands_on_the_side_of_the_tokenizer(left: bool) -> None:
    values, mask = padded(torch.arange(1.0, 5.0)[:, None], [3, 1], left=left)
    assert values[:, :, 0].tolist() == [[1, 2, 3], [0, 0, 4] if left else [4, 0, 0]]
    assert mask.tolist() == [[1, 1, 1], [0, 0, 1] if left else [1, 0, 0]]


def real_texts(folder: Path) -> list[str]:
    """Ten texts of each sample, evenly over its rows."""
    found: list[str] = []
    for name, column in REAL:
        column_of_texts = pl.read_csv(folder / name)[column].to_list()
        found += column_of_texts[:: len(column_of_texts) // 10][:10]
    return found


@pytest.mark.parametrize(("precision", "bound"), [("float32", 0.99999), ("bfloat16", 0.999)])
def test_vectors_are_as_near_to_the_reference_as_is_promised(precision: str, bound: float) -> None:
    from sentence_transformers import SentenceTransformer

    texts = real_texts(ROOT / "sample_data")
    reference = SentenceTransformer(str(offline_model_folder()), device="cpu").encode(texts)
    encoder = TransformerEncoder(device="cpu", precision=precision)
    vectors = encode_texts(texts, encoder).vectors
    assert float((reference * vectors).sum(axis=1).min()) >= bound
