"""The lesson “Same words, other model”: what one vector space can say about another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.comparison.compare import Comparison, compare
from explorer.comparison.sentences import verdict
from explorer.figures.same_words import cosines_figure
from explorer.jobs.pool import Job
from explorer.lessons.same_words import MODELS, across, shared_words, text
from explorer.training import word2vec
from explorer.ui.lessons import lesson
from explorer.ui.lessons.learning.playback import PLAYBACK, Playback
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, progress, spaces
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.navigation import PAGES
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

BERT, MINE = "words", "your own run"
SEEDS, WINDOWS, TEXTS, OWN = (
    "Same text, other seed",
    "Small and large window",
    "BERT and a small text",
    "BERT and your own run",
)
PAIRS = {
    SEEDS: ("seed 1", "seed 2"),
    WINDOWS: ("window 1", "window 10"),
    TEXTS: (BERT, "seed 1"),
    OWN: (BERT, MINE),
}
WORD, NEAR = "king", 6
K = 10  # neighbors that are compared
Both = tuple[EmbeddingSpace, EmbeddingSpace]


def ask() -> tuple[Both | None, str]:
    """Draw the choice of two models and of the step; return the words of both, and the step."""
    offered = [one for one in PAIRS if one != OWN or PLAYBACK in st.session_state]
    chosen: str = st.segmented_control(
        "Two models",
        offered,
        default=offered[0],
        required=True,
        key=address.choice("two_models", offered),
        bind="query-params",
        label_visibility="collapsed",
    )
    step = lesson.choose_step(list(STEPS), key="same_words_step")
    return models(PAIRS[chosen]), step


def models(names: tuple[str, str]) -> Both | None:
    """Return the words of two models; None while one is trained, which is shown."""
    jobs = {}
    for name in names:
        if name in MODELS:
            key = word2vec.learned_key(text_kept(), MODELS[name])
            if word2vec.open_kept(key, name) is None:
                jobs[f"learn-{key}"] = partial(train, name, key)
    if jobs:
        progress.follow(
            jobs, progress.Wait(place="two models", running="**Two models** learn the same text.")
        )
        if not all(word2vec.open_kept(one.removeprefix("learn-"), "") for one in jobs):
            return None
    one, other = (opened(name) for name in names)
    return shared_words(one, other) if one is not None and other is not None else None


@st.cache_resource(show_spinner=False)
def text_kept() -> Path:
    """Return the path of the text that is learned."""
    return text()


def train(name: str, key: str) -> Job:
    """Train a model on a worker, or join who does."""
    return progress.jobs().submit(
        f"learn-{key}", word2vec.learn_kept, str(text_kept()), asdict(MODELS[name]), key
    )


def opened(name: str) -> EmbeddingSpace | None:
    """Return a model's words: BERT's word pieces, the visitor's own run, or one trained here."""
    if name == BERT:
        return spaces.sample_space(BERT)
    if name == MINE:
        shown: Playback = st.session_state[PLAYBACK]
        return shown.film.space(shown.frame)
    return word2vec.open_kept(word2vec.learned_key(text_kept(), MODELS[name]), name)


def called(space: EmbeddingSpace) -> str:
    """Return what the page calls a model, safe in Markdown."""
    return "BERT’s word pieces" if space.name == BERT else plain(space.name)


