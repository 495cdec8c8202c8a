"""The map as a page of its own: one HTML file that asks nothing of any network."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from explorer.formats.target import check_targets, new_files

if TYPE_CHECKING:
    from explorer.projection.projection import Projection
    from explorer.projection.quality import Quality
    from explorer.space import EmbeddingSpace

MOST_BYTES = 15_000_000  # what a mail or a learning platform takes


def save_page(
    space: EmbeddingSpace,
    projection: Projection | str | None = None,
    path: str | os.PathLike[str] = "map.html",
    *,
    color: str | None = None,
    label: str | None = None,
    title: str | None = None,
    quality: Quality | None = None,
    overwrite: bool = False,
    most_bytes: int = MOST_BYTES,
) -> Path:
    """Write the map as one HTML file, which works from a disk without any network.

    It has zoom, search, what is told on hover, and the key, whose categories can be switched off.
    The page itself tells the method, what the picture keeps, the source, the date and what was
    left out: always the vectors, and columns that do not fit.

    Parameters
    ----------
    space
        n points.
    projection
        Their picture, or a method that `explorer.project` knows; UMAP by default.
    path
        Where to, an .html file.
    color
        The column of the first colors; by default the first of categories. The other columns of
        numbers and of categories can be chosen in the page.
    label
        The column that names the points; by default the labels.
    title
        What stands above the map; the space's name by default.
    quality
        What the picture keeps, if it was measured; else it is measured here.
    overwrite
        Whether a file that exists may be replaced. The file that was read never is.
    most_bytes
        How large the file may be. Columns that do not fit are left out, and labels are cut at
        120 letters if they must be. Points and labels are always there.

    Returns
    -------
    Path
        What was written.

    Raises
    ------
    TargetError
        The file exists and `overwrite` is not set, or its folder does not.
    ProjectionError
        The method is unknown, or the picture is of another space.
    QueryError
        There is no such column.

    Examples
    --------
    >>> import tempfile, explorer
    >>> space = explorer.EmbeddingSpace(["a", "b", "c"], [[0, 0, 1], [2, 0, 1], [4, 0, 1]])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_page(space, "pca", f"{folder}/map.html").name
    'map.html'
    """
    from explorer.mapdata.looks import color_of, labelled, picture_of
    from explorer.projection.quality import projection_quality
    from explorer.webpage.page import Drawn, page_of

    target = Path(path)
    sources = [Path(one) for one in space.source.files]
    check_targets([target], overwrite=overwrite, sources=sources)  # before the long work
    drawn = Drawn(
        space=space,
        projection=picture_of(space, projection),
        colors=color_of(space, color),
        labels=labelled(space, label),
    )
    if quality is None and len(space) > 2:
        quality = projection_quality(space, drawn.projection)
    page = page_of(drawn, title=title or space.name, quality=quality, most_bytes=most_bytes)
    with new_files([target], overwrite=overwrite, sources=sources) as (fresh,):
        fresh.write_bytes(page)
    return target
