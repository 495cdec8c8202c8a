"""The lesson "The ladder": the same sentences on six rungs. Step 3 is in ladder_measured.py."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.figures import ladder
from explorer.lessons.distance_matrices import pairwise
from explorer.lessons.ladder import (
    RUNGS,
    Step,
)
from explorer.lessons.ladder import sentences as sentences_of
from explorer.neighbors.exact import neighbors_of_row
from explorer.ui.lessons import lesson
from explorer.ui.lessons.climbing import Texts, encoded
from explorer.ui.lessons.ladder_measured import pairs, show_measured
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, spaces
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table
from explorer.wording import readable_bytes
from explorer.words import WORD

TEXTS = """The man bought a car.
He purchased an automobile.
The car hit the man.
He is afraid of flying.
Airplanes frighten him.
He is flying a kite.
The doctor cured the child.
A physician healed her young patient.
The child wants to be a doctor.
The dog bit the man.
A puppy sank its teeth into someone.
The man bit the dog."""
MOST_TEXTS = 200  # all pairs are compared on six rungs
LONGEST_TEXT = 1000  # letters of a sentence
NEIGHBORS = 3  # as many as fit on a card
LSA_DIM = 8  # of at most 11 for the twelve sentences


def ask(space: EmbeddingSpace) -> tuple[Texts | None, str]:
    """Draw the field for the sentences and the steps; return the sentences and the open step."""
    field, steps = st.columns([1, 3], vertical_alignment="center")
    with field.popover("Your sentences", icon=":material/edit:", width="stretch"):
        text = st.text_area(
            "One sentence a line",
            TEXTS,
            height=330,
            key="sentences",
            persist_state="session",
            max_chars=MOST_TEXTS * LONGEST_TEXT,
            width=620,
        )
        for label, sample in (("The twelve of this lesson", TEXTS), ("All of the pairs", None)):
            st.button(label, on_click=put, args=(sample,), type="tertiary", icon=":material/undo:")
    with steps:
        step = lesson.choose_step(list(STEPS), key="ladder_step")
    lines = dict.fromkeys(line.strip()[:LONGEST_TEXT] for line in (text or "").split("\n"))
    texts = tuple(line for line in lines if line)
    if len(texts) > MOST_TEXTS:
        st.info(f"These are {len(texts):,} sentences; here are the first {MOST_TEXTS}.")
        texts = texts[:MOST_TEXTS]
    if len(texts) < 2:
        st.info("Type at least two sentences, one a line.", icon=":material/edit:")
        return None, step
    return Texts(texts, word_space(space, texts), encoded(texts, "ladder")), step


def put(sample: str | None) -> None:
    """Put sample sentences into the field: those given, or all of the measured pairs."""
    st.session_state["sentences"] = sample or "\n".join(sentences_of(pairs()))


def word_space(space: EmbeddingSpace, texts: Sequence[str]) -> EmbeddingSpace:
    """Return the current space if it knows at least half of the texts' words, else the sample."""
    found = {word.lower() for text in texts for word in WORD.findall(text)}
    known = sum(word in space for word in found)
    return space if 2 * known >= len(found) else spaces.sample_space(spaces.DEFAULT)


def ask_dimensions(texts: Texts) -> int:
    """Draw the slider of LSA's dimensions, as far as these texts allow one."""
    most = len(texts.sentences) - 1
    if most < 2:
        return 1
    chosen: int = st.slider(
        "Dimensions that LSA keeps",
        1,
        most,
        min(LSA_DIM, most),
        key=address.number("lsa_dim", 1, most),
        bind="query-params",
    )
    return chosen


