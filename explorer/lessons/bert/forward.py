"""The forward pass of a BERT-like encoder: lookup, layers, attention (Devlin et al. 2019)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import EncodeError
from explorer.lessons.bert.model import Bert
from explorer.lessons.bert.tokens import Tokens, tokenize

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float32]

BATCH = 40  # sentences that go through the model together
TABLES = ("word_embeddings", "position_embeddings", "LayerNorm")


@dataclass(frozen=True, eq=False)
class Lookup:
    """The input of the first layer: rows of three tables, their sum, and its layer norm.

    Each is (n, d) float32; `segment` is None for a model without segments.
    """

    word: Floats
    position: Floats
    segment: Floats | None
    summed: Floats
    normalized: Floats


@dataclass(frozen=True, eq=False)
class Reading:
    """The forward pass of one sentence.

    Attributes
    ----------
    tokens
        n tokens.
    hidden
        (layers + 1, n, d) float32: the input of the first layer, and each layer's output.
    attention
        (layers, heads, n, n) float32: the attention weight of token i on token j; each row
        sums to 1. None for a model that does not return it.
    """

    tokens: Tokens
    hidden: Floats
    attention: Floats | None

    def word(self, word: str) -> Floats:
        """Return a word's vector after each layer, (layers + 1, d): its word pieces' mean."""
        mean: Floats = self.hidden[:, self.tokens.positions(word)].mean(axis=1)
        return mean


def look_up(bert: Bert, tokens: Tokens) -> Lookup:
    """Build the first layer's input by hand: a row per token from each table.

    Raises
    ------
    EncodeError
        The model does not add rows of positions to its word rows, so is not BERT-like.
    """
    import torch

    table = getattr(bert.model, "embeddings", None)
    if any(getattr(table, part, None) is None for part in TABLES):
        raise EncodeError(
            f"{bert.title} is a {type(bert.model).__name__}: it does not build its input from "
            "word, position and segment tables as BERT does. The other steps work."
        )
    assert table is not None
    segments = getattr(table, "token_type_embeddings", None)
    with torch.inference_mode():
        ids = torch.tensor(tokens.ids)
        word = table.word_embeddings(ids)
        position = table.position_embeddings(torch.from_numpy(position_rows(bert, tokens)))
        summed = word + position
        segment = None
        if segments is not None:
            segment = segments(torch.zeros_like(ids))
            summed = summed + segment
        normalized = table.LayerNorm(summed)
    return Lookup(
        word.numpy(),
        position.numpy(),
        None if segment is None else segment.numpy(),
        summed.numpy(),
        normalized.numpy(),
    )


def position_rows(bert: Bert, tokens: Tokens) -> NDArray[np.int64]:
    """Return each token's row of the position table, (n,).

    BERT counts from 0. RoBERTa's family counts from the row after padding's; a padding token
    that somebody typed gets padding's own row.
    """
    padding = bert.model.embeddings.position_embeddings.padding_idx
    if padding is None:
        return np.arange(len(tokens))
    counted = np.array(tokens.ids) != padding
    rows: NDArray[np.int64] = np.cumsum(counted) * counted + padding
    return rows


def read(bert: Bert, tokens: Tokens) -> Reading:
    """Run the forward pass and keep every layer's output."""
    import torch

    with torch.inference_mode():
        output = bert.model(
            **bert.encoder.inputs([list(tokens.ids)]),
            output_hidden_states=True,
            output_attentions=True,
        )
    weights = [one for one in output.attentions or () if one is not None]
    return Reading(
        tokens,
        torch.cat(states(bert, output)).numpy(),
        torch.cat(weights).numpy() if weights else None,
    )


def states(bert: Bert, output: Any) -> list[torch.Tensor]:
    """Return the first layer's input and each layer's output; raises EncodeError without them."""
    if not output.hidden_states:
        raise EncodeError(
            f"{bert.title} does not give out the vectors between its layers. Choose another model."
        )
    # some models apply a last layer norm to the last layer's output, before pooling
    return [*output.hidden_states[:-1], output.last_hidden_state]


def read_words(bert: Bert, uses: Sequence[tuple[str, str]]) -> Floats:
    """Return the vectors of a word in each sentence: (layers + 1, sentences, d) float32.

    Sentences of similar length form a batch, which is several times faster than one by one;
    the values are equal up to rounding.

    Parameters
    ----------
    uses
        Pairs of a word and a sentence that holds it.
    """
    import torch

    tokens = [tokenize(bert, sentence) for _, sentence in uses]
    vectors: list[Floats] = [np.empty(0, np.float32)] * len(uses)
    order = sorted(range(len(uses)), key=lambda at: len(tokens[at]))
    for start in range(0, len(order), BATCH):
        batch = order[start : start + BATCH]
        inputs = bert.encoder.inputs([list(tokens[at].ids) for at in batch])
        with torch.inference_mode():
            output = bert.model(**inputs, output_hidden_states=True)
        layers = states(bert, output)
        length = inputs["input_ids"].shape[1]
        for row, at in enumerate(batch):
            padded = length - len(tokens[at]) if bert.tokenizer.padding_side == "left" else 0
            places = [padded + position for position in tokens[at].positions(uses[at][0])]
            vectors[at] = np.stack([layer[row, places].mean(dim=0).numpy() for layer in layers])
    stacked: Floats = np.stack(vectors, axis=1)
    return stacked


def cosines(first: Floats, second: Floats) -> Floats:
    """Return the cosine similarity of corresponding rows of two (layers, d) arrays: (layers,)."""
    products = np.einsum("ij,ij->i", first, second)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    similar: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return similar
