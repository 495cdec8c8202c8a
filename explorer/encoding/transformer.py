"""A loaded text transformer: tokenizer, layers and pooling, from files that run no code."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.encoding import device as devices
from explorer.encoding.models import DEFAULT_MODEL, is_plain, model_folder, read_json, revision
from explorer.errors import EncodeError, ModelError

Pieces: TypeAlias = list[int]  # rows of the vocabulary

POOLINGS = {
    "mean": "the mean of all token vectors",
    "cls": "the vector of the first token, made to stand for all",
    "max": "in each dimension the largest value of all tokens",
}
OWN_POOLING = "as the model says"
CLIP = ("clip", "clip_text_model")
ROBERTA = ("roberta", "xlm-roberta", "camembert", "mpnet")  # positions begin after the padding id
LONGEST = 512  # tokens, for a model that states no limit: BERT's


class TransformerEncoder:
    """A loaded model: text to word pieces, word pieces to one vector.

    Parameters
    ----------
    model
        A name from MODELS, a hub name, or a folder.
    pooling
        For a plain transformer, a name from POOLINGS ('mean' where nobody chose). A
        sentence-transformers model says it itself.
    device, precision
        As `explorer.encode` takes them.

    Attributes
    ----------
    tokenizer
        That of transformers.
    layers, after
        The modules of sentence-transformers: the transformer itself, and the list of those
        behind it (Pooling first; empty for CLIP, whose tower pools).
    prompt
        What the model reads before each text; mostly nothing.
    max_tokens
        The longest input in word pieces, special tokens counted.
    packs
        Whether texts go through the layers end to end, without padding (`packed`).
    dim
        Length of its vectors.

    Raises
    ------
    ModelError
        The model is not there, not allowed, or not safe.
    """

    def __init__(
        self,
        model: str = DEFAULT_MODEL,
        *,
        pooling: str | None = None,
        device: str = devices.AUTO,
        precision: str = devices.AUTO,
    ) -> None:
        folder = model_folder(model)
        plain = is_plain(folder)
        is_clip = plain and read_json(folder / "config.json").get("model_type") in CLIP
        check_pooling(model, pooling, free=plain and not is_clip)
        self.name = model
        self.device = devices.choose_device(device)
        self.precision = devices.choose_precision(self.device, precision)
        self.pooling = (pooling or "mean") if plain and not is_clip else OWN_POOLING
        self.chosen_pooling = pooling or ""
        self.revision = revision(folder)
        with told_of_loading(model):
            self._load(folder, is_clip)

    def _load(self, folder: Path, is_clip: bool) -> None:
        import torch

        from explorer.encoding.linear import use_faster_linear, use_half_linear
        from explorer.encoding.packed import can_pack, use_packing

        modules, prompt = load_clip_text(folder) if is_clip else load_modules(folder, self.pooling)
        self.tokenizer = modules[0].tokenizer
        self.normalizes = type(modules[-1]).__name__ == "Normalize"
        self.max_tokens = longest_input(modules[0], self.tokenizer)
        self.layers = modules[0].eval()
        self.packs = self.device.name == "cpu" and not is_clip and can_pack(self.layers.auto_model)
        if self.packs:
            use_packing(self.layers.auto_model)
        if (self.device.name, self.precision) == ("cpu", "float32"):
            use_faster_linear(self.layers)
        elif self.packs and self.precision == "bfloat16":
            use_half_linear(self.layers.auto_model.encoder)
        else:  # half precision for the layers alone: pooling and what follows keep all digits
            self.layers.to(self.device.name, getattr(torch, self.precision))
        self.after = [module.to(self.device.name).eval() for module in modules[1:]]
        self._tokenizing = threading.Lock()  # a fast tokenizer refuses two threads at once
        self._head, self._tail = self._special_tokens()
        self.prompt = prompt
        self._prompt = self._tokenized([prompt])["input_ids"][0] if prompt else []
        self._pad = self.tokenizer.pad_token_id or 0
        self._pads_left = self.tokenizer.padding_side == "left"
        self._needs_types = "token_type_ids" in self.tokenizer.model_input_names
        self.dim = int(self.forward([self.framed([])]).shape[1])

    @property
    def identity(self) -> str:
        """A key of all that determines its vectors; the device does not."""
        return "|".join((self.name, self.revision, self.pooling, self.precision, self.prompt))

    @property
    def pools_itself(self) -> bool:
        """Whether the model says itself how it pools."""
        return self.pooling == OWN_POOLING

    @property
    def special_tokens(self) -> tuple[int, int]:
        """How many special tokens stand before and after a text."""
        return len(self._head), len(self._tail)

    @property
    def room(self) -> int:
        """Word pieces of a text that fit, beside the special tokens."""
        return max(1, self.max_tokens - len(self._head) - len(self._tail))

    def pieces(self, texts: Sequence[str]) -> list[Pieces]:
        """Return the word pieces of each text, without special tokens and not cut."""
        found: list[Pieces] = self.tokenize(texts)["input_ids"]
        return found

    def tokenize(self, texts: Sequence[str], **outputs: bool) -> Any:
        """Return the tokenizer's own answer for the texts, each after the model's prompt.

        Without special tokens, not cut; `outputs` asks for more, as `return_offsets_mapping`.
        """
        # prompt and text are one string: a piece may begin in one and end in the other
        return self._tokenized([self.prompt + text for text in texts], **outputs)

    def chunks(self, pieces: Pieces, long_texts: str) -> list[Pieces]:
        """Return the inputs made of a text: itself; if too long, its beginning or its parts."""
        room = self.room
        if len(pieces) <= room:
            return [self.framed(pieces)]
        if long_texts == "cut":
            return [self.framed(pieces[:room])]
        body = room - len(self._prompt)  # each part is read with the model's own prompt
        text = pieces[len(self._prompt) :]
        return [
            self.framed(self._prompt + text[start : start + body])
            for start in range(0, len(text), max(1, body))
        ]

    def framed(self, pieces: Pieces) -> Pieces:
        """Return the pieces between the special tokens that the model expects."""
        return [*self._head, *pieces, *self._tail]

    def forward(self, batch: Sequence[Pieces]) -> NDArray[np.float32]:
        """Return a vector per sequence of pieces, (n, dim) float32."""
        import torch

        with torch.inference_mode():
            if not self.packs:
                return self.pool(self.layers(self.inputs(batch)))
            from explorer.encoding.packed import packed, padded

            tokens = packed(self.layers.auto_model, batch)
            values, mask = padded(tokens, list(map(len, batch)), left=self._pads_left)
            return self.pool({"token_embeddings": values, "attention_mask": mask})

    def inputs(self, batch: Sequence[Pieces]) -> dict[str, Any]:
        """Return the tensors that the layers take, (n, longest) each, padded."""
        import torch

        longest = max(map(len, batch))
        ids = np.full((len(batch), longest), self._pad, np.int64)
        mask = np.zeros((len(batch), longest), np.int64)
        for row, pieces in enumerate(batch):
            place = slice(longest - len(pieces), None) if self._pads_left else slice(len(pieces))
            ids[row, place] = pieces
            mask[row, place] = 1
        features: dict[str, Any] = {"input_ids": torch.from_numpy(ids).to(self.device.name)}
        if not mask.all():  # attention is faster without a mask that hides nothing
            features["attention_mask"] = torch.from_numpy(mask).to(self.device.name)
        if self._needs_types:
            features["token_type_ids"] = torch.zeros_like(features["input_ids"])
        return features

    def pool(self, features: dict[str, Any], pooling: str | None = None) -> NDArray[np.float32]:
        """Return the text vectors (n, dim) float32 of what left the layers.

        Parameters
        ----------
        features
            `token_embeddings` (n, length, d) and, where there is padding, `attention_mask`.
        pooling
            A name from POOLINGS to use in place of the model's own; what follows stays.
        """
        import torch

        modules = self.after
        if pooling is not None:
            check_pooling(self.name, pooling, free=True)
            modules = [pooling_module(features["token_embeddings"].shape[-1], pooling)]
            modules += self.after[1:]
        features = dict(features)
        if self._prompt:
            features["prompt_length"] = len(self._head) + len(self._prompt)
        for name in ("token_embeddings", "sentence_embedding"):
            if name in features:
                features[name] = features[name].float()
        with torch.inference_mode():
            for module in modules:
                features = module(features)
            vectors: NDArray[np.float32] = features["sentence_embedding"].float().cpu().numpy()
        return vectors

    def _tokenized(self, texts: Sequence[str], **outputs: bool) -> Any:
        with self._tokenizing:
            return self.tokenizer(
                list(texts),
                add_special_tokens=False,
                truncation=False,
                padding=False,
                return_attention_mask=False,
                return_token_type_ids=False,
                verbose=False,
                **outputs,
            )

    def _special_tokens(self) -> tuple[Pieces, Pieces]:
        """Return the special tokens before and after a text, seen around a short one."""
        bare = self.tokenizer("a", add_special_tokens=False)["input_ids"]
        framed = self.tokenizer("a")["input_ids"]
        for start in range(len(framed) - len(bare) + 1):
            if framed[start : start + len(bare)] == bare:
                return framed[:start], framed[start + len(bare) :]
        raise ModelError(
            f"The tokenizer of {self.name} changes a text when it adds its special tokens, "
            "which is not supported here."
        )


@contextmanager
def told_of_loading(model: str) -> Iterator[None]:
    """Turn errors of loading into a ModelError that says what a model's folder needs."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, SafetensorError) as error:
        if isinstance(error, ModelError):
            raise
        first_line = str(error).strip().split("\n", 1)[0]
        raise ModelError(
            f"{model} could not be loaded: {first_line} Its folder needs config.json, "
            "a tokenizer and weights as safetensors of a kind that transformers knows."
        ) from error


