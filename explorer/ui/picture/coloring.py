"""A space's columns as colors and sizes, computed once for all visitors and reruns."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures import colors
from explorer.figures.colors import Categories, Numbers
from explorer.ui.pointcloud import is_dark
from explorer.ui.sets import kept


def colorable(space: EmbeddingSpace) -> tuple[str, ...]:
    """Return the columns worth coloring by: numbers, texts that repeat, sets and tags."""
    return (*colorable_of(space.digest, space), *kept.colorable(space))


def coloring(space: EmbeddingSpace, name: str) -> Categories | Numbers:
    """Return how to color by a column, in colors that suit the visitor's theme.

    Raises
    ------
    KeyError
        The space has no such column.
    """
    if name in kept.columns(space):
        return kept.coloring(space, name, dark=is_dark())
    return coloring_of(space.digest, name, is_dark(), space)


@st.cache_resource(show_spinner=False, max_entries=64)
def colorable_of(digest: str, _space: EmbeddingSpace) -> tuple[str, ...]:
    """Keep the columns of a space's file under its digest."""
    return colors.colorable(_space.metadata)


@st.cache_resource(show_spinner=False, max_entries=16)  # a million rows take 8 MB
def coloring_of(digest: str, name: str, dark: bool, _space: EmbeddingSpace) -> Categories | Numbers:
    """Keep the colors of a column under the digest of its space."""
    if _space.metadata is None:
        raise KeyError(name)
    return colors.coloring(_space.metadata, name, dark=dark)
