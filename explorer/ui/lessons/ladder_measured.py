"""Step 3 of the ladder: what each rung adds, and how it ranks paraphrases. Kept on disk."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, cache
from explorer.encoding.job import EncodeOptions
from explorer.figures import ladder
from explorer.lessons.ladder import (
    ABILITIES,
    Question,
    Ranking,
    SentencePair,
    rank_pairs,
    read_questions,
    read_sentence_pairs,
    share_right,
    texts_of,
)
from explorer.lessons.ladder import sentences as sentences_of
from explorer.ui.lessons import lesson
from explorer.ui.lessons.climbing import Texts, encoded, start_reading
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import spaces
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.tables import named_table

MEASURED = cache.Kind("ladder", 1)
MEASURING = threading.Lock()  # one measures for the class
LSA_DIM_MEASURED = 100  # usual for LSA
LSA_DIM_ABILITIES = 40  # of 10, 20, 40 and 100 the best for the questions


@st.cache_resource(show_spinner=False)
def pairs() -> tuple[SentencePair, ...]:
    """Return the pairs that come with the app."""
    return read_sentence_pairs(spaces.SAMPLE_FOLDER / "paraphrases.csv")


@st.cache_resource(show_spinner=False)
def questions() -> tuple[Question, ...]:
    """Return the questions that come with the app."""
    return read_questions(spaces.SAMPLE_FOLDER / "abilities.csv")


@dataclass(frozen=True, eq=False)
class Measured:
    """How each rung, by its title, ranks the pairs, and its share of right answers by ability."""

    rankings: dict[str, Ranking]
    right: dict[str, dict[str, float]]


@st.cache_resource(show_spinner=False, max_entries=4)
def kept(key: str) -> Measured | None:
    """Return what was measured before, now or before a restart; raises while there is nothing."""
    found = cache.load_json(MEASURED, key)
    if found is None:
        raise LookupError
    rankings = {
        title: Ranking(np.array(one.pop("similarities")), **one)
        for title, one in found["rankings"].items()
    }
    return Measured(rankings, found["right"])


def measured() -> Measured | None:
    """Return what was measured, from the disk if possible; None while the transformer reads."""
    words = spaces.sample_space(spaces.DEFAULT)
    key = measured_key(words)
    with contextlib.suppress(LookupError):
        return kept(key)
    read = encoded(sentences_read(), "pairs")
    if read is None:
        return None
    with st.spinner("Comparing all the pairs on each rung …"), MEASURING:
        with contextlib.suppress(LookupError):
            return kept(key)  # somebody else of the class was first
        cache.save_json(MEASURED, key, measure(words, read))
        return kept(key)


def measured_key(words: EmbeddingSpace) -> str:
    """Return the key that the measurements are kept under."""
    return cache.content_key(
        texts=[sentences_of(pairs()), texts_of(questions())],
        kinds=[[one.kind for one in pairs()], [one.ability for one in questions()]],
        words=words.digest,
        options=asdict(EncodeOptions()),
        lsa=[LSA_DIM_MEASURED, LSA_DIM_ABILITIES],
    )


def sentences_read() -> tuple[str, ...]:
    """Return all sentences that the transformer reads for this step, each once."""
    return tuple(dict.fromkeys([*sentences_of(pairs()), *texts_of(questions())]))


def make_ahead() -> None:
    """Have the transformer read the sentences before somebody comes, unless it is all measured."""
    if cache.find(MEASURED, measured_key(spaces.sample_space(spaces.DEFAULT))) is None:
        start_reading(sentences_read())


def measure(words: EmbeddingSpace, read: EmbeddingSpace) -> dict[str, Any]:
    """Return how each rung ranks the pairs and answers the questions, as JSON values."""
    of_pairs, of_questions = tuple(sentences_of(pairs())), tuple(texts_of(questions()))
    rankings = {
        step.rung.title: asdict(rank_pairs(step.space, pairs()))
        for step in Texts(of_pairs, words, part(read, of_pairs)).climb(LSA_DIM_MEASURED)
        if step.space is not None
    }
    right = {
        step.rung.title: share_right(step.space, questions())
        for step in Texts(of_questions, words, part(read, of_questions)).climb(LSA_DIM_ABILITIES)
        if step.space is not None
    }
    for ranking in rankings.values():
        ranking["similarities"] = ranking["similarities"].tolist()
    return {"rankings": rankings, "right": right}


def part(read: EmbeddingSpace, texts: tuple[str, ...]) -> EmbeddingSpace:
    """Return the vectors of some of the texts that were read."""
    return EmbeddingSpace(texts, read.vectors[[read.row(text) for text in texts]])


def show_abilities(right: dict[str, dict[str, float]]) -> None:
    """Show what each rung adds to the ones below."""
    st.markdown("##### What does each rung add?")
    left, beside = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            ladder.abilities_figure(right, dark=is_dark()),
            "Share of right answers of each rung, for five kinds of questions",
            pa.Table.from_pylist([{"rung": rung, **shares} for rung, shares in right.items()]),
            key="ladder-abilities",
        )
    beside.markdown(
        "“Which of two texts is nearer to this one?” Each kind of question needs one ability:\n\n"
        + "\n".join(f"- **{name}**: {meaning}" for name, meaning in ABILITIES.items())
        + "\n\nGuessing gives 50%; 0% means that the rung falls for the trap each time."
    )
    st.caption(
        f"{len(questions())} questions written for this lesson, each a trap for the rungs below "
        f"it. LSA keeps {LSA_DIM_ABILITIES} dimensions: of four values tried, the best for these "
        "questions. A higher rung can lose an ability: LSA counts less exactly, averages forget "
        "rare words."
    )


def show_measured(texts: Texts) -> None:
    """Show how each rung ranks paraphrases among the pairs written for this lesson."""
    found = measured()
    if found is None:
        return
    show_abilities(found.right)
    rankings = found.rankings
    best = max(rankings, key=lambda title: rankings[title].found_first)
    winner = rankings[best]
    counts = {kind: sum(pair.kind == kind for pair in pairs()) for kind in ladder.KIND_COLORS}
    st.markdown(
        f"##### Best at paraphrases: **{best}**. For {winner.found_first:.0%} of these sentences, "
        f"the nearest of {2 * len(pairs()):,} sentences is the paraphrase. But sentences with the "
        f"same words and another meaning fool it too: only {winner.above_same_words:.0%} of the "
        "time is a paraphrase more similar than such a pair."
    )
    left, right = st.columns([3, 2], gap="medium")
    with left:
        show_chart(
            ladder.similarities_by_kind(
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
        named_table(
            rankings_table(rankings),
            "pairs right on each rung",
            column_config=dict.fromkeys(("first", "> unrelated", "> same"), shares),
            alt="Each rung's three shares",
        )
        kinds = ", ".join(f"{n} {kind}" for kind, n in counts.items())
        st.caption(
            f"{len(pairs())} pairs written for this lesson: {kinds}. No paraphrase shares a word "
            "with its sentence, so counting words cannot find it. **First**: how often a "
            "sentence’s nearest neighbor is its paraphrase. **>**: how often a paraphrase is "
            "more similar than a pair of the other kind; guessing gives 50%. LSA keeps "
            f"{LSA_DIM_MEASURED} dimensions, learned from these sentences alone."
        )
    lesson.try_this(
        "Find the paraphrases on each rung. Where do they rise above the unrelated pairs?",
        "Why are the pairs with the same words on top everywhere? Hover over one that the "
        "transformer puts low: a word has another meaning there, and the transformer noticed.",
    )


def rankings_table(rankings: dict[str, Ranking]) -> pa.Table:
    """Return the three shares of each rung."""
    return pa.table(
        {
            "rung": list(rankings),
            "first": [round(one.found_first, 2) for one in rankings.values()],
            "> unrelated": [round(one.above_unrelated, 2) for one in rankings.values()],
            "> same": [round(one.above_same_words, 2) for one in rankings.values()],
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
