"""Step 3: transfer: a few labelled texts are enough where a model has read much before."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer.figures import masked as figures
from explorer.lessons.masked.transfer import HELD_OUT, SEEDS, Transfer, load
from explorer.ui.lessons import lesson
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import spaces
from explorer.ui.shell.charts import show_chart


@st.cache_resource(show_spinner=False)
def measured() -> Transfer:
    """Return the accuracies on the sample of books: `sample_data/make_samples.py transfer`."""
    return load(spaces.SAMPLE_FOLDER / "transfer.json")


def show() -> None:
    """Say what transfer is, and show accuracy by the number of labels."""
    found = measured()
    left, right = st.columns([1.5, 1], gap="large")
    with left:
        show_chart(
            figures.transfer_figure(found, dark=is_dark()),
            "Accuracy by the number of labelled texts: vectors of a trained model, one-hot words, "
            "and always the most frequent genre",
            pa.table(
                {
                    "labelled": found.labelled,
                    "vectors of a model": found.vectors.mean(axis=1),
                    "± ": found.vectors.std(axis=1, ddof=1),
                    "one-hot words": found.words.mean(axis=1),
                    "±": found.words.std(axis=1, ddof=1),
                    "most frequent genre": found.majority.mean(axis=1),
                }
            ),
            key="transfer",
        )
    with right:
        few, most = found.labelled[2], found.labelled[-1]
        st.markdown(
            f"**The task**: read the description of a book, name its genre, one of "
            f"{found.classes}.\n\n"
            "- **Pre-training**: all-MiniLM-L6-v2, a BERT of six layers, has read a billion pairs "
            "of sentences. It has never seen these genres, and it stays as it is (*frozen*).\n"
            "- **Transfer**: a small classifier (logistic regression) learns the genres from its "
            "384 numbers.\n"
            "- **One-hot words**: the same classifier gets only which words stand there.\n\n"
            f"With {few} labelled books: **{found.vectors[2].mean():.0%}** right against "
            f"{found.words[2].mean():.0%}. With {most}: **{found.vectors[-1].mean():.0%}** against "
            f"{found.words[-1].mean():.0%}."
        )
        st.caption(
            f"Judged on {HELD_OUT} books that it never saw, for {SEEDS} random divisions of the "
            "books. The lines show one standard deviation. *Fine-tuning* would train the model "
            "itself, too; that needs more labels and more time."
        )
    lesson.try_this(
        "With 20 labels the vectors reach a certain accuracy. How many labels do the one-hot "
        "words need for that?",
        "Why is 100% out of reach? Read descriptions on the Map, and guess their genres.",
    )
