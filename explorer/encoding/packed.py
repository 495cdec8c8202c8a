"""BERT's layers over texts laid end to end: no padding is computed.

A batch of texts is one row of tokens. Everything but attention looks at one token at a time, so
it needs no borders; attention is computed within each text, for texts of equal length at once.
The modules are those of transformers; only its attention function is another.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, groupby
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface

BUILT_AS_BERT = ("BertModel", "RobertaModel", "XLMRobertaModel", "CamembertModel")
ATTENTION = "within_each_text"  # its name in transformers


def can_pack(model: Any) -> bool:
    """Return whether a transformers model is an encoder whose layers are BERT's."""
    return type(model).__name__ in BUILT_AS_BERT and not model.config.is_decoder


def use_packing(model: Any) -> None:
    """Have a model's layers take texts that are laid end to end; `packed` calls them so."""
    AttentionInterface.register(ATTENTION, attend_within_each_text)
    model.set_attn_implementation(ATTENTION)


def packed(model: Any, batch: Sequence[Sequence[int]]) -> Tensor:
    """Return the last layer's vectors of all tokens of a batch, (tokens, d), text after text."""
    lengths = [len(pieces) for pieces in batch]
    first = first_position(model)
    positions = torch.cat([torch.arange(first, first + length) for length in lengths])
    ids = torch.tensor(list(chain.from_iterable(batch)))
    hidden = model.embeddings(input_ids=ids[None], position_ids=positions[None])
    groups = list(equal_lengths(lengths))
    for layer in model.encoder.layer:
        hidden = layer(hidden, groups=groups)
    result: Tensor = hidden[0]
    return result


def first_position(model: Any) -> int:
    """Return the first token's position: RoBERTa's kind counts from behind the padding's id."""
    return int(getattr(model.embeddings, "padding_idx", -1)) + 1


def equal_lengths(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield how many neighbors have the same length, and that length.

    >>> list(equal_lengths([7, 7, 5, 7]))
    [(2, 7), (1, 5), (1, 7)]
    """
    for length, run in groupby(lengths):
        yield len(list(run)), length


def attend_within_each_text(
    module: nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    *,
    groups: Sequence[tuple[int, int]],
    **others: object,
) -> tuple[Tensor, None]:
    """Return attention's output (1, tokens, heads, d), for transformers to call.

    `query`, `key` and `value` are (1, heads, tokens, d).
    """
    parts = []
    start = 0
    for n, length in groups:
        rows = slice(start, start + n * length)
        start += n * length
        own = [  # (n, heads, length, d)
            each[0, :, rows].reshape(-1, n, length, each.shape[-1]).transpose(0, 1)
            for each in (query, key, value)
        ]
        seen = scaled_dot_product_attention(own[0], own[1], own[2])
        parts.append(seen.transpose(1, 2).flatten(0, 1))
    return torch.cat(parts)[None], None


def padded(tokens: Tensor, lengths: Sequence[int], *, left: bool) -> tuple[Tensor, Tensor]:
    """Return packed tokens (tokens, d) as (n, longest, d), zero where there is none, and a mask."""
    longest = max(lengths)
    counts = torch.tensor(lengths)[:, None]
    places = torch.arange(longest)[None]
    mask = places >= longest - counts if left else places < counts
    values = tokens.new_zeros(len(lengths), longest, tokens.shape[1])
    values[mask] = tokens
    return values, mask.long()
