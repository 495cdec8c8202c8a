"""Families of pairs, typed or chosen: drawn together, with a measure of how parallel they are."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace
from explorer.errors import ExplorerError
from explorer.figures.analogies import pairs_figure
from explorer.probes.relations import PairFamily, known_pairs, pair_family, split_pairs
from explorer.ui.analogies.examples import FAMILIES
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.ui.shell.word_fields import LONGEST_LIST, words_of

FIRST = "capitals"
COLUMNS = (
    ("cosine with the others", "Cosine", "Mean cosine similarity with the other steps"),
    ("length", "Length", "Of the step, in the space"),
    ("drawn length", "Drawn", "Length of the arrow in the picture"),
)


def ask_family(space: EmbeddingSpace) -> PairFamily | None:
    """Draw the choice of a family and its pairs, and return it where it can be compared."""
    if not st.session_state.get("pairs"):
        st.session_state["family"], st.session_state["pairs"] = FIRST, FAMILIES[FIRST]
    st.pills("A family of pairs", list(FAMILIES), key="family", on_change=fill)
    with st.expander("The pairs: change them, or write your own", icon=":material/edit:"):
        text = st.text_area(
            "Pairs, one a line",
            key="pairs",
            height=200,
            max_chars=LONGEST_LIST,
            persist_state="session",
            help="Two words with a comma between them: france, paris",
        )
    try:
        pairs, missing = known_pairs(space, split_pairs(text or ""))
        words_of(space, missing)
        return pair_family(space, pairs)
    except ExplorerError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return None


def fill() -> None:
    """Put the chosen family into the field."""
    if st.session_state["family"]:
        st.session_state["pairs"] = FAMILIES[st.session_state["family"]]


def show_family(family: PairFamily) -> None:
    """Show how parallel the steps are, and draw them."""
    left, right = st.columns([3, 2], gap="medium")
    with right:
        one, other = st.columns(2)
        one.metric(
            "How parallel",
            f"{family.parallelism:.2f}",
            help="Mean cosine similarity of two steps: 1 if all point the same way, 0 if they have "
            "nothing in common.",
        )
        other.metric(
            "Partners shuffled",
            f"{family.shuffled_parallelism:.2f}",
            help="The same measure with the partners shuffled among the pairs. What remains comes "
            "from the two groups of words, not from which words belong together.",
        )
        st.markdown(in_words(family))
        named_table(
            family.to_arrow(),
            "arrows of the family",
            height=260,
            column_config={
                name: st.column_config.NumberColumn(title, format="%.2f", width=66, help=told)
                for name, title, told in COLUMNS
            },
        )
    with left:
        show_chart(
            pairs_figure(family, dark=is_dark()),
            f"{len(family.pairs)} pairs as arrows in a plane",
            key="family picture",
        )
        st.caption(
            (
                "To the right: the mean step, to scale. Upwards: the direction at right angles to "
                "it in which the words differ most. "
                if family.shares_direction
                else "Drawn in the plane that holds the most of these steps. Each arrow goes its "
                "own way. "
            )
            + "The rest of each step points off the page: the table gives the full and the drawn "
            "lengths."
        )


def in_words(family: PairFamily) -> str:
    """Say what the numbers mean."""
    gained = family.parallelism - family.shuffled_parallelism
    if not family.shares_direction:
        return "These steps have **no direction in common**: there is nothing an analogy could use."
    if gained < 0.05:
        return (
            "The steps are **no more parallel than with shuffled partners**. The two groups of "
            "words differ, but it does not matter who is paired with whom."
        )
    return (
        "The steps **share a direction**, more than with shuffled partners. Even so, most of each "
        "step is its own: parallel arrows would have 1.00."
    )
