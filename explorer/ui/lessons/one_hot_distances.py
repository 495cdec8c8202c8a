"""Step 2 of “One-hot versus dense”: every pair of words in both encodings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st
from numpy.typing import NDArray
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace
from explorer.figures import matrices
from explorer.lessons.distance_matrices import PAIR_METRICS, PairMetric, formulas, pairwise
from explorer.ui.lessons import lesson
from explorer.ui.lessons.own_words import Lesson
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain

CLASSIC = ("king", "queen", "banana")  # compared at first, where they are among the words
METRIC_OF_TITLE = {metric.title: name for name, metric in PAIR_METRICS.items()}
AS_FAR, MORE_ALIKE = 0.02, 0.05  # distances that differ by less are told as equal; of cosine


def show_distances(shown: Lesson) -> None:
    """Compare every word with every other in both encodings."""
    if len(shown.labels) < 2:
        st.info("A distance needs two words: add another.", icon=":material/straighten:")
        return
    kind, *words = st.columns([2.1, 1, 1, 1], vertical_alignment="center")
    title = kind.segmented_control(
        "Metric",
        list(METRIC_OF_TITLE),
        default=PAIR_METRICS["euclidean"].title,
        required=True,
        key=address.choice("metric", list(METRIC_OF_TITLE)),
        bind="query-params",
        label_visibility="collapsed",
    )
    name = METRIC_OF_TITLE[title]
    metric = PAIR_METRICS[name]
    tables = {space: pairwise(space, name) for space in (shown.own, shown.dense)}
    tell_pairs(shown, metric, words, *tables.values())
    if name == "euclidean":
        st.markdown(lengths_told(shown.dense, st.session_state.get("compare") or shown.labels[0]))
    headings = ("**One-hot**", f"**Dense**: {shown.title}")
    for column, heading, (space, table) in zip(
        st.columns(2, gap="medium"), headings, tables.items(), strict=True
    ):
        with column:
            st.markdown(heading)
            show_chart(
                matrices.comparison_matrix(
                    table,
                    shown.labels,
                    larger_is_nearer=metric.larger_is_nearer,
                    phrases=phrases(space, name),
                    height=360,
                    dark=is_dark(),
                ),
                f"{metric.name} of each pair of {len(shown.labels)} words, {space.name}",
                pairs_table(shown.labels, table, metric.name),
                key=f"pairs-{'one-hot' if space is shown.own else 'dense'}",
            )
    st.caption(
        f"{metric.name.capitalize()}: {metric.sentence}. Bright is near. "
        + (
            "Hover over a cell for the formula in numbers."
            if len(shown.labels) <= matrices.MOST_PHRASES
            else f"Up to {matrices.MOST_PHRASES} words, hovering over a cell also shows the "
            "formula."
        )
    )
    lesson.try_this(
        "Choose each metric in turn. Does one of them find anything in the one-hot matrix?",
        "Look for blocks of bright cells in the dense matrix: which words are similar, though "
        "nobody said so?",
    )


def lengths_told(dense: EmbeddingSpace, anchor: str) -> str:
    """Name two words as far from one by euclidean distance, though not by cosine; or nothing.

    The euclidean distance of unrelated words is mostly their lengths: d² = |x|² + |y|² − 2xy.
    """
    at = dense.row(anchor)
    cosine, distance = pairwise(dense, "cosine")[at], pairwise(dense, "euclidean")[at]
    lengths = np.linalg.norm(dense.vectors, axis=1)
    found = [
        (cosine[near] - cosine[far], near, far)
        for near in range(len(dense))
        for far in range(len(dense))
        if at not in (near, far)
        and abs(distance[near] - distance[far]) < AS_FAR * distance[far]
        and lengths[near] > lengths[far]
    ]
    gap, near, far = max(found, default=(0.0, 0, 0))
    if gap < MORE_ALIKE:
        return ""
    names = [plain(dense.labels[row]) for row in (near, far)]
    return (
        f"By euclidean distance *{names[0]}* and *{names[1]}* are equally far from "
        f"**{plain(anchor)}** ({distance[near]:.2f} and {distance[far]:.2f}). By cosine "
        f"similarity *{names[0]}* is nearer ({cosine[near]:.2f} against {cosine[far]:.2f}). "
        f"Euclidean distance counts length too, and the vector of *{names[1]}* is shorter "
        f"({lengths[far]:.2f} against {lengths[near]:.2f})."
    )


def phrases(space: EmbeddingSpace, metric: str) -> list[list[str]] | None:
    """Return each pair's formula in numbers; None for many words, where it would take megabytes."""
    return formulas(space, metric) if len(space) <= matrices.MOST_PHRASES else None


def tell_pairs(
    shown: Lesson,
    metric: PairMetric,
    columns: list[DeltaGenerator],
    lone: NDArray[np.float64],
    dense: NDArray[np.float64],
) -> None:
    """Ask for three words and say in a sentence how both encodings compare them."""
    labels = list(shown.labels)
    nearness = dense if metric.larger_is_nearer else -dense
    hidden: dict[str, Any] = {"label_visibility": "collapsed"}
    anchor = columns[0].selectbox(
        "Compare", labels, key=address.choice("compare", labels), bind="query-params", **hidden
    )
    at = labels.index(anchor)
    classic = anchor == CLASSIC[0] and set(CLASSIC) <= set(labels)
    order = sorted(
        (word for word in labels if word != anchor), key=lambda w: -nearness[at, labels.index(w)]
    )
    usual = [order.index(word) if classic else 0 for word in CLASSIC[1:]]
    near = columns[1].selectbox("with, nearest first", order, usual[0], key="near", **hidden)
    order.reverse()
    usual = [order.index(word) if classic else 0 for word in CLASSIC[1:]]
    far = columns[2].selectbox("and with, farthest first", order, usual[1], key="far", **hidden)
    a, b = labels.index(near), labels.index(far)
    first, second = (f"{plain(anchor)}–{plain(word)}" for word in (near, far))
    st.markdown(
        f"#### {first} and {second}: equal in one-hot ({lone[at, a]:.2f} and {lone[at, b]:.2f}); "
        f"in this space {dense[at, a]:.2f} and {dense[at, b]:.2f}."
    )


def pairs_table(labels: tuple[str, ...], table: NDArray[np.float64], title: str) -> pa.Table:
    """Return each pair once, with its number."""
    first, second = np.triu_indices(len(labels), 1)
    names = np.array(labels, object)
    return pa.table({"word": names[first], "other": names[second], title: table[first, second]})
