"""Association tests: the lists, the result, and what it does and does not say."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.figures.axes import association_figure
from explorer.probes.weat import Association, association_test, read_word_lists
from explorer.ui.axes.examples import ASSOCIATIONS
from explorer.ui.axes.view import probability
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain

FIRST = next(iter(ASSOCIATIONS))
MOST_BYTES = 100_000

MEANING = """
**What it says.** In this space the first targets stand nearer to the first attributes than the
second targets do, by so many standard deviations, and dividing the targets at random does it
as well only so often.

**What it does not say.** Not that people think so, nor that a program which uses these vectors
will act so. Other words for the same things can give another result: change the lists and see.
No effect does not mean no prejudice; it means none along these lists. And the p-value is about
the words that were chosen, not about all words.
"""


def ask_association(space: EmbeddingSpace) -> Association | None:
    """Draw the lists and return the test's result."""
    if not st.session_state.get("lists"):
        st.session_state["association"] = FIRST
        st.session_state["lists"] = "\n".join(ASSOCIATIONS[FIRST])
    st.pills(
        "Try this",
        list(ASSOCIATIONS),
        key="association",
        on_change=fill,
        label_visibility="collapsed",
    )
    with st.expander(
        "The four lists: change them, write your own, or open a file", icon=":material/edit:"
    ):
        text = st.text_area(
            "Two lists of targets, then two of attributes; each ‘name: word, word, …’ on a line",
            key="lists",
            height=230,
            max_chars=MOST_BYTES,
            persist_state="session",
        )
        upload = st.file_uploader("Or a text file with such lines", type=["txt"], key="lists file")
    try:
        if upload is not None:
            if upload.size > MOST_BYTES:
                st.error(f"The file has {upload.size:,} bytes; {MOST_BYTES:,} are the most.")
                return None
            text = upload.getvalue().decode("utf-8-sig", errors="replace")
        first, second, good, bad = read_word_lists(text or "")
        return association_test(space, (first, second), (good, bad))
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def fill() -> None:
    """Put the chosen lists into the field."""
    if st.session_state["association"]:
        st.session_state["lists"] = "\n".join(ASSOCIATIONS[st.session_state["association"]])


def show_association(space: EmbeddingSpace, found: Association) -> None:
    """Show the figures, the words, and what is missing."""
    first, second = found.targets
    good, bad = found.attributes
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            association_figure(found, dark=is_dark()),
            f"Each word of {first.name} and {second.name} between {bad.name} and {good.name}",
            key="association picture",
        )
        st.caption(
            f"Each point is a word: its mean cosine similarity to {plain(good.name)} less that to "
            f"{plain(bad.name)}. The bars are the lists' means; a point's height means nothing."
        )
        if found.missing:
            st.warning(
                f"**{len(found.missing)} words are not in this space** and were left out; the "
                f"result is that of the other {len(found.words)}. Missing: "
                f"{plain(', '.join(found.missing[:12]))}{' …' if len(found.missing) > 12 else ''}",
                icon=":material/search_off:",
            )
    with right:
        effect, p_value = st.columns(2)
        effect.metric(
            "Effect size",
            f"{found.effect_size:.2f}",
            help="Difference of the two lists' mean scores, in standard deviations of all target "
            "words. About 0.2 is called small, 0.8 large; 2 is nearly the most there can be.",
        )
        p_value.metric(
            "p-value",
            probability(found.p_value).removeprefix("p = ").removeprefix("p "),
            help="Share of the divisions of the target words that do at least as well.",
        )
        kind = "all" if found.is_exact else "randomly drawn"
        st.caption(
            f"WEAT (Caliskan, Bryson & Narayanan 2017), {kind} {found.divisions:,} divisions of "
            "the target words compared, one-sided."
        )
        st.markdown(MEANING)
        with st.expander("The table, and all missing words"):
            st.dataframe(score_table(found), hide_index=True)
            st.caption(f"Missing: {plain(', '.join(found.missing)) or 'none'}")


def score_table(found: Association) -> pa.Table:
    """Return each target word with its list and score."""
    lines = [
        (word, one.name, round(float(score), 4))
        for one, scores in zip(found.targets, found.scores, strict=True)
        for word, score in zip(one.words, scores, strict=True)
    ]
    words, lists, scores = zip(*sorted(lines, key=lambda line: -line[2]), strict=True)
    return pa.table({"word": words, "list": lists, "score": scores})
