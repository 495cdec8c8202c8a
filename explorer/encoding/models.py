"""The models that turn text into vectors: what is known of each, and where its files lie.

A model's files are data here and never run: weights come as safetensors alone, code that
a repository brings along is not loaded, and its configuration may name only the modules
in SAFE_MODULES.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from explorer.encoding import downloads
from explorer.encoding.offline import MODEL_NAME, offline_model_folder
from explorer.errors import ExplorerError, ModelError
from explorer.jobs.progress import Report, no_report
from explorer.settings import load_settings

DEFAULT_MODEL = MODEL_NAME
TOKENS_OF = "tokens of "  # a model's name after it: its table of input embeddings
HUB_NAME = re.compile(r"^[\w-][\w.-]*(/[\w-][\w.-]*)?(@[\w-][\w./-]*)?$")
SAFE_MODULES = ("Transformer", "Pooling", "Normalize", "Dense", "LayerNorm", "CLIPModel")
WITH_WEIGHTS = ("Transformer", "Dense", "LayerNorm", "CLIPModel")


@dataclass(frozen=True)
class Model:
    """What is known of a model before it is loaded.

    Attributes
    ----------
    name
        As `explorer.encode` takes it.
    sentence
        What it is.
    dim
        Dimensions of its vectors; None where they depend on what is opened.
    megabytes
        Size of its weights on disk.
    license
        Of the weights.
    max_tokens
        Longest input, in word pieces; None where any length is read.
    offline
        Whether it works without network.
    """

    name: str
    sentence: str
    dim: int | None
    megabytes: int | None
    license: str
    max_tokens: int | None
    offline: bool


# Sizes, licenses and longest inputs are those that the models' pages on the hub tell.
MODELS = (
    Model(
        DEFAULT_MODEL,
        "Small and good for English: 6 layers, trained on a billion pairs of sentences.",
        dim=384,
        megabytes=91,
        license="Apache-2.0",
        max_tokens=256,
        offline=True,
    ),
    Model(
        f"{TOKENS_OF}{DEFAULT_MODEL}",
        "BERT's 30,522 word pieces as the model first sees them, before any context; "
        "a text is the mean of its pieces.",
        dim=384,
        megabytes=47,
        license="Apache-2.0",
        max_tokens=None,
        offline=True,
    ),
    Model(
        "sentence-transformers/all-mpnet-base-v2",
        "Larger and better for English: 12 layers.",
        dim=768,
        megabytes=438,
        license="Apache-2.0",
        max_tokens=384,
        offline=False,
    ),
    Model(
        "sentence-transformers/paraphrase-multilingual-MiniLM-L12-v2",
        "For fifty languages in one space: a sentence and its translation stand together.",
        dim=384,
        megabytes=471,
        license="Apache-2.0",
        max_tokens=128,
        offline=False,
    ),
    Model(
        "google-bert/bert-base-uncased",
        "BERT itself, never trained to compare sentences: see what that training adds.",
        dim=768,
        megabytes=440,
        license="Apache-2.0",
        max_tokens=512,
        offline=False,
    ),
)


def known_model(name: str) -> Model | None:
    """Return the table's entry of that name, or None."""
    return next((model for model in MODELS if model.name == name), None)


def offered_models() -> tuple[str, ...]:
    """Return the names that a page offers: those of MODELS and what this server allows besides."""
    allowed = load_settings().models
    known = [one.name for one in MODELS]
    if not allowed:
        return tuple(known)
    return tuple(dict.fromkeys([*(one for one in known if is_allowed(one)), *allowed]))


def is_allowed(name: str) -> bool:
    """Return whether the settings let this model be loaded."""
    allowed = load_settings().models
    return not allowed or name in (DEFAULT_MODEL, *allowed)


def model_folder(name: str, report: Report = no_report) -> Path:
    """Return the folder with a model's files, checked to be safe to load.

    One that is not on this computer is downloaded from the Hugging Face hub, in a process of
    its own; `report` is told how far that is, and what it raises ends it.

    Raises
    ------
    ModelError
        It is not allowed on this server, not there, too large, or not safe.
    """
    folder = local_folder(name)
    if folder is None:
        folder = downloads.download(name, report)
    if name != DEFAULT_MODEL:  # its weights are compared with the published ones instead
        check_safe(folder)
    return folder


