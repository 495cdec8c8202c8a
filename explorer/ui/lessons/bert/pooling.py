"""Step 5: token vectors become one sentence vector, placed on the map of the books."""

from __future__ import annotations

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.encoding.models import DEFAULT_MODEL
from explorer.encoding.transformer import POOLINGS
from explorer.figures import bert as figures
from explorer.lessons.bert.forward import Floats
from explorer.lessons.bert.model import Bert
from explorer.lessons.bert.pooling import pooled_sentence
from explorer.projection.out_of_sample import place
from explorer.ui.lessons.bert.shown import code, table
from explorer.ui.lessons.bert.visit import Visit
from explorer.ui.picture.drawing import picture as picture_of
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import sample_space

LOOK_FOR = "**Look for** what is left of each word: one vector now stands for all tokens."
BOOKS = " The nearest books show what it kept of them."


def draw(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the sentences on the map of the books, pooled as the visitor wants."""
    bert = visit.bert
    among_books = bert.name == DEFAULT_MODEL
    beside.markdown(LOOK_FOR + (BOOKS if among_books else ""))
    with beside:
        own = [] if bert.pooling in POOLINGS else [bert.pooling]
        how = st.segmented_control(
            "Pooling", [*own, *POOLINGS], default=bert.pooling, required=True, key="pooling",
            bind="query-params", format_func=lambda name: name.replace("cls", "CLS"),
        )  # fmt: skip
        st.caption(explained(bert, how))
    made = [pooled_sentence(bert, one, how) for one in visit.readings]
    vectors = np.stack([vector / (np.linalg.norm(vector) or 1.0) for vector in made])
    with picture:
        if among_books:
            place_among_books(sample_space("books"), vectors)
        else:
            st.info(
                f"The map of the books was made with {DEFAULT_MODEL}. Another model’s vectors "
                "belong to another space: they have no place on that map.",
                icon=":material/wrong_location:",
            )
            numbers(vectors)
    with beside:
        if len(vectors) == 2:
            st.metric("Cosine of the two sentences", f"{vectors[0] @ vectors[1]:.3f}")
        code(beside, "pooling", visit, how=how, height=160)


def explained(bert: Bert, how: str) -> str:
    """Say what a pooling does, and whether it is the model's own."""
    what = f"{how.replace('cls', 'CLS')}: {POOLINGS.get(how, 'as this model says itself')}"
    then = f", then its own {' and '.join(bert.finish)}" if bert.finish else ""
    if how != bert.pooling:
        own = bert.pooling.replace("cls", "CLS")
        ours = f"`explorer.encode` takes {own}; this one is for comparison."
    elif bert.says_pooling:
        ours = "The model was trained this way, and `explorer.encode` does the same."
    else:
        ours = "`explorer.encode` does the same, but the model was not trained for whole sentences."
    return f"{plain(what)}{then}, scaled to length 1. {ours}"


def place_among_books(books: EmbeddingSpace, vectors: Floats) -> None:
    """Draw the sentences on the map of the books, with the books nearest to each."""
    projection = picture_of(books, "pca", 2)
    placed = place(books, projection, vectors).coordinates
    figure = figures.placed_figure(projection, books.labels, placed, dark=is_dark(), height=300)
    show_chart(figure, f"The sentences on the map of {len(books)} books", key="books")
    for number, (column, vector) in enumerate(zip(st.columns(2), vectors, strict=False), 1):
        near = nearest_neighbors(books, vector, k=3)
        with column:
            name = f"nearest to sentence {number}"
            table(name, {name: near.labels, "cosine": near.scores})


def numbers(vectors: Floats) -> None:
    """Show the sentence vectors as a heat map and as a table."""
    names = [f"sentence {number}" for number in range(1, len(vectors) + 1)]
    figure = figures.heat_map(vectors, names, dark=is_dark(), height=170)
    show_chart(
        figure, f"The {len(vectors)} sentence vectors, one line each", key="sentence vectors"
    )
    table("sentence vectors", dict(zip(names, vectors, strict=True)), height=180)
