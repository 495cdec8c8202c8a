"""The spaces a visitor can choose from: the samples, and what was opened on this server."""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from dataclasses import dataclass, replace
from pathlib import Path

import streamlit as st

from explorer import EmbeddingSpace, folders, open_space
from explorer.projection import shipped
from explorer.projection.sampling import whole_space

SAMPLE_FOLDER = folders.SAMPLE_FOLDER
OPENED_BYTES = 4 << 30  # of vectors of opened spaces; the least recently used go first


@dataclass(frozen=True)
class Sample:
    """A space that comes with the app."""

    title: str
    sentence: str
    origin: str
    model: str  # as `explorer.encode` takes it
    example: str  # a text worth landing in it


SAMPLES = {
    "words": Sample(
        "10,000 words",
        "Everyday words as a language model first sees them: one vector per word.",
        "input embeddings of all-MiniLM-L6-v2",
        "tokens of all-MiniLM-L6-v2",
        "royal castle",
    ),
    "books": Sample(
        "338 books",
        "Each point is a book: the sentence embedding of its description.",
        "sentence embeddings by all-MiniLM-L6-v2",
        "all-MiniLM-L6-v2",
        "atmospheric, a house with secrets",
    ),
}
DEFAULT = "words"


class OpenedSpaces:
    """The spaces that visitors opened, by id; shared, so that a link works for a whole class."""

    def __init__(self) -> None:
        self._spaces: OrderedDict[str, EmbeddingSpace] = OrderedDict()
        self._lock = threading.Lock()

    def add(self, space: EmbeddingSpace) -> str:
        """Keep a space and return its id: its name and the beginning of its digest."""
        readable = re.sub(r"[^A-Za-z0-9._-]+", "-", space.name)[:40].strip("-") or "space"
        space_id = f"{readable}~{space.digest[:12]}"
        with self._lock:
            self._spaces[space_id] = space
            self._spaces.move_to_end(space_id)
            while len(self._spaces) > 1 and self._bytes() > OPENED_BYTES:
                self._spaces.popitem(last=False)
        return space_id

    def get(self, space_id: str) -> EmbeddingSpace | None:
        """Return the space of that id, or None if it was never opened here or has gone."""
        with self._lock:
            if space_id in self._spaces:
                self._spaces.move_to_end(space_id)
            return self._spaces.get(space_id)

    def of_digest(self, digest: str) -> EmbeddingSpace | None:
        """Return an opened space with that content, or None."""
        with self._lock:
            spaces = [one for key, one in self._spaces.items() if key.endswith(digest[:12])]
        return next((one for one in spaces if one.digest == digest), None)

    def of_whole(self, digest: str) -> tuple[str, EmbeddingSpace] | None:
        """Return an opened space with that content, or a sample drawn from it, and its id."""
        with self._lock:
            spaces = list(self._spaces.items())
        return next((one for one in spaces if whole_space(one[1]).digest == digest), None)

    def _bytes(self) -> int:
        spaces = self._spaces.values()
        return sum(space.nbytes + drawn_from_bytes(space) for space in spaces)


def drawn_from_bytes(space: EmbeddingSpace) -> int:
    """Return the bytes of the whole space that a sample was drawn from."""
    return space.drawn_from.whole.nbytes if space.drawn_from else 0


@st.cache_resource(show_spinner=False)
def opened_spaces() -> OpenedSpaces:
    """Return this server's opened spaces."""
    return OpenedSpaces()


def sample_file(name: str) -> Path:
    """Return the file of a sample's vectors."""
    return SAMPLE_FOLDER / f"{name}.npy"


@st.cache_resource(show_spinner=False)
def sample_space(name: str) -> EmbeddingSpace:
    """Return a sample, read once for all visitors."""
    space = open_space(sample_file(name), name=name)
    return EmbeddingSpace(
        space.label_array,
        space.vectors,
        name=name,
        metadata=space.metadata,
        source=replace(space.source, model=SAMPLES[name].model),
    )


def find_space(space_id: str) -> EmbeddingSpace | None:
    """Return the space of an id, sample or opened, or None."""
    if space_id in SAMPLES:
        return sample_space(space_id)
    return opened_spaces().get(space_id)


def space_of_digest(digest: str) -> EmbeddingSpace | None:
    """Return the space with that content, sample or opened, or None."""
    samples = (sample_space(name) for name in SAMPLES)
    opened = opened_spaces().of_digest(digest)
    return opened or next((one for one in samples if one.digest == digest), None)


def is_sample(space: EmbeddingSpace) -> bool:
    """Return whether a space is one of the samples."""
    return space.name in SAMPLES and space is sample_space(space.name)


def best_method(space: EmbeddingSpace) -> str:
    """Return the best projection that stands at once: of a sample what comes with it, else PCA."""
    return shipped.SHIPPED.method if is_sample(space) else "pca"


def title(space_id: str) -> str:
    """Return what the chooser calls a space."""
    if space_id in SAMPLES:
        return f"{space_id} · {SAMPLES[space_id].title}"
    return space_id.rpartition("~")[0]


def origin(space_id: str, space: EmbeddingSpace) -> str:
    """Return where the space came from, in words."""
    return SAMPLES[space_id].origin if space_id in SAMPLES else str(space.source)
