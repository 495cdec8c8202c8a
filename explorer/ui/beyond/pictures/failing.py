"""Where the small CLIP fails, measured."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer.beyond.clip.lesson import Found, by_group
from explorer.beyond.clip.pairs import TRAINED, Pairs
from explorer.beyond.clip.towers import SmallClip
from explorer.errors import ExplorerError
from explorer.ui.beyond.pictures import data, gallery
from explorer.ui.beyond.pictures.data import Wanted
from explorer.ui.open.telling import tell
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table, table_height

# What benchmarks/pictures.py measured on held-out concepts, mean of five seeds: pictures of a style
# that was learned from, and of one that was not. docs/pictures.md has the whole table.
STYLES = (
    ("Noto", "learned from", 0.55),
    ("Twemoji", "learned from", 0.55),
    ("Fluent", "never seen", 0.50),
    ("OpenMoji", "never seen", 0.40),
)
TRICKY = ("a dog", "no dog", "a red heart", "a person who is not smiling")


def show(wanted: Wanted) -> None:
    """Show flags, other styles, negations, and how little it has seen."""
    if wanted.pairs is None or not isinstance(wanted.towers, SmallClip):
        st.info(
            "These figures are about our small CLIP and the emoji: choose both above.",
            icon=":material/info:",
        )
        return
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        groups(wanted.pairs, wanted.towers)
    with right:
        words(wanted)
    styles(wanted.pairs)


@st.cache_resource(show_spinner=False)
def measured(digest: str, _pairs: Pairs, _towers: SmallClip) -> tuple[Found, ...]:
    """Measure the groups once for all visitors."""
    return by_group(_pairs, _towers.maps)


def groups(pairs: Pairs, towers: SmallClip) -> None:
    """Show which groups are told apart, and which are not."""
    st.markdown("#### Some things look like nothing in their name")
    found = measured(pairs.digest, pairs, towers)
    named_table(
        pa.table(
            {
                "group": [one.group for one in found],
                "pictures": [one.pictures for one in found],
                "Recall@10": [one.recall for one in found],
                "chance": [one.chance for one in found],
            }
        ),
        "recall by group of pictures",
        height=table_height(len(found)),
        column_config={
            name: st.column_config.NumberColumn(format="%.2f") for name in ("Recall@10", "chance")
        },
    )
    flags = next(one for one in found if one.group == "flags")
    st.caption(
        "A caption is asked for its picture among those of its own group, none of which was "
        f"learned from. Among {flags.pictures} flags it finds {flags.recall:.0%}, chance is "
        f"{flags.chance:.0%}: who has never seen the flag of Peru cannot know it from the word."
    )


def words(wanted: Wanted) -> None:
    """Show what a few texts find: a word is found, a negation is not understood."""
    st.markdown("#### It knows words, not sentences")
    st.html(gallery.STYLE)
    try:
        frozen = data.frozen_texts(TRICKY, wanted.towers)
    except ExplorerError as error:
        tell(error)
        return
    if frozen is None:
        return
    for text, vector in zip(TRICKY, wanted.towers.texts(frozen), strict=True):
        scores = wanted.pictures.vectors @ vector
        rows = np.argsort(-scores, kind="stable")[:8]
        st.markdown(f"**“{plain(text)}”** :gray[nearest cosine {scores[rows[0]]:.2f}]")
        st.html(gallery.row_of(wanted.pictures, rows))
    st.caption(
        "“No dog” still finds animals, dogs among them, and “not smiling” finds smiles: the "
        "encoder of texts puts a sentence near its negation, and nothing taught it otherwise."
    )


def styles(pairs: Pairs) -> None:
    """Tell what another style costs, and how much a real CLIP has seen."""
    trained = len(pairs.rows(TRAINED))
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        st.markdown("#### Another style costs up to a quarter")
        named_table(
            pa.table(
                {
                    "style": [one[0] for one in STYLES],
                    "it was": [one[1] for one in STYLES],
                    "Recall@10": [one[2] for one in STYLES],
                }
            ),
            "recall by style of pictures",
            height=table_height(len(STYLES)),
            column_config={"Recall@10": st.column_config.NumberColumn(format="%.2f")},
        )
        st.caption(
            "The same held-out concepts, drawn by other hands (300 at most); chance is 0.03. "
            "Measured when this was made: the mean of five seeds."
        )
    with right:
        st.markdown("#### It has seen very little")
        st.markdown(
            f"This model learned from {trained:,} concepts in two drawn styles, in a few seconds. "
            "CLIP learned from 400 million pictures with their texts. So it also works on "
            "photographs, on new styles, and on texts that name no object. The idea is the same: "
            "two matrices and this loss."
        )