def local_folder(name: str) -> Path | None:
    """Return the folder of a model that is on this computer; None for one to be downloaded.

    Looked for, in this order: the model that comes along, a folder of that path, the
    folder of models put there by hand, and what was downloaded before. Raises ModelError for
    one that is not allowed on this server, or that cannot be on the hub either.
    """
    check_allowed(name)
    if name == DEFAULT_MODEL:
        try:
            return offline_model_folder()
        except ExplorerError as error:
            raise ModelError(str(error)) from error
    path = expanded(name)
    if is_folder(path):
        return path
    if not HUB_NAME.match(name):
        raise ModelError(
            f"There is no folder “{name}”, and it is no name of a model on the hub either. "
            "Examples: “/home/me/my-model”, “BAAI/bge-small-en-v1.5”."
        )
    by_hand = load_settings().model_dir / name
    return by_hand if is_folder(by_hand) else downloads.downloaded(name)


def expanded(name: str) -> Path:
    """Return a path with the home folder in place of `~`; of a user who is not there, as it is."""
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)


def is_folder(path: Path) -> bool:
    """Return whether a path is a folder; a name too long for the system is none."""
    try:
        return path.is_dir()
    except OSError:
        return False


def check_allowed(name: str) -> None:
    """Raise ModelError unless the settings let this model be loaded."""
    if not is_allowed(name):
        allowed = load_settings().models
        raise ModelError(
            f"This server does not load “{name}”. It loads: "
            f"{', '.join(dict.fromkeys((DEFAULT_MODEL, *allowed)))}. "
            "Its administrator sets the list in EXPLORER_MODELS."
        )


def not_fetched(name: str, by_hand: Path, reason: str) -> ModelError:
    """Return the error of a model that does not come from the hub."""
    return ModelError(
        f"“{name}” could not be fetched from the Hugging Face hub ({reason}). Check its name and "
        "the network. Without network, put the model's files (config.json, tokenizer.json, "
        f"*.safetensors …) into {by_hand}; {DEFAULT_MODEL} works without."
    )


def check_safe(folder: Path) -> None:
    """Raise ModelError unless the folder holds a model that is loaded as data alone."""
    if (folder / "adapter_config.json").exists():
        raise ModelError(
            f"{folder.name} is an adapter to another model, which is not supported here. "
            "Merge the two, and use the result."
        )
    for kind, part in parts(folder):
        if kind not in SAFE_MODULES:
            raise ModelError(
                f"{folder.name} asks for a module “{kind}”, which is not among those that are "
                f"loaded here: {', '.join(SAFE_MODULES)}."
            )
        if kind in WITH_WEIGHTS and not any(part.glob("*.safetensors")):
            raise ModelError(
                f"{folder.name} has no weights as safetensors in {part}. Other formats can run "
                "code when they are opened, and are not read. Convert the model: "
                "model.save_pretrained(folder, safe_serialization=True)"
            )


def parts(folder: Path) -> list[tuple[str, Path]]:
    """Return a model's modules and their folders; raises ModelError where they are not told."""
    listed = folder / "modules.json"
    if not listed.exists():
        if not (folder / "config.json").exists():
            raise ModelError(
                f"{folder} holds no model: neither modules.json nor config.json is in it."
            )
        return [("Transformer", folder)]
    found = []
    for module in read_json(listed):
        package, _, kind = str(module.get("type", "")).rpartition(".")
        part = (folder / str(module.get("path", ""))).resolve()
        if not package.startswith("sentence_transformers."):
            kind = f"{package}.{kind}"
        if not part.is_relative_to(folder.resolve()):
            raise ModelError(f"{listed} names a folder outside of the model: {module.get('path')}.")
        found.append((kind, part))
    return found


def is_plain(folder: Path) -> bool:
    """Return whether nothing in the folder says how token vectors become one: pooling is free."""
    return not (folder / "modules.json").exists()


def read_json(path: Path) -> Any:
    """Return a JSON file's content; raises ModelError where it is none."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"{path} cannot be read as JSON: {error}") from error


def revision(folder: Path) -> str:
    """Return a digest of all that makes a model's vectors: weights, vocabulary, configuration."""
    files = sorted(
        path
        for path in folder.rglob("*")
        if path.suffix in (".safetensors", ".json", ".txt", ".model") and path.is_file()
    )
    return digest(
        tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)
    )


@lru_cache(maxsize=32)
def digest(files: tuple[tuple[str, int, int], ...]) -> str:
    """Return a hash over the files' contents, made once for unchanged files."""
    hasher = hashlib.sha256()
    for path, size, _ in files:
        hasher.update(f"{Path(path).name} {size}\n".encode())
        with Path(path).open("rb") as stream:
            hasher.update(hashlib.file_digest(stream, "sha256").digest())
    return hasher.hexdigest()[:32]
