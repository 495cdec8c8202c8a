"""Inside a BERT-like encoder: tokens, lookup, layers, attention, pooling (Devlin et al. 2019)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.encode.offline import MODEL_NAME, offline_model_folder
from explorer.errors import EncodeError, QueryError
from explorer.space import count

Floats = NDArray[np.float32]

BATCH = 40  # sentences that go through the model side by side

POOLINGS = {  # a name, and what it does with the last layer's token vectors
    "mean": "the average of all token vectors",
    "CLS": "the vector of [CLS], the token that stands for the whole",
    "max": "the largest value of each dimension",
}
POOLING_KEYS = {  # as a sentence model's own settings call them
    "pooling_mode_mean_tokens": "mean",
    "pooling_mode_cls_token": "CLS",
    "pooling_mode_max_tokens": "max",
}


@dataclass(frozen=True, eq=False)
class Bert:
    """A loaded encoder and what its folder says about it.

    Attributes
    ----------
    name
        What the app calls it.
    tokenizer, model
        Those of transformers.
    max_tokens
        The longest input, special tokens counted; what is longer is cut.
    pooling
        How it makes one vector of many: a key of POOLINGS.
    normalizes
        Whether a sentence vector is scaled to length 1.
    """

    name: str
    tokenizer: Any
    model: Any
    max_tokens: int
    pooling: str
    normalizes: bool


@dataclass(frozen=True)
class Tokens:
    """A sentence in word pieces, special tokens included: n of each.

    Attributes
    ----------
    sentence
        As it was given.
    pieces, ids
        The pieces as the vocabulary spells them, and their rows in the embedding table.
    spans
        Where each piece stands in the sentence, (start, end); empty for special tokens.
    words
        The number of the word that a piece belongs to, None for special tokens.
    unknown
        Whether the vocabulary has nothing for it: such pieces all share one vector.
    left_out
        How many pieces were cut off at the model's limit.
    """

    sentence: str
    pieces: tuple[str, ...]
    ids: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]
    words: tuple[int | None, ...]
    unknown: tuple[bool, ...]
    left_out: int

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def spelled(self) -> dict[int, str]:
        """Each word's number with its spelling in the sentence."""
        ends: dict[int, tuple[int, int]] = {}
        for word, (start, end) in zip(self.words, self.spans, strict=True):
            if word is not None:
                first = ends.get(word, (start, end))[0]
                ends[word] = (first, end)
        return {word: self.sentence[start:end] for word, (start, end) in ends.items()}

    def positions(self, word: str) -> tuple[int, ...]:
        """Return the tokens of a word's first occurrence, case ignored; raises QueryError."""
        for number, spelling in self.spelled.items():
            if spelling.casefold() == word.strip().casefold():
                return tuple(at for at, of in enumerate(self.words) if of == number)
        raise QueryError(
            f"“{word}” is no word of “{self.sentence}”. "
            f"Choose one of: {', '.join(dict.fromkeys(self.spelled.values()))}."
        )


@dataclass(frozen=True, eq=False)
class Lookup:
    """What enters the first layer, each (n, d): three rows of tables, their sum, its layer norm."""

    word: Floats
    position: Floats
    segment: Floats
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


def open_bert(folder: Path | None = None) -> Bert:
    """Load an encoder from a folder of safetensors, by default the offline model.

    Nothing is downloaded, and no code that a folder brings along is run.

    Raises
    ------
    EncodeError
        The folder does not hold such a model.
    """
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    name = MODEL_NAME if folder is None else folder.name
    folder = folder or offline_model_folder()
    options = {"local_files_only": True, "trust_remote_code": False}
    bar = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, use_fast=True, **options)
        # “eager” is the one way of computing attention that hands out its weights
        model = AutoModel.from_pretrained(
            folder, attn_implementation="eager", use_safetensors=True, **options
        )
    except (OSError, ValueError, KeyError) as error:
        raise EncodeError(
            f"“{name}” cannot be opened as an encoder: {error}. A folder with config.json, "
            "tokenizer.json and model.safetensors is needed."
        ) from error
    finally:
        if bar:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
    model.eval()
    tokenizer(name)  # forgets the cut that tokenizer.json asks for: from here on nothing changes it
    limits = [tokenizer.model_max_length, getattr(model.config, "max_position_embeddings", None)]
    limits.append(settings_of(folder, "sentence_bert_config.json").get("max_seq_length"))
    pooling = settings_of(folder, "1_Pooling/config.json")
    modules = settings_of(folder, "modules.json", [])
    return Bert(
        name,
        tokenizer,
        model,
        min(int(limit) for limit in limits if limit),
        next((how for key, how in POOLING_KEYS.items() if pooling.get(key)), "mean"),
        any(str(module.get("type", "")).endswith("Normalize") for module in modules),
    )


def settings_of(folder: Path, name: str, default: Any = None) -> Any:
    """Return what a JSON file of the folder holds, or the default where there is none."""
    path = folder / name
    if not path.is_file():
        return {} if default is None else default
    return json.loads(path.read_text(encoding="utf-8"))


