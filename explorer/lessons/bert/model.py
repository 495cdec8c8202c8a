"""A BERT-like encoder to look into: the one that `explorer.encode` runs, with attention."""

from __future__ import annotations

import copy
import os
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from explorer.encoding.loaded import load_encoder
from explorer.encoding.models import DEFAULT_MODEL, model_folder
from explorer.errors import EncodeError
from explorer.wording import count

if TYPE_CHECKING:
    from explorer.encoding.transformer import TransformerEncoder

MOST_BYTES = 2_500_000_000  # of weights: they are loaded into the process that shows the page


@dataclass(frozen=True, eq=False)
class Bert:
    """A loaded encoder, and a copy of its transformer that returns attention weights.

    Attributes
    ----------
    encoder
        What `explorer.encode` runs: tokenizer, layers, pooling and the modules after it.
    model
        transformers' model, which shares the encoder's weights. Its attention is "eager", the
        implementation that returns attention weights; the encoder keeps its faster one.
    pooling
        'mean', 'cls', 'max', or whatever else its Pooling module is set to.
    """

    encoder: TransformerEncoder
    model: Any
    pooling: str

    @property
    def name(self) -> str:
        """As `explorer.encode` takes it."""
        return self.encoder.name

    @property
    def title(self) -> str:
        """What the app calls it: its name, or that of its folder."""
        path = Path(self.name).expanduser()
        return path.name if path.is_dir() else self.name

    @property
    def tokenizer(self) -> Any:
        """That of transformers."""
        return self.encoder.tokenizer

    @property
    def max_tokens(self) -> int:
        """The longest input, including special tokens; longer ones are truncated."""
        return self.encoder.max_tokens

    @property
    def prompt(self) -> str:
        """The prompt before each text; mostly empty."""
        return self.encoder.prompt

    @property
    def rest(self) -> tuple[Any, ...]:
        """The modules after the layers, Pooling first, as sentence-transformers loads them."""
        return tuple(self.encoder.after)

    @property
    def says_pooling(self) -> bool:
        """Whether it is a sentence model, whose own settings define the pooling."""
        return self.encoder.pools_itself

    @property
    def finish(self) -> tuple[str, ...]:
        """The modules after pooling, such as Dense; scaling to length 1 is not counted."""
        kinds = (type(module).__name__ for module in self.rest[1:])
        return tuple(kind for kind in kinds if kind != "Normalize")


def open_bert(model: str | os.PathLike[str] = DEFAULT_MODEL) -> Bert:
    """Load an encoder to look into: a name or a folder, as `explorer.encode` takes them.

    Raises
    ------
    ModelError
        It is not there, not allowed on this server, or not safe to load.
    EncodeError
        It is too large to look into, or not built as BERT is.
    """
    name = os.fspath(model)
    refuse_heavy(name, model_folder(name))
    encoder = load_encoder(name, device="cpu", precision="float32")
    layers = encoder.layers
    if type(layers).__name__ != "Transformer" or not encoder.after:
        raise not_like_bert(name, f"a {type(layers).__name__}")
    if not encoder.tokenizer.is_fast:
        raise not_like_bert(
            name, "a model whose tokenizer does not say which letters a piece covers"
        )
    return Bert(encoder, with_attention_weights(layers.auto_model), pooling_of(encoder.after[0]))


def with_attention_weights(model: Any) -> Any:
    """Return a copy of a transformers model that shares its weights and returns attention."""
    tensors = chain(model.parameters(), model.buffers())
    twin = copy.deepcopy(model, {id(tensor): tensor for tensor in tensors})
    twin.set_attn_implementation("eager")
    return twin


def refuse_heavy(name: str, folder: Path) -> None:
    """Raise EncodeError for weights larger than MOST_BYTES."""
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


def describe(bert: Bert) -> str:
    """Return a line with the model's size: layers, heads, dimensions, vocabulary, input."""
    config = bert.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    return (
        f"{count(layers, 'layer')} · {count(heads, 'head')} · {config.hidden_size} dimensions · "
        f"{len(bert.tokenizer):,} pieces · reads {bert.max_tokens:,} tokens"
    )
