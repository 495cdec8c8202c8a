"""How well the small CLIP finds pictures by text: held-out concepts, styles, ConSE, baselines.

    python benchmarks/pictures.py
    python benchmarks/pictures.py --style Twemoji emoji-datasource-twitter-16.0.0.tgz \\
        --style Fluent FOLDER --style OpenMoji FOLDER

Without further styles: Noto alone, from the sample. A style is an npm package emoji-datasource-…,
or a folder of PNGs named by their code points (1f600.png). Each seed draws other concepts to
hold out, and other first maps. Every table prints mean (lowest to highest) over the seeds.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).resolve()
SAMPLES = HERE.parents[1] / "sample_data"
sys.path[:0] = [str(HERE.parents[1]), str(SAMPLES)]

from make_pictures import Package, tile  # noqa: E402

import explorer  # noqa: E402
from explorer.beyond.clip.maps import Maps  # noqa: E402
from explorer.beyond.clip.pairs import (  # noqa: E402
    APART,
    CHOSEN_BY,
    HELD_OUT,
    Pairs,
    sample_pairs,
    split,
)
from explorer.beyond.clip.retrieval import (  # noqa: E402
    SHARE,
    chance,
    conse,
    modality_gap,
    pixel_ridge,
    ranks,
    recall,
    small_pixels,
    summed,
)
from explorer.beyond.clip.sample import class_vectors  # noqa: E402
from explorer.beyond.clip.training import PairLearner, Recipe  # noqa: E402
from explorer.encoding.pictures.models import LiteEncoder  # noqa: E402
from explorer.jobs.threads import one_thread  # noqa: E402

Floats = NDArray[np.float32]
SEEDS = 5
SHARES = (0.1, 0.2, 0.3, 0.5, 1.0)  # of ConSE, of which one was chosen by validation


class Style:
    """A style's pictures as the encoder sees them, and which rows of the sample they are of."""

    def __init__(self, name: str, vectors: Floats, rows: NDArray[np.intp]) -> None:
        self.name, self.vectors = name, vectors
        self.place = np.full(rows.max() + 1 if len(rows) else 0, -1)
        self.place[rows] = np.arange(len(rows))
        self.rows = rows

    def of(self, rows: NDArray[np.intp]) -> tuple[NDArray[np.intp], Floats]:
        """Return those of the rows that this style draws, and their vectors."""
        there = rows[np.isin(rows, self.rows)]
        return there, self.vectors[self.place[there]]


def read_style(name: str, path: str, codes: list[str]) -> Style:
    """Return a style from a package or a folder."""
    if Path(path).is_dir():
        files = {one.stem.replace("-fe0f", ""): one for one in Path(path).glob("*.png")}
        found = [files.get(code.replace("-fe0f", "")) for code in codes]
        data = [one.read_bytes() if one else None for one in found]
    else:
        package = Package(path)
        data = [package.find(code) for code in codes]
    there = [(row, tile(png)) for row, png in enumerate(data) if png]
    space = explorer.encode_images([image for _, image in there], name=name)
    return Style(name, np.asarray(space.vectors), np.array([row for row, _ in there]))


def learn(pairs: Pairs, seen: list[Style], recipe: Recipe) -> Maps:
    """Return maps learned from some styles."""
    first, *more = seen
    if first.name == "Noto":
        given = pairs
    else:  # the first one takes the place of the sample's own pictures
        vectors = np.zeros_like(pairs.pictures)
        vectors[first.rows] = first.vectors
        parts = np.where(np.isin(np.arange(len(pairs)), first.rows), pairs.parts, "missing")
        given = replace(pairs, pictures=vectors, parts=parts)
    learner = PairLearner(given, recipe, tuple((one.vectors, one.rows) for one in more))
    with one_thread():
        for number in range(1, recipe.epochs + 1):
            learner.epoch(number)
    return learner.maps()


def judge(
    pairs: Pairs, maps: Maps, style: Style, *, classes: Floats, lite: LiteEncoder, part: str
) -> dict[str, float]:
    """Return the figures of a style on the concepts of a part."""
    rows, vectors = style.of(pairs.rows(part))
    pictures = maps.pictures(vectors)
    named = conse(lite.classes(vectors), classes)
    found = {"n": float(len(rows)), "chance": chance(len(rows))}
    for kind, name in ((1, "caption"), (0, "name")):
        frozen = pairs.texts[kind, rows]
        ours, theirs = maps.texts(frozen) @ pictures.T, frozen @ named.T
        found[f"{name}: maps"] = recall(ranks(ours))
        found[f"{name}: ConSE"] = recall(ranks(theirs))
        for share in SHARES if part == CHOSEN_BY else (SHARE,):
            found[f"{name}: sum {share}"] = recall(ranks(summed(ours, theirs, share)))
    found["gap"] = modality_gap(pictures, maps.texts(pairs.texts[1, rows]))
    return found


def show(title: str, figures: list[dict[str, float]]) -> None:
    """Print mean (lowest to highest) of each figure over the seeds."""
    print(f"\n{title}")
    for name in figures[0]:
        values = [one[name] for one in figures]
        print(f"  {name:20} {np.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})")
    sys.stdout.flush()


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--style", nargs=2, action="append", default=[], metavar=("NAME", "PATH"))
    parser.add_argument("--part", choices=[HELD_OUT, CHOSEN_BY], default=HELD_OUT)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    given = parser.parse_args()
    sample = sample_pairs(SAMPLES)
    codes = (SAMPLES / "emoji.csv").read_text(encoding="utf-8").split("\n")[1:-1]
    codes = [line.rsplit(",", 1)[1] for line in codes]
    every = np.arange(len(sample))
    styles = [Style("Noto", sample.pictures, every)]
    styles += [read_style(name, path, codes) for name, path in given.style]
    lite, classes = LiteEncoder(), class_vectors(SAMPLES)
    drawn = [
        replace(
            sample,
            parts=split(sample.names, sample.parts == APART, held_out=300, valid=200, seed=seed),
        )
        for seed in range(given.seeds)
    ]

    start = time.monotonic()
    pixels = small_pixels(sample.thumbnails)
    ridge = []
    for pairs in drawn:
        rows = pairs.rows(given.part)
        trained, valid = pairs.rows("trained"), pairs.rows(CHOSEN_BY)
        made = pixel_ridge(pixels, pairs.texts[1], trained, valid)
        ridge.append({"recall": recall(ranks(pairs.texts[1, rows] @ made[rows].T))})
    show("Noto, ridge on 16 x 16 pixels", ridge)
    print(f"  {time.monotonic() - start:.1f} s")

    plans = [(f"learned from {one.name} alone", [one]) for one in styles[:1]]
    if len(styles) > 1:
        plans.append((f"learned from {' and '.join(s.name for s in styles[:2])}", styles[:2]))
        plans.append(("learned from all styles", styles))
        plans += [
            (f"learned from all but {out.name}", [one for one in styles if one is not out])
            for out in styles
        ]
    for title, seen in plans:
        start = time.monotonic()
        learned = [learn(pairs, seen, Recipe(seed=seed)) for seed, pairs in enumerate(drawn)]
        print(f"\n{title}: {(time.monotonic() - start) / len(drawn):.1f} s each")
        for style in styles:
            kind = "in training" if style in seen else "not in training"
            show(
                f"{title}; asked of {style.name} ({kind})",
                [
                    judge(pairs, maps, style, classes=classes, lite=lite, part=given.part)
                    for pairs, maps in zip(drawn, learned, strict=True)
                ],
            )


if __name__ == "__main__":
    main()
