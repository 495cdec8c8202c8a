"""Columns of a table that hold pictures, made into thumbnails of ours; see `pictures/column.py`.

A cell is the bytes of a picture, a data URL, base64, or the name of a file: one in the zip that
the table came in, or one below the table's own folder. Nothing outside of these is ever opened.
This runs in the reader's own process, and only there.
"""

from __future__ import annotations

import base64
import binascii
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path, PurePosixPath
from typing import TypeAlias

import polars as pl

from explorer import cache
from explorer.errors import PictureError
from explorer.formats.bounds import PICTURE_SECONDS, PICTURES
from explorer.formats.contents import Options
from explorer.formats.data_folder import is_inside
from explorer.formats.file import File
from explorer.formats.picture_files import member_bytes
from explorer.formats.unpack import is_zip, open_zip, plain_members
from explorer.pictures.decode import (
    BYTES,
    is_picture,
    is_picture_name,
    is_thumbnail,
    thumbnail,
)
from explorer.wording import count

SEEN = 20  # values that tell what a column holds
MOST = 0.5  # of them have to look like pictures
LOOKED_AT = 20  # rows of a look that get their pictures
BLOCK_ROWS = 200  # between two reports
THREADS = 2  # Pillow decodes without Python's lock; of the largest pictures, two fit the memory
BROKEN_NAMED = 3
PARTS = 4  # of a path, from its end, by which a file in a zip is found
BASE64 = ("iVBORw0KGgo", "/9j/", "UklGR", "R0lGOD", "SUkqA", "TU0AK")  # the formats' first bytes
DATA_URL = "data:image/"

Cell: TypeAlias = bytes | str | None
Read: TypeAlias = Callable[[Cell], bytes | None]


def take_pictures(
    frame: pl.DataFrame, file: File, options: Options, *, look: bool
) -> tuple[pl.DataFrame, tuple[str, ...], tuple[str, ...]]:
    """Return the table with thumbnails for its pictures, the names of these columns, and notes.

    Names of files stay as they are, and the pictures stand beside them in a column of their own.
    A cell whose picture cannot be opened is null, and told.
    """
    taken: list[str] = []
    notes: list[str] = []
    with NamedPictures(file) as named:
        for name in frame.columns:
            found = reader_of(frame[name], named)
            if found is None:
                continue
            read, beside = found
            if len(frame) * (len(taken) + 1) > PICTURES:
                notes.append(
                    f"The pictures of the column “{name}” were left out: up to {PICTURES:,} are "
                    "shown in a space."
                )
                frame = frame if beside else frame.drop(name)
                continue
            pictures, note = thumbnails(frame[name], read, options, look)
            free = free_name(name, frame.columns, beside)
            series = pl.Series(free, pictures, pl.Binary)
            place = frame.columns.index(name)
            if not beside:
                frame = frame.drop(name)
            frame = frame.insert_column(place + beside, series)
            taken.append(free)
            notes += note
    return frame, tuple(taken), tuple(notes)


def free_name(name: str, columns: list[str], beside: bool) -> str:
    """Return what the column of pictures is called, without Hugging Face's “.bytes”."""
    taken = {one for one in columns if beside or one != name}
    plain = name.removesuffix(".bytes").removesuffix(".path") if "." in name else name
    while plain in taken:
        plain += " (picture)"
    return plain


def reader_of(column: pl.Series, named: NamedPictures) -> tuple[Read, bool] | None:
    """Return how the pictures of a column are read, and whether they stand beside it; or None."""
    if column.dtype not in (pl.Binary, pl.String):
        return None
    seen = column.drop_nulls().head(SEEN).to_list()
    enough = MOST * len(seen)
    if not seen:
        return None
    if column.dtype == pl.Binary:
        return (as_bytes, False) if sum(map(is_picture, seen)) >= enough else None
    if sum(one.startswith((DATA_URL, *BASE64)) for one in seen) >= enough:
        return from_text, False
    if sum(map(is_picture_name, seen)) >= enough and any(map(named.holds, seen)):
        return named.read, True
    return None


def as_bytes(cell: Cell) -> bytes | None:
    """Return a cell of bytes as it is."""
    assert not isinstance(cell, str)
    return cell


