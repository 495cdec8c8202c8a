"""Inside a BERT-like encoder: lookup, layers, attention (Devlin et al. 2019)."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from explorer.encoding.models import DEFAULT_MODEL, is_plain, model_folder, read_json
from explorer.errors import EncodeError
from explorer.lessons.bert.tokens import Tokens, tokenize
from explorer.wording import count

if TYPE_CHECKING:
    import torch

Floats = NDArray[np.float32]

BATCH = 40  # sentences that go through the model side by side
MOST_BYTES = 2_500_000_000  # of weights: they are loaded into the process that shows the page
TABLES = ("word_embeddings", "position_embeddings", "LayerNorm")
PLAIN_POOLING = "mean"  # of a model that does not say itself how it pools


@dataclass(frozen=True, eq=False)
class Bert:
    """A loaded encoder and what its folder says about it.

    Attributes
    ----------
    name
        As `explorer.encode` takes it.
    tokenizer, model
        Those of transformers.
    max_tokens
        The longest input, special tokens counted; what is longer is cut.
    pooling
        How it makes one vector of many: 'mean', 'cls', 'max', or what else its Pooling
        module is set to.
    rest
        The modules behind the layers, Pooling first, as sentence-transformers loads them.
    prompt
        What it wants to read before each text; mostly nothing.
    says_pooling
        Whether it was made for sentences, and says itself how it pools.
    """

    name: str
    tokenizer: Any
    model: Any
    max_tokens: int
    pooling: str
    rest: tuple[Any, ...]
    prompt: str = ""
    says_pooling: bool = True

    @property
    def title(self) -> str:
        """What the app calls it: its name, or that of its folder."""
        path = Path(self.name).expanduser()
        return path.name if path.is_dir() else self.name

    @property
    def normalizes(self) -> bool:
        """Whether it scales a sentence vector to length 1."""
        return type(self.rest[-1]).__name__ == "Normalize"

    @property
    def finish(self) -> tuple[str, ...]:
        """What it does to a pooled vector besides scaling it, such as Dense."""
        kinds = (type(module).__name__ for module in self.rest[1:])
        return tuple(kind for kind in kinds if kind != "Normalize")


@dataclass(frozen=True, eq=False)
class Lookup:
    """What enters the first layer, each (n, d): rows of tables, their sum, its layer norm.

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
class Habit:
    """A head, counted from 1 as its layer is, and the share that it gives to one habit."""

    layer: int
    head: int
    share: float


def open_bert(model: str | os.PathLike[str] = DEFAULT_MODEL) -> Bert:
    """Load an encoder to look into it: a name or a folder, as `explorer.encode` takes them.

    Raises
    ------
    ModelError
        It is not there, not allowed on this server, or not safe to load.
    EncodeError
        It can be loaded, but is not built as BERT is.
    """
    from explorer.encoding.transformer import (
        CLIP,
        OWN_POOLING,
        load_modules,
        longest_input,
        told_of_loading,
    )

    name = os.fspath(model)
    folder = model_folder(name)
    plain = is_plain(folder)
    refuse_heavy(name, folder)
    if plain and read_json(folder / "config.json").get("model_type") in CLIP:
        raise not_like_bert(name, "CLIP, which looks at images as well as at texts")
    with told_of_loading(name):
        modules, prompt = load_modules(folder, PLAIN_POOLING if plain else OWN_POOLING)
    layers, *rest = modules
    if type(layers).__name__ != "Transformer" or layers.tokenizer is None or not rest:
        raise not_like_bert(name, f"a {type(layers).__name__}")
    if not layers.tokenizer.is_fast:
        raise not_like_bert(name, "a model whose tokenizer does not tell where its pieces stand")
    # “eager” is the one way of computing attention that hands out its weights
    layers.auto_model.set_attn_implementation("eager")
    layers.tokenizer(name)  # forgets a cut that tokenizer.json asks for: from here on it stays
    return Bert(
        name,
        layers.tokenizer,
        layers.auto_model.eval(),
        longest_input(layers, layers.tokenizer),
        pooling_of(rest[0]),
        tuple(module.eval() for module in rest),
        prompt,
        not plain,
    )


def refuse_heavy(name: str, folder: Path) -> None:
    """Raise EncodeError for weights that would fill the memory of whoever shows them."""
    size = sum(path.stat().st_size for path in folder.rglob("*.safetensors"))
    if size > MOST_BYTES:
        raise EncodeError(
            f"The weights of {name} take {size / 1e9:.1f} GB; looking inside is for models of up "
            f"to {MOST_BYTES / 1e9:.1f} GB. “Encode text” takes larger ones."
        )


def not_like_bert(name: str, what: str) -> EncodeError:
    """Return the error for a model that cannot be looked into."""
    return EncodeError(
        f"{name} is {what}: it is not built as BERT is, with word pieces, layers and one pooling. "
        "Choose a BERT, RoBERTa, MPNet, DistilBERT or a sentence model made of one."
    )


def pooling_of(module: Any) -> str:
    """Return how a Pooling module pools; several ways at once joined by a plus."""
    modes = getattr(module, "pooling_mode", type(module).__name__)
    return modes if isinstance(modes, str) else " + ".join(modes)


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
        longest = max(len(tokens[at]) for at in batch)
        ids = torch.full((len(batch), longest), bert.tokenizer.pad_token_id or 0)
        mask = torch.zeros_like(ids)
        for row, at in enumerate(batch):
            ids[row, : len(tokens[at])] = torch.tensor(tokens[at].ids)
            mask[row, : len(tokens[at])] = 1  # the rest is padding, which nobody attends to
        with torch.inference_mode():
            output = bert.model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
        layers = states(bert, output)
        for row, at in enumerate(batch):
            positions = list(tokens[at].positions(uses[at][0]))
            vectors[at] = np.stack([layer[row, positions].mean(dim=0).numpy() for layer in layers])
    stacked: Floats = np.stack(vectors, axis=1)
    return stacked


def cosines(first: Floats, second: Floats) -> Floats:
    """Return the cosine similarity of two (layers, d) stacks, row by row: (layers,)."""
    products = np.einsum("ij,ij->i", first, second)
    lengths = np.linalg.norm(first, axis=1) * np.linalg.norm(second, axis=1)
    similar: Floats = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
    return similar


def habits(attention: Floats) -> dict[str, Habit]:
    """Return, for each habit that heads have (Clark et al. 2019), the head that has it most.

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
            found[what] = Habit(int(layer) + 1, int(head) + 1, float(shares.max()))
    return found


def describe(bert: Bert) -> str:
    """Return in a line what kind of model it is."""
    config = bert.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    return (
        f"{count(layers, 'layer')} · {count(heads, 'head')} · {config.hidden_size} dimensions · "
        f"{len(bert.tokenizer):,} pieces · reads {bert.max_tokens:,} tokens"
    )
