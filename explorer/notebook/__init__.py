"""The map in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

from explorer.errors import MissingPackageError

if TYPE_CHECKING:
    from explorer.notebook.widget import MapWidget
    from explorer.projection.projection import Projection
    from explorer.space import EmbeddingSpace

HEIGHT = 480  # pixels


def show(
    space: EmbeddingSpace,
    projection: Projection | str | None = None,
    *,
    color: str | None = None,
    label: str | None = None,
    height: int = HEIGHT,
) -> MapWidget:
    """Show the map in a notebook, and hear what is selected there.

    It is an ipywidget: `selected` holds the selected rows, and `filter` a condition as in SQL,
    which can be set; what it leaves out fades. Both can be observed. A selected point shows its
    true nearest neighbors while the kernel is free. Needs anywidget, which the extra `notebook`
    installs.

    Parameters
    ----------
    space
        n points.
    projection
        Their picture, or a method that `explorer.project` knows; UMAP by default.
    color
        The column of the colors; by default the first of categories.
    label
        The column that names the points; by default the labels.
    height
        In pixels.

    Raises
    ------
    MissingPackageError
        anywidget is not installed.
    ProjectionError
        The method is unknown, or the picture is of another space.
    QueryError
        There is no such column.

    Examples
    --------
    >>> import explorer
    >>> space = explorer.EmbeddingSpace(["a", "b", "c"], [[0, 0, 1], [2, 0, 1], [4, 0, 1]])
    >>> widget = show(space, "pca")
    >>> widget.filter = "label IN ('a', 'b')"
    >>> widget.selected.tolist()
    []
    """
    try:
        import anywidget  # noqa: F401
    except ImportError as error:
        raise MissingPackageError(
            "The map in a notebook needs the package anywidget, which is not installed. Install "
            'it where the notebook runs: pip install "anywidget>=0.11,<1"'
        ) from error
    from explorer.mapdata.looks import color_of, labelled, picture_of
    from explorer.notebook.widget import MapWidget

    return MapWidget(
        space,
        picture_of(space, projection),
        colors=color_of(space, color),
        labels=labelled(space, label),
        height=height,
    )
