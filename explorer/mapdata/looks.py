"""How points look where nobody chose: which picture, which color, which size."""

from __future__ import annotations

from dataclasses import replace
from operator import eq

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from explorer.errors import ProjectionError, QueryError
from explorer.figures.colors import (
    Categories,
    Numbers,
    colorable,
    coloring,
    palette,
)
from explorer.projection import project
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace, is_numeric

LARGEST_POINT, SMALLEST_POINT = 9, 2  # pixels: a point's diameter by default
FEWEST_UMAP = 16  # points; fewer are drawn by PCA, as UMAP looks at 15 neighbors of each


def picture_of(space: EmbeddingSpace, projection: Projection | str | None) -> Projection:
    """Return a picture of a space: the one given, the one of a method, or UMAP.

    Raises
    ------
    ProjectionError
        The method is unknown, or the picture has more or fewer points than the space.
    """
    if projection is None:
        projection = "umap" if len(space) >= FEWEST_UMAP else "pca"
    if isinstance(projection, str):
        projection = project(space, projection)
    if len(projection) != len(space):
        raise ProjectionError(
            f"A picture of {len(projection):,} points for {len(space):,} vectors. Give a picture "
            "of this very space: explorer.project(space)."
        )
    return projection


def color_of(space: EmbeddingSpace, name: str | None) -> Categories | Numbers | None:
    """Return how to color by a column on a light ground; by default by the first of categories.

    None where no column is fit for it.

    Raises
    ------
    QueryError
        There is no such column to color by.
    """
    names = colorable(space.metadata)
    table = space.metadata
    if name is None:
        texts = (one for one in names if table is not None and not is_numeric(table[one].type))
        name = next(texts, None)
        if name is None:
            return None
    if table is None or name not in names:
        known = ", ".join(names) or "none"
        raise QueryError(
            f"There is no column “{name}” to color by. Columns of numbers or of few categories: "
            f"{known}."
        )
    return coloring(table, name, dark=False)


def on_ground(colors: Categories | Numbers, *, dark: bool) -> Categories | Numbers:
    """Return colors as they suit a dark or a light ground; colors of one's own stay."""
    if isinstance(colors, Numbers):
        return colors
    light, shining = (palette(len(colors.names), dark=one) for one in (False, True))
    fits = [sum(map(eq, colors.colors, one)) for one in (light, shining)]
    before = light if fits[0] >= fits[1] else shining
    swapped = dict(zip(before, shining if dark else light, strict=True))
    return replace(colors, colors=tuple(swapped.get(one, one) for one in colors.colors))


def labelled(space: EmbeddingSpace, column: str | None) -> pa.Array:
    """Return one text a row: the labels, or the values of a column.

    Raises
    ------
    QueryError
        There is no such column.
    """
    if column is None:
        return space.label_array
    table = space.table()
    if column not in table.column_names:
        raise QueryError(
            f"There is no column “{column}” to label by. Columns: {', '.join(table.column_names)}."
        )
    return pc.fill_null(pc.cast(table[column], pa.string()), "—").combine_chunks()


def point_size(n: int) -> int:
    """Return a size at which n points neither vanish nor run together.

    Ten times as many points get diameters smaller by the same number of pixels, from the
    largest at a hundred points to the smallest at a hundred thousand.
    """
    return round(np.interp(np.log10(max(n, 1)), (2, 5), (LARGEST_POINT, SMALLEST_POINT)))
