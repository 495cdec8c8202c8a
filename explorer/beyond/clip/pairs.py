"""Pictures with their texts, as two frozen encoders see them: what the small CLIP learns from.

The sample is drawn by `sample_data/make_pictures.py`: emoji with their names and tags.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from explorer.errors import TrainingError

Floats = NDArray[np.float32]
Rows = NDArray[np.intp]

TRAINED, CHOSEN_BY, HELD_OUT, APART = PARTS = ("trained", "validation", "held out", "flag")
NAME, CAPTION, TAGS = TEXTS = ("name", "caption", "tags")  # the texts of each picture
TILE, ACROSS = 48, 44  # of the atlas: pixels of a picture, pictures in a line
STEM = "emoji"


@dataclass(frozen=True, eq=False)
class Pairs:
    """Pictures and texts that belong together, n of each.

    Attributes
    ----------
    names
        n texts, the shortest of each picture.
    captions
        n texts, the name and further words.
    groups, kinds
        What each is, coarse (“animals-nature”) and fine (“animal-bird”); n each.
    parts
        (n,) of PARTS: what each is used for.
    pictures
        (n, p) float32: the frozen vectors of the pictures.
    texts
        (3, n, t) float32: the frozen vectors of the TEXTS of each.
    thumbnails
        n small WebPs, or none.
    """

    names: tuple[str, ...]
    captions: tuple[str, ...]
    groups: tuple[str, ...]
    kinds: tuple[str, ...]
    parts: NDArray[np.str_]
    pictures: Floats
    texts: Floats
    thumbnails: tuple[bytes, ...] = ()

    def __len__(self) -> int:
        return len(self.names)

    def rows(self, *parts: str) -> Rows:
        """Return the rows that are used for one of these parts, ascending."""
        return np.flatnonzero(np.isin(self.parts, parts))

    @cached_property
    def digest(self) -> str:
        """A hash of all that is learned from."""
        hasher = hashlib.blake2b(digest_size=16)
        hasher.update("\n".join((*self.names, *self.parts.tolist())).encode())
        for values in (self.pictures, self.texts):
            hasher.update(np.ascontiguousarray(values).tobytes())
        return hasher.hexdigest()


def concept(name: str) -> str:
    """Return what a name and its variants (man, woman, person) have in common.

    Variants look alike, so what is held out is held out with all of them.

    >>> concept("woman surfing"), concept("person surfing"), concept("kiss: man, man")
    ('surfing', 'surfing', 'kiss')
    """
    low = name.lower().replace(" facing right", "")
    if low.split(":")[0] in ALIKE:
        return low.split(":")[0]
    words = [word.strip(":,.’'") for word in low.split()]
    return " ".join(word for word in words if word and word not in PEOPLE) or "person"


ALIKE = ("kiss", "couple with heart", "family")
PEOPLE = frozenset(
    (
        *("man", "woman", "person", "men", "women", "people", "boy", "girl", "mrs", "mr", "mx"),
        *("merman", "mermaid", "merperson", "prince", "princess", "santa", "claus"),
    )
)


def split(
    names: tuple[str, ...], apart: NDArray[np.bool_], *, held_out: int, valid: int, seed: int
) -> NDArray[np.str_]:
    """Return what each is used for, (n,) of PARTS; variants of one concept go the same way.

    Parameters
    ----------
    names
        n names.
    apart
        (n,) which are in no part: flags, whose looks say nothing of their names.
    held_out, valid
        How many to judge by, and to choose settings by.
    seed
        Of the draw.

    Raises
    ------
    TrainingError
        So many cannot be held out.
    """
    concepts: dict[str, list[int]] = {}
    for row, name in enumerate(names):
        if not apart[row]:
            concepts.setdefault(concept(name), []).append(row)
    parts = np.full(len(names), TRAINED, dtype="<U10")
    parts[apart] = APART
    order = sorted(concepts)
    np.random.default_rng(seed).shuffle(order)
    wanted = {HELD_OUT: held_out, CHOSEN_BY: valid}
    for one in order:
        rows = concepts[one]
        for part, left in wanted.items():
            if len(rows) <= left:
                parts[rows] = part
                wanted[part] = left - len(rows)
                break
    if any(wanted.values()):
        raise TrainingError(
            f"{held_out + valid:,} of {int((~apart).sum()):,} pictures cannot be held out. Hold "
            "out fewer."
        )
    return parts


@lru_cache(maxsize=1)
def sample_pairs(folder: Path) -> Pairs:
    """Return the sample, read from its files: a table, an atlas and the frozen vectors."""
    with (folder / f"{STEM}.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    with np.load(folder / f"{STEM}.npz", allow_pickle=False) as kept:
        pictures = wide(kept["pictures"], kept["picture_scale"])
        texts = wide(kept["texts"], kept["text_scale"])
    names = tuple(row["name"] for row in table)
    return Pairs(
        names,
        tuple(caption(row["name"], row["tags"]) for row in table),
        tuple(row["group"] for row in table),
        tuple(row["kind"] for row in table),
        np.array([row["part"] for row in table]),
        pictures,
        texts,
        tuple(cut((folder / f"{STEM}.webp").read_bytes(), len(table))),
    )


def caption(name: str, tags: str) -> str:
    """Return a name with its tags, which a line holds with “ | ” between them."""
    return ", ".join([name, *filter(None, tags.split(" | "))])


def narrow(values: Floats) -> tuple[NDArray[np.uint8 | np.int8], Floats]:
    """Return numbers in a byte each, with what one step stands for in each column."""
    kind, most = (np.uint8, 255) if values.min() >= 0 else (np.int8, 127)
    axes = tuple(range(values.ndim - 1))
    scale = np.maximum(np.abs(values).max(axis=axes), 1e-9).astype(np.float32) / most
    return np.rint(values / scale).astype(kind), scale


def wide(values: NDArray[np.uint8 | np.int8], scale: Floats) -> Floats:
    """Return the numbers that `narrow` made small, to half a step."""
    made = values.astype(np.float32) * scale
    made.flags.writeable = False
    return made


def cut(atlas: bytes, n: int) -> list[bytes]:
    """Return the n pictures of our own atlas, each a WebP without loss."""
    from PIL import Image

    with Image.open(io.BytesIO(atlas)) as whole:
        sheet = whole.convert("RGB")
    made = []
    for place in range(n):
        left, top = place % ACROSS * TILE, place // ACROSS * TILE
        out = io.BytesIO()
        sheet.crop((left, top, left + TILE, top + TILE)).save(out, "WEBP", quality=80, method=0)
        made.append(out.getvalue())
    return made
