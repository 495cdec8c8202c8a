"""The Map's search: in labels and texts, by meaning, and by points that are like some others.

One field; what is found is ranked together: labels first, then texts, then what means the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.errors import QueryError
from explorer.figures.marks import NO_ROWS
from explorer.neighbors.exact import nearest_neighbors
from explorer.neighbors.search import search_labels, search_texts
from explorer.pictures.column import without_pictures
from explorer.projection.sampling import whole_space
from explorer.ui.map import neighboring
from explorer.ui.map.landing import vector_of
from explorer.vector import Vector

LABELS, MEANING = "labels", "meaning"
PLACES = "search in"  # session state
LIKE = "more like"  # session state: points that others shall be like
SIMILAR = 30  # rows found by meaning or likeness


@dataclass(frozen=True)
class Like:
    """Rows of a space that others shall be like, and rows that they shall not be like."""

    space: str
    these: tuple[int, ...] = ()
    others: tuple[int, ...] = ()


def text_columns(space: EmbeddingSpace) -> list[str]:
    """Return the metadata columns that hold texts."""
    metadata = without_pictures(space.metadata)
    if metadata is None:
        return []
    is_text = (pa.types.is_string, pa.types.is_large_string)
    return [
        name
        for name in metadata.column_names
        if any(test(metadata[name].type) for test in is_text)
        and metadata[name].null_count < len(metadata)
        and name not in (LABELS, MEANING)
    ]


def ask_places(space: EmbeddingSpace) -> None:
    """Ask where the search looks: in labels, in columns of texts, by meaning."""
    has_model = bool(space.source.model or space.source.words)
    offered = [LABELS, *text_columns(space), *([MEANING] if has_model else [])]
    if len(offered) == 1:
        return
    st.pills(
        "Search in",
        offered,
        default=[LABELS],
        selection_mode="multi",
        key=f"{PLACES} {space.digest}",
        help="By meaning: the space's model reads what you type and finds the nearest vectors.",
    )


def places(space: EmbeddingSpace) -> list[str]:
    """Return where the search looks."""
    return list(st.session_state.get(f"{PLACES} {space.digest}") or [LABELS])


def is_plain(space: EmbeddingSpace) -> bool:
    """Whether what is found is what a condition on the labels says."""
    return places(space) == [LABELS] and like(space) is None


def find(space: EmbeddingSpace, text: str, *, regex: bool) -> NDArray[np.intp]:
    """Return the rows of the whole that are found, the best first; raises ExplorerError."""
    whole = whole_space(space)
    found = []
    if text:
        where = places(space)
        if LABELS in where:
            found.append(search_labels(whole, text, regex=regex))
        table = whole.table()
        found += [
            search_texts(table[name], text, regex=regex)
            for name in text_columns(whole)
            if name in where
        ]
        if MEANING in where:
            found.append(alike(whole, vector_of(text, whole.source)))
    elif (wanted := like(space)) is not None:
        found.append(like_these(whole, wanted.these, wanted.others))
    if not found:
        return NO_ROWS
    rows, first = np.unique(np.concatenate(found), return_index=True)
    return rows[np.argsort(first)].astype(np.intp)


def alike(whole: EmbeddingSpace, vector: NDArray[np.float32]) -> NDArray[np.intp]:
    """Return the rows nearest to a vector by cosine."""
    return nearest_neighbors(whole, Vector("what was typed", vector), k=SIMILAR).indices


def similarities(space: EmbeddingSpace, rows: NDArray[np.intp]) -> NDArray[np.float64] | None:
    """Return the cosine similarity of rows to what is searched; None where nothing like it is.

    Rows are of the whole. A search by meaning compares with the text's vector, one by likeness with
    that of `like_these`; a search in labels and texts alone compares nothing.
    """
    whole = whole_space(space)
    if (wanted := like(space)) is not None:
        vector = direction(whole, wanted.these, wanted.others)
    elif MEANING in places(space) and (text := st.session_state.get("search")):
        vector = vector_of(text, whole.source)
    else:
        return None
    return cosines(whole, vector, rows)


def cosines(
    whole: EmbeddingSpace, vector: NDArray[np.float32], rows: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Return the cosine similarity of some rows to a vector; 0 where either has no length."""
    length = float(np.linalg.norm(vector)) or 1.0
    products = [
        float(whole.vector_at(row) @ vector) / (float(whole.norms[row]) or 1.0) for row in rows
    ]
    return np.array(products, np.float64) / length


def like_these(
    whole: EmbeddingSpace, these: Sequence[int], others: Sequence[int] = ()
) -> NDArray[np.intp]:
    """Return rows like some and unlike others: nearest to the mean of these less that of others.

    Vectors of length 1 are averaged (Rocchio 1971, equal weights); the rows given are left out.

    Raises
    ------
    QueryError
        The means are equal, so that there is no direction to look in.
    """
    wanted = direction(whole, these, others)
    if not wanted.any():
        raise QueryError(
            "The points and those taken off have the same mean, so nothing is like one and unlike "
            "the other. Take off other points."
        )
    known = {*these, *others}
    near = nearest_neighbors(whole, Vector("like these", wanted), k=SIMILAR + len(known)).indices
    return np.array([row for row in near if row not in known][:SIMILAR], np.intp)


def direction(
    whole: EmbeddingSpace, these: Sequence[int], others: Sequence[int]
) -> NDArray[np.float32]:
    """Return the mean of some rows' directions less that of others."""

    def mean(rows: Sequence[int]) -> NDArray[np.float32]:
        if not rows:
            return np.zeros(whole.dim, np.float32)
        units = [whole.vector_at(row) / (whole.norms[row] or 1) for row in rows]
        middle: NDArray[np.float32] = np.mean(units, axis=0).astype(np.float32)
        return middle

    return mean(these) - mean(others)


def like(space: EmbeddingSpace) -> Like | None:
    """Return what others shall be like in this space, if that was asked, and no text after it."""
    kept: Like | None = st.session_state.get(LIKE)
    is_asked = kept and kept.space == whole_space(space).digest and kept.these
    return kept if is_asked and not st.session_state.get("search") else None


def offer_like(space: EmbeddingSpace, rows: NDArray[np.intp]) -> None:
    """Offer to find points like the selected ones, to take others off, and to end it."""
    chosen = rows if space.drawn_from is None else space.drawn_from.rows[rows]
    picked = tuple(int(row) for row in chosen)
    now = like(space)

    def keep(these: tuple[int, ...], others: tuple[int, ...]) -> None:
        st.session_state[LIKE] = Like(whole_space(space).digest, these, others)
        st.session_state["search"] = ""

    those = "these" if len(picked) > 1 else "this"
    with st.container(horizontal=True, gap="small"):
        st.button(
            f"More like {those}",
            on_click=keep,
            args=(picked, now.others if now else ()),
            key=f"more like {those}",
            type="tertiary",
        )
        if now and set(picked) != set(now.these):
            st.button(
                f"Less like {those}",
                on_click=keep,
                args=(now.these, picked),
                key=f"less like {those}",
                type="tertiary",
                help="Subtracts them, so that the search moves away from what they have in common",
            )
        if now:
            st.button(
                "End this search",
                on_click=keep,
                args=((), ()),
                key=f"no more like {those}",
                type="tertiary",
            )
        if len(picked) == 1:
            neighboring.ask(space)
