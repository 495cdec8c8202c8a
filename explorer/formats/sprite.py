"""The Embedding Projector's sprite sheet: one picture that holds a small one for each vector.

They stand in rows, from left to right and from top to bottom. The sheet is decoded and cut in the
reader's own process, and what comes out is kept in the cache.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa

from explorer.errors import ParseError, PictureError
from explorer.formats import kept
from explorer.formats.bounds import PICTURE_SECONDS, PICTURES
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.isolated import read_once
from explorer.formats.picture_files import list_pictures, read_pictures
from explorer.formats.unpack import is_zip, plain_name
from explorer.pictures.column import KIND
from explorer.pictures.decode import BYTES, THUMBNAIL, decode, shrunk
from explorer.wording import count

SPRITE = "sprite"  # what the isolated process is asked for
COLUMN = "picture"
BLOCK = 500  # pictures between two reports


def sprite_pictures(
    file: File, sprite: Any, rows: int, options: Options
) -> tuple[list[bytes | None], str]:
    """Return a thumbnail for each row, or none at all and a note that says why.

    `sprite` is what the configuration says: {"imagePath": name, "singleImageDim": [w, h]}.
    """
    try:
        name, (width, height) = sprite["imagePath"], sprite["singleImageDim"]
        width, height = int(width), int(height)
    except (KeyError, TypeError, ValueError):
        return [], "The sprite sheet has no name and size in the configuration: it was left out."
    if width < 1 or height < 1 or rows > PICTURES:
        why = f"up to {PICTURES:,} are shown" if rows > PICTURES else "its pictures have no size"
        return [], f"The pictures of the sprite sheet were left out: {why}."
    sheet = sheet_beside(file, plain_name(str(name)))
    if sheet is None:
        return [], (
            f"The configuration names the sprite sheet “{plain_name(str(name))}”, which was not "
            "given with it: the points are shown without their pictures."
        )
    try:
        table = read_once(sheet, f"{width} {height} {rows}", SPRITE, options, kept.load_table)
    except (ParseError, PictureError) as error:
        return [], f"The sprite sheet was left out. {error}"
    found = table[COLUMN].to_pylist()
    missing = rows - len(found)
    note = (
        f"The sprite sheet holds {count(len(found), 'picture')} of {width} × {height} pixels for "
        f"{count(rows, 'vector')}: the last {missing:,} have none."
        if missing
        else ""
    )
    return found + [None] * missing, note


def sheet_beside(file: File, name: str) -> File | None:
    """Return the file of that name that came along, or the one in the zip that came along."""
    for other in file.beside:
        if other.name == name:
            return other
    for other in file.beside:
        if is_zip(other.head(4)):
            listed = list_pictures(other)
            named = tuple(one for one in listed.pictures if one.name == name)[:1]
            for _, data in read_pictures(replace(listed, pictures=named)):
                return File(name, content=data)
    return None


def write_sprite(name: str, file: File, options: Options, folder: Path) -> None:
    """Cut a sheet into thumbnails and write them into a folder: in the isolated process."""
    width, height, rows = map(int, name.split())
    with file.open() as stream:
        sheet = decode(stream.read(BYTES + 1), file.name).image
    across, down = sheet.width // width, sheet.height // height
    held = min(rows, across * down)
    options.ask_seconds(PICTURE_SECONDS * held)
    thumbnails = []
    for place in range(held):
        if place % BLOCK == 0:
            options.report(place / held, f"picture {place:,} of {held:,}")
        left, top = place % across * width, place // across * height
        one = sheet.crop((left, top, left + width, top + height))
        thumbnails.append(shrunk(one, THUMBNAIL))
    table = pa.table({COLUMN: pa.array(thumbnails, KIND)})
    with pa.ipc.new_file(str(folder / kept.TABLE), table.schema) as writer:
        writer.write_table(table)
