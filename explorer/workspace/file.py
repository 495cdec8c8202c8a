"""The workspace file: a zip of a recipe in JSON and, if wanted, the vectors as Parquet.

The recipe says where the space came from, the view of the Map, the sets and the tags. A file may
come from a stranger: each part is checked, within bounds, and nothing in it is a path or code.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
import re
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer import cache
from explorer.conditions import matching_rows
from explorer.errors import ExplorerError, FormatError, QueryError, WorkspaceError
from explorer.formats import bounds, open_space
from explorer.formats.digest import file_digest
from explorer.formats.file import File, FileSource, as_file
from explorer.formats.save import save_space
from explorer.formats.target import new_files
from explorer.formats.unpack import check_sizes, is_zip, open_zip, unpack_member
from explorer.projection.sampling import drawn_rows, whole_space
from explorer.space import EmbeddingSpace, Source
from explorer.workspace.annotations import MOST_BYTES, SETS, TAGS, Annotations, RowSet

RECIPE, VECTORS = "workspace.json", "space.parquet"  # the members
FORMAT, VERSION = "embedding-explorer workspace", 1
SUFFIX = ".workspace.zip"
MEMBERS = 10
RECIPE_BYTES = 2 * MOST_BYTES  # the bits in base64, and room for names
MOST_PARAMETERS, LONGEST_VALUE, LONGEST_TEXT = 100, 10_000, 1_000
PARAMETER = re.compile(r"[A-Za-z0-9_.@ -]{1,80}")
LABEL, VECTOR, COLUMN = "label", "vector", "column "  # of the table
SOURCE_TEXTS = ("origin", "format", "model", "pooling", "words")


@dataclass(frozen=True)
class Workspace:
    """A space with its sets and tags, and how the Map showed it.

    Parameters
    ----------
    space
        The space; if it is a sample drawn from a whole, the sets and tags are of the whole.
    annotations
        Its sets and tags.
    view
        The parameters of the Map's address: method, colors, filter, selected …
    look
        What the address does not hold: the size and the opacity of the points.

    Examples
    --------
    >>> space = EmbeddingSpace(["king", "queen", "pea"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> work = Workspace(space, Annotations(3).with_set("royal", [0, 1]))
    >>> work.filter("royal AND label LIKE 'q%'").labels
    ('queen',)
    """

    space: EmbeddingSpace
    annotations: Annotations
    view: Mapping[str, str] = field(default_factory=dict)
    look: Mapping[str, float] = field(default_factory=dict)

    def table(self) -> pa.Table:
        """Return labels, metadata, sets and tags of the whole space, as conditions name them."""
        table = whole_space(self.space).table()
        for name, values in self.annotations.columns().items():
            if name not in table.column_names:
                table = table.append_column(name, values)
        return table

    def rows(self, condition: str) -> NDArray[np.intp]:
        """Return the rows of the whole space for which a condition is true; raises QueryError."""
        return matching_rows(self.table(), condition)

    def filter(self, condition: str) -> EmbeddingSpace:
        """Return the rows for which a condition on columns, sets and tags is true.

        A set is a column of true and false: `"lasso 1" AND NOT "tag: bad" AND price > 20`.

        Raises
        ------
        QueryError
            The condition cannot be read, or no row fulfills it.
        """
        whole, rows = whole_space(self.space), self.rows(condition)
        if not len(rows):
            raise QueryError(f"No row of {whole.name} fulfills “{condition}”.")
        return whole.take(rows, name=f"{len(rows):,} of {whole.name}", step=f"where {condition}")


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
        return (
            f"{self.name}, {self.rows:,} vectors of {self.dim:,} dimensions, from {self.source}"
        )


def save_workspace(
    workspace: Workspace,
    path: str | os.PathLike[str],
    *,
    vectors: bool = True,
    overwrite: bool = False,
) -> Path:
    """Write a workspace to a file and return its path; `open_workspace` opens it again.

    Parameters
    ----------
    workspace
        What to write.
    path
        Where to, by custom `.workspace.zip`.
    vectors
        Whether the vectors and the metadata go along. Without them the file is small, and to open
        it takes the space as well.
    overwrite
        Whether a file of that name may be replaced.

    Raises
    ------
    TargetError
        The file exists and `overwrite` is not set, or is one that the space was read from.
    """
    target = Path(path)
    sources = map(Path, whole_space(workspace.space).source.files)
    with new_files([target], overwrite=overwrite, sources=sources) as (fresh,):
        write(workspace, fresh, vectors=vectors)
    return target


def write(workspace: Workspace, path: Path, *, vectors: bool) -> None:
    """Write the zip to a path of our own."""
    whole = whole_space(workspace.space)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(RECIPE, json.dumps(recipe_of(workspace, vectors), ensure_ascii=False))
        if vectors:
            with cache.scratch() as folder:
                table = folder / VECTORS
                save_space(numbered(whole), table)
                archive.write(table, VECTORS, zipfile.ZIP_STORED)  # Parquet is packed already


def numbered(space: EmbeddingSpace) -> EmbeddingSpace:
    """Return a space whose columns are called by number: no name can be taken for another."""
    if space.metadata is None:
        return space
    names = [f"{COLUMN}{place}" for place in range(space.metadata.num_columns)]
    return space.with_metadata(space.metadata.rename_columns(names))


def recipe_of(workspace: Workspace, vectors: bool) -> dict[str, Any]:
    """Return all but the vectors, for JSON."""
    whole, drawn = whole_space(workspace.space), workspace.space.drawn_from
    source = {name: getattr(whole.source, name) for name in SOURCE_TEXTS}
    return {
        "format": FORMAT,
        "version": VERSION,
        "space": {
            "name": whole.name,
            "digest": whole.digest,
            "rows": len(whole),
            "dim": whole.dim,
            "source": {**source, "steps": list(whole.source.steps)},
            "columns": [] if whole.metadata is None else whole.metadata.column_names,
        },
        "drawn": {
            "rows": packed(RowSet.of(len(whole), drawn.rows)),
            "step": workspace.space.source.steps[-1],
            "note": workspace.space.notes[0],
        }
        if drawn
        else None,
        "view": dict(workspace.view),
        "look": dict(workspace.look),
        "with vectors": vectors,
        **{
            kind: [
                {"name": name, "points": rows.size, "rows": packed(rows)}
                for name, rows in workspace.annotations.of(kind).items()
            ]
            for kind in (SETS, TAGS)
        },
    }


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


def open_workspace(source: FileSource | File, space: EmbeddingSpace | None = None) -> Workspace:
    """Open a workspace file: the space, its sets and tags, and how the Map showed it.

    Parameters
    ----------
    source
        A path, bytes, or a file opened in binary mode.
    space
        The space that the workspace is of, opened before: needed where the file was saved without
        its vectors, and used instead of them where it was not.

    Raises
    ------
    WorkspaceError
        The file is no workspace, is broken, or passes a bound; or the space is missing, or is
        another one. It says which one is needed.

    Examples
    --------
    >>> import tempfile
    >>> space = EmbeddingSpace(["king", "queen", "pea"], [[1, 0], [0.8, 0.6], [0, 1]])
    >>> work = Workspace(space, Annotations(3).with_set("royal", [0, 1]))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = save_workspace(work, f"{folder}/words.workspace.zip")
    ...     open_workspace(path).filter("royal").labels
    ('king', 'queen')
    """
    file = as_file(source)
    return with_space(file, read_recipe(file), space)


def with_space(file: File, recipe: Recipe, space: EmbeddingSpace | None) -> Workspace:
    """Return the workspace of a recipe that was read, with a space or with its own vectors."""
    if space is not None:
        whole = whole_space(space)
        if whole.digest != recipe.digest:
            raise WorkspaceError(
                f"{file.name} belongs to another space: {recipe.told}. Given: {whole.name}, "
                f"{len(whole):,} vectors of {whole.dim:,} dimensions. Open the file that it was "
                "made of, with the same choices."
            )
    elif recipe.has_vectors:
        whole = own_space(file, recipe)
    else:
        raise WorkspaceError(
            f"{file.name} was saved without its vectors. It belongs to {recipe.told}. Open that "
            "first, and the workspace with it (in Python: "
            "open_workspace(path, explorer.open_space(…)))."
        )
    drawn = whole
    if recipe.drawn is not None and 0 < recipe.drawn[0].size < len(whole):
        rows, step, note = recipe.drawn
        drawn = drawn_rows(whole, rows.rows, step, note)
    return Workspace(drawn, recipe.annotations, recipe.view, recipe.look)


def own_space(file: File, recipe: Recipe) -> EmbeddingSpace:
    """Return the space that lies in the file, read as any stranger's Parquet file."""
    with open_zip(file) as archive:
        check_sizes(file, archive)
        table = unpack_member(file, archive, archive.getinfo(VECTORS), file_digest(file))
    try:
        found = open_space(
            replace(table, name=VECTORS),
            format="Parquet table",
            label_column=LABEL,
            array=VECTOR,
            name=recipe.name,
        )
    except ExplorerError as error:
        raise WorkspaceError(f"The vectors in {file.name} cannot be read: {error}") from error
    metadata = found.metadata
    columns = 0 if metadata is None else metadata.num_columns
    if (len(found), found.dim, columns) != (recipe.rows, recipe.dim, len(recipe.columns)):
        raise WorkspaceError(
            f"{file.name} is broken: it announces {recipe.rows:,} vectors of {recipe.dim:,} "
            f"dimensions with {len(recipe.columns)} columns, and holds {len(found):,} of "
            f"{found.dim:,} with {columns}. Save the workspace again."
        )
    return EmbeddingSpace(
        found.label_array,
        found.vectors,
        name=recipe.name,
        metadata=metadata.rename_columns(list(recipe.columns)) if metadata is not None else None,
        source=recipe.source,
    )


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
    rows, dim = whole_number(space["rows"], bounds.ROWS), whole_number(
        space["dim"], bounds.DIMENSIONS
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
    source = {name: text_of(space["source"][name]) for name in SOURCE_TEXTS}
    view, drawn = given["view"], given["drawn"]
    if len(view) > MOST_PARAMETERS:
        raise WorkspaceError(f"Its view has {len(view):,} parameters; up to {MOST_PARAMETERS} do.")
    return Recipe(
        name=text_of(space["name"]) or "untitled",
        digest=text_of(space["digest"]),
        rows=rows,
        dim=dim,
        source=Source(**source, steps=tuple(text_of(one) for one in space["source"]["steps"][:50])),
        annotations=Annotations(rows, **parts),
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


def text_of(value: Any, longest: int = LONGEST_TEXT) -> str:
    """Return a text, cut at its bound; raises TypeError for anything else."""
    if not isinstance(value, str):
        raise TypeError(f"a text was expected, not {type(value).__name__}")
    return value[:longest]


def whole_number(value: Any, most: int) -> int:
    """Return a count from 1 to a bound; raises WorkspaceError for another."""
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= most:
        raise WorkspaceError(f"It announces {str(value)[:20]} rows or dimensions; up to {most:,}.")
    return value
