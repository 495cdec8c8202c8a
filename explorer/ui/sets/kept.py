"""The visitor's sets and tags: found by the workspace in the address, kept on the server's disk."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.errors import WorkspaceError
from explorer.figures import colors
from explorer.figures.colors import Categories, Numbers
from explorer.projection.sampling import whole_space
from explorer.ui.shell import address
from explorer.workspace import store
from explorer.workspace.annotations import (
    SETS,
    TAGS,
    Annotations,
    Operation,
    RowSet,
    checked_name,
)

ERROR = "sets error"  # session state, until it is shown
TOUCHED = "workspace touched"  # session state
LOOK = "look of a workspace"  # session state: what an opened workspace file says of sliders
OTHERS, NO_TAG = "all others", "no tag"  # in the key


def kept(space: EmbeddingSpace) -> store.Kept:
    """Return the visitor's sets and tags of a space, or of the whole that it was drawn from."""
    whole, workspace = whole_space(space), address.workspace()
    nothing = store.Kept(Annotations(len(whole)))
    if workspace is None:
        return nothing
    try:
        if st.session_state.get(TOUCHED) != workspace:
            store.touch(workspace)
            st.session_state[TOUCHED] = workspace
        version = store.version(workspace, whole)
        return kept_at(workspace, whole.digest, version, whole) if version else nothing
    except WorkspaceError as error:
        st.session_state[ERROR] = str(error)
        return nothing


@st.cache_resource(show_spinner=False, max_entries=32)
def kept_at(workspace: str, digest: str, version: int, _space: EmbeddingSpace) -> store.Kept:
    """Keep annotations under their version."""
    return store.load(workspace, _space)


def kept_annotations(space: EmbeddingSpace) -> Annotations:
    """Return the visitor's sets and tags of a space, or of the whole that it was drawn from."""
    return kept(space).annotations


def change(space: EmbeddingSpace, what: str, operation: Operation) -> store.Kept:
    """Change the sets or tags of a space; the first change makes a workspace, with an address.

    Raises
    ------
    WorkspaceError
        As `store.change`.
    """
    workspace = address.workspace()
    if workspace is None or not store.exists(workspace):
        workspace = store.new_id()
    found = store.change(workspace, whole_space(space), what, operation)
    address.keep_workspace(workspace)
    return found


def keep(
    space: EmbeddingSpace,
    name: str,
    rows: NDArray[np.integer],
    taken: Iterable[str] = (),
) -> str:
    """Keep rows as a named set, and return the name that it has.

    A set of that name with other rows stays: the new one is numbered, "lasso 2" after "lasso 1".

    Parameters
    ----------
    space
        The space, or a sample of it.
    name
        What to call the set.
    rows
        Rows of the whole space.
    taken
        Names of columns beside those of the file, which the set may not have.

    Raises
    ------
    WorkspaceError
        The name cannot be used, or there is no room.
    """
    whole = whole_space(space)
    columns_taken = {*whole.table().column_names, *taken}
    wanted, used = RowSet.of(len(whole), rows), name

    def save(before: Annotations) -> Annotations:
        nonlocal used
        used = checked_name(name, SETS, columns_taken)
        if used in before.sets and before.sets[used] != wanted:
            used = before.free_name(used.rstrip("0123456789").rstrip() or used, columns_taken)
        return before.with_set(used, rows, columns_taken)

    change(space, f"save the set “{name}”", save)
    return used


def columns(space: EmbeddingSpace) -> dict[str, pa.Array]:
    """Return a column for each set and tag, n rows of the whole space; those of the file go first.

    A set is true and false under its name, a tag under `tag: ` and its name; all tags of a row
    stand in `tags`.
    """
    whole, found = whole_space(space), kept(space)
    if not len(found.annotations):
        return {}
    made = columns_at(str(address.workspace()), whole.digest, found.version, found.annotations)
    return {name: one for name, one in made.items() if name not in whole.table().column_names}


@st.cache_resource(show_spinner=False, max_entries=8)  # 400 columns of a million rows: 50 MB
def columns_at(
    workspace: str, digest: str, version: int, _annotations: Annotations
) -> dict[str, pa.Array]:
    """Keep the columns of annotations under their version."""
    return _annotations.columns()


def look(key: str, low: float, high: float, default: float) -> float:
    """Return where a slider of a look begins: as in the workspace file that was opened last.

    A file may be a stranger's: what the slider cannot take becomes the nearest that it can.

    A value put into its own session state beside its default makes Streamlit warn on the page.
    """
    wanted = st.session_state.get(LOOK, {}).get(key, default)
    return type(default)(min(max(wanted, low), high))


def colorable(space: EmbeddingSpace) -> tuple[str, ...]:
    """Return the sets and tags to color by; `tags` where there are not too many combinations."""
    found = columns(space)
    return tuple(
        name
        for name, values in found.items()
        if name != TAGS or pc.count_distinct(values).as_py() <= colors.MOST_CATEGORIES
    )


def coloring(space: EmbeddingSpace, name: str, *, dark: bool) -> Categories | Numbers:
    """Return how to color the drawn points by a set, a tag, or by all tags; raises KeyError."""
    values = columns(space)[name]
    if space.drawn_from is not None:
        values = values.take(pa.array(space.drawn_from.rows))
    if name == TAGS:
        return colors.coloring(pa.table({name: values.fill_null(NO_TAG)}), name, dark=dark)
    codes = np.where(values.to_numpy(zero_copy_only=False), 0, 1).astype(np.intp)
    return Categories(name, (name, OTHERS), (colors.ORANGE, colors.GRAY), codes)
