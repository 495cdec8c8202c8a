"""A BERT-like encoder opened up: what `explorer.encode` runs, with its attention weights."""

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
    """A loaded encoder, and its transformer once more in a form that can be looked into.

    Attributes
    ----------
    encoder
        What `explorer.encode` runs: tokenizer, pooling and the modules behind the layers.
    model
        transformers' model on the encoder's own weights. It computes attention the one way
        ("eager") that hands out its weights; the encoder keeps the faster way.
    pooling
        How it makes one vector of many: 'mean', 'cls', 'max', or what else its Pooling
        module is set to.
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
        """The longest input, special tokens counted; what is longer is cut."""
        return self.encoder.max_tokens

    @property
    def prompt(self) -> str:
        """What it reads before each text; mostly nothing."""
        return self.encoder.prompt

    @property
    def rest(self) -> tuple[Any, ...]:
        """The modules behind the layers, Pooling first, as sentence-transformers loads them."""
        return tuple(self.encoder.after)

    @property
    def says_pooling(self) -> bool:
        """Whether it was made for sentences, and says itself how it pools."""
        return self.encoder.pools_itself

    @property
    def finish(self) -> tuple[str, ...]:
        """What it does to a pooled vector besides scaling it, such as Dense."""
        kinds = (type(module).__name__ for module in self.rest[1:])
        return tuple(kind for kind in kinds if kind != "Normalize")


def open_bert(model: str | os.PathLike[str] = DEFAULT_MODEL) -> Bert:
    """Load an encoder to look into it: a name or a folder, as `explorer.encode` takes them.

    Raises
    ------
    ModelError
        It is not there, not allowed on this server, or not safe to load.
    EncodeError
        It can be loaded, but is not built as BERT is.
    """
    name = os.fspath(model)
    refuse_heavy(name, model_folder(name))
    encoder = load_encoder(name, device="cpu", precision="float32")
    layers = encoder.layers
    if type(layers).__name__ != "Transformer" or not encoder.after:
        raise not_like_bert(name, f"a {type(layers).__name__}")
    if not encoder.tokenizer.is_fast:
        raise not_like_bert(name, "a model whose tokenizer does not tell where its pieces stand")
    return Bert(encoder, with_attention_weights(layers.auto_model), pooling_of(encoder.after[0]))


def with_attention_weights(model: Any) -> Any:
    """Return a copy of a transformers model that shares its weights and hands out attention."""
    tensors = chain(model.parameters(), model.buffers())
    twin = copy.deepcopy(model, {id(tensor): tensor for tensor in tensors})
    twin.set_attn_implementation("eager")
    return twin


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


def describe(bert: Bert) -> str:
    """Return in a line what kind of model it is."""
    config = bert.model.config
    layers, heads = config.num_hidden_layers, config.num_attention_heads
    return (
        f"{count(layers, 'layer')} · {count(heads, 'head')} · {config.hidden_size} dimensions · "
        f"{len(bert.tokenizer):,} pieces · reads {bert.max_tokens:,} tokens"
    )
