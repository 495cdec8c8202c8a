"""Step 2: how often hidden words are guessed, beside chance and ways of counting."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer.beyond.course import Course
from explorer.figures import masked as figures
from explorer.lessons.masked.baselines import BAG, BEFORE, CHANCE, FREQUENT, baseline_figures
from explorer.lessons.masked.text import hidden_text
from explorer.lessons.masked.training import PERPLEXITY, TOP_1, TOP_5, answers, parameters_of
from explorer.lessons.masked.training import figures as judge
from explorer.ui.lessons.masked.learned import ask_course
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.tables import named_table

BESIDE = (FREQUENT, BEFORE, BAG)  # drawn; the table has all


@st.cache_data(show_spinner="Counting in the text, once …")
def counted() -> dict[str, dict[str, float]]:
    """Return the figures of each way of counting, measured once for all visitors."""
    return baseline_figures(hidden_text())


def show() -> None:
    """Show the training, and the figures at its end."""
    ask_course(draw)


def draw(course: Course) -> None:
    """Draw how the share of right guesses grew, and the table."""
    text = hidden_text()
    found = counted()
    left, right = st.columns([1, 1], gap="large")
    with left:
        st.markdown(
            "**Right at the first guess, while it learns.** Nobody labelled anything: the text "
            "itself has the answers. This is *self-supervised* learning, or **pre-training**."
        )
        show_chart(
            figures.learning_figure(
                [look.epoch for look in course.looks],
                [look.figures[TOP_1] for look in course.looks],
                {name: found[name][TOP_1] for name in BESIDE},
                course.epochs,
                dark=is_dark(),
            ),
            "The share of hidden words guessed at once, by epoch, beside ways of counting",
            pa.table(
                {
                    "epoch": [look.epoch for look in course.looks],
                    "loss": [look.loss for look in course.looks],
                    "right at once": [look.figures[TOP_1] for look in course.looks],
                }
            ),
            key="hidden words learned",
        )
    with right:
        own = judge(*answers(parameters_of(course), text, text.test))
        st.markdown(
            f"**{own[TOP_1]:.0%}** of hidden words right at once, in {len(text.test)} sentences it "
            "has never seen."
        )
        rows = {**found, "the transformer": own}
        named_table(
            pa.table(
                {
                    "guessing by": list(rows),
                    "at once": [100 * one[TOP_1] for one in rows.values()],
                    "among five": [100 * one[TOP_5] for one in rows.values()],
                    "perplexity": [one[PERPLEXITY] for one in rows.values()],
                }
            ),
            "hidden words guessed",
            column_config={
                "at once": st.column_config.NumberColumn(format="%.0f%%"),
                "among five": st.column_config.NumberColumn(format="%.0f%%"),
                "perplexity": st.column_config.NumberColumn(format="%.1f"),
            },
        )
        st.caption(
            "Perplexity: it is as unsure as if it had to choose among so many words; "
            f"{found[CHANCE][PERPLEXITY]:.0f} by chance. Nobody can reach 1: in “the king ate the "
            "…” any food is right."
        )
