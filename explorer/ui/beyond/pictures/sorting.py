"""Zero-shot: class names are typed, and the pictures sort themselves."""

from __future__ import annotations

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from explorer.beyond.clip.maps import unit
from explorer.beyond.clip.pairs import CHOSEN_BY, TRAINED, Pairs
from explorer.beyond.clip.retrieval import pixel_ridge, small_pixels
from explorer.beyond.clip.zero_shot import EXAMPLE, MOST, TRUTHS, Sorted, sort_by_names
from explorer.errors import ExplorerError
from explorer.ui.beyond.pictures import data, gallery
from explorer.ui.beyond.pictures.data import Wanted
from explorer.ui.open.telling import tell
from explorer.ui.shell.plain import plain

SHOWN = 11  # pictures of a class


def show(wanted: Wanted) -> None:
    """Ask for class names; show the pictures sorted by them, and how often that is right."""
    left, right = st.columns([1, 2.2], gap="large")
    with left:
        typed = st.text_area(
            "Class names, one a line",
            "\n".join(EXAMPLE),
            height=190,
            key="class names",
            persist_state="session",
            help="The truth is known of the emoji for: " + ", ".join(TRUTHS) + ".",
        )
        only = True
        if wanted.unseen is not None:
            only = st.toggle("Only those never seen", True, key="sort unseen")
    names = tuple(dict.fromkeys(one.strip() for one in typed.split("\n") if one.strip()))[
        : MOST + 1
    ]
    try:
        frozen = data.frozen_texts(names, wanted.towers) if names else np.zeros((0, 1), np.float32)
        if frozen is None:
            return
        rows = np.arange(len(wanted.pictures))
        if only and wanted.unseen is not None:
            rows = np.flatnonzero(wanted.unseen)
        made = sorted_by(wanted, names, wanted.towers.texts(frozen) if names else frozen, rows)
    except ExplorerError as error:
        with right:
            tell(error)
        return
    with left:
        tell_accuracy(wanted, made, frozen, rows)
    with right:
        show_classes(wanted, made, rows)


def sorted_by(
    wanted: Wanted,
    names: tuple[str, ...],
    vectors: NDArray[np.float32],
    rows: NDArray[np.intp],
) -> Sorted:
    """Return some of the pictures, sorted; where the truth is known, only those that belong."""
    kinds = None if wanted.pairs is None else [wanted.pairs.kinds[row] for row in rows]
    return sort_by_names(wanted.pictures.vectors[rows], names, vectors, kinds)


def tell_accuracy(
    wanted: Wanted, made: Sorted, frozen: NDArray[np.float32], rows: NDArray[np.intp]
) -> None:
    """Say how often it is right, beside chance and what small pixels tell."""
    judged = made.judged
    if not len(judged):
        st.caption(
            "For these names or pictures nobody has said what is right, so no accuracy can be "
            "given."
        )
        return
    pixels = made.accuracy
    if wanted.pairs is not None and wanted.is_small:
        kinds = [wanted.pairs.kinds[row] for row in rows]
        from_pixels = ridge(wanted.pairs.digest, wanted.pairs)[rows]
        pixels = sort_by_names(from_pixels, made.classes, unit(frozen), kinds).accuracy
    one, two, three = st.columns(3)
    one.metric("Right", f"{made.accuracy:.0%}")
    two.metric("Chance", f"{made.chance:.0%}")
    if wanted.is_small:
        three.metric("By pixels", f"{pixels:.0%}")
    st.caption(
        f"Of {len(judged):,} pictures that belong to one of these classes. No picture was "
        "labelled with a class in training: the names are compared as texts. "
        + (
            "The last figure is ridge regression from 16 × 16 pixels to the texts."
            if wanted.is_small
            else ""
        )
    )


@st.cache_resource(show_spinner="Learning from pixels …", max_entries=2)
def ridge(digest: str, _pairs: Pairs) -> NDArray[np.float32]:
    """Return where small pixels put each picture among the texts, once for all visitors."""
    trained, valid = _pairs.rows(TRAINED), _pairs.rows(CHOSEN_BY)
    return pixel_ridge(small_pixels(_pairs.thumbnails), _pairs.texts[1], trained, valid)


def show_classes(wanted: Wanted, made: Sorted, rows: NDArray[np.intp]) -> None:
    """Show the surest pictures of each class; of those whose truth is known, the judged ones."""
    st.html(gallery.STYLE)
    table = made.to_arrow().to_pylist()
    for number, told in enumerate(table):
        best = made.best(number, SHOWN)
        belong = told["belong there"]
        figures = f"{told['sorted into it']:,} sorted into it"
        if belong:
            figures += f" · {told['found']} of the {belong} that belong here"
        st.markdown(f"**{plain(told['class'])}** :gray[{figures}]")
        right = [bool(made.truth[one] == number) if made.truth[one] >= 0 else None for one in best]
        if len(best):
            st.html(gallery.row_of(wanted.pictures, rows[best], right))
        else:
            st.caption("No picture lies nearest to it.")
    st.caption(
        "The surest pictures of each class. ✕ marks a wrong one. A picture that fits no class "
        "lands in one all the same."
    )