def show_rungs(texts: Texts) -> None:
    """Show each rung: what it makes of the sentences, and what it finds near the chosen one."""
    pick, slider = st.columns([1.6, 1], gap="medium")
    chosen = pick.selectbox("What is near to", texts.sentences, key="sentence")
    with slider:
        lsa_dim = ask_dimensions(texts)
    row = texts.sentences.index(chosen)
    cards = [*st.columns(3, gap="small"), *st.columns(3, gap="small")]
    steps = []
    for card, step in zip(cards, texts.climb(lsa_dim), strict=True):
        steps.append(step)
        with card.container(border=True, height="stretch", gap="xsmall"):
            show_rung(step, row)
    with st.expander("The numbers as a table", icon=":material/table:"):
        named_table(rungs_table(steps, row), "nearest on each rung to", chosen)
    lesson.try_this(
        "*He purchased an automobile* says the same as *The man bought a car*, without a common "
        "word. On which rung does it come first?",
        "Move LSA’s slider. LSA learns which words go together from these few sentences alone; "
        "the upper rungs learned it from billions of words.",
        "Choose *The dog bit the man*. Which rung can tell it from *The man bit the dog*? None.",
    )
    for step in steps:
        if step.rung is RUNGS["averaged"] and step.space is not None:
            for note in step.space.notes:
                st.caption(f":material/info: Averaged words: {plain(note)}")


def show_rung(step: Step, row: int) -> None:
    """Show one rung as a card."""
    title = f"**{step.rung.title}** :small[{step.rung.sentence}]"
    space = step.space
    if space is None:
        st.markdown(title)
        st.caption(plain(step.why_not))
        return
    st.markdown(
        f"{title}  \n:small[:gray[{len(space):,} × {space.dim:,} · {space.zero_share:.0%} zeros · "
        f"{readable_bytes(space.nbytes)}]]"
    )
    found = neighbors_of_row(space, row, NEIGHBORS)
    if not np.round(found.scores, 6).any():
        st.markdown("All others are equally far: similarity **0.00**.")
        return
    st.markdown(
        "\n".join(
            f"{place}. **{score:.2f}** {plain(label)}"
            for place, (label, score) in enumerate(zip(found.labels, found.scores, strict=True), 1)
        )
    )


def rungs_table(steps: list[Step], row: int) -> pa.Table:
    """Return each rung's facts and its nearest sentences."""
    lines = []
    for step in steps:
        if step.space is None:
            continue
        found = neighbors_of_row(step.space, row, NEIGHBORS)
        near = {
            f"nearest {place}": f"{score:.3f}  {label}"
            for place, (label, score) in enumerate(zip(found.labels, found.scores, strict=True), 1)
        }
        lines.append(
            {
                "rung": step.rung.title,
                "rows": len(step.space),
                "dimensions": step.space.dim,
                "share of zeros": step.space.zero_share,
                "bytes": step.space.nbytes,
                **near,
            }
        )
    return pa.Table.from_pylist(lines)


def show_matrices(texts: Texts) -> None:
    """Show the similarity of every pair on every rung, on one color scale."""
    steps = list(texts.climb(ask_dimensions(texts)))
    made = {step.rung.title: step.space for step in steps if step.space is not None}
    titles = list(made)
    tables = [pairwise(space) for space in made.values()]
    first, second = np.triu_indices(len(texts.sentences), 1)
    names = np.array(texts.sentences, object)
    table = pa.table(
        {"sentence": names[first], "other": names[second]}
        | {title: one[first, second] for title, one in zip(titles, tables, strict=True)}
    )
    show_chart(
        ladder.similarity_matrices(tables, titles, texts.sentences, height=470, dark=is_dark()),
        f"Similarity of each pair of {len(texts.sentences)} sentences on {len(titles)} rungs",
        table,
        key="ladder-matrices",
    )
    lesson.try_this(
        "The sentences come in threes: a sentence, its paraphrase, and one with the same words. "
        "On the low rungs the first sentence is most like the third. On which rungs is it like "
        "the second, too?",
        "Hover over a bright cell off the diagonal: is it bright because of words or of meaning?",
    )
    choice, button = st.columns([1, 2], vertical_alignment="bottom")
    title = choice.selectbox("Rung", titles, key="rung to open")
    with button:
        lesson.offer_map(made[title], "Open this rung’s space on the Map", key="map rung")


STEPS: dict[str, Callable[[Texts], None]] = {
    "1 Neighbors": show_rungs,
    "2 All pairs": show_matrices,
    "3 Measured": show_measured,
}
