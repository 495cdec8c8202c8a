"""The lesson "The ladder": the same sentences on six rungs, and which rung understands them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.baselines import WORD
from explorer.cost import readable_bytes
from explorer.encode import sentences
from explorer.figures import lessons, matrices
from explorer.ladder import (
    RUNGS,
    Materials,
    Pair,
    Ranking,
    Step,
    climb,
    rank_pairs,
    read_pairs,
)
from explorer.ladder import (
    sentences as sentences_of,
)
from explorer.neighbors import neighbors_of_row
from explorer.pairwise import pairwise
from explorer.ui import lesson, spaces
from explorer.ui.plain import plain
from explorer.ui.pointcloud import is_dark

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

TEXTS = """The doctor cured the sick child.
A physician made her young patient well again.
The sick doctor avoided the child.
Stocks fell sharply this morning.
Share prices plunged at the start of trading.
The leaves fell this morning.
The girl loves that dog.
She adores her new puppy.
That dog bit the girl.
The man bought a car.
He purchased an automobile.
The car hit the man."""
MOST_TEXTS = 200
LONGEST_TEXT = 1000
NEIGHBORS = 3
LSA_DIM = 8
LSA_DIM_MEASURED = 100


@dataclass(frozen=True, eq=False)
class Climb:
    """The texts on all rungs, and the words whose vectors were averaged."""

    texts: tuple[str, ...]
    steps: dict[str, Step]
    words: EmbeddingSpace


@st.cache_resource(show_spinner="Loading the language model, once for everyone …")
def model() -> SentenceTransformer:
    """Return the sentence model, loaded once for all visitors."""
    return sentences.load_model()


@st.cache_resource(show_spinner=False, max_entries=32)
def encoded(texts: tuple[str, ...]) -> EmbeddingSpace:
    """Return the texts' sentence embeddings, computed once for all visitors."""
    return sentences.sentence_vectors(texts, model())


@st.cache_resource(show_spinner=False, max_entries=32)
def climbed(
    texts: tuple[str, ...], words_digest: str, lsa_dim: int, _words: EmbeddingSpace
) -> dict[str, Step]:
    """Return the texts on all rungs, computed once for all visitors."""
    return climb(texts, Materials(_words, lambda given: encoded(tuple(given)), lsa_dim))


def ask(space: EmbeddingSpace) -> tuple[Climb | None, str]:
    """Draw the field for the sentences and the steps; return the climb and the open step."""
    field, steps = st.columns([1, 3], vertical_alignment="bottom")
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
    with steps:
        step = lesson.choose_step(list(STEPS))
    lines = dict.fromkeys(line.strip()[:LONGEST_TEXT] for line in (text or "").split("\n"))
    texts = tuple(line for line in lines if line)
    if len(texts) > MOST_TEXTS:
        st.info(f"These are {len(texts):,} sentences; here are the first {MOST_TEXTS}.")
        texts = texts[:MOST_TEXTS]
    if len(texts) < 2:
        st.info("Type at least two sentences, one a line.", icon=":material/edit:")
        return None, step
    words = word_space(space, texts)
    lsa_dim = LSA_DIM
    if step in WITH_SLIDER:
        lsa_dim = ask_dimensions(texts)
    return Climb(texts, climbed(texts, words.digest, lsa_dim, words), words), step


def word_space(space: EmbeddingSpace, texts: Sequence[str]) -> EmbeddingSpace:
    """Return the current space if it knows at least half of the texts' words, else the sample."""
    found = {word.lower() for text in texts for word in WORD.findall(text)}
    known = sum(word in space for word in found)
    return space if 2 * known >= len(found) else spaces.sample_space(spaces.DEFAULT)


def ask_dimensions(texts: tuple[str, ...]) -> int:
    """Draw the slider of LSA's dimensions, as far as these texts allow one."""
    most = len(texts) - 1
    if most < 2:
        return 1
    chosen: int = st.slider(
        "Dimensions that LSA keeps",
        1,
        most,
        min(LSA_DIM, most),
        key="lsa_dim",
        bind="query-params",
    )
    return chosen


def show_rungs(climb: Climb) -> None:
    """Show each rung: what it makes of the sentences, and what it finds near the chosen one."""
    chosen = st.selectbox(
        "What is near to", climb.texts, key="sentence", format_func=lambda text: text
    )
    row = climb.texts.index(chosen)
    steps = list(climb.steps.values())
    for line in (steps[:3], steps[3:]):
        for column, step in zip(st.columns(3, gap="small"), line, strict=True):
            with column.container(border=True, height="stretch"):
                show_rung(step, row)
    with st.expander("The numbers as a table", icon=":material/table:"):
        st.dataframe(rungs_table(climb, row), hide_index=True)
    lesson.try_this(
        "Follow the first sentence up the ladder: at which rung does its paraphrase, which shares "
        "no word with it, come before the sentence that only looks alike?",
        "Move LSA’s slider. So few sentences teach it little: what goes with what, it learns from "
        "these texts alone, and the upper rungs from billions of words.",
        "Write *The dog bit the man* and *The man bit the dog*. Which rung tells them apart?",
    )
    for step in steps:
        if step.rung is RUNGS["averaged"] and step.space is not None:
            for note in step.space.notes:
                st.caption(f":material/info: Averaged words: {plain(note)}")


