"""A sentence tokenized into a model's word pieces (Wu et al. 2016), and the words they form."""

from __future__ import annotations

import unicodedata
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

from explorer.errors import QueryError
from explorer.wording import count

if TYPE_CHECKING:
    from explorer.lessons.bert.model import Bert

Span = tuple[int, int]

NOWHERE: Span = (0, 0)  # the span of a special token
MOST_OFFERED = 12  # words that an error names


@dataclass(frozen=True)
class Tokens:
    """A sentence in word pieces, special tokens included: n of each.

    Attributes
    ----------
    sentence
        As the model reads it.
    pieces, ids
        The pieces as the vocabulary spells them, and their rows in the embedding table.
    spans
        Where each piece stands in the sentence, (start, end); empty for special tokens.
    words
        The number of each piece's word, None for special tokens.
    unknown
        Whether a piece is the unknown token: all unknown pieces share one vector.
    left_out
        How many pieces were truncated at the model's limit.
    """

    sentence: str
    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    spans: tuple[Span, ...]
    words: tuple[int | None, ...]
    unknown: tuple[bool, ...]
    left_out: int

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def spelled(self) -> dict[int, str]:
        """Each word's number with its spelling in the sentence."""
        ends: dict[int, Span] = {}
        for word, (start, end) in zip(self.words, self.spans, strict=True):
            if word is not None:
                first = ends.get(word, (start, end))[0]
                ends[word] = (first, end)
        return {word: self.sentence[start:end].strip() for word, (start, end) in ends.items()}

    def positions(self, word: str) -> tuple[int, ...]:
        """Return the tokens of a word's first occurrence, case ignored; raises QueryError."""
        for number, spelling in self.spelled.items():
            if spelling.casefold() == word.strip().casefold():
                return tuple(at for at, of in enumerate(self.words) if of == number)
        offered = [one for one in dict.fromkeys(self.spelled.values()) if one[:1].isalnum()]
        more = " …" if len(offered) > MOST_OFFERED else ""
        raise QueryError(
            f"“{word}” is not a word of “{self.sentence}”. Choose one of: "
            f"{', '.join(offered[:MOST_OFFERED])}{more}."
        )


def tokenize(bert: Bert, sentence: str) -> Tokens:
    """Split a sentence into word pieces; raises QueryError if it is empty."""
    if not sentence.strip():
        raise QueryError("The sentence is empty. Type a few words.")
    encoder = bert.encoder
    found = encoder.tokenize([sentence], return_offsets_mapping=True)
    pieces = found["input_ids"][0]
    ids = encoder.chunks(pieces, "cut")[0]
    kept = min(len(pieces), encoder.room)
    text = bert.prompt + sentence
    inside: list[Span] = [tuple(span) for span in found["offset_mapping"][0][:kept]]
    words = numbered(text, inside, found.word_ids(0)[:kept])
    before, after = encoder.special_tokens
    return Tokens(
        text,
        tuple(bert.tokenizer.convert_ids_to_tokens(ids)),
        tuple(ids),
        (*[NOWHERE] * before, *inside, *[NOWHERE] * after),
        (*[None] * before, *words, *[None] * after),
        tuple(one == bert.tokenizer.unk_token_id for one in ids),
        len(pieces) - kept,
    )


def numbered(
    text: str, spans: Sequence[Span], chunks: Sequence[int | None]
) -> tuple[int | None, ...]:
    """Return the number of each token's word.

    The tokenizer's own word ids (`chunks`, None for special tokens) are words only for BERT.
    Others leave punctuation on words, so here they are split at punctuation.
    """
    own = own_words(text)
    starts = [start for start, _ in own]
    numbers: dict[tuple[int, int], int] = {}
    found: list[int | None] = []
    for (start, end), chunk in zip(spans, chunks, strict=True):
        if chunk is None:
            found.append(None)
            continue
        # “▁bank” begins with the space before it
        begin = next((at for at in range(start, end) if not text[at].isspace()), start)
        word = bisect_right(starts, begin)
        found.append(numbers.setdefault((chunk, word), len(numbers)))
    return tuple(found)


def own_words(text: str) -> list[Span]:
    """Return the spans of a text's words, (start, end); each sign is a word of its own."""
    spans, at = [], 0
    for kind, run in groupby(text, kind_of):
        size = len(list(run))
        if kind == "sign":
            spans += [(one, one + 1) for one in range(at, at + size)]
        elif kind == "word":
            spans.append((at, at + size))
        at += size
    return spans


def kind_of(character: str) -> str:
    """Return 'word', 'sign' (punctuation and symbols) or '' (spaces and control characters)."""
    first = unicodedata.category(character)[0]
    return {"P": "sign", "S": "sign", "Z": "", "C": ""}.get(first, "word")


def shared_words(sentences: Sequence[Tokens]) -> tuple[str, ...]:
    """Return the words that occur in every sentence, longest first: best to compare."""
    spelled = [{word.casefold() for word in one.spelled.values()} for one in sentences]
    common = set.intersection(*spelled) if spelled else set()
    return tuple(sorted((w for w in common if w[:1].isalnum()), key=lambda w: (-len(w), w)))


def cut_notice(bert: Bert, tokens: Tokens) -> str:
    """Return the sentence that says what was cut off, or nothing."""
    if not tokens.left_out:
        return ""
    return (
        f"{bert.title} reads at most {bert.max_tokens:,} tokens: the last "
        f"{count(tokens.left_out, 'token')} of this text {'is' if tokens.left_out == 1 else 'are'} "
        "left out."
    )
