"""Lines of Python that give the same rows as the screen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from explorer.conditions import matching_rows
from explorer.errors import QueryError
from explorer.projection.sampling import whole_space
from explorer.space import EmbeddingSpace
from explorer.workspace.annotations import Annotations
from explorer.workspace.file import Workspace
from explorer.workspace.recipe import SUFFIX
from explorer.workspace.take_home import file_name

MOST_LISTED = 1_000  # rows that are written out


def python_lines(
    space: EmbeddingSpace,
    rows: NDArray[np.integer],
    *,
    condition: str = "",
    annotations: Annotations | None = None,
    folder: str = "",
) -> str:
    """Return lines that make `part`, the space of the given rows.

    Parameters
    ----------
    space
        The space; a sample stands for its whole.
    rows
        (m,) rows of the whole, not empty.
    condition
        What these rows were found by; empty where they were chosen by hand.
    annotations
        The sets and tags, which the condition may name.
    folder
        Where the space's file lies, ending in a slash; "" where that is not known.

    Raises
    ------
    QueryError
        The rows are too many to write out, and no condition over columns, sets and tags says
        which they are.

    Examples
    --------
    >>> from explorer import open_space
    >>> space = open_space(b"king 1 0\\nqueen 0.9 0.1\\npea 0 1\\n")
    >>> print(python_lines(space, np.array([2]), condition="label LIKE 'p%'"))
    import explorer
    <BLANKLINE>
    space = explorer.open_space('untitled')
    part = space.filter("label LIKE 'p%'")
    """
    whole = whole_space(space)
    marked = annotations or Annotations(len(whole))
    lines = ["import explorer", ""]
    needs_work = False
    last = ""
    if condition:
        if names_only(whole, condition, Annotations(len(whole))):
            last = f"part = space.filter({condition!r})"
        elif names_only(whole, condition, marked):
            last, needs_work = f"part = work.filter({condition!r})", True
    if not last:
        if len(rows) > MOST_LISTED:
            raise QueryError(
                f"{len(rows):,} rows are too many to list in Python, up to {MOST_LISTED:,} are. "
                "Save them as a set, and take that home."
            )
        numbers = ", ".join(str(int(row)) for row in rows)
        name = f"{len(rows):,} of {whole.name}"
        last = f"part = space.take([{numbers}], name={name!r}, step='chosen by hand')"
    file = file_name(whole.name, suffix=SUFFIX)
    if whole.source.opened:
        lines.append(f"space = explorer.open_space({arguments(whole, folder)})")
        if needs_work:
            lines.append(f"work = explorer.open_workspace({file!r}, space)")
    else:
        lines.append(f"# Save the workspace with its vectors: no file gives {one_line(whole.name)}")
        lines.append(f"work = explorer.open_workspace({file!r})")
        if not needs_work:
            lines.append("space = work.space")
            if space.drawn_from is not None:
                lines[-1] = "space = work.space.drawn_from.whole"
    return "\n".join([*lines, last])


def names_only(whole: EmbeddingSpace, condition: str, marked: Annotations) -> bool:
    """Return whether a condition names labels, metadata and the given sets and tags alone."""
    try:
        matching_rows(Workspace(whole, marked).table().slice(0, 1), condition)
    except QueryError:
        return False
    return True


def arguments(space: EmbeddingSpace, folder: str) -> str:
    """Return what `open_space` is called with, as Python writes it."""
    given = dict(space.source.opened)
    source = f"{folder}{given.pop('source')}"
    if "beside" in given:
        given["beside"] = [f"{folder}{name}" for name in given["beside"]]
    return ", ".join([repr(source), *(f"{name}={value!r}" for name, value in given.items())])


def one_line(text: str) -> str:
    """Return a name that cannot end a comment."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())
