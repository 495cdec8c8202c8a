"""The recipe in a workspace file: all but the vectors, as JSON, checked part by part.

It may be a stranger's: each value has a type and a bound, and nothing in it is a path or code.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from explorer.errors import FormatError, WorkspaceError
from explorer.formats import bounds
from explorer.formats.file import File
from explorer.formats.unpack import is_zip, open_zip
from explorer.space import Source
from explorer.workspace.annotations import (
    LONGEST_FOUND,
    LONGEST_NAME,
    MOST_BYTES,
    MOST_NAMES,
    NAMES,
    SETS,
    TAGS,
    Annotations,
    RowSet,
)

RECIPE, VECTORS = "workspace.json", "space.parquet"  # the members
FORMAT, VERSION = "embedding-explorer workspace", 1
SUFFIX = ".workspace.zip"
MEMBERS = 10
RECIPE_BYTES = 2 * MOST_BYTES  # the bits in base64, and room for names
MOST_PARAMETERS, LONGEST_VALUE, LONGEST_TEXT = 100, 10_000, 1_000
PARAMETER = re.compile(r"[A-Za-z0-9_.@ -]{1,80}")
OPTIONS = ("source", "beside", "label_column", "array", "skip_broken", "metadata_columns", "format")
SOURCE_TEXTS = ("origin", "format", "model", "pooling", "words")


@dataclass(frozen=True)
class Recipe:
    """What a workspace file says of itself, checked: all but the vectors."""

    name: str
    digest: str
    rows: int
    dim: int
    source: Source
    annotations: Annotations
    view: Mapping[str, str]
    look: Mapping[str, float]
    drawn: tuple[RowSet, str, str] | None  # the rows of the sample, and how they were chosen
    columns: tuple[str, ...]
    has_vectors: bool

    @property
    def told(self) -> str:
        """The space in words: "products, 2,000 vectors of 384 dimensions, from products.csv"."""
        return f"{self.name}, {self.rows:,} vectors of {self.dim:,} dimensions, from {self.source}"


def packed(rows: RowSet) -> str:
    """Return rows as text: a bit each, the first row the highest bit, by zlib and base64."""
    return base64.b64encode(zlib.compress(rows.bits)).decode()


def unpacked_rows(text: str, n: int) -> RowSet:
    """Return the rows that `packed` was given; raises WorkspaceError for anything else."""
    size = (n + 7) // 8
    try:
        decoder = zlib.decompressobj()
        bits = decoder.decompress(base64.b64decode(text, validate=True), size + 1)
    except (binascii.Error, zlib.error, ValueError) as error:
        raise WorkspaceError(f"The rows of a set or tag cannot be read: {error}.") from error
    return RowSet(n, bits)


def is_workspace(file: File) -> bool:
    """Tell whether a file is a workspace, by the name of a member."""
    if not is_zip(file.head(4)):
        return False
    try:
        with open_zip(file) as archive:
            return RECIPE in archive.namelist()
    except FormatError:
        return False


def read_recipe(file: File) -> Recipe:
    """Return what a workspace file says of itself, without its vectors; raises WorkspaceError."""
    if not is_zip(file.head(4)):
        raise WorkspaceError(
            f"{file.name} is no workspace: a zip with {RECIPE} in it is expected. Vector files are "
            "opened by open_space."
        )
    try:
        with open_zip(file) as archive:
            if len(archive.namelist()) > MEMBERS:
                raise WorkspaceError(
                    f"{file.name} holds {len(archive.namelist()):,} files. A workspace holds two."
                )
            if RECIPE not in archive.namelist():
                raise WorkspaceError(f"{file.name} is no workspace: there is no {RECIPE} in it.")
            info = archive.getinfo(RECIPE)
            with archive.open(info) as member:
                text = member.read(RECIPE_BYTES + 1)
            has_vectors = VECTORS in archive.namelist()
    except FormatError as error:
        raise WorkspaceError(str(error)) from error
    if len(text) > RECIPE_BYTES:
        raise WorkspaceError(
            f"{RECIPE} in {file.name} has more than {RECIPE_BYTES / 1e6:.0f} MB, and was not read."
        )
    try:
        return checked_recipe(json.loads(text), has_vectors)
    except (KeyError, TypeError, ValueError, RecursionError, AttributeError) as error:
        if isinstance(error, WorkspaceError):
            raise WorkspaceError(f"{file.name} cannot be opened: {error}") from error
        raise WorkspaceError(
            f"{RECIPE} in {file.name} is broken ({type(error).__name__}: {str(error)[:100]}). "
            "Save the workspace again."
        ) from error


def checked_recipe(given: Any, has_vectors: bool) -> Recipe:
    """Return a recipe of JSON, each part checked for its type and bounds."""
    if given["format"] != FORMAT or given["version"] != VERSION:
        raise WorkspaceError(
            f"It is of format “{text_of(given['format'])}”, version {given['version']!r:.20}. "
            f"Version {VERSION} is read: update Embedding Explorer."
        )
    space = given["space"]
    rows, dim = (
        whole_number(space["rows"], bounds.ROWS),
        whole_number(space["dim"], bounds.DIMENSIONS),
    )
    names = len(given[SETS]) + len(given[TAGS])
    if names * ((rows + 7) // 8) > MOST_BYTES:
        raise WorkspaceError(
            f"{names:,} sets and tags of {rows:,} rows would take more than "
            f"{MOST_BYTES / 1e6:.0f} MB."
        )
    parts = {
        kind: {text_of(one["name"]): unpacked_rows(one["rows"], rows) for one in given[kind]}
        for kind in (SETS, TAGS)
    }
    source: dict[str, Any] = {name: text_of(space["source"][name]) for name in SOURCE_TEXTS}
    view, drawn = given["view"], given["drawn"]
    if len(view) > MOST_PARAMETERS:
        raise WorkspaceError(f"Its view has {len(view):,} parameters; up to {MOST_PARAMETERS} do.")
    return Recipe(
        name=text_of(space["name"]) or "untitled",
        digest=text_of(space["digest"]),
        rows=rows,
        dim=dim,
        source=Source(
            **source,
            steps=tuple(text_of(one) for one in space["source"]["steps"][:MOST_PARAMETERS]),
            opened=tuple(
                (name, checked_option(value))
                for name, value in space["source"]["opened"].items()
                if name in OPTIONS
            ),
        ),
        annotations=Annotations(rows, parts[SETS], parts[TAGS], names_of(given.get(NAMES, {}))),
        view={
            name: text_of(value, LONGEST_VALUE)
            for name, value in view.items()
            if PARAMETER.fullmatch(name)
        },
        look={
            name: float(value)
            for name, value in list(given["look"].items())[:MOST_PARAMETERS]
            if PARAMETER.fullmatch(name) and 0 <= float(value) <= 1000
        },
        drawn=drawn
        and (unpacked_rows(drawn["rows"], rows), text_of(drawn["step"]), text_of(drawn["note"])),
        columns=tuple(text_of(one) for one in space["columns"]),
        has_vectors=has_vectors,
    )


def names_of(given: Any) -> dict[str, str]:
    """Return the names given to groups, in their bounds."""
    listed = list(given.items())[: MOST_NAMES + 1]
    return {text_of(found, LONGEST_FOUND): text_of(name, LONGEST_NAME) for found, name in listed}


def text_of(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text, cut at its bound; raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value[:longest]


def checked_option(value: Any) -> Any:
    """Return what `open_space` was given: a switch, a text or a list of texts."""
    if isinstance(value, list):
        return [text_of(one) for one in value[: bounds.COLUMNS]]
    return value if isinstance(value, bool) else text_of(value)


def whole_number(value: Any, most: int) -> int:
    """Return a count from 1 to a bound; raises WorkspaceError for another."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise WorkspaceError(f"It announces {str(value)[:20]} rows or dimensions; up to {most:,}.")
    return value