def tokenize(bert: Bert, sentence: str) -> Tokens:
    """Split a sentence into word pieces (Wu et al. 2016); raises QueryError if it is empty."""
    if not sentence.strip():
        raise QueryError("The sentence is empty. Type a few words.")
    # Cut here and not by the tokenizer: it would have to be changed for it, and visitors share it.
    found = bert.tokenizer(sentence, return_offsets_mapping=True, verbose=False)
    n, words = len(found["input_ids"]), found.word_ids()
    at_end = next((at for at, word in enumerate(reversed(words)) if word is not None), 0)
    kept = list(range(n))
    if n > bert.max_tokens:
        kept = kept[: bert.max_tokens - at_end] + kept[n - at_end :]
    ids = [found["input_ids"][at] for at in kept]
    return Tokens(
        sentence,
        tuple(bert.tokenizer.convert_ids_to_tokens(ids)),
        tuple(ids),
        tuple(tuple(found["offset_mapping"][at]) for at in kept),
        tuple(words[at] for at in kept),
        tuple(one == bert.tokenizer.unk_token_id for one in ids),
        n - len(kept),
    )


def look_up(bert: Bert, tokens: Tokens) -> Lookup:
    """Build the first layer's input by hand: a row per token from each of three tables.

    Raises
    ------
    EncodeError
        The model adds no position and segment rows to its word rows, so is not BERT-like.
    """
    import torch

    table = getattr(bert.model, "embeddings", None)
    parts = ("word_embeddings", "position_embeddings", "token_type_embeddings", "LayerNorm")
    if not all(hasattr(table, part) for part in parts):
        raise EncodeError(
            f"{bert.name} is a {type(bert.model).__name__}: it does not build its input from "
            "word, position and segment tables as BERT does. The other steps work."
        )
    assert table is not None
    with torch.inference_mode():
        ids = torch.tensor(tokens.ids)
        word = table.word_embeddings(ids)
        position = table.position_embeddings(torch.arange(len(ids)))
        segment = table.token_type_embeddings(torch.zeros_like(ids))
        summed = word + position + segment
        normalized = table.LayerNorm(summed)
    return Lookup(*(part.numpy() for part in (word, position, segment, summed, normalized)))


def read(bert: Bert, tokens: Tokens) -> Reading:
    """Send the tokens through all layers, and keep what comes out of each."""
    import torch

    ids = torch.tensor([tokens.ids])
    with torch.inference_mode():
        output = bert.model(
            input_ids=ids,
            attention_mask=torch.ones_like(ids),
            output_hidden_states=True,
            output_attentions=True,
        )
    weights = [one for one in output.attentions or () if one is not None]
    return Reading(
        tokens,
        torch.cat(output.hidden_states).numpy(),
        torch.cat(weights).numpy() if weights else None,
    )


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
        longest = max(len(tokens[at]) for at in batch)
        ids = torch.zeros(len(batch), longest, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, at in enumerate(batch):
            ids[row, : len(tokens[at])] = torch.tensor(tokens[at].ids)
            mask[row, : len(tokens[at])] = 1  # the rest is padding, which nobody attends to
        with torch.inference_mode():
            output = bert.model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        for row, at in enumerate(batch):
            positions = list(tokens[at].positions(uses[at][0]))
            vectors[at] = np.stack(
                [layer[row, positions].mean(dim=0).numpy() for layer in output.hidden_states]
            )
    stacked: Floats = np.stack(vectors, axis=1)
    return stacked


def pool(vectors: Floats, how: str = "mean", *, normalize: bool = True) -> Floats:
    """Make one vector (d,) of (n, d) token vectors; raises QueryError for an unknown way."""
    if how == "mean":
        pooled = vectors.mean(axis=0)
    elif how == "CLS":
        pooled = vectors[0]
    elif how == "max":
        pooled = vectors.max(axis=0)
    else:
        raise QueryError(f"The pooling “{how}” is unknown. Known ones: {', '.join(POOLINGS)}.")
    length = np.linalg.norm(pooled)
    result: Floats = pooled / length if normalize and length > 0 else pooled.copy()
    return result


def sentence_vector(bert: Bert, sentence: str) -> Floats:
    """Return a sentence's vector (d,) as the model's own settings make it."""
    reading = read(bert, tokenize(bert, sentence))
    return pool(reading.hidden[-1], bert.pooling, normalize=bert.normalizes)


def cosines(first: Floats, second: Floats) -> Floats:
    """Return the cosine similarity of two (layers, d) stacks, row by row: (layers,)."""
    products = np.einsum("ij,ij->i", first, second)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    similar: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return similar


def shared_words(readings: list[Tokens]) -> tuple[str, ...]:
    """Return the words that occur in every sentence, longest first: best to compare."""
    spelled = [{word.casefold() for word in one.spelled.values()} for one in readings]
    common = set.intersection(*spelled) if spelled else set()
    return tuple(sorted((w for w in common if w[:1].isalnum()), key=lambda w: (-len(w), w)))


def cut_notice(bert: Bert, tokens: Tokens) -> str:
    """Return the sentence that says what was cut off, or nothing."""
    if not tokens.left_out:
        return ""
    return (
        f"{bert.name} reads at most {bert.max_tokens:,} tokens: the last "
        f"{count(tokens.left_out, 'token')} of this text {'is' if tokens.left_out == 1 else 'are'} "
        "left out."
    )