def check_pooling(model: str, pooling: str | None, *, free: bool) -> None:
    """Raise EncodeError where the pooling asked for is unknown, or not free to choose."""
    if pooling is None:
        return
    if pooling not in POOLINGS:
        raise EncodeError(f"The pooling “{pooling}” is unknown. Known: {', '.join(POOLINGS)}.")
    if not free:
        raise EncodeError(
            f"{model} says itself how its token vectors are pooled; another pooling would give "
            "vectors it was not trained for. Leave the pooling out."
        )


def load_modules(folder: Path, pooling: str) -> tuple[list[Any], str]:
    """Return a model's modules in their order, and its default prompt."""
    from sentence_transformers import SentenceTransformer

    whole = SentenceTransformer(
        str(folder),
        device="cpu",
        trust_remote_code=False,
        local_files_only=True,
        model_kwargs={"use_safetensors": True, "dtype": "float32"},
    )
    modules: list[Any] = list(whole)
    if pooling != OWN_POOLING:
        modules = [modules[0], pooling_module(modules[0].get_embedding_dimension(), pooling)]
    prompt = whole.prompts.get(whole.default_prompt_name or "") or ""
    return modules, prompt


def pooling_module(dim: int, pooling: str) -> Any:
    """Return sentence-transformers' module for a name from POOLINGS."""
    from sentence_transformers.sentence_transformer.modules import Pooling

    return Pooling(dim, pooling)


