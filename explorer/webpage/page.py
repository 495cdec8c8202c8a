"""What a page of its own holds, and how it is written."""

from __future__ import annotations

import base64
import html
import re
import secrets
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from explorer.figures.colors import Categories, Numbers, colorable, coloring
from explorer.figures.marks import Marks
from explorer.figures.style import DARK, LIGHT
from explorer.mapdata.looks import on_ground, point_size
from explorer.mapdata.message import write_message
from explorer.mapdata.parts import (
    LONGEST_TEXT,
    Part,
    column_part,
    hover_parts,
    picture_parts,
    rounded_points_part,
    texts_part,
)
from explorer.mapdata.program import program
from explorer.mapdata.view import Arrow, colored, ranged, view_message
from explorer.pictures.column import without_pictures
from explorer.projection import METHODS
from explorer.projection.projection import Projection
from explorer.projection.quality import Quality
from explorer.space import EmbeddingSpace
from explorer.wording import count

TEMPLATE = Path(__file__).with_name("page.html")
PLACE = re.compile(r"\{\{(\w+)\}\}")
ONE_COLOR = "nothing"
ELSE_BYTES = 16_000  # of the page beside data and program
MOST_LOOKS = 20  # columns to color by; the map's program keeps some thirty parts


@dataclass(frozen=True, eq=False)
class Drawn:
    """A map as it is to be saved; all but space and picture as `pointcloud` takes it.

    `labels` are (n,) texts; by default those of the space.
    """

    space: EmbeddingSpace
    projection: Projection
    colors: Categories | Numbers | None = None
    labels: pa.Array | None = None
    sizes: Numbers | None = None
    opacities: Numbers | None = None
    marks: Marks = field(default_factory=Marks)
    arrows: Sequence[Arrow] = ()
    lines: bool = True
    size: float | None = None
    opacity: float = 0.7


class Packing:
    """The parts that go into a page, each once and as long as there is room."""

    def __init__(self, most: int) -> None:
        self.room = most
        self.ids: set[str] = set()
        self.scripts: list[str] = []

    def add(self, part: Part, *, must: bool = False) -> bool:
        """Add a part if there is room, or in any case; return whether it is in the page."""
        if part.id in self.ids:
            return True
        script = packed(part.data)
        if len(script) > self.room and not must:
            return False
        self.room -= len(script)
        self.ids.add(part.id)
        self.scripts.append(script)
        return True


def page_of(drawn: Drawn, *, title: str, quality: Quality | None, most_bytes: int) -> bytes:
    """Return a map as an HTML page, UTF-8.

    Parameters
    ----------
    drawn
        The map.
    title
        What stands above it.
    quality
        What the picture keeps; None if that was not measured, which the page then says.
    most_bytes
        How large the page may be. Points and labels are there in any case.
    """
    space = drawn.space
    code = inline(program())
    packing = Packing(most_bytes - len(code.encode()) - ELSE_BYTES)
    points = rounded_points_part(drawn.projection)
    color, size, opacity = (
        column_part(one) if one else None for one in (drawn.colors, drawn.sizes, drawn.opacities)
    )
    for part in (points, color, size, opacity):
        if part is not None:
            packing.add(part, must=True)
    texts = drawn.labels if drawn.labels is not None else space.label_array
    labels = texts_part("label", texts.to_pylist())
    left_out = ["the vectors"]
    if len(packed(labels.data)) > packing.room:
        labels = texts_part("label", pc.utf8_slice_codeunits(texts, 0, LONGEST_TEXT).to_pylist())
        left_out.append(f"what labels say beyond {LONGEST_TEXT} letters")
    hover, pictures = hover_parts(space, None), picture_parts(space)
    looks = [look(drawn.colors, color)]
    first = looks[0]["color"]
    view = view_message(
        drawn.projection,
        space,
        key="page",
        points=points,
        labels=labels,
        hover=hover,
        pictures=pictures,
        color=first and first["light"],
        sizes=ranged(drawn.sizes, size),
        opacities=ranged(drawn.opacities, opacity),
        marks=drawn.marks,
        arrows=drawn.arrows,
        lines=drawn.lines,
        size=drawn.size or point_size(len(space)),
        opacity=drawn.opacity,
        height=None,
        dark=False,
        can_pick=True,
    )
    packing.add(Part("view", view), must=True)
    shown = len(packing.scripts)  # all that the first picture needs
    packing.add(labels, must=True)
    columns = colors_besides(drawn)
    for colors in columns[:MOST_LOOKS]:
        part = column_part(colors)
        if packing.add(part):
            looks.append(look(colors, part))
    if drawn.colors is not None:
        looks.append(look(None, None))
    left_out += columns_left_out(drawn, {one["name"] for one in looks}, hover, packing)
    unpictured = [part for part in pictures if not packing.add(part)]
    if unpictured:
        left_out.append("some pictures")
    contents = write_message(
        {"kind": "page", "looks": looks, "plain": {"light": LIGHT.points, "dark": DARK.points}}, {}
    )
    return filled(
        title=title,
        sentence=sentence(drawn, quality),
        facts=facts(drawn, quality, left_out),
        first=[packed(contents), *packing.scripts[:shown]],
        later=packing.scripts[shown:],
        code=code,
    )


