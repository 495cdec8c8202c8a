"""The page In production: five questions, each with figures that are measured on the spot."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import EmbeddingSpace
from explorer.lessons import production
from explorer.lessons.production import NEW_WORDS, OLD_WORDS, Serving
from explorer.neighbors.indexes.cost import Load, costs
from explorer.ui.axes.examples import OCCUPATIONS
from explorer.ui.lessons import lesson
from explorer.ui.lessons.climbing import encoded
from explorer.ui.shell import spaces
from explorer.ui.shell.navigation import PAGES, link_parameters
from explorer.ui.shell.plain import plain
from explorer.wording import readable_bytes

WORDS, BOOKS = "words", "books"
# Nobody who describes a book writes so: what a help desk would get.
OTHER_TEXTS = (
    "Please reset my password, I cannot log in.",
    "The invoice for March has the wrong address.",
    "My parcel has not arrived since Tuesday.",
    "How do I cancel my subscription?",
    "The app crashes when I open the camera.",
    "I was charged twice for the same order.",
    "Can I change the delivery date?",
    "The printer shows error code 52.",
    "Your website is down again.",
    "I would like to speak to a person.",
    "The discount code does not work.",
    "Where do I find my contract number?",
)
SIZES = (10_000, 100_000, 1_000_000, 10_000_000, 100_000_000)


@st.cache_resource(show_spinner="Timing questions …")
def served() -> Serving:
    """Return how long a question takes, timed once for all visitors."""
    return production.serving(spaces.sample_space(WORDS))


@st.cache_resource(show_spinner="Rounding numbers …")
def kept() -> dict[int, float]:
    """Return what rounding keeps, measured once for all visitors."""
    return production.kept_by_bits(spaces.sample_space(WORDS))


def show() -> None:
    """Draw the five cards."""
    top, bottom = st.columns(3), st.columns(2)
    for column, draw in zip((*top, *bottom), (serving, freshness, drift, cost, bias), strict=True):
        with column.container(border=True, height="stretch"):
            draw()
    lesson.try_this(
        "Which of the five would hurt your own idea first? Which one can you measure today?",
        "Choose ten million texts under “Cost”: what does it take, and what does one bit save?",
    )


def serving() -> None:
    """How long does an answer take?"""
    found = served()
    st.markdown("##### :material/bolt: Serving: is it fast enough?")
    st.metric("One question, all vectors compared", f"{found.seconds * 1e3:.1f} ms")
    st.markdown(
        f"{found.vectors:,} vectors, on this machine. With 100 times as many it takes about 100 "
        "times as long. Then an index helps, which does not look everywhere and misses some."
    )
    st.page_link(
        PAGES["search"].file,
        label="Search at scale",
        icon=PAGES["search"].icon,
        query_params=link_parameters("search", WORDS),
    )


def freshness() -> None:
    """Does the model know what is new?"""
    st.markdown("##### :material/update: Freshness: does it know new words?")
    known = {
        name: sum(len(pieces) == 1 for pieces in production.words_of_its_own(words).values())
        for name, words in (("new", NEW_WORDS), ("old", OLD_WORDS))
    }
    st.metric("New words that have a row of their own", f"{known['new']} of {len(NEW_WORDS)}")
    st.markdown(
        f"Of as many everyday words from before 2018, {known['old']}. A model knows only what was "
        "written before it was trained. New **texts** can be added at any time; a new **model** "
        "means encoding everything again."
    )
    typed = st.text_input("A new word", "chatgpt", max_chars=30, key="new word").strip()
    if typed:
        (pieces,) = production.words_of_its_own([typed.lower()]).values()
        st.markdown(f"It reads: **{plain(' + '.join(pieces))}**")


def drift() -> None:
    """Have the texts changed?"""
    st.markdown("##### :material/trending_down: Drift: have the texts changed?")
    read = encoded(OTHER_TEXTS, "production")
    if read is None:
        st.caption("The figures stand here as soon as the model has read the new texts.")
        return
    books = np.asarray(spaces.sample_space(BOOKS).vectors)
    found = production.drift(books[::2], books[1::2], np.asarray(read.vectors))
    st.metric("Help-desk texts that set off the alarm", f"{found.share:.0%}")
    usual, new = float(np.median(found.usual)), float(np.median(found.new))
    st.markdown(
        f"A search was built with the descriptions of {len(books[::2])} books. For each new "
        "text we ask how similar the nearest of them is. For other books it is "
        f"**{usual:.2f}** (median), for help-desk texts **{new:.2f}**. Below {found.alarm:.2f} "
        f"the alarm goes off. Only {production.ALARM:.0%} of the books are as low."
    )


def cost() -> None:
    """What does it take, and what do smaller numbers lose?"""
    st.markdown("##### :material/savings: Cost: what does it take?")
    n = st.select_slider(
        "Texts", SIZES, 1_000_000, format_func=lambda one: f"{one:,}", key="texts served"
    )
    dim = spaces.sample_space(WORDS).dim
    exact = next(one for one in costs(Load(n, dim)) if one.title == "Exact")
    first, second = st.columns(2)
    first.metric(f"{dim} numbers of 4 bytes", readable_bytes(int(exact.nbytes)))
    one_bit = n * dim // 8
    second.metric("The same with one bit a number", readable_bytes(one_bit))
    told = kept()
    st.markdown(
        "With fewer bits some neighbors are lost. Of ten true neighbors, so many stay (sample of "
        "words): "
        + ", ".join(
            f"**{10 * share:.1f}** with {bits} bit{'s' if bits > 1 else ''}"
            for bits, share in told.items()
        )
        + (
            ". Most systems store 8 bits. Others search with one bit, then compare the best with "
            "all bits."
        )
    )


def bias() -> None:
    """What did the model learn about people?"""
    st.markdown("##### :material/balance: Bias: what did it learn about people?")
    words: EmbeddingSpace = spaces.sample_space(WORDS)
    places = production.between_he_and_she(words, OCCUPATIONS.split(", "))
    order = list(places)
    first, second = st.columns(2)
    first.metric("Nearest to *he*", order[0])
    second.metric("Nearest to *she*", order[-1])
    st.markdown(
        f"{len(order)} occupations on the line from *he* to *she*: *{order[0]}*, *{order[1]}*, "
        f"*{order[2]}* at one end, *{order[-3]}*, *{order[-2]}*, *{order[-1]}* at the other. "
        "Nobody programmed that: it comes from the texts. Whoever ranks people by such vectors "
        "passes it on."
    )
    st.page_link(
        PAGES["axes"].file,
        label="Measure it on Axes",
        icon=PAGES["axes"].icon,
        query_params=link_parameters("axes", WORDS),
    )
