"""Step 4: word2vec reads a small text, pair by pair, with one update in numbers."""

from __future__ import annotations

import numpy as np
import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures import by_hand as figures
from explorer.lessons.by_hand.update import RATE, Reading, Update, pairs_of, read
from explorer.training.corpus import split_words
from explorer.ui.lessons import lesson
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain

TEXT = (
    "cats drink milk. dogs drink water. kittens drink milk. puppies drink water. "
    "cars burn fuel. trucks burn diesel. buses burn fuel. vans burn diesel."
)
LONGEST = 600  # characters
PASSES = 100  # the slider's end: times that the text is read
FEWEST = 4  # different words


def show(space: EmbeddingSpace) -> None:
    """Read as far as the slider says, and show text, picture and the last update."""
    typed = st.text_input(
        "A small text to learn from", TEXT, max_chars=LONGEST, key="small_text", bind="query-params"
    )
    text = [words for one in (typed or "").split(".") if len(words := split_words(one)) > 1]
    if len({word for one in text for word in one}) < FEWEST:
        st.info("Type at least two sentences with four different words.", icon=":material/edit:")
        return
    each = len(pairs_of(text))
    slider, passes = st.columns([3, 1], vertical_alignment="center", gap="large")
    rounds = passes.number_input(
        "Times the text was read before",
        0,
        PASSES,
        0,
        key=address.number("rounds", 0, PASSES),
        bind="query-params",
    )
    pair = slider.slider(f"Pair of words, of {each} in the text", 1, each, 1, key="pair read")
    found = read(text, rounds * each + pair)
    left, right = st.columns([1, 1.1], gap="large")
    with left:
        tell_text(found)
        tell_loss(found)
        show_chart(
            figures.words_in_plane(found, dark=is_dark()),
            "The words' two numbers as places, and how the last update moved one of them",
            key="word2vec plane",
        )
    with right:
        tell_update(found)
    lesson.try_this(
        "Move the slider pair by pair: which two words are read? Then read the text 50 times, and "
        "look at the picture: who stands beside whom, and why?",
        "Write *whales drink water* into the text. Where does it land?",
    )


def tell_text(found: Reading) -> None:
    """Show the text with the word that is learned and the word beside it."""
    told = []
    for number, words in enumerate(found.text):
        line = [plain(word) for word in words]
        if number == found.sentence:
            line[found.place] = f":blue-background[**{line[found.place]}**]"
            line[found.beside] = f":orange-background[**{line[found.beside]}**]"
        told.append(" ".join(line) + ".")
    st.markdown(" ".join(told))
    drawn = ", ".join(f"**{plain(word)}**" for word in found.drawn)
    st.caption(
        f"Blue: the word that is learned. Orange: a word beside it. Drawn by chance: {drawn}."
        " The arrow in the picture is the step of the blue word, drawn ten times longer. Each word "
        "has two vectors. The step goes to the second one of the orange word; dots show the first."
    )


def tell_loss(found: Reading) -> None:
    """Say how the loss fell."""
    if len(found.losses) > 1:
        st.markdown(
            f"Mean loss: **{found.losses[0]:.2f}** in the first reading, "
            f"**{found.losses[-1]:.2f}** in the last."
        )


def tell_update(found: Reading) -> None:
    """Show the last step in numbers and in words."""
    words = found.text[found.sentence]
    center, beside = plain(words[found.place]), plain(words[found.beside])
    step = found.last
    lines = [
        f"**In words**: pull *{center}* towards *{beside}*, which stands beside it, and push it "
        "away from words drawn by chance. The less the model expected it, the stronger.",
        f"**1** How likely do they seem? {product(step.center, step.context)} = "
        f"{number(float(step.center @ step.context))}. The function σ makes a probability of it: "
        f"σ = **{step.likely:.2f}**. It should be 1: what is missing, {1 - step.likely:.2f}, "
        "pulls.",
    ]
    lines += [
        f"**2** *{plain(word)}*, drawn by chance: σ({number(step.center @ vector)}) = "
        f"**{seems:.2f}**. It should be 0: {seems:.2f} pushes."
        for word, vector, seems in zip(found.drawn, step.negatives, step.unlikely, strict=True)
    ]
    lines += [
        f"**3** The new *{center}* = the old one + {RATE:g} × (pull − pushes):",
        f"{pair(step.center)} + {RATE:g} × ({1 - step.likely:.2f} × {pair(step.context)}"
        + pushes(step)
        + f") = **{pair(step.new_center)}**",
        f"The loss of this pair: −ln {step.likely:.2f}"
        + "".join(f" − ln {1 - seems:.2f}" for seems in step.unlikely)
        + f" = **{step.loss:.2f}**",
    ]
    with st.container(border=True):
        st.markdown("\n\n".join(lines))
    st.caption(
        "σ(x) = 1 / (1 + e to the power of −x). Each word has a second vector for its part as a "
        "neighbor; that one stands in the sums here and is moved too. “Watch it learn” takes the "
        "same step with 256 pairs at once (Mikolov et al. 2013)."
    )


def pushes(step: Update) -> str:
    """Return the pushes of a step as a formula."""
    return "".join(
        f" − {seems:.2f} × {pair(vector)}"
        for seems, vector in zip(step.unlikely, step.negatives, strict=True)
    )


def product(
    one: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    other: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
) -> str:
    """Return the dot product of two vectors as a formula."""
    return " + ".join(f"{number(a)} × {number(b)}" for a, b in zip(one, other, strict=True))


def pair(vector: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> str:
    """Return a vector as formulas show it."""
    return f"({', '.join(map(number, vector))})"


def number(value: float) -> str:
    """Return a number with two decimals and a true minus."""
    return f"{value + 0:.2f}".replace("-", "−")
