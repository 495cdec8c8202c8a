"""Make the pictures with names of the page “Pictures and text”, from two npm packages.

    npm pack emoji-datasource-google@16.0.0
    npm pack emojibase-data@17.0.0
    npm pack emoji-datasource-twitter@16.0.0
    python sample_data/make_pictures.py emoji-datasource-google-16.0.0.tgz \\
        emojibase-data-17.0.0.tgz --more emoji-datasource-twitter-16.0.0.tgz

Written are `emoji.webp` (an atlas of Noto's pictures), `emoji.csv` (names, tags, what each is used
for), `emoji.npz` (what the two frozen encoders make of them), `emoji_maps.safetensors` (the two
maps that were learned) and `emoji_map.npy` (a UMAP picture of both kinds). `--more` names a second
style to learn from; its pictures are not kept.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import tarfile
from functools import cached_property
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray
from PIL import Image

import explorer
from explorer.beyond.clip.maps import load_maps, save_maps
from explorer.beyond.clip.pairs import (
    ACROSS,
    STEM,
    TILE,
    caption,
    cut,
    narrow,
    sample_pairs,
    split,
)
from explorer.beyond.clip.training import PairLearner, Recipe
from explorer.encoding.pictures.models import class_names
from explorer.jobs.threads import one_thread

HERE = Path(__file__).parent
HELD_OUT, VALID, SEED = 300, 200, 0
QUALITY = 80  # of the WebP, 0 to 100
FLAGS, PARTS_OF_OTHERS = "flags", "component"
SELECTOR = "-fe0f"

Row = dict[str, str]


class Package:
    """The files of an npm package, as `npm pack` saves it."""

    def __init__(self, path: str) -> None:
        self.archive = tarfile.open(path)  # noqa: SIM115 - open as long as this program
        self.names = set(self.archive.getnames())

    def read(self, name: str) -> bytes:
        """Return a file's content."""
        stream = self.archive.extractfile(f"package/{name}")
        assert stream is not None
        return stream.read()

    @cached_property
    def pictures(self) -> dict[str, str]:
        """The files of 64 pixels by their code, without the selector that only asks for color."""
        found = {}
        for name in sorted(self.names):
            path = PurePosixPath(name)
            if path.suffix == ".png" and path.parent.name == "64":
                found[path.stem.replace(SELECTOR, "")] = name.removeprefix("package/")
        return found

    def find(self, code: str) -> bytes | None:
        """Return the picture of a code point sequence, or None."""
        name = self.pictures.get(code.replace(SELECTOR, ""))
        return None if name is None else self.read(name)


def read_rows(texts: Package) -> list[Row]:
    """Return name, tags, group, kind and code of each emoji, in Unicode's order."""
    told = json.loads(texts.read("meta/groups.json"))
    rows = []
    for one in json.loads(texts.read("en/data.json")):
        group = told["groups"].get(str(one.get("group")))
        if group in (None, PARTS_OF_OTHERS):
            continue
        rows.append(
            {
                "name": one["label"],
                "tags": " | ".join(one.get("tags", [])),
                "group": group,
                "kind": told["subgroups"][str(one["subgroup"])],
                "code": one["hexcode"].lower(),
            }
        )
    return rows


def tile(png: bytes) -> Image.Image:
    """Return a picture on white, as large as those of the atlas."""
    with Image.open(io.BytesIO(png)) as image:
        layers = image.convert("RGBA")
    ground = Image.new("RGBA", layers.size, "white")
    ground.alpha_composite(layers)
    return ground.convert("RGB").resize((TILE, TILE), Image.Resampling.LANCZOS)


def atlas_of(tiles: list[Image.Image]) -> bytes:
    """Return the pictures side by side as one WebP."""
    sheet = Image.new("RGB", (ACROSS * TILE, -(-len(tiles) // ACROSS) * TILE), "white")
    for place, one in enumerate(tiles):
        sheet.paste(one, (place % ACROSS * TILE, place // ACROSS * TILE))
    out = io.BytesIO()
    sheet.save(out, "WEBP", quality=QUALITY, method=6)
    return out.getvalue()


def text_vectors(rows: list[Row]) -> NDArray[np.float32]:
    """Return the vectors of name, caption and tags of each row, (3, n, 384)."""
    names = [row["name"] for row in rows]
    captions = [caption(row["name"], row["tags"]) for row in rows]
    tags = [row["tags"].replace(" | ", ", ") or row["name"] for row in rows]
    return np.stack([explorer.encode(one).vectors for one in (names, captions, tags)])


def write_pairs(pictures: Package, rows: list[Row]) -> None:
    """Write the table, the atlas and the frozen vectors."""
    atlas = atlas_of([tile(pictures.find(row["code"]) or b"") for row in rows])
    (HERE / f"{STEM}.webp").write_bytes(atlas)
    flags = np.array([row["group"] == FLAGS for row in rows])
    names = tuple(row["name"] for row in rows)
    parts = split(names, flags, held_out=HELD_OUT, valid=VALID, seed=SEED)
    with (HERE / f"{STEM}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["name", "tags", "group", "kind", "part", "code"])
        for row, part in zip(rows, parts, strict=True):
            told = [row[column] for column in ("name", "tags", "group", "kind")]
            writer.writerow([*told, part, row["code"]])
    seen = explorer.encode_images(cut(atlas, len(rows)))
    kept = {}
    for name, values in (
        ("picture", seen.vectors),
        ("text", text_vectors(rows)),
        ("class", explorer.encode(class_names()).vectors),
    ):
        kept[PLURAL[name]], kept[f"{name}_scale"] = narrow(np.asarray(values))
    np.savez_compressed(HERE / f"{STEM}.npz", **kept)  # type: ignore[arg-type]


PLURAL = {"picture": "pictures", "text": "texts", "class": "classes"}


def write_maps(more: list[Package], rows: list[Row]) -> None:
    """Learn the maps from the trained rows, in this and the other styles, and write them."""
    pairs = sample_pairs(HERE)
    styles = []
    for package in more:
        found = [(place, package.find(row["code"])) for place, row in enumerate(rows)]
        there = [(place, png) for place, png in found if png is not None]
        seen = explorer.encode_images([tile(png) for _, png in there])
        styles.append((seen.vectors, np.array([place for place, _ in there])))
    learner = PairLearner(pairs, Recipe(), tuple(styles))
    with one_thread():
        for number in range(1, learner.epochs + 1):
            learner.epoch(number)
    path = HERE / f"{STEM}_maps.safetensors"
    save_maps(learner.maps(), path)
    path.chmod(0o644)
    maps = load_maps(path)
    both = np.concatenate([maps.pictures(pairs.pictures), maps.texts(pairs.texts[0])])
    space = explorer.EmbeddingSpace([*pairs.names] * 2, both)
    picture = explorer.project(space, "umap", seed=42)
    np.save(HERE / f"{STEM}_map.npy", picture.coordinates.astype(np.float16))


def main() -> None:
    """Make the files."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pictures", help="emoji-datasource-google as npm packs it")
    parser.add_argument("texts", help="emojibase-data as npm packs it")
    parser.add_argument("--more", action="append", default=[], help="another emoji-datasource-…")
    given = parser.parse_args()
    pictures = Package(given.pictures)
    rows = [
        row for row in read_rows(Package(given.texts)) if pictures.find(row["code"]) is not None
    ]
    write_pairs(pictures, rows)
    write_maps([Package(path) for path in given.more], rows)


if __name__ == "__main__":
    main()
