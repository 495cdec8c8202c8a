"""Step 1: what an embedding is, with numbers that one writes oneself."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.ui.lessons import lesson
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

MEANINGS = ("size", "alive", "sweet", "fast")  # 0 to 10
THINGS = {
    "mouse": (1, 10, 0, 4),
    "dog": (4, 10, 0, 6),
    "horse": (8, 10, 0, 9),
    "apple": (1, 4, 8, 0),
    "cake": (2, 0, 10, 0),
    "bicycle": (5, 0, 0, 6),
    "car": (8, 0, 0, 10),
    "cheetah": (6, 10, 0, 10),
}
SHOWN = 3


def show(space: EmbeddingSpace) -> None:
    """Draw the table of numbers, and who is nearest to whom."""
    st.markdown(
        "An **embedding** is a list of numbers for a thing, made so that **similar things get "
        "similar numbers**. Here you are the model: write the numbers."
    )
    left, right = st.columns([1.25, 1], gap="large")
    with left:
        table = st.data_editor(
            {
                "thing": list(THINGS),
                **{
                    name: [numbers[at] for numbers in THINGS.values()]
                    for at, name in enumerate(MEANINGS)
                },
            },
            hide_index=True,
            disabled=["thing"],
            column_config={
                name: st.column_config.NumberColumn(min_value=0, max_value=10, required=True)
                for name in MEANINGS
            },
            key="own embedding",
            height=35 * (len(THINGS) + 1) + 3,
        )
        st.caption("Double-click a number to change it: 0 is not at all, 10 is very much.")
    numbers = np.array([table[name] for name in MEANINGS], np.float32).T
    made = EmbeddingSpace(list(THINGS), numbers, name="your embedding")
    with right:
        chosen = st.selectbox("What is near to", list(THINGS), index=1, key="own embedding of")
        found = nearest_neighbors(made, chosen, SHOWN, metric="euclidean")
        st.markdown(
            f"### {chosen} → **{found.labels[0]}**\n\nThe nearest row has the most similar "
            "numbers. The distance is the square root of the sum of squared differences:"
        )
        differences = (numbers[made.row(chosen)] - numbers[found.indices[0]]).tolist()
        squares = " + ".join(f"{abs(one):g}²" for one in differences)
        st.markdown(f"√({squares}) = **{float(found.scores[0]):.2f}**")
        named_table(
            pa.table({"nearest": found.labels, "distance": found.scores}),
            "neighbors of",
            chosen,
            column_config={"distance": st.column_config.NumberColumn(format="%.2f")},
        )
    st.markdown(
        f":material/lightbulb: In **{plain(space.name)}** a model wrote **{space.dim:,}** numbers "
        f"for each of {len(space):,} things. Nobody named its columns, and hardly one of them has "
        "a meaning of its own. What counts is the same: similar things, similar numbers."
    )
    lesson.try_this(
        "Make the bicycle the nearest of the dog. Which numbers did you have to change?",
        "What do these four numbers not know? Which fifth column would tell apple from cake?",
    )
    lesson.offer_map(made, "Open your embedding on the Map", key="map own embedding")
