"""The lesson "One-hot versus dense": the visitor's words in both encodings, step by step."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, nearest_neighbors, project
from explorer.encoding.classical import one_hot_plane
from explorer.encoding.subwords import (
    bucket,
    character_ngrams,
    piece_vectors,
    sharing_ngrams,
    word_pieces,
)
from explorer.figures import matrices, one_hot
from explorer.lessons.distance_matrices import (
    equal_signs,
)
from explorer.lessons.encoding_cost import NUMBER_BYTES, encoding_cost
from explorer.ui.lessons import lesson
from explorer.ui.lessons.one_hot_distances import show_distances
from explorer.ui.lessons.own_words import Lesson
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, spaces
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.wording import count, readable_bytes

VOCABULARIES = [v for power in range(1, 7) for v in (10**power, 2 * 10**power, 5 * 10**power)]
VOCABULARIES.append(10_000_000)
MOST_SIGNS = 9  # words whose signs are compared with those of the first
SEEDS = (1, 20)  # lowest and highest; twenty pictures make the point
DIMENSIONS = [2**power for power in range(1, 13)]


def show_numbers(shown: Lesson) -> None:
    """Show both matrices as they are."""
    drawn = min(len(shown.labels), matrices.MOST_ROWS)
    labels, dark = shown.labels[:drawn], is_dark()
    cut = f" The first {drawn} words are drawn." if drawn < len(shown.labels) else ""
    height = 130 + 26 * drawn if drawn < 8 else 340
    n, width, dim = len(shown.labels), shown.wide.dim, shown.dense.dim
    left, right = st.columns(2, gap="medium")
    beyond = f" ({len(shown.vocabulary):,} words and {lesson.listed(shown.completed)})"
    with left:
        st.markdown(
            f"**One-hot: a column for each word.** **{n:,} × {width:,}** numbers"
            f"{beyond if shown.completed else ''}: "
            f"{count(n, 'is', 'are')} 1, **{n * (width - 1):,} are 0**. A row says which word "
            f"it is, and no more.{cut}"
        )
        lit = shown.wide.matrix.indices
        table = pa.table(
            {"word": shown.labels, "column of its 1": lit + 1, "zeros": [width - 1] * n}
        )
        show_chart(
            one_hot.one_hot_matrix(lit[:drawn], labels, width, height=height, dark=dark),
            f"One-hot matrix of {n} words: a single 1 in each row of {width:,} columns",
            table,
            key="one-hot-matrix",
        )
    with right:
        zeros = int((shown.dense.vectors == 0).sum())
        none = "none of them" if zeros == 0 else f"{zeros:,} of them"
        st.markdown(
            f"**Dense: columns that all words share.** **{n:,} × {dim:,}** numbers, {none} 0. No "
            "column has a name; together they put similar words side by side."
        )
        wide = shown.dense.vectors[:drawn, : matrices.MOST_COLUMNS]
        show_chart(
            matrices.dense_matrix(wide, labels, height=height, dark=dark),
            f"Heat map of {n} dense vectors of {dim} numbers",
            numbers_table(shown.dense),
            key="dense-matrix",
        )
        show_signs(shown.dense, min(drawn, MOST_SIGNS))
    lesson.try_this(
        "No eye can compare two rows of hairlines. Count instead: in how many columns do two words "
        "have the same sign? Unrelated words agree in about half of them, by chance.",
        "Add a word. One-hot needs no new column, but only because its vocabulary already has "
        "the word. What would a brand-new name need?",
        f"How many zeros would all {len(shown.vocabulary):,} words of the vocabulary take? The "
        "step “Cost” shows it.",
    )
    if shown.completed:
        st.caption(
            f":material/info: {lesson.listed(shown.completed)}: not among the sample’s "
            f"{len(shown.vocabulary):,} words; the vector comes from the same model’s full table."
        )
    offers = st.columns(2)
    with offers[0]:
        lesson.offer_map(shown.own, "Open these one-hot vectors on the Map", key="map one-hot")
    with offers[1]:
        lesson.offer_map(shown.dense, "Open these dense vectors on the Map", key="map dense")


def show_signs(dense: EmbeddingSpace, drawn: int) -> None:
    """Count in how many columns the words have the sign of the first one."""
    if drawn < 2:
        return
    anchor = dense.labels[0]
    counts = equal_signs(dense, 0)[:drawn]
    order = 1 + np.argsort(-counts[1:], kind="stable")
    labels = [dense.labels[row] for row in order.tolist()]
    st.markdown(f"Columns in which a word has the same sign as **{plain(anchor)}**:")
    show_chart(
        one_hot.sign_bars(counts[order], labels, dense.dim, dark=is_dark()),
        f"Of {dense.dim} columns, those with the sign of {anchor}, for {len(labels)} words",
        pa.table({"word": labels, f"same sign as {anchor}": counts[order]}),
        key="sign-bars",
    )


def numbers_table(space: EmbeddingSpace) -> pa.Table:
    """Return a word and its numbers per row."""
    numbers = {
        f"{d + 1}": space.vectors[:, d] for d in range(min(space.dim, matrices.MOST_COLUMNS))
    }
    return pa.table({"word": space.labels, **numbers})


def show_maps(shown: Lesson) -> None:
    """Draw both encodings on a plane; the seed changes one of them."""
    n = len(shown.labels)
    if n < 3:
        st.info("A map needs three words: add some.", icon=":material/map:")
        return
    pick, slider = st.columns([1, 2])
    anchor = pick.selectbox(
        "Nearest to", shown.labels, key=address.choice("anchor", shown.labels), bind="query-params"
    )
    seed = slider.slider(
        "Seed of the picture",
        *SEEDS,
        SEEDS[0],
        key=address.number("plane_seed", *SEEDS),
        bind="query-params",
    )
    row = shown.labels.index(anchor)
    pictures = (one_hot_plane(n, seed), project(shown.dense, "pca", 2, seed))
    says = (
        f"**One-hot: made up.** All {n - 1} other words are equally far from "
        f"**{plain(anchor)}**: 1.41. The picture must put one nearest, and the seed chooses: ",
        "**Dense: found.** The seed changes nothing: one plane keeps the most variance. Nearest "
        f"to **{plain(anchor)}** in it: ",
    )
    for column, picture, words, key in zip(
        st.columns(2, gap="medium"), pictures, says, ("one-hot", "dense"), strict=True
    ):
        with column:
            places = picture.coordinates
            away = np.linalg.norm(places - places[row], axis=1)
            away[row] = np.inf
            nearest = int(away.argmin())
            share = 0.0 if picture.variance_share is None else picture.variance_share.sum()
            st.markdown(f"{words}**{plain(shown.labels[nearest])}**.")
            table = pa.table(
                {"word": shown.labels, "x": places[:, 0], "y": places[:, 1], "distance drawn": away}
            )
            show_chart(
                one_hot.word_map(
                    places, shown.labels, anchor=row, nearest=nearest, height=320, dark=is_dark()
                ),
                f"{n} words on a plane, {key}: nearest to {anchor} is {shown.labels[nearest]}",
                table,
                key=f"word-map-{key}",
            )
            equal = " Every other plane holds as much." if key == "one-hot" else ""
            st.caption(f"This plane holds {share:.1%} of the variance.{equal}")
    lesson.try_this(
        "Move the seed and watch the line on the left: a new nearest word each time, all equally "
        "wrong. Whatever a map of one-hot vectors shows is made up.",
        "On the right the same slider moves nothing: here there is something to find.",
    )


def show_cost(shown: Lesson) -> None:
    """Let the visitor choose a vocabulary and a dimension, and show what each encoding costs."""
    left, right = st.columns([1, 2], gap="large")
    with left:
        vocabulary = st.select_slider(
            "Words in the vocabulary",
            VOCABULARIES,
            50_000,
            format_func=lambda v: f"{v:,}",
            key=address.choice("vocabulary", VOCABULARIES, "{:,}".format),
            bind="query-params",
        )
        dim = st.select_slider(
            "Dimensions of the embedding",
            DIMENSIONS,
            256,
            format_func=lambda d: f"{d:,}",
            key=address.choice("dim", DIMENSIONS, "{:,}".format),
            bind="query-params",
        )
        costs = {dtype: encoding_cost(vocabulary, dim, dtype) for dtype in NUMBER_BYTES}
        usual = costs["float32"]
        st.markdown(
            f"One row of one-hot: **{vocabulary - 1:,} zeros** and a 1. All {vocabulary:,} rows in "
            f"float32: **{readable_bytes(usual.one_hot_dense)}**, as an embedding "
            f"**{readable_bytes(usual.embedding)}**."
        )
        st.markdown(
            f"Getting one word’s dense vector by one-hot × matrix takes **{usual.product:,}** "
            "multiplications. Looking up its row takes **0**: it is a copy."
        )
        st.caption(
            "Sparse storage keeps only the 1s and their places, and is the smallest of all. "
            "So memory alone is not why embeddings exist: the distances are."
        )
    with right:
        table = pa.table(
            {
                "numbers": list(costs),
                "one-hot": [readable_bytes(cost.one_hot_dense) for cost in costs.values()],
                "one-hot, sparse": [readable_bytes(cost.one_hot_sparse) for cost in costs.values()],
                "embedding": [readable_bytes(cost.embedding) for cost in costs.values()],
                "one-hot, bytes": [str(cost.one_hot_dense) for cost in costs.values()],
                "embedding, bytes": [str(cost.embedding) for cost in costs.values()],
            }
        )
        show_chart(
            one_hot.cost_figure(costs, height=370, dark=is_dark()),
            f"Bytes of three encodings of {vocabulary:,} words, {dim} dimensions",
            table,
            key="cost",
        )
    lesson.try_this(
        f"Set the vocabulary to this space’s {len(shown.vocabulary):,} words. Would one-hot with "
        "all its zeros fit into this computer’s memory? Would a million words?",
        "From how many dimensions on is the embedding larger than one-hot with all its zeros?",
    )


def show_unseen(shown: Lesson) -> None:
    """Show what each encoding does with a word that it has never met."""
    word = st.text_input(
        "A word it has never met", "queenliness", key="unseen", bind="query-params", max_chars=40
    ).strip()
    if not word:
        return
    known = any(form in shown.vocabulary for form in (word, word.lower()))
    lone, table, pieces, ngrams = st.columns(4, gap="medium")
    n = len(shown.vocabulary)
    with lone.container(border=True, height="stretch"):
        st.markdown("##### One-hot")
        if known:
            st.markdown(f"One of the {n:,} words: it has a column.")
        else:
            st.markdown(f"It is none of the {n:,} words, so it has no column: **{n:,} zeros**.")
            st.caption(
                "A new column would make every vector longer, and every model would have to be "
                "trained again."
            )
    with table.container(border=True, height="stretch"):
        st.markdown("##### A word table")
        if known:
            st.markdown("It has a row; its neighbors:")
            form = word if word in shown.vocabulary else word.lower()
            near = nearest_neighbors(shown.vocabulary, form, k=5).to_arrow()
            show_neighbors(near, f"neighbors of {form} in a word table")
        else:
            st.markdown("No row: **no vector at all** (word2vec, GloVe).")
            close = shown.vocabulary.closest_labels(word)
            if close:
                st.caption(f"Spelled most like it: {lesson.listed(close)}.")
    with pieces.container(border=True, height="stretch"):
        cut = word_pieces(word)
        st.markdown("##### Subword pieces")
        st.markdown(f"Cut into pieces that have rows: **{plain(' + '.join(cut))}** (BERT).")
        sample = spaces.sample_space(spaces.DEFAULT)
        vector = piece_vectors(cut).mean(axis=0)
        st.caption("Words nearest to the mean of the pieces:")
        near_pieces = nearest_neighbors(sample, vector, k=5, exclude=[word.lower()]).to_arrow()
        show_neighbors(near_pieces, f"neighbors of the pieces of {word}")
    with ngrams.container(border=True, height="stretch"):
        grams = character_ngrams(word.lower())
        st.markdown("##### The fastText way")
        st.markdown(
            f"**{len(grams)} overlapping pieces** of 3 to 6 letters; their vectors are added up."
        )
        st.caption("Words that share most of them:")
        near = sharing_ngrams(word.lower(), shown.vocabulary.labels, 5)
        named_table(
            {"label": [one for one, _ in near], "shared": [round(share, 2) for _, share in near]},
            "words that share pieces with",
            word,
            column_config={"shared": st.column_config.NumberColumn(format="percent")},
        )
        with st.expander("All pieces"):
            named_table(
                {"piece": grams, "row in its table": [bucket(one) for one in grams]},
                "pieces of",
                word,
            )
    lesson.try_this(
        "Type *bananaphone*, *kingship*, *unkind*: where do pieces carry the meaning, and where do "
        "they mislead?",
        "Misspell a word: which of the four still finds the right neighbors?",
    )


def show_neighbors(table: pa.Table, name: str) -> None:
    """Show neighbors as a small table."""
    named_table(
        table.drop(["row"]),
        name,
        column_config={"cosine similarity": st.column_config.NumberColumn("cosine", format="%.2f")},
    )


STEPS: dict[str, Callable[[Lesson], None]] = {
    "1 Numbers": show_numbers,
    "2 Distances": show_distances,
    "3 Maps": show_maps,
    "4 Cost": show_cost,
    "5 Unseen words": show_unseen,
}