def from_text(cell: Cell) -> bytes | None:
    """Return the bytes of a data URL, or of base64."""
    assert not isinstance(cell, bytes)
    if not cell:
        return None
    head, comma, rest = cell.partition(",") if cell.startswith("data:") else ("", "", cell)
    if len(rest) > BYTES * 4 // 3 + 4:
        raise PictureError(f"it has more than {BYTES / 1e6:.0f} MB")
    if comma and not head.endswith(";base64"):
        raise PictureError("it is a data URL that is not in base64")
    try:
        return base64.b64decode(rest, validate=True)
    except (binascii.Error, ValueError) as error:
        raise PictureError("its base64 is broken") from error


def own_folder(file: File) -> Path | None:
    """Return the folder in which a table may name pictures; None for one that was uploaded."""
    if file.path is None or cache.holds(file.path):  # the cache's folders are ours
        return None
    return file.path.resolve().parent


class NamedPictures:
    """The pictures that a table may name: those in its zip, or those below its own folder."""

    def __init__(self, file: File) -> None:
        self._file = file
        self._open = ExitStack()
        self._members: dict[str, tuple[zipfile.ZipFile, zipfile.ZipInfo] | None] = {}
        self._root = own_folder(file)

    def __enter__(self) -> NamedPictures:
        for other in self._file.beside:
            if is_zip(other.head(4)):
                archive = self._open.enter_context(open_zip(other))
                for info in plain_members(archive):
                    for path in endings(info.filename):  # None where two files have it
                        self._members[path] = None if path in self._members else (archive, info)
        return self

    def __exit__(self, *what: object) -> None:
        self._open.close()

    def holds(self, name: str) -> bool:
        """Tell whether a picture of that name is there."""
        return self._member(name) is not None or self._path(name) is not None

    def read(self, cell: Cell) -> bytes | None:
        """Return the bytes of the picture of that name; raises PictureError if it is not there."""
        assert not isinstance(cell, bytes)
        if not cell:
            return None
        member = self._member(cell)
        if member is not None:
            return member_bytes(*member)
        path = self._path(cell)
        if path is None:
            raise PictureError("there is no file of its name in the zip or below the table")
        with path.open("rb") as stream:
            return stream.read(BYTES + 1)

    def _member(self, name: str) -> tuple[zipfile.ZipFile, zipfile.ZipInfo] | None:
        return self._members.get(plain_path(name))

    def _path(self, name: str) -> Path | None:
        plain = plain_path(name)
        if self._root is None or not plain or not is_picture_name(plain):
            return None
        path = self._root / plain
        return path if is_inside(path, self._root) else None


def plain_path(name: str) -> str:
    """Return a relative path with slashes, or "" for one that could lead elsewhere."""
    path = PurePosixPath(name.strip().replace("\\", "/"))
    leads_out = path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name
    return "" if leads_out else str(path)


def endings(name: str) -> Iterator[str]:
    """Yield the path of a file in a zip from there on and from each of its last folders."""
    parts = PurePosixPath(name.replace("\\", "/")).parts
    for start in sorted({0, *range(max(0, len(parts) - PARTS), len(parts))}):
        yield "/".join(parts[start:])


def thumbnails(
    column: pl.Series, read: Read, options: Options, look: bool
) -> tuple[list[bytes | None], list[str]]:
    """Return a thumbnail for each cell, None where there is none, and a note on broken ones."""
    rows = min(len(column), LOOKED_AT) if look else len(column)
    options.ask_seconds(PICTURE_SECONDS * rows)
    found: list[bytes | None] = []
    broken: list[str] = []
    missing = 0
    with ThreadPoolExecutor(THREADS) as pool:
        for start in range(0, rows, BLOCK_ROWS):
            options.report(start / rows, f"picture {start:,} of {rows:,}")
            cells = column.slice(start, min(BLOCK_ROWS, rows - start)).to_list()
            for place, one in enumerate(pool.map(partial(small, read), cells)):
                if isinstance(one, str):
                    missing += 1
                    if len(broken) < BROKEN_NAMED:
                        broken.append(f"row {start + place + 1:,} ({one.rstrip('.')})")
                found.append(None if isinstance(one, str) else one)
    found += [None] * (len(column) - rows)
    if not missing:
        return found, []
    more = "; …" if missing > len(broken) else ""
    return found, [
        f"{count(missing, 'picture')} in “{column.name}” could not be opened: "
        f"{'; '.join(broken)}{more}. These rows are shown without."
    ]


def small(read: Read, cell: Cell) -> bytes | str | None:
    """Return a cell's thumbnail, None where it is empty, or why there is none."""
    try:
        data = read(cell)
        if not data:
            return None
        return data if is_thumbnail(data) else thumbnail(data, name="it")
    except PictureError as error:
        return str(error)
