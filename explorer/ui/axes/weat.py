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
from explorer.ui.shell import address, signin
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

FIRST = next(iter(ASSOCIATIONS))
FILLED = "association filled in"  # session state: whose lists stand in the field
MOST_BYTES = 100_000  # some ten thousand words

MEANING = """
**What it says.** The effect size: are the first targets nearer to the first attributes than the
second targets are? It is counted in standard deviations. The p-value: how often do lists mixed at
random reach as much?

**What it does not say.** It does not say what people think, or how a program with these vectors
will act. Other words can give another result: change the lists and see. No effect means that these
lists found no prejudice. There may still be some. The p-value is about these words only.
"""


def ask_association(space: EmbeddingSpace) -> Association | None:
    """Draw the lists and return the test's result."""
    chosen = st.pills(
        "Try this",
        list(ASSOCIATIONS),
        default=FIRST,
        key=address.choice("association", list(ASSOCIATIONS)),
        bind="query-params",
        label_visibility="collapsed",
    )
    if chosen != st.session_state.get(FILLED):  # clicked, or named by a link
        st.session_state[FILLED] = chosen
        if chosen:
            st.session_state["lists"] = "\n".join(ASSOCIATIONS[chosen])
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
        upload = signin.upload("Or a text file with such lines", type=["txt"], key="lists file")
    try:
        if upload is not None:
            if upload.size > MOST_BYTES:
                st.error(
                    f"The file has {upload.size:,} bytes; at most {MOST_BYTES:,} can be read. Use "
                    "a shorter file."
                )
                return None
            text = upload.getvalue().decode("utf-8-sig", errors="replace")
        first, second, good, bad = read_word_lists(text or "")
        return association_test(space, (first, second), (good, bad))
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def show_association(space: EmbeddingSpace, found: Association) -> None:
    """Show the numbers, the words, and what is missing."""
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
            f"Each point is a word. Right: more similar to {plain(good.name)}. Left: more similar "
            f"to {plain(bad.name)}. A bar is the mean of a list. Height means nothing."
        )
        if found.missing:
            st.warning(
                f"**{len(found.missing)} words are not in this space** and were left out; the "
                f"result uses the other {len(found.words)}. Missing: "
                f"{plain(', '.join(found.missing[:12]))}{' …' if len(found.missing) > 12 else ''}",
                icon=":material/search_off:",
            )
    with right:
        effect, p_value = st.columns(2)
        effect.metric(
            "Effect size",
            f"{found.effect_size:.2f}",
            help="Difference of the two lists' mean scores, in standard deviations of all target "
            "words' scores. By convention, 0.2 is small and 0.8 is large; 2 is about the "
            "largest possible.",
        )
        p_value.metric(
            "p-value",
            probability(found.p_value).removeprefix("p = ").removeprefix("p "),
            help="The share of all divisions of the target words into two lists that score at "
            "least as high.",
        )
        kind = "all" if found.is_exact else "randomly drawn"
        st.caption(
            f"WEAT (Caliskan, Bryson & Narayanan 2017), {kind} {found.divisions:,} divisions of "
            "the target words compared, one-sided."
        )
        st.markdown(MEANING)
        with st.expander("The table, and all missing words"):
            named_table(score_table(found), " and ".join(one.name for one in found.targets), "WEAT")
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
