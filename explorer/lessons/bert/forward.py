"""Inside a BERT-like encoder: lookup, layers, attention (Devlin et al. 2019)."""

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
    """The input of the first layer, each (n, d): rows of three tables, their sum, its layer norm.

    `segment` is None for a model that has no segments.
    """

    word: Floats
    position: Floats
    segment: Floats | None
    summed: Floats
    normalized: Floats


@dataclass(frozen=True, eq=False)
class Reading:
    """What the model made of one sentence.

    Attributes
    ----------
    tokens
        n tokens.
    hidden
        (layers + 1, n, d) float32: the input of the first layer, and each layer's output.
    attention
        (layers, heads, n, n) float32: how much of token j flows into token i; each row
        sums to 1. None for a model that does not tell.
    """

    tokens: Tokens
    hidden: Floats
    attention: Floats | None

    def word(self, word: str) -> Floats:
        """Return a word's vector after each layer, (layers + 1, d): the mean of its pieces."""
        mean: Floats = self.hidden[:, self.tokens.positions(word)].mean(axis=1)
        return mean


@dataclass(frozen=True)
class AttentionPattern:
    """The head that follows a pattern most: layer and head from 1, and its mean weight there."""

    layer: int
    head: int
    share: float


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
    """Return the row of the position table for each token.

    BERT counts from 0; RoBERTa and its kin from the row after that of padding, which a
    padding token that somebody typed gets itself.
    """
    padding = bert.model.embeddings.position_embeddings.padding_idx
    if padding is None:
        return np.arange(len(tokens))
    counted = np.array(tokens.ids) != padding
    rows: NDArray[np.int64] = np.cumsum(counted) * counted + padding
    return rows


def read(bert: Bert, tokens: Tokens) -> Reading:
    """Send the tokens through all layers, and keep what comes out of each."""
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
    """Return what enters the first layer and what leaves each; raises EncodeError without it."""
    if not output.hidden_states:
        raise EncodeError(
            f"{bert.title} does not tell what comes out of its layers. Choose another model."
        )
    # some models norm what leaves the last layer once more: that is what is pooled
    return [*output.hidden_states[:-1], output.last_hidden_state]


def read_words(bert: Bert, uses: Sequence[tuple[str, str]]) -> Floats:
    """Return the vectors of a word in each sentence: (layers + 1, sentences, d).

    Sentences of about equal length go through the model side by side, which is several
    times faster than one by one; the values are the same but for rounding.

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
    """Return the cosine similarity of two (layers, d) stacks, row by row: (layers,)."""
    products = np.einsum("ij,ij->i", first, second)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    similar: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return similar


def attention_patterns(attention: Floats) -> dict[str, AttentionPattern]:
    """Return, for each positional pattern (Clark et al. 2019), the head that follows it most.

    Parameters
    ----------
    attention
        (layers, heads, n, n) of one sentence.
    """
    n = attention.shape[-1]
    found = {}
    for what, offset in (("the token before", -1), ("itself", 0), ("the token after", 1)):
        if abs(offset) < n:
            shares = np.diagonal(attention, offset, axis1=2, axis2=3).mean(axis=-1)
            layer, head = np.unravel_index(int(shares.argmax()), shares.shape)
            found[what] = AttentionPattern(int(layer) + 1, int(head) + 1, float(shares.max()))
    return found
