"""The points of “Tastes” as they stand: which are drawn, how colored, seen from where."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.beyond.tastes.learned import Learned
from explorer.figures.colors import GRAY, Categories, coloring, palette
from explorer.figures.tastes import taste_map
from explorer.projection.sampling import random_rows
from explorer.space import EmbeddingSpace
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.vector import row_lengths

MOST_DRAWN = 3_000  # points while it trains
MOST_GROUPS = 8  # colors that are told apart, also by the color-blind
COLUMNS = ("kitchen", "genre")  # by which points are colored, where they have one of them


def drawn_space(learned: Learned) -> EmbeddingSpace:
    """Return the points worth drawing: users of whom something is known, else items."""
    named = learned.tastes.about_users is not None
    return learned.user_space() if named else learned.item_space()


def groups_of(space: EmbeddingSpace) -> Categories | None:
    """Return how a space's points are colored, or None."""
    for name in COLUMNS:
        if space.metadata is not None and name in space.metadata.column_names:
            found = coloring(space.metadata, name, dark=is_dark())
            return main_groups(found) if isinstance(found, Categories) else None
    return None


def main_groups(found: Categories) -> Categories:
    """Return the most frequent groups, all the others as one: more colors tell nothing apart."""
    if len(found.names) <= MOST_GROUPS:
        return found
    named = found.names[: MOST_GROUPS - 1]
    colors = palette(MOST_GROUPS - 1, dark=is_dark())
    codes = np.minimum(found.codes, MOST_GROUPS - 1)
    return Categories(found.column, (*named, "others"), (*colors, GRAY), codes)


def draw_points(learned: Learned) -> None:
    """Draw the directions of the points, in the plane in which they differ most."""
    space = drawn_space(learned)
    rows = random_rows(len(space), min(MOST_DRAWN, len(space)), 0)
    groups = groups_of(space)
    if groups is not None:
        groups = Categories(groups.column, groups.names, groups.colors, groups.codes[rows])
    places, kept = flat(space.vectors[rows])
    show_chart(
        taste_map(places, space.labels_at(rows), groups, dark=is_dark()),
        f"{space.name} after epoch {learned.course.epoch}, in two principal components",
        key="tastes points",
    )
    st.caption(
        f"After epoch {learned.course.epoch:,}: the directions of {len(rows):,} points, seen from "
        f"where they differ most (PCA); {kept:.0%} of their differences show in this plane."
    )


def flat(vectors: NDArray[np.float32]) -> tuple[NDArray[np.float64], float]:
    """Return the first two principal components of the vectors' directions, and their share.

    A component's sign is free: its longer tail points to the right, or up, so that the picture does
    not flip from epoch to epoch.
    """
    lengths = row_lengths(vectors)[:, None]
    units = np.divide(vectors, lengths, out=np.zeros_like(vectors), where=lengths > 0)
    centered = (units - units.mean(axis=0)).astype(np.float64)
    _, spread, axes = np.linalg.svd(centered, full_matrices=False)
    places = np.zeros((len(vectors), 2))
    places[:, : len(axes[:2])] = centered @ axes[:2].T
    places *= np.where((places**3).sum(axis=0) < 0, -1, 1)
    total = float((spread**2).sum())
    return places, float((spread[:2] ** 2).sum() / total) if total else 1.0
