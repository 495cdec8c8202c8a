"""The workspace file: a zip of a recipe in JSON and, if wanted, the vectors as Parquet.

The recipe says where the space came from, the view of the Map, the sets and the tags. A file may
come from a stranger: each part is checked, within bounds, and nothing in it is a path or code.
"""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer import cache
from explorer.conditions import matching_rows
from explorer.errors import ExplorerError, QueryError, WorkspaceError
from explorer.formats import open_space
from explorer.formats.digest import file_digest
from explorer.formats.file import File, FileSource, as_file
from explorer.formats.save import save_space
from explorer.formats.target import new_files
from explorer.formats.unpack import check_sizes, open_zip, unpack_member
from explorer.projection.sampling import drawn_rows, whole_space
from explorer.space import EmbeddingSpace
from explorer.workspace.annotations import NAMES, SETS, TAGS, Annotations, RowSet
from explorer.workspace.recipe import (
    FORMAT,
    RECIPE,
    SOURCE_TEXTS,
    VECTORS,
    VERSION,
    Recipe,
    packed,
    read_recipe,
)

LABEL, VECTOR, COLUMN = "label", "vector", "column "  # of the table


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
            "source": {
                **source,
                "steps": list(whole.source.steps),
                "opened": dict(whole.source.opened),
            },
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
        NAMES: dict(workspace.annotations.names),
        **{
            kind: [
                {"name": name, "points": rows.size, "rows": packed(rows)}
                for name, rows in workspace.annotations.of(kind).items()
            ]
            for kind in (SETS, TAGS)
        },
    }


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
