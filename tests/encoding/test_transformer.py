"""Models of random weights through the real code, compared with sentence-transformers and torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

import explorer
from explorer.encoding.encoding import encode_texts
from explorer.encoding.transformer import TransformerEncoder
from explorer.errors import EncodeError, ModelError

TEXTS = [
    "the old house",
    "king",
    "a cat sat on the mat and the dog runs away in the cold night of rain and snow",
    "the sea, the ship, the captain and the whale.",
    "bread",
    "unknown words zzz",
    "tea and bread on a warm day",
]


def closest_gap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    return float(np.abs(one - other).max())


def reference(folder: Path) -> Any:
    from sentence_transformers import SentenceTransformer

    return SentenceTransformer(str(folder), device="cpu", local_files_only=True)


def test_the_model_that_comes_along_gives_the_vectors_of_sentence_transformers(
    minilm: TransformerEncoder,
) -> None:
    from explorer.encoding.offline import offline_model_folder

    texts = [*TEXTS, "word " * 400, "x" * 3000]  # the last two are longer than it reads
    expected = reference(offline_model_folder()).encode(texts)
    assert closest_gap(encode_texts(texts, minilm).vectors, expected) < 1e-5


@pytest.mark.parametrize("model", ["tiny_bert", "tiny_roberta", "sentence_bert"])
def test_models_of_random_weights_give_the_vectors_of_sentence_transformers(
    model: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(model)
    space = explorer.encode(TEXTS, folder)
    assert closest_gap(space.vectors, reference(folder).encode(TEXTS)) < 1e-5


def test_a_roberta_reads_as_many_tokens_as_it_has_positions(tiny_roberta: Path) -> None:
    encoder = TransformerEncoder(str(tiny_roberta))
    assert encoder.max_tokens == 40  # 42, less the two before the first
    assert np.isfinite(encode_texts(["house " * 300], encoder).vectors).all()


def test_clip_gives_the_projected_vector_of_its_end_token(tiny_clip: Path) -> None:
    import torch
    from transformers import AutoTokenizer, CLIPTextModelWithProjection

    tower = CLIPTextModelWithProjection.from_pretrained(tiny_clip).eval()
    tokenizer = AutoTokenizer.from_pretrained(tiny_clip)
    expected = []
    with torch.no_grad():
        for text in TEXTS:  # one at a time: no padding at all
            read = tokenizer(text, return_tensors="pt", truncation=True, max_length=24)
            expected.append(tower(read["input_ids"], read["attention_mask"]).text_embeds[0].numpy())
    space = explorer.encode(TEXTS, tiny_clip)
    assert space.dim == 16
    assert closest_gap(space.vectors, np.stack(expected)) < 1e-5


@pytest.mark.parametrize("pooling", ["mean", "cls", "max"])
def test_pooling_of_a_plain_model_is_chosen(tiny_bert: Path, pooling: str) -> None:
    import torch
    from transformers import AutoModel, AutoTokenizer

    model, tokenizer = (
        AutoModel.from_pretrained(tiny_bert).eval(),
        AutoTokenizer.from_pretrained(tiny_bert),
    )
    with torch.no_grad():
        tokens = model(**tokenizer("the old house", return_tensors="pt")).last_hidden_state[0]
    expected = {"mean": tokens.mean(0), "cls": tokens[0], "max": tokens.max(0).values}[pooling]
    space = explorer.encode(
        ["the old house", "a longer text of seven words"], tiny_bert, pooling=pooling
    )
    assert closest_gap(space.vectors[0], expected.numpy()) < 1e-5


def test_pooling_of_a_sentence_model_is_its_own(sentence_bert: Path) -> None:
    with pytest.raises(EncodeError, match="says itself how its token vectors are pooled"):
        explorer.encode(TEXTS, sentence_bert, pooling="max")


def test_an_unknown_pooling_names_the_known_ones(tiny_bert: Path) -> None:
    with pytest.raises(EncodeError, match="Known: mean, cls, max"):
        explorer.encode(TEXTS, tiny_bert, pooling="median")


def test_a_split_text_is_the_mean_of_its_parts(tiny_bert: Path) -> None:
    encoder = TransformerEncoder(str(tiny_bert))
    assert encoder.room == 38
    words = ["house", "king"] * 30
    parts = [" ".join(words[:38]), " ".join(words[38:])]
    split = encode_texts([" ".join(words)], encoder, long_texts="split").vectors[0]
    first, second = encode_texts(parts, encoder).vectors
    weights = np.array([40, 24])  # with their special tokens
    expected = (first * weights[0] + second * weights[1]) / weights.sum()
    assert closest_gap(split, expected) < 1e-5
    cut = encode_texts([" ".join(words)], encoder).vectors[0]
    assert closest_gap(cut, first) < 1e-5


def test_a_split_text_keeps_the_length_that_the_model_gives(minilm: TransformerEncoder) -> None:
    split = encode_texts(["a house with secrets " * 200], minilm, long_texts="split").vectors
    assert np.linalg.norm(split[0]) == pytest.approx(1, abs=1e-5)


def test_weights_that_do_not_fit_their_configuration_are_told(
    tiny_bert: Path, tmp_path: Path
) -> None:
    import shutil

    folder = tmp_path / "broken"
    shutil.copytree(tiny_bert, folder)
    (folder / "model.safetensors").write_bytes(b"no weights at all")
    with pytest.raises(ModelError, match="could not be loaded"):
        explorer.encode(TEXTS, folder)
