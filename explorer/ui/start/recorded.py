"""“Where do the numbers come from?”: a training run, recorded, beside one that learns nothing."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer.figures import recording as figures
from explorer.training import recording
from explorer.training.recording import Recording
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import spaces
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.navigation import PAGES


@st.cache_resource(show_spinner=False)
def recordings() -> dict[str, Recording]:
    """Return the recorded runs, read once for all visitors."""
    return recording.load(spaces.SAMPLE_FOLDER / "recording.npz")


@st.dialog("Where do the numbers come from?", width="large")
def show() -> None:
    """Show the two runs side by side, and say what is seen."""
    st.markdown(
        "Nobody writes them: they are learned. In a small text, each word begins with random "
        "numbers. Words that have the same neighbors in the text are moved together. **Press "
        "play.** On the left the text; on the right the same words in random order, where there is "
        "nothing to learn."
    )
    runs = recordings()
    ordered, shuffled = runs["ordered"], runs["shuffled"]
    show_chart(
        figures.side_by_side(ordered, shuffled, dark=is_dark()),
        "Two training runs: words come together by class, and do not where the text is shuffled",
        pa.table(
            {
                "step": ordered.steps,
                "nearest word of its class": ordered.same_class,
                "shuffled": shuffled.same_class,
            }
        ),
        key="recorded training",
    )
    st.markdown(
        f"In the end the nearest neighbor of **{ordered.same_class[-1]:.0%}** of the words is of "
        f"their own class; after shuffling, of {shuffled.same_class[-1]:.0%}. Recorded from "
        "two runs of skip-gram (Mikolov et al. 2013)."
    )
    st.page_link(
        PAGES["watch_it_learn"].file, label="Train it yourself", icon=PAGES["watch_it_learn"].icon
    )
