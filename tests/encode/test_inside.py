"""Inside the encoder: each step against transformers and sentence-transformers themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explorer import open_space
from explorer.encode import inside
from explorer.encode.inside import Bert, look_up, pool, read, sentence_vector, tokenize
from explorer.encode.offline import offline_model_folder
from explorer.encode.snippets import RESULTS, snippet
from explorer.encode.walk import place_on, walk
from explorer.errors import EncodeError, QueryError
from explorer.projection import project

ROOT = Path(__file__).parents[2]
RIVER, MONEY = "She sat on the river bank.", "The bank raised its rates."


@pytest.fixture(scope="module")
def reference() -> SimpleNamespace:
    """transformers' own model and tokenizer, with its usual way to compute attention."""
    from transformers import AutoModel, AutoTokenizer

    folder = offline_model_folder()
    return SimpleNamespace(
        model=AutoModel.from_pretrained(folder, use_safetensors=True).eval(),
        tokenizer=AutoTokenizer.from_pretrained(folder),
    )


def test_an_unknown_word_falls_into_pieces_that_know_their_word(bert: Bert) -> None:
    tokens = tokenize(bert, "Unbelievableness, here.")
    assert tokens.pieces == ("[CLS]", "unbelievable", "##ness", ",", "here", ".", "[SEP]")
    assert tokens.positions("unbelievableness") == (1, 2)
    assert tokens.ids[0] == 101


def test_a_sign_that_the_model_never_saw_is_unknown_and_no_error(bert: Bert) -> None:
    tokens = tokenize(bert, "🐢 bank")
    assert tokens.unknown == (False, True, False, False)
    assert np.isfinite(read(bert, tokens).hidden).all()


@pytest.mark.parametrize("sentence", ["", "   \n"])
def test_an_empty_sentence_is_told(bert: Bert, sentence: str) -> None:
    with pytest.raises(QueryError, match="empty"):
        tokenize(bert, sentence)


def test_a_sentence_of_5000_words_is_cut_at_the_models_limit_and_said(bert: Bert) -> None:
    tokens = tokenize(bert, "word " * 5000)
    assert len(tokens) == bert.max_tokens == 256
    assert tokens.pieces[-1] == "[SEP]"
    assert tokens.left_out == 5002 - 256
    assert "the last 4,746 tokens" in inside.cut_notice(bert, tokens)


def test_hidden_states_and_attention_equal_transformers_own(
    bert: Bert, reference: SimpleNamespace
) -> None:
    reading = read(bert, tokenize(bert, RIVER))
    inputs = reference.tokenizer(RIVER, return_tensors="pt")
    with torch.inference_mode():
        output = reference.model(**inputs, output_hidden_states=True)
    expected = torch.cat(output.hidden_states).numpy()
    assert reading.hidden == pytest.approx(expected, abs=1e-5)
    assert reading.attention is not None
    # the usual way hands out no weights, so: softmax of queries by keys, from the weights
    state = torch.tensor(reading.hidden)
    for number, layer in enumerate(reference.model.encoder.layer):
        own = layer.attention.self
        queries, keys = (
            part(state[number]).unflatten(-1, (12, 32)).transpose(0, 1)
            for part in (own.query, own.key)
        )
        weights = torch.softmax(queries @ keys.transpose(1, 2) / 32**0.5, dim=-1)
        assert reading.attention[number] == pytest.approx(weights.detach().numpy(), abs=1e-5)


def test_each_row_of_attention_sums_to_one(bert: Bert) -> None:
    attention = read(bert, tokenize(bert, MONEY)).attention
    assert attention is not None
    assert attention.shape == (6, 12, 8, 8)
    assert attention.sum(axis=-1) == pytest.approx(1, abs=1e-6)


def test_the_lookup_by_hand_is_what_enters_the_first_layer(bert: Bert) -> None:
    tokens = tokenize(bert, RIVER)
    found = look_up(bert, tokens)
    assert found.summed == pytest.approx(found.word + found.position + found.segment)
    assert found.normalized == pytest.approx(read(bert, tokens).hidden[0], abs=1e-6)


@pytest.mark.parametrize("sentence", [RIVER, "a", "word " * 5000, "🐢 ꙮ naïve 東京"])
def test_the_pooled_vector_is_that_of_sentence_transformers(bert: Bert, sentence: str) -> None:
    from sentence_transformers import SentenceTransformer

    encoder = SentenceTransformer(str(offline_model_folder()), device="cpu")
    expected = encoder.encode(sentence, normalize_embeddings=True)
    assert np.abs(sentence_vector(bert, sentence) - expected).max() < 1e-6


