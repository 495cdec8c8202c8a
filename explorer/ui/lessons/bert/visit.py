"""The visitor's sentences, the model that reads them, and its output."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.encoding.models import DEFAULT_MODEL, TOKENS_OF
from explorer.errors import ExplorerError
from explorer.jobs.threads import one_thread
from explorer.lessons.bert import forward, senses
from explorer.lessons.bert.forward import Reading
from explorer.lessons.bert.model import Bert, open_bert
from explorer.lessons.bert.senses import Separation
from explorer.lessons.bert.tokens import cut_notice, shared_words, tokenize
from explorer.ui.encode import download
from explorer.ui.open.telling import tell
from explorer.ui.shell import owner
from explorer.ui.shell.plain import plain

FIRST = "She sat on the river bank."
SECOND = "The bank raised its rates."
LONGEST = 60_000  # characters of a sentence: many more than any model reads
OWN_MODEL = (
    "Choose a model or type one: a name on the Hugging Face hub, such as google-bert/"
    "bert-base-cased, or a folder on this computer. The folder needs config.json, a tokenizer and "
    "weights as safetensors. Code that comes with a model is never run."
)


@dataclass(frozen=True, eq=False)
class Visit:
    """What the visitor typed, and what the model made of it: one or two sentences."""

    bert: Bert
    readings: tuple[Reading, ...]


@st.cache_resource(show_spinner="Loading the model …", max_entries=3)
def model(name: str) -> Bert:
    """Return an encoder, loaded once for all visitors."""
    return open_bert(name)


@st.cache_resource(show_spinner=False, max_entries=8)
def reading_of(name: str, sentence: str) -> Reading:
    """Return what a model makes of a sentence."""
    bert = model(name)
    with one_thread():
        return forward.read(bert, tokenize(bert, sentence))


@st.cache_resource(show_spinner="Reading 240 sentences, once …", max_entries=8)
def measured_senses(name: str) -> Separation:
    """Return how well each layer of a model separates the senses of the set."""
    bert = model(name)
    with one_thread():
        return senses.measure_senses(bert, senses.load_uses())


def ask() -> Visit | None:
    """Draw the fields for sentences and the model; return what it made of them."""
    first, second, last = st.columns([2, 2, 1.15])
    texts = [
        field.text_input(label, value, key=key, bind="query-params", max_chars=LONGEST)
        for field, label, value, key in (
            (first, "Sentence", FIRST, "first"),
            (second, "A second one, to compare", SECOND, "second"),
        )
    ]
    name = ask_model(last)
    sentences = tuple(text for text in texts if text and text.strip())
    if not sentences:
        st.info("Type a sentence above to follow it through the model.", icon=":material/edit:")
        return None
    try:
        owner.check_model(name)
        if not download.is_ready(name):
            return None
        bert = model(name)
        readings = tuple(reading_of(name, sentence) for sentence in sentences)
    except ExplorerError as error:
        tell(error)
        return None
    if bert.prompt:
        st.caption(f":material/info: This model reads “{plain(bert.prompt)}” before each text.")
    for reading in readings:
        if notice := cut_notice(bert, reading.tokens):
            st.warning(plain(notice), icon=":material/content_cut:")
    return Visit(bert, readings)


def ask_model(place: DeltaGenerator) -> str:
    """Draw the choice of the model; return its name or folder."""
    free = owner.takes_other_models()
    names = [name for name in owner.models() if not name.startswith(TOKENS_OF)]
    chosen = place.selectbox(
        "Model",
        names,
        accept_new_options=free,
        key="bert",
        bind="query-params",
        help=f"{OWN_MODEL} {download.size_limit()}"
        if free
        else "This server loads only these models.",
    )
    return (chosen or "").strip() or DEFAULT_MODEL


def fill_in(first: str, second: str) -> None:
    """Put two sentences into the fields."""
    st.session_state["first"], st.session_state["second"] = first, second


def which(visit: Visit, place: DeltaGenerator) -> Reading:
    """Ask for one of the sentences, where there are two."""
    if len(visit.readings) == 1:
        return visit.readings[0]
    chosen = place.segmented_control(
        "Sentence", ["Sentence 1", "Sentence 2"], default="Sentence 1", required=True,
        key="which", label_visibility="collapsed",
    )  # fmt: skip
    return visit.readings[int(chosen[-1]) - 1]


def ask_token(visit: Visit, reading: Reading, key: str) -> int:
    """Ask for one of the sentence's tokens; return its position.

    A pronoun “it” comes first, else the longest word that all sentences share.
    """
    pieces = reading.tokens.pieces
    first = min(1, len(pieces) - 1)
    if "it" in pieces:
        first = pieces.index("it")
    elif len(visit.readings) > 1:
        shared = shared_words([one.tokens for one in visit.readings])
        first = reading.tokens.positions(shared[0])[0] if shared else first
    chosen: int = st.selectbox(
        "Token",
        range(len(pieces)),
        index=first,
        format_func=lambda at: f"{at} · {pieces[at]}",
        key=f"{key} {reading.tokens.sentence[:200]}",
    )
    return chosen