def load_clip_text(folder: Path) -> tuple[list[Any], str]:
    """Return the text tower of CLIP: the end token's vector, projected to where images are too."""
    import torch
    from transformers import AutoTokenizer, CLIPTextModelWithProjection

    tower = CLIPTextModelWithProjection.from_pretrained(
        folder, use_safetensors=True, local_files_only=True, dtype=torch.float32
    )

    class ClipText(torch.nn.Module):
        """CLIP's text tower, called as a sentence-transformers module is."""

        def __init__(self) -> None:
            super().__init__()
            self.tower = tower
            self.config = tower.config
            self.tokenizer = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )

        def forward(self, features: dict[str, Any]) -> dict[str, Any]:
            output = self.tower(features["input_ids"], features.get("attention_mask"))
            return {**features, "sentence_embedding": output.text_embeds}

    return [ClipText()], ""


def longest_input(first: Any, tokenizer: Any) -> int:
    """Return how many tokens a model reads at most, the special ones counted."""
    config = first.config
    config = getattr(config, "text_config", config)
    limits = [getattr(first, "max_seq_length", None), tokenizer.model_max_length]
    positions = getattr(config, "max_position_embeddings", None)
    if positions is not None:
        shift = (config.pad_token_id or 0) + 1 if config.model_type in ROBERTA else 0
        limits.append(positions - shift)
    known = [limit for limit in limits if limit is not None and 0 < limit < 1 << 24]
    return int(min(known, default=LONGEST))