def show_rung(step: Step, row: int) -> None:
    """Show one rung as a card."""
    st.markdown(f"**{step.rung.title}** · {step.rung.sentence}")
    space = step.space
    if space is None:
        st.caption(plain(step.why_not))
        return
    st.caption(
        f"{len(space):,} × {space.dim:,} · {space.zero_share:.0%} zeros · "
        f"{readable_bytes(space.nbytes)}"
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


def rungs_table(climb: Climb, row: int) -> pa.Table:
    """Return each rung's facts and its nearest sentences."""
    lines = []
    for step in climb.steps.values():
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


def show_matrices(climb: Climb) -> None:
    """Show the similarity of every pair on every rung, on one color scale."""
    made = [(step.rung.title, step.space) for step in climb.steps.values() if step.space]
    tables = [pairwise(space) for _, space in made]
    titles = [title for title, _ in made]
    first, second = np.triu_indices(len(climb.texts), 1)
    names = np.array(climb.texts, object)
    table = pa.table(
        {"sentence": names[first], "other": names[second]}
        | {title: one[first, second] for title, one in zip(titles, tables, strict=True)}
    )
    lesson.show_picture(
        matrices.small_multiples(tables, titles, climb.texts, height=500, dark=is_dark()),
        f"Similarity of each pair of {len(climb.texts)} sentences on {len(titles)} rungs",
        table,
        key="ladder-matrices",
    )
    lesson.try_this(
        "The sentences stand in threes: one, its paraphrase, and one that shares its words. On "
        "the low rungs the first lights up with the third; look where the second joins.",
        "Hover over a bright cell beside the diagonal: did words or meaning make it bright?",
    )
    titles_to_open = {step.rung.title: step.space for step in climb.steps.values() if step.space}
    choice, button = st.columns([1, 2], vertical_alignment="bottom")
    title = choice.selectbox("Rung", list(titles_to_open), key="rung to open")
    with button:
        lesson.offer_map(titles_to_open[title], "Open this rung’s space on the Map", key="map rung")


@st.cache_resource(show_spinner=False)
def pairs() -> tuple[Pair, ...]:
    """Return the pairs that come with the app."""
    return read_pairs(spaces.SAMPLE_FOLDER / "paraphrases.csv")


@st.cache_resource(show_spinner="Reading all the pairs on each rung …")
def measured() -> dict[str, Ranking]:
    """Return how each rung ranks the pairs, measured once on this computer."""
    words = spaces.sample_space(spaces.DEFAULT)
    texts = tuple(sentences_of(pairs()))
    steps = climbed(texts, words.digest, LSA_DIM_MEASURED, words)
    return {
        step.rung.title: rank_pairs(step.space, pairs()) for step in steps.values() if step.space
    }


def show_measured(climb: Climb) -> None:
    """Show how each rung ranks paraphrases among the pairs written for this lesson."""
    rankings = measured()
    best = max(rankings, key=lambda title: rankings[title].found_first)
    winner = rankings[best]
    counts = {kind: sum(pair.kind == kind for pair in pairs()) for kind in lessons.KIND_COLORS}
    st.markdown(
        f"##### **{best}** ranks paraphrases best: for **{winner.found_first:.0%}** of their "
        f"sentences it puts the other of the pair first among {2 * len(pairs()):,}. But the same "
        f"words with another meaning fool it too: only **{winner.above_same_words:.0%}** of the "
        "time a paraphrase stands above such a pair."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        lesson.show_picture(
            lessons.kinds_figure(
                {title: ranking.similarities for title, ranking in rankings.items()},
                [pair.kind for pair in pairs()],
                [f"{pair.first} | {pair.second}" for pair in pairs()],
                height=400,
                dark=is_dark(),
            ),
            "Cosine similarity of each pair on each rung, by kind of pair",
            pairs_table(rankings),
            key="ladder-kinds",
            table_title="All pairs as a table",
        )
    with right:
        shares = st.column_config.NumberColumn(format="percent")
        st.dataframe(
            rankings_table(rankings),
            hide_index=True,
            column_config={
                "found first": shares,
                "above unrelated": shares,
                "above same words": shares,
            },
            alt="Each rung's three shares",
        )
        kinds = ", ".join(f"{n} {kind}" for kind, n in counts.items())
        st.caption(
            f"{len(pairs())} pairs written for this lesson: {kinds}. No paraphrase shares a word "
            "with its sentence: that is what counting cannot see. **Found first**: the share of "
            "paraphrases’ sentences whose nearest is their partner. **Above**: how often a "
            "paraphrase is more similar than a pair of the other kind; guessing gives 50%. "
            f"LSA keeps {LSA_DIM_MEASURED} dimensions, learned from these sentences alone."
        )
    lesson.try_this(
        "Find the paraphrases in each column. From which rung on do they leave the unrelated pairs "
        "behind?",
        "Why are the pairs of same words on top everywhere? Hover over one that the transformer "
        "puts low: there a word changed its meaning, and it noticed.",
    )


def rankings_table(rankings: dict[str, Ranking]) -> pa.Table:
    """Return the three shares of each rung."""
    return pa.table(
        {
            "rung": list(rankings),
            "found first": [one.found_first for one in rankings.values()],
            "above unrelated": [one.above_unrelated for one in rankings.values()],
            "above same words": [one.above_same_words for one in rankings.values()],
        }
    )


def pairs_table(rankings: dict[str, Ranking]) -> pa.Table:
    """Return all pairs with their similarity on each rung."""
    told = {
        "kind": [pair.kind for pair in pairs()],
        "first": [pair.first for pair in pairs()],
        "second": [pair.second for pair in pairs()],
    }
    return pa.table(told | {title: one.similarities for title, one in rankings.items()})


STEPS: dict[str, Callable[[Climb], None]] = {
    "1 · Neighbors": show_rungs,
    "2 · All pairs": show_matrices,
    "3 · Measured": show_measured,
}
WITH_SLIDER = ("1 · Neighbors", "2 · All pairs")
