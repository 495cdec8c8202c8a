"""Inside the encoder: each step against transformers and sentence-transformers themselves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from explorer import encode
from explorer.encoding.loaded import load_encoder
from explorer.encoding.offline import offline_model_folder
from explorer.errors import EncodeError, ModelError, QueryError
from explorer.lessons.bert import forward, model
from explorer.lessons.bert.attention import WHO_IS_IT, mean_looks
from explorer.lessons.bert.forward import look_up, read
from explorer.lessons.bert.model import Bert, open_bert
from explorer.lessons.bert.pooling import pooled_sentence, sentence_vector
from explorer.lessons.bert.snippets import RESULTS, snippet
from explorer.lessons.bert.tokens import cut_notice, shared_words, tokenize
from explorer.lessons.bert.trajectories import walk

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
    assert "the last 4,746 tokens" in cut_notice(bert, tokens)


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
def test_the_pooled_vector_is_that_of_explorers_encode(bert: Bert, sentence: str) -> None:
    expected = encode([sentence], cache=False, device="cpu", precision="float32").vectors[0]
    assert np.abs(sentence_vector(bert, sentence) - expected).max() < 1e-6
    by_hand = read(bert, tokenize(bert, sentence)).hidden[-1].mean(axis=0)
    assert np.abs(by_hand / np.linalg.norm(by_hand) - expected).max() < 1e-6


def test_an_unknown_pooling_is_told(bert: Bert) -> None:
    with pytest.raises(EncodeError, match="Known: mean, cls, max"):
        pooled_sentence(bert, read(bert, tokenize(bert, RIVER)), "sum")


def test_looking_inside_and_encoding_share_one_loaded_model(tiny_bert: Path) -> None:
    opened, encoder = open_bert(tiny_bert), load_encoder(str(tiny_bert), device="cpu")
    assert opened.encoder is encoder
    own = encoder.layers.auto_model
    shared = zip(opened.model.parameters(), own.parameters(), strict=True)
    assert all(one.data_ptr() == other.data_ptr() for one, other in shared)
    assert own.config._attn_implementation != "eager"  # encoding keeps the faster way


def test_a_words_two_uses_begin_alike_and_part(bert: Bert) -> None:
    first, second = (read(bert, tokenize(bert, one)).word("bank") for one in (RIVER, MONEY))
    similar = forward.cosines(first, second)
    assert similar[0] > 0.95
    assert similar[-1] < similar[0] - 0.1


def test_a_word_that_is_not_there_is_told_with_those_that_are(bert: Bert) -> None:
    with pytest.raises(QueryError, match=r"“shore” is not a word .* river, bank"):
        tokenize(bert, RIVER).positions("shore")


def test_words_read_side_by_side_are_those_read_one_by_one(bert: Bert) -> None:
    uses = [("bank", RIVER), ("bank", MONEY), ("unbelievableness", "O unbelievableness!")]
    together = forward.read_words(bert, uses)
    for column, (word, sentence) in enumerate(uses):
        alone = read(bert, tokenize(bert, sentence)).word(word)
        assert together[:, column] == pytest.approx(alone, abs=1e-5)


def test_a_model_that_hands_out_no_attention_is_read_without(bert: Bert) -> None:
    class Mute:
        def __call__(self, **inputs: object) -> SimpleNamespace:
            output = bert.model(**inputs)
            output.attentions = None
            return output

    reading = read(replace(bert, model=Mute()), tokenize(bert, RIVER))
    assert reading.attention is None
    assert reading.hidden.shape == (7, 9, 384)


def test_a_model_without_berts_tables_is_told(bert: Bert) -> None:
    other = replace(bert, model=torch.nn.Linear(1, 1))
    with pytest.raises(EncodeError, match="does not build its input"):
        look_up(other, tokenize(bert, RIVER))


def test_a_folder_that_holds_no_model_is_told(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"config\.json"):
        open_bert(tmp_path)


def test_all_layers_are_drawn_on_the_last_layers_pca(bert: Bert) -> None:
    from sklearn.decomposition import PCA

    readings = [read(bert, tokenize(bert, one)) for one in (RIVER, MONEY)]
    path = walk(readings)
    states = np.concatenate([one.hidden for one in readings], axis=1)
    expected = PCA(2).fit(states[-1]).transform(states.reshape(-1, 384)).reshape(7, -1, 2)
    assert np.abs(path.places) == pytest.approx(np.abs(expected), abs=1e-3)
    assert path.sentence.tolist() == [0] * 9 + [1] * 8
    first, second = (row for row, piece in enumerate(path.pieces) if piece == "bank")
    apart = np.linalg.norm(path.places[:, first] - path.places[:, second], axis=1)
    assert apart[-1] > 5 * apart[0]  # what the screen claims: they start on one spot, and part


ANY = ["tiny_bert", "tiny_roberta", "tiny_distilbert", "tiny_mpnet", "sentence_bert"]
KING, CAT = "The king sat on the mat.", "In the garden the cat sat, and rain falls."


@pytest.fixture
def other(request: pytest.FixtureRequest) -> Bert:
    """A tiny model of random weights, opened from its folder."""
    folder: Path = request.getfixturevalue(request.param)
    return open_bert(folder)


@pytest.mark.parametrize("other", ANY, indirect=True)
def test_any_bert_like_model_is_looked_into_as_transformers_runs_it(other: Bert) -> None:
    tokens = tokenize(other, KING)
    reading = read(other, tokens)
    with torch.inference_mode():
        output = other.model(torch.tensor([tokens.ids]), output_hidden_states=True)
    assert reading.hidden == pytest.approx(torch.cat(output.hidden_states).numpy(), abs=1e-6)
    assert look_up(other, tokens).normalized == pytest.approx(reading.hidden[0], abs=1e-6)
    assert reading.attention is not None
    assert reading.attention.sum(axis=-1) == pytest.approx(1, abs=1e-6)
    assert reading.word("mat").shape == reading.hidden[:, 0].shape


@pytest.mark.parametrize("other", ANY, indirect=True)
def test_any_models_pooled_vector_is_that_of_explorers_encode(other: Bert) -> None:
    texts = [KING, "cat", "sea " * 80]
    expected = encode(texts, other.name, cache=False, device="cpu", precision="float32").vectors
    found = np.stack([sentence_vector(other, text) for text in texts])
    assert np.abs(found - expected).max() < 1e-6


@pytest.mark.parametrize("how", ["cls", "max"])
def test_another_pooling_is_that_of_explorers_encode(tiny_bert: Path, how: str) -> None:
    other = open_bert(tiny_bert)
    made = encode([KING], tiny_bert, pooling=how, cache=False, device="cpu", precision="float32")
    found = pooled_sentence(other, read(other, tokenize(other, KING)), how)
    assert np.abs(found - made.vectors[0]).max() < 1e-6


def test_a_models_own_prompt_is_read_and_told(sentence_bert: Path) -> None:
    other = open_bert(sentence_bert)
    assert other.prompt == "the king "
    assert tokenize(other, "cat sat").sentence == "the king cat sat"
    assert (other.pooling, other.finish, other.encoder.normalizes) == ("cls", ("Dense",), True)


def test_a_typed_padding_token_gets_the_position_that_roberta_gives_it(tiny_roberta: Path) -> None:
    other = open_bert(tiny_roberta)
    tokens = tokenize(other, "king <pad> cat")
    reading = read(other, tokens)
    assert other.tokenizer.pad_token_id in tokens.ids
    assert look_up(other, tokens).normalized == pytest.approx(reading.hidden[0], abs=1e-6)


def test_words_end_where_signs_begin_whatever_the_tokenizer(tiny_unigram: Path) -> None:
    other = open_bert(tiny_unigram)
    tokens = tokenize(other, CAT)
    assert set(tokens.spelled.values()) >= {"garden", "cat", "sat", ",", "falls", "."}
    assert shared_words([tokens, tokenize(other, KING)])[0] == "sat"


@pytest.mark.parametrize("model", ["tiny_clip", "mute"])
def test_a_model_that_is_not_like_bert_is_told(
    request: pytest.FixtureRequest, model: str, tmp_path: Path, tiny_bert: Path
) -> None:
    if model == "mute":  # its modules are there, and none of them is a transformer
        (tmp_path / "modules.json").write_text(
            '[{"idx": 0, "path": "", "type": "sentence_transformers.models.Normalize"}]'
        )
        folder = tmp_path
    else:
        folder = request.getfixturevalue(model)
    with pytest.raises(EncodeError, match=r"Choose a BERT, RoBERTa|could not be loaded"):
        open_bert(folder)


def test_a_model_that_the_server_does_not_allow_is_not_opened(
    monkeypatch: pytest.MonkeyPatch, tiny_bert: Path
) -> None:
    monkeypatch.setenv("EXPLORER_MODELS", "BAAI/bge-small-en-v1.5")
    with pytest.raises(ModelError, match=r"It loads: all-MiniLM-L6-v2, BAAI/bge-small-en-v1.5"):
        open_bert(tiny_bert)


def test_weights_too_large_to_look_into_are_told(
    monkeypatch: pytest.MonkeyPatch, tiny_bert: Path
) -> None:
    monkeypatch.setattr(model, "MOST_BYTES", 1_000)
    with pytest.raises(EncodeError, match="Encode text” takes larger ones"):
        open_bert(tiny_bert)


SHOWN = {"layer": 2, "head": 5, "token": 3, "word": "bank", "how": "max"}


@pytest.mark.parametrize("step", RESULTS)
def test_the_code_beside_each_step_gives_what_the_step_shows(bert: Bert, step: str) -> None:
    kept: dict[str, object] = {}
    code = snippet(step, bert, [RIVER, MONEY], **SHOWN)
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
        "context": lambda: forward.cosines(
            reading.word("bank"), read(bert, tokenize(bert, MONEY)).word("bank")
        ),
        "pooling": lambda: pooled_sentence(bert, reading, "max"),
    }[step]()
    if step == "tokens":
        assert result == expected
    else:
        assert isinstance(result, torch.Tensor)
        values = result.abs() if step == "layers" else result  # signs of axes are arbitrary
        assert values.numpy() == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("other", ANY, indirect=True)
def test_the_code_is_right_for_any_model(other: Bert) -> None:
    tokens = [tokenize(other, one) for one in (KING, CAT)]
    first, second = (read(other, one) for one in tokens)
    vector = pooled_sentence(other, first)
    expected = {
        "lookup": look_up(other, tokens[0]).normalized,
        "context": forward.cosines(first.word("sat"), second.word("sat")),
        "pooling": vector / np.linalg.norm(vector),
    }
    for step, values in expected.items():
        kept: dict[str, object] = {}
        sentences = [one.sentence for one in tokens]
        exec(snippet(step, other, sentences, word="sat", how=other.pooling), kept)
        result = kept[RESULTS[step]]
        assert isinstance(result, torch.Tensor)
        assert result.numpy() == pytest.approx(values, abs=1e-5), step


def test_this_model_does_not_know_who_it_is(bert: Bert) -> None:
    """What the lesson says: “big” or “small” moves no look from the cup to the case."""
    looks = []
    for sentence in WHO_IS_IT:
        reading = read(bert, tokenize(bert, sentence))
        assert reading.attention is not None
        pieces = reading.tokens.pieces
        found = dict(mean_looks(reading.attention, pieces.index("it"), pieces))
        assert not {".", "[CLS]", "[SEP]", "it"} & set(found)
        looks.append(found["cup"] - found["case"])
    assert abs(looks[0] - looks[1]) < 0.005
