"""Which model reads the texts, on what, and how."""

from __future__ import annotations

import streamlit as st

from explorer import EmbeddingSpace
from explorer.encoding.device import AUTO, EXACT, FAST, Device
from explorer.encoding.encoding import LONG_TEXTS
from explorer.encoding.job import EncodeOptions
from explorer.encoding.models import DEFAULT_MODEL, TOKENS_OF, known_model
from explorer.encoding.transformer import POOLINGS
from explorer.ui.encode import download, jobs
from explorer.ui.encode.own_texts import WORDS_OF
from explorer.ui.shell import owner

WORDS, ANOTHER = "words of the current space", "another model"


def ask_encode_options(space: EmbeddingSpace) -> EncodeOptions | None:
    """Draw the choice of the model and its options; None stands for the current space's words."""
    if st.session_state.get("texts") == WORDS_OF:
        return None
    choice = st.selectbox(
        "Model",
        [*owner.models(), WORDS, *([ANOTHER] if owner.takes_other_models() else [])],
        format_func=lambda name: (
            f"Average of word vectors: {space.name}" if name == WORDS else name
        ),
        key="model",
        persist_state="session",
    )
    if choice == WORDS:
        st.caption(
            "Each text becomes the average of its words' vectors; word order does not count. "
            "Words that the space lacks are listed."
        )
        return None
    if choice == ANOTHER:
        choice = st.text_input(
            "Its name on the hub, or its folder",
            placeholder="BAAI/bge-small-en-v1.5",
            key="other model",
            help="sentence-transformers or transformers, with weights as safetensors. Code "
            f"that comes with a model is never run. {download.size_limit()}",
        )
    describe_model(choice)
    with st.expander("Options", icon=":material/tune:"):
        return ask_options((choice or "").strip() or DEFAULT_MODEL)


def describe_model(name: str) -> None:
    """Say what is known of a model."""
    model = known_model(name)
    if model is None:
        return
    facts = [
        f"{model.dim} dimensions",
        f"{model.megabytes} MB",
        model.license,
        f"reads {model.max_tokens} tokens" if model.max_tokens else "reads any length",
        "works offline" if model.offline else "needs the network once",
    ]
    st.caption(f"{model.sentence}  \n{' · '.join(facts)}")


def ask_options(model: str) -> EncodeOptions:
    """Draw the options for a model and return them."""
    if model.startswith(TOKENS_OF):
        st.caption("A table of word vectors has no options.")
        return EncodeOptions(model)
    found = jobs.devices_known()
    device = st.selectbox(
        "Device",
        [AUTO, *(one.name for one in found)],
        format_func=lambda name: device_title(name, found),
        key="device",
    )
    chosen = next((one for one in found if device in (AUTO, one.name)), None)
    half = next((one for one in chosen.precisions if one != "float32"), None) if chosen else None
    precision = AUTO
    if chosen and half:
        fast = st.toggle(
            "Fast instead of exact",
            chosen.precisions[0] == half,
            key=f"fast {chosen.name}",
            help=f"Fast computes with half the bits ({half}). The vectors differ a little from the "
            "exact ones; how much is measured on a few of your texts and shown.",
        )
        precision = FAST if fast else EXACT
    long_texts = st.selectbox(
        "Texts longer than the model reads", list(LONG_TEXTS), key="long texts"
    )
    st.caption(f"{LONG_TEXTS[long_texts].capitalize()}.")
    pooling = None
    if known_model(model) is None or model.startswith("google-bert"):
        own = "the model's own, or mean"
        asked = st.selectbox("Pooling", [own, *POOLINGS], key="encode pooling")
        pooling = None if asked == own else asked
    return EncodeOptions(model, pooling, device, precision, long_texts)


def device_title(name: str, found: tuple[Device, ...]) -> str:
    """Return what the list calls a device."""
    if name == AUTO:
        return f"best: {found[0].title}" if found else "the best there is"
    return next((f"{one.name}: {one.title}" for one in found if one.name == name), name)
