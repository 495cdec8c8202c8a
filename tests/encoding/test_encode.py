"""explorer.encode: order, repetitions, bad input, averages, word pieces."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import explorer
from explorer import EmbeddingSpace
from explorer.encoding import job
from explorer.encoding.classical import average_words
from explorer.encoding.device import choose_device, choose_precision, devices
from explorer.encoding.encoding import duration, encode_texts
from explorer.encoding.loaded import load_encoder
from explorer.encoding.texts import from_table
from explorer.encoding.token_embeddings import embedding_table, token_space
from explorer.encoding.transformer import TransformerEncoder
from explorer.errors import EncodeError, JobCancelled, TextError


def test_vectors_come_in_the_order_of_the_texts(tiny_bert: Path) -> None:
    texts = ["king", "the old house and the garden key", "queen", "a cat sat"]
    together = explorer.encode(texts, tiny_bert)
    assert together.labels == tuple(texts)
    for row, text in enumerate(texts):
        alone = explorer.encode([text], tiny_bert, cache=False)
        np.testing.assert_allclose(together.vectors[row], alone.vectors[0], atol=1e-5)


def test_equal_texts_are_encoded_once(tiny_bert: Path) -> None:
    encoder = TransformerEncoder(str(tiny_bert))
    made = encode_texts(["king"] * 1_000_000, encoder)
    assert made.computed == 1
    assert made.vectors.shape == (1_000_000, 32)
    assert (made.vectors == made.vectors[0]).all()


def test_empty_texts_are_left_out_with_their_metadata_and_counted(tiny_bert: Path) -> None:
    metadata = pa.table({"year": [1, 2, 3, 4]})
    space = explorer.encode(["king", "", "  \t", "queen"], tiny_bert, metadata=metadata)
    assert space.labels == ("king", "queen")
    assert space.metadata is not None
    assert space.metadata["year"].to_pylist() == [1, 4]
    assert "2 empty texts were left out." in space.notes


def test_control_characters_and_lone_surrogates_are_repaired_and_told(tiny_bert: Path) -> None:
    space = explorer.encode(["king\x00\x07queen", "half \ud83d of it", "\ud83d\ude00"], tiny_bert)
    assert space.labels == ("king  queen", "half \ufffd of it", "😀")
    assert "1 text held control characters, which became spaces." in space.notes
    assert any("2 texts held half of a character pair" in note for note in space.notes)


def test_a_text_of_a_megabyte_is_read(minilm: TransformerEncoder) -> None:
    text = "a house with secrets " * 50_000
    made = encode_texts([text], minilm)
    assert made.tokens.tolist() == [200_000]
    assert np.isfinite(made.vectors).all()


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ([], "nothing was given"),
        ([""], "the one line is empty"),
        (["", " "], "all 2 lines are empty"),
        (["a", 7], "Text 2 is '7', a int"),
    ],
)
def test_without_texts_there_is_a_clear_message(texts: list[str], message: str) -> None:
    with pytest.raises(TextError, match=message):
        explorer.encode(texts)


def test_labels_of_their_own_keep_the_texts_as_metadata(tiny_bert: Path) -> None:
    space = explorer.encode(["the king", "the queen"], tiny_bert, labels=["K", "Q"])
    assert space.labels == ("K", "Q")
    assert space.metadata is not None
    assert space.metadata["text"].to_pylist() == ["the king", "the queen"]


def test_a_tables_texts_stay_once_among_the_metadata(tiny_bert: Path) -> None:
    table = pa.table({"title": ["K", "Q"], "text": ["the king ", "the queen"], "year": [1, 2]})
    space = explorer.encode(from_table(table, "text", "title"), tiny_bert)
    assert space.labels == ("K", "Q")
    assert space.metadata is not None
    assert space.metadata.to_pydict() == {"text": ["the king", "the queen"], "year": [1, 2]}


def test_the_space_knows_its_model(tiny_bert: Path) -> None:
    space = explorer.encode(["king", "queen"], tiny_bert)
    assert space.source.model == str(tiny_bert)
    assert space.take([0], name="one", step="the first").source.model == str(tiny_bert)


def test_the_space_knows_the_pooling_that_was_chosen(tiny_bert: Path) -> None:
    assert explorer.encode(["king"], tiny_bert).source.pooling == ""
    assert explorer.encode(["king"], tiny_bert, pooling="max").source.pooling == "max"


@pytest.mark.parametrize("pooling", [None, "max"])
def test_a_new_text_gets_the_vector_that_it_has_in_the_space(
    tiny_bert: Path, pooling: str | None
) -> None:
    source = explorer.encode(["king", "queen"], tiny_bert, pooling=pooling).source
    vector = job.vector_of("the queen", source.model, source.pooling)
    expected = explorer.encode(["the queen"], tiny_bert, pooling=pooling, cache=False)
    np.testing.assert_allclose(vector, expected.vectors[0], atol=1e-6)


def test_a_model_is_in_memory_once_however_it_was_wished(tiny_bert: Path) -> None:
    model = str(tiny_bert)
    assert load_encoder(model) is load_encoder(model, device="cpu", precision="float32")


def test_a_space_of_averaged_words_names_their_space(space: EmbeddingSpace) -> None:
    assert explorer.encode(["king"], space).source.words == space.digest


def test_a_report_that_raises_stops_and_what_was_done_is_kept(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from explorer.encoding import encoding
    from explorer.encoding.vector_cache import opened

    monkeypatch.setitem(encoding.TOKEN_BUDGET, "cpu", 100)
    texts = [f"house number {number}" for number in range(200)]

    def stop(share: float, step: str) -> None:
        if share > 0.5:
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        explorer.encode(texts, tiny_bert, report=stop)
    with opened() as kept:
        assert 100 <= len(kept) < 200


def test_progress_tells_texts_and_never_goes_back(tiny_bert: Path) -> None:
    told: list[tuple[float, str]] = []
    explorer.encode(["king", "queen"] * 3, tiny_bert, report=lambda *one: told.append(one))
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert told[-1] == (1.0, "encoding 2 of 2 texts")


@pytest.mark.parametrize(
    ("seconds", "words"), [(0, "0 s"), (40, "40 s"), (200, "3 min"), (7800, "2 h 10 min")]
)
def test_durations_read_as_people_say_them(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def test_values_that_are_not_finite_are_told(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoder = TransformerEncoder(str(tiny_bert))
    monkeypatch.setattr(encoder, "forward", lambda batch: np.full((len(batch), 32), np.nan))
    with pytest.raises(EncodeError, match="Choose exact"):
        encode_texts(["king"], encoder)


def test_the_processor_is_always_there() -> None:
    assert devices()[-1].name == "cpu"
    assert choose_precision(choose_device("cpu")) == "float32"


def test_a_device_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(EncodeError, match=r"“tpu” is not there. This machine computes on: .*cpu"):
        choose_device("tpu")


def test_an_unknown_precision_names_the_known_ones() -> None:
    with pytest.raises(EncodeError, match="float32, bfloat16, float16"):
        choose_precision(choose_device("cpu"), "int4")


def test_words_are_averaged_and_missing_ones_named(space: EmbeddingSpace) -> None:
    made = explorer.encode(["King and queen", "pea!", "nothing known"], space)
    np.testing.assert_allclose(made.vectors[0], [1.0, 0.0, 0.0])
    np.testing.assert_allclose(made.vectors[1], space["pea"].values)
    assert not made.vectors[2].any()
    assert any("3 words are not in five words: “and”, “nothing”" in one for one in made.notes)


def test_joined_words_are_looked_up_by_their_parts(space: EmbeddingSpace) -> None:
    averages = average_words(["queen-mother", "king's"], space)
    assert averages.found.tolist() == [1, 1]


def test_texts_without_any_known_word_are_an_error(space: EmbeddingSpace) -> None:
    with pytest.raises(EncodeError, match="None of the words is in five words"):
        explorer.encode(["zebra"], space)


def test_token_spaces_hold_the_models_input_embeddings(tiny_bert: Path) -> None:
    from transformers import AutoModel, AutoTokenizer

    table = AutoModel.from_pretrained(tiny_bert).get_input_embeddings().weight.detach().numpy()
    vocabulary = AutoTokenizer.from_pretrained(tiny_bert).get_vocab()
    space = token_space(str(tiny_bert), whole_words=False)
    assert len(space) == len(vocabulary)
    np.testing.assert_array_equal(space["king"].values, table[vocabulary["king"]])
    words = token_space(str(tiny_bert))
    assert "##s" not in words
    assert "[CLS]" not in words
    assert "king" in words


@pytest.mark.parametrize("model", ["tiny_roberta", "tiny_clip"])
def test_token_spaces_of_other_vocabularies_hold_words(
    model: str, request: pytest.FixtureRequest
) -> None:
    folder = request.getfixturevalue(model)
    words = token_space(str(folder))
    assert {"king", "queen", "house"} <= set(words.labels)
    assert len(embedding_table(folder)) >= len(words)


def test_berts_pieces_answer_king_minus_man_plus_woman() -> None:
    space = token_space()
    answer = explorer.nearest_neighbors(space, space["king"] - space["man"] + space["woman"], k=3)
    assert "queen" in answer.labels


def test_a_text_is_the_mean_of_its_pieces() -> None:
    space = token_space(whole_words=False)
    made = explorer.encode(["king queens"], "tokens of all-MiniLM-L6-v2")
    expected = (space["king"].values + space["queens"].values) / 2
    np.testing.assert_allclose(made.vectors[0], expected, atol=1e-6)


def test_what_is_read_back_is_not_computed_again(
    tiny_bert: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [f"the old house {number}" for number in range(200)]
    first = explorer.encode(texts, tiny_bert)
    monkeypatch.setattr(TransformerEncoder, "forward", None)  # to compute would fail
    np.testing.assert_array_equal(explorer.encode(texts, tiny_bert).vectors, first.vectors)
