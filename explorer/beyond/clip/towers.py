"""Two encoders with one space: our small CLIP, or a real one by its name or folder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.beyond.clip.maps import Maps, unit
from explorer.encoding.models import DEFAULT_MODEL, model_folder, read_json
from explorer.encoding.pictures.models import OFFLINE
from explorer.encoding.space import encode
from explorer.errors import ModelError
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class SmallClip:
    """Two frozen encoders that come along, and the maps that were learned for them."""

    maps: Maps
    name: str = "our small CLIP"
    picture_model: str = OFFLINE
    text_model: str = DEFAULT_MODEL

    def pictures(self, vectors: Floats) -> Floats:
        """Return where pictures lie, (n, d), from EfficientNet-Lite0's vectors (n, 1280)."""
        return self.maps.pictures(vectors)

    def texts(self, vectors: Floats) -> Floats:
        """Return where texts lie, (n, d), from MiniLM's vectors (n, 384)."""
        return self.maps.texts(vectors)


@dataclass(frozen=True)
class RealClip:
    """A CLIP of transformers: both encoders end in one space by themselves."""

    name: str

    @property
    def picture_model(self) -> str:
        """The model of pictures: CLIP itself."""
        return self.name

    @property
    def text_model(self) -> str:
        """The model of texts: CLIP itself."""
        return self.name

    def pictures(self, vectors: Floats) -> Floats:
        """Return the vectors (n, d) with length 1."""
        return unit(vectors)

    def texts(self, vectors: Floats) -> Floats:
        """Return the vectors (n, d) with length 1."""
        return unit(vectors)


Towers: TypeAlias = SmallClip | RealClip


def open_clip(name: str, report: Report = no_report) -> RealClip:
    """Return a CLIP by its name on the hub or its folder.

    Raises
    ------
    ModelError
        It is not there, not allowed, not safe to load, or no CLIP.
    """
    kind = read_json(model_folder(name, report) / "config.json").get("model_type")
    if kind != "clip":
        raise ModelError(
            f"{name} is a model of the kind “{kind}”. Pictures and texts in one space need a CLIP, "
            "such as openai/clip-vit-base-patch32."
        )
    return RealClip(name)


def text_vectors(towers: Towers, texts: Sequence[str], report: Report = no_report) -> Floats:
    """Return where texts lie in the common space, (n, d)."""
    space = encode(texts, towers.text_model, report=report)
    return towers.texts(np.asarray(space.vectors))


def picture_space(
    towers: Towers, pictures: EmbeddingSpace, name: str | None = None
) -> EmbeddingSpace:
    """Return encoded pictures in the common space, with their thumbnails."""
    return EmbeddingSpace(
        pictures.label_array,
        towers.pictures(np.asarray(pictures.vectors)),
        name=name or pictures.name,
        metadata=pictures.metadata,
        source=Source(pictures.source.origin, f"in the space of {towers.name}"),
        notes=pictures.notes,
    )