def show_neighbors(one: EmbeddingSpace, other: EmbeddingSpace) -> None:
    """Draw a word's nearest words in both models."""
    words = list(one.labels)
    word = st.selectbox(
        "A word that both know",
        words,
        index=words.index(WORD) if WORD in words else 0,
        key=address.choice("shared_word", words),
        bind="query-params",
    )
    answers = [nearest_neighbors(space, word, NEAR) for space in (one, other)]
    common = set(answers[0].labels) & set(answers[1].labels)
    for side, column, space, answer in zip("12", st.columns(2), (one, other), answers, strict=True):
        with column:
            st.markdown(f"**{called(space)}**, {space.dim} numbers a word")
            named_table(
                pa.table(
                    {
                        "nearest": pa.array(answer.labels),
                        "cosine": pa.array(answer.scores),
                        "in both": pa.array([label in common for label in answer.labels]),
                    }
                ),
                called(space),
                f"neighbors of {word}",
                key=f"same words {side}",
                column_config={"cosine": st.column_config.NumberColumn(format="%.2f")},
            )
    st.markdown(
        f"Of the {NEAR} words nearest to **{plain(word)}**, **{len(common)}** are the same in "
        f"both. Only the {len(one):,} words that both know are searched."
    )
    lesson.try_this(
        "Choose an animal, a city, a dish. Which neighbors do the two models agree about?",
        "Compare the small with the large window. In which model could a neighbor take the "
        "word’s place in a sentence? In which do the two often stand in one sentence?",
    )


def show_cosines(one: EmbeddingSpace, other: EmbeddingSpace) -> None:
    """Draw cosines from one model to the other, then say what they mean."""
    found = across(one, other)
    turned = st.toggle("Turn one model onto the other first", key="turned")
    pair = (found.same_turned, found.others_turned) if turned else (found.same, found.others)
    st.markdown(
        f"One vector of **{called(one)}**, one of **{called(other)}**. Is a word near to itself?"
    )
    middle = [float(values.mean()) for values in pair]
    show_chart(
        cosines_figure(*pair, dark=is_dark()),
        f"Cosines between two models: the same word {middle[0]:.2f} on average, two different "
        f"words {middle[1]:.2f}",
        pa.table({"word": one.labels, "with itself": pair[0], "with another word": pair[1]}),
        key="across",
    )
    st.markdown(
        f"On average **{middle[0]:.2f}** for the same word, **{middle[1]:.2f}** for two different "
        "words. " + (TURNED if turned else MEANINGLESS)
    )
    if one.dim != other.dim:
        st.caption(
            f"{one.dim} numbers against {other.dim}: there is no cosine at all until the shorter "
            "vectors are filled up with zeros, as here."
        )


MEANINGLESS = (
    "**A cosine between two models means nothing.** Each model begins with random numbers and puts "
    "its axes where it likes; dimension 5 of one has nothing to do with dimension 5 of the other."
)
TURNED = (
    "Turning a model as a whole changes no distance inside it. Now we see what the two have in "
    "common. To be fair, each half of the words was turned by what the *other* half says."
)


def show_agreement(one: EmbeddingSpace, other: EmbeddingSpace) -> None:
    """Say how many neighborhoods the two models share, and lead to the page for any two spaces."""
    found = compared(one.digest, other.digest, (one, other))
    st.markdown(f"#### {verdict(found)}")
    left, right = st.columns(2, gap="large")
    left.markdown(
        "**What can be compared:** who is near whom *inside* each model. That does not depend on "
        "where the axes lie.\n\n**What cannot:** single numbers, single vectors, and scores. A "
        "cosine of 0.6 may be near in one model and far in the other."
    )
    order = [int(row) for row in found.order]
    right.markdown(
        "**Other neighbors:** "
        + ", ".join(plain(one.label(row)) for row in order[:8])
        + "\n\n**The same neighbors:** "
        + ", ".join(plain(one.label(row)) for row in order[-8:])
    )
    st.page_link(
        PAGES["two_spaces"].file,
        label="Compare these two word by word",
        icon=PAGES["two_spaces"].icon,
        query_params={
            "space": spaces.opened_spaces().add(one),
            "other_space": spaces.opened_spaces().add(other),
        },
    )


@st.cache_resource(show_spinner=False, max_entries=8)
def compared(digest: str, other: str, _both: Both) -> Comparison:
    """Return the comparison of some hundred words, once for all visitors."""
    return compare(*_both, k=min(K, len(_both[0]) - 1))


STEPS: dict[str, Callable[[EmbeddingSpace, EmbeddingSpace], None]] = {
    "Neighbors": show_neighbors,
    "From model to model": show_cosines,
    "What stays": show_agreement,
}
