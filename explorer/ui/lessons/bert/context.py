"""Step 4: one word in two sentences, and how well each layer separates word senses."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.errors import ExplorerError
from explorer.figures.bert import layer_name
from explorer.figures.contexts import context_curve, senses_curve
from explorer.lessons.bert import forward, senses
from explorer.lessons.bert.forward import Floats
from explorer.lessons.bert.senses import Separation
from explorer.lessons.bert.tokens import shared_words
from explorer.ui.lessons.bert.shown import code, table
from explorer.ui.lessons.bert.visit import Visit, fill_in, measured_senses
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain

OWN, SET = "Your sentences", "12 words"
PAIRS = {  # what a button says, and the sentences it fills in
    "spring": (
        "Flowers bloom in spring.",
        "A steel spring holds the door shut.",
    ),
    "light": ("The light went out.", "This bag is light."),
    "mouse": ("The mouse ate the cheese.", "Click the button of the mouse."),
    "one sense": ("The bank closed at noon.", "I paid the cheque into my bank."),
    "word order": ("The dog bit the man.", "The man bit the dog."),
}


def draw(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the visitor's own two uses of a word, or the set of words."""
    with beside:
        shown = st.segmented_control(
            "Shown", [OWN, SET], default=OWN, required=True, key=address.choice("uses", [OWN, SET]),
            bind="query-params", label_visibility="collapsed",
        )  # fmt: skip
    if shown == OWN:
        own_sentences(visit, picture, beside)
    else:
        sense_set(visit, picture, beside)


def own_sentences(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw the cosine of a word's two vectors, layer by layer."""
    beside.markdown(
        "**Look for** the fall. Both uses of the word start from the same row. Each layer mixes "
        "in the words around it. Two meanings drift farther apart than two uses of one meaning."
    )
    with picture.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown("Try", width="content")
        for name, pair in PAIRS.items():
            st.button(name, on_click=fill_in, args=pair)
    if len(visit.readings) < 2:
        picture.info("Type a second sentence above that uses the same word in another sense.")
        return
    shared = shared_words([reading.tokens for reading in visit.readings])
    word = beside.text_input(
        "The word to compare",
        placeholder=shared[0] if shared else "a word of both sentences",
        key="word",
        bind="query-params",
    )
    word = word or (shared[0] if shared else "")
    if not word:
        picture.info("The two sentences share no word. Type one into both.")
        return
    first, second = (reading.word(word) for reading in visit.readings)
    similar = forward.cosines(first, second)
    usual = usual_cosines(visit)
    with picture:
        show_chart(
            context_curve(similar, word, usual, dark=is_dark()),
            f"Cosine of the two vectors of {word} after each layer",
            key="context",
        )
        st.markdown(verdict(visit, word, similar, usual))
    code(beside, "context", visit, word=word.casefold(), height=150)
    columns: dict[str, object] = {
        "after": [layer_name(n) for n in range(len(similar))],
        "cosine": similar,
    }
    if usual is not None:
        columns["one sense, mean"] = usual.same.mean(axis=0)
        columns["two senses, mean"] = usual.different.mean(axis=0)
    with beside.expander("The same as a table"):
        table("two uses by layer", columns)


def usual_cosines(visit: Visit) -> Separation | None:
    """Return what is usual for this model; None where it cannot read the set's sentences."""
    try:
        return measured_senses(visit.bert.name)
    except ExplorerError:
        return None  # the visitor's own curve needs no such mean; the other view shows the error


def verdict(visit: Visit, word: str, similar: Floats, usual: Separation | None) -> str:
    """Say what the curve shows, in sentences that hold the numbers."""
    tokens = [reading.tokens for reading in visit.readings]
    ids = [[one.ids[at] for at in one.positions(word)] for one in tokens]
    start = (
        "where only its position differs"
        if ids[0] == ids[1]
        else "where its two spellings have different pieces"
    )
    last = float(similar[-1])
    said = (
        f"“{plain(word)}”: **{similar[0]:.2f}** before the first layer, {start}; "
        f"**{last:.2f}** after the last"
    )
    if usual is None:
        return f"{said}."
    same, different = float(usual.same[:, -1].mean()), float(usual.different[:, -1].mean())
    nearer = "one sense" if last > (same + different) / 2 else "two senses"
    return (
        f"{said}: closer to **{nearer}**. (In our sentences, the average is {same:.2f} for uses "
        f"in one sense and {different:.2f} for two senses.)"
    )


def sense_set(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw how well each layer separates the senses of the set's words."""
    beside.markdown(
        "**Look for** the layer at which the two meanings of a word come apart. For each "
        "sentence we take the one in which the word has the most similar vector. Does the word "
        "mean the same there?"
    )
    found = measured_senses(visit.bert.name)
    uses = senses.load_uses()
    word = beside.selectbox("Highlight", found.words, key="sense word")
    with picture:
        show_chart(
            senses_curve(found, word, dark=is_dark()),
            "Accuracy of the nearest neighbor's sense and silhouette, for each layer",
            key="senses",
        )
        mean = found.accuracy.mean(axis=0)
        st.markdown(
            f"Same meaning in the most similar sentence: **{mean[0]:.0%}** before the first layer "
            f"(chance: {found.chance:.0%}), **{mean[-1]:.0%}** after the last. "
            f"{len(uses)} sentences, ten for each of two senses of {len(found.words)} words."
        )
    with beside:
        with st.expander("The same as a table"):
            table(
                "senses told apart by layer",
                {
                    "layer": list(range(len(mean))),
                    "accuracy": mean,
                    "silhouette": found.silhouette.mean(axis=0),
                },
            )
        own = [use for use in uses if use.word == word]
        table(
            f"sentences with {word}",
            {"sense": [u.sense for u in own], "sentence": [u.sentence for u in own]},
            height=240,
        )