def look(colors: Categories | Numbers | None, part: Part | None) -> dict[str, Any]:
    """Return something to color by, on both grounds."""
    if colors is None:
        return {"name": ONE_COLOR, "color": None}
    both = {
        name: colored(on_ground(colors, dark=name == "dark"), part) for name in ("light", "dark")
    }
    return {"name": colors.column, "color": both}


def colors_besides(drawn: Drawn) -> list[Categories | Numbers]:
    """Return the other columns to color by, categories first: they take few bytes."""
    metadata = drawn.space.metadata
    if metadata is None:
        return []
    used = drawn.colors.column if drawn.colors else None
    names = [name for name in colorable(metadata) if name != used]
    found = [coloring(metadata, name, dark=False) for name in names]
    return sorted(found, key=lambda one: isinstance(one, Numbers))


def columns_left_out(
    drawn: Drawn, colored_by: set[str], hover: Sequence[Part], packing: Packing
) -> list[str]:
    """Add what is shown on hover, and return the columns that are nowhere in the page."""
    metadata = without_pictures(drawn.space.metadata)
    if metadata is None:
        return []
    there = colored_by | {part.column for part in hover if packing.add(part)}
    missing = [f"“{name}”" for name in metadata.column_names if name not in there]
    which = "column" if len(missing) == 1 else "columns"
    return [f"the {which} {', '.join(missing)}"] if missing else []


def sentence(drawn: Drawn, quality: Quality | None) -> str:
    """Say in one line what is drawn, and what the picture keeps."""
    drawn_by = METHODS[drawn.projection.method].title
    shown = f"{count(len(drawn.space), 'point')}, drawn by {drawn_by}."
    if quality is None:
        return f"{shown} How far the picture can be trusted was not measured."
    return (
        f"{shown} Of each point’s {count(quality.k, 'true neighbor')}, "
        f"{quality.neighbors_kept:.1f} are still near it here."
    )


def facts(drawn: Drawn, quality: Quality | None, left_out: Sequence[str]) -> list[str]:
    """Return what a reader should know of the picture, a line each."""
    space, projection = drawn.space, drawn.projection
    method = METHODS[projection.method]
    told = [f"{method.title}: {method.sentence}"]
    if projection.variance_share is not None:
        told.append(f"It keeps {projection.variance_share.sum():.1%} of the variance.")
    if quality is not None:
        told.append(
            f"Trustworthiness {quality.trustworthiness:.2f}, continuity {quality.continuity:.2f}; "
            f"neighbors by {quality.metric} in all {count(space.dim, 'dimension')}."
        )
    told += [*projection.notes, *space.notes]
    told.append(f"Source: {space.name} ({space.source}).")
    told.append(f"Saved on {date.today():%Y-%m-%d} by Embedding Explorer.")
    told.append(
        f"Not in this page: {'; '.join(left_out)}. Coordinates are rounded to a 65,535th of the "
        "picture’s width."
    )
    return told


def packed(message: bytes) -> str:
    """Return a message as it stands in the page: zlib's deflate, in base64."""
    return base64.b64encode(zlib.compress(message, 9)).decode()


def inline(code: str) -> str:
    """Return a program such that nothing in it ends the script that it stands in."""
    return re.sub(r"</(script)", r"<\/\1", code, flags=re.IGNORECASE).replace("<!--", "<\\!--")


def filled(
    *,
    title: str,
    sentence: str,
    facts: Sequence[str],
    first: Sequence[str],
    later: Sequence[str],
    code: str,
) -> bytes:
    """Return the page: all texts escaped, and only the program with this nonce may run."""
    places = {
        "nonce": secrets.token_urlsafe(16),
        "title": html.escape(title),
        "sentence": html.escape(sentence),
        "facts": "\n".join(f"<li>{html.escape(one)}</li>" for one in facts),
        "first": "\n".join(map(data_script, first)),
        "later": "\n".join(map(data_script, later)),
        "program": code,
    }
    text = TEMPLATE.read_text(encoding="utf-8")
    # in one pass: a place named in a title is text, and no place
    return PLACE.sub(lambda place: places[place[1]], text).encode("utf-8", "replace")


def data_script(data: str) -> str:
    """Return data as a script of no type that any browser runs."""
    return f'<script type="application/x-pointcloud">{data}</script>'