def test_pooling_has_three_ways_and_tells_an_unknown_one() -> None:
    vectors = np.array([[3.0, 0.0], [0.0, 4.0]], np.float32)
    assert pool(vectors, "mean", normalize=False).tolist() == [1.5, 2.0]
    assert pool(vectors, "CLS").tolist() == [1.0, 0.0]
    assert pool(vectors, "max").tolist() == pytest.approx([0.6, 0.8])
    with pytest.raises(QueryError, match="Known ones: mean, CLS, max"):
        pool(vectors, "sum")


def test_a_words_two_uses_begin_alike_and_part(bert: Bert) -> None:
    first, second = (read(bert, tokenize(bert, one)).word("bank") for one in (RIVER, MONEY))
    similar = inside.cosines(first, second)
    assert similar[0] > 0.95
    assert similar[-1] < similar[0] - 0.1


def test_a_word_that_is_not_there_is_told_with_those_that_are(bert: Bert) -> None:
    with pytest.raises(QueryError, match=r"“shore” is no word .* river, bank"):
        tokenize(bert, RIVER).positions("shore")


def test_words_read_side_by_side_are_those_read_one_by_one(bert: Bert) -> None:
    uses = [("bank", RIVER), ("bank", MONEY), ("unbelievableness", "O unbelievableness!")]
    together = inside.read_words(bert, uses)
    for column, (word, sentence) in enumerate(uses):
        alone = read(bert, tokenize(bert, sentence)).word(word)
        assert together[:, column] == pytest.approx(alone, abs=1e-5)


def test_a_model_that_hands_out_no_attention_is_read_without(bert: Bert) -> None:
    class Mute:
        def __call__(self, **inputs: object) -> SimpleNamespace:
            output = bert.model(**inputs)
            return SimpleNamespace(hidden_states=output.hidden_states, attentions=None)

    reading = read(replace(bert, model=Mute()), tokenize(bert, RIVER))
    assert reading.attention is None
    assert reading.hidden.shape == (7, 9, 384)


def test_a_model_without_berts_tables_is_told(bert: Bert) -> None:
    other = replace(bert, model=torch.nn.Linear(1, 1))
    with pytest.raises(EncodeError, match="does not build its input"):
        look_up(other, tokenize(bert, RIVER))


def test_a_folder_that_holds_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(EncodeError, match=r"config\.json"):
        inside.open_bert(tmp_path)


def test_all_layers_share_one_pca(bert: Bert) -> None:
    from sklearn.decomposition import PCA

    readings = [read(bert, tokenize(bert, one)) for one in (RIVER, MONEY)]
    path = walk(readings)
    states = np.concatenate([one.hidden for one in readings], axis=1)
    expected = PCA(2).fit_transform(states.reshape(-1, 384)).reshape(7, -1, 2)
    assert np.abs(path.places) == pytest.approx(np.abs(expected), abs=1e-3)
    assert path.sentence.tolist() == [0] * 9 + [1] * 8


def test_a_row_placed_on_its_own_map_lands_where_it_stands() -> None:
    books = open_space(ROOT / "sample_data" / "books.npy")
    picture = project(books, "pca")
    placed = place_on(books, picture, books.vectors[:3])
    assert placed == pytest.approx(picture.coordinates[:3], abs=1e-4)


SHOWN = {"layer": 2, "head": 5, "token": 3, "word": "bank", "how": "max"}


@pytest.mark.parametrize("step", RESULTS)
def test_the_code_beside_each_step_gives_what_the_step_shows(bert: Bert, step: str) -> None:
    kept: dict[str, object] = {}
    code = snippet(step, [RIVER, MONEY], bert.max_tokens, **SHOWN)
    exec(code, kept)  # our own code, shown on the page
    result = kept[RESULTS[step]]
    tokens = tokenize(bert, RIVER)
    reading = read(bert, tokens)
    assert reading.attention is not None
    expected = {
        "tokens": lambda: list(tokens.pieces),
        "lookup": lambda: look_up(bert, tokens).normalized,
        "layers": lambda: np.abs(walk([reading]).places),
        "attention": lambda: reading.attention[1, 4, 3],
        "context": lambda: inside.cosines(
            reading.word("bank"), read(bert, tokenize(bert, MONEY)).word("bank")
        ),
        "pooling": lambda: pool(reading.hidden[-1], "max"),
    }[step]()
    if step == "tokens":
        assert result == expected
    else:
        assert isinstance(result, torch.Tensor)
        values = result.abs() if step == "layers" else result  # signs of axes are arbitrary
        assert values.numpy() == pytest.approx(expected, abs=1e-3)
