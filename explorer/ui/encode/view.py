"""Encoding on a page: the start button, the progress and the result."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import streamlit as st

from explorer import EmbeddingSpace, encode
from explorer.encoding import job as encoding_job
from explorer.encoding.job import EncodeOptions, EncodeResult
from explorer.encoding.texts import Texts
from explorer.encoding.vector_cache import opened
from explorer.errors import ExplorerError
from explorer.jobs.pool import Job
from explorer.ui.encode import download, jobs
from explorer.ui.encode.own_texts import WORDS_OF, OwnTexts
from explorer.ui.open.telling import tell
from explorer.ui.shell import owner, progress
from explorer.ui.shell.navigation import open_map
from explorer.ui.shell.plain import plain
from explorer.ui.shell.spaces import opened_spaces
from explorer.wording import count, readable_bytes

TOO_MANY = 1_000_000  # texts: the vectors of more take gigabytes; the command line streams
LONGEST_NAME = 60  # characters: it stands in lists and titles


@dataclass(frozen=True, eq=False)
class Order:
    """What a session asked for: the job's key, and all that is needed to start it again."""

    key: str
    texts: Texts
    options: EncodeOptions
    name: str


def confirm(own: OwnTexts | None, options: EncodeOptions | None, space: EmbeddingSpace) -> None:
    """Draw the notes on the texts, the name field and the start button."""
    if own is None:
        return
    texts = own.texts
    for note in texts.notes:
        st.caption(f":material/info: {plain(note)}")
    if len(texts) > TOO_MANY:
        st.error(
            f"{len(texts):,} texts are more than a page can show at once. The command line "
            "streams them: embedding-explorer encode INPUT --column … --output OUT.parquet",
            icon=":material/error:",
        )
        return
    of_name, of_button = st.columns([2, 1], vertical_alignment="bottom")
    named = of_name.text_input(
        "Name of the space", placeholder=own.name, max_chars=LONGEST_NAME, key="space name"
    )
    name = (named or "").strip() or own.name
    label = f"Encode {count(len(texts), 'text')}"
    if not of_button.button(
        label, type="primary", icon=":material/arrow_forward:", width="stretch"
    ):
        return
    try:
        if options is None:
            made = encode(texts, space, name=name)
            st.session_state.pop("encoding", None)
            open_map(opened_spaces().add(made))
        else:
            begin(texts, options, name)
    except ExplorerError as error:
        tell(error)


def begin(texts: Texts, options: EncodeOptions, name: str) -> None:
    """Start to encode, or join an equal job; raises ModelError for a model that is not allowed."""
    owner.check_model(options.model)
    order = Order(encoding_job.encoding_key(texts, options, name), texts, options, name)
    progress.come_back(order.key)
    if encoding_job.is_here(options.model):
        submit(order)
    st.session_state["encoding"] = order
    st.rerun()


def submit(order: Order) -> Job:
    """Submit an order, or join an equal job; the space is opened when it is done."""
    shared, spaces = jobs.encodings(), opened_spaces()  # `keep` runs in a thread without session

    def keep(space: EmbeddingSpace) -> None:
        shared.spaces[order.key] = spaces.add(space)

    return encoding_job.start(shared.jobs, order.texts, order.options, order.name, keep)


def show_work() -> None:
    """Show the session's encoding: its progress, its end, its result."""
    order = st.session_state.get("encoding")
    if order is None or st.session_state.get("texts") == WORDS_OF:
        return
    shared = jobs.encodings()
    try:
        if not download.is_ready(order.options.model):
            return
    except ExplorerError as error:
        tell(error)
        return
    wait = progress.Wait(
        place="encoding",
        stopped="Encoding was stopped. Finished texts are kept: “Go on” continues from there.",
        again="Go on",
    )
    made = progress.wait_for(order.key, partial(submit, order), wait, pool=shared.jobs)
    if made is not None:
        show_made(made, shared.spaces[order.key], order)


def show_made(made: EncodeResult, space_id: str, order: Order) -> None:
    """Show what came out, and the way to its map."""
    with st.container(border=True):
        text, button = st.columns([3, 1], vertical_alignment="center")
        done = what_was_done(made, len(order.texts))
        text.markdown(f":material/check_circle: **{plain(order.name)}**: {done}")
        if button.button(
            "See the map", type="primary", icon=":material/scatter_plot:", width="stretch"
        ):
            st.session_state.pop("encoding", None)
            open_map(space_id)
        for note in made.notes:
            st.caption(f":material/info: {plain(note)}")
        if made.closeness is not None:
            st.caption(
                ":material/info: Fast: on a few of these texts, the cosine to the "
                f"exact vectors is at least {made.closeness:.5f}."
            )


def what_was_done(made: EncodeResult, texts: int) -> str:
    """Say how many texts were encoded, how fast and where."""
    different = made.computed + made.read_back
    told = (
        count(texts, "text") if texts == different else f"{texts:,} texts, {different:,} different"
    )
    if not made.computed:
        return f"{told}; all were kept from before."
    told += f"; **{made.computed:,}** went through the model"
    if made.seconds >= 0.1:
        told += f" in {made.seconds:,.1f} s, {made.computed / made.seconds:,.0f} a second"
    if made.read_back:
        told += f", **{made.read_back:,}** were kept from before"
    return f"{told}. On {made.device}, {made.precision}."


def show_kept() -> None:
    """Say how many vectors are kept; they are everybody's, so no visitor can remove them."""
    with opened() as kept:
        n, size = len(kept), kept.bytes()
    if not n:
        return
    st.caption(
        f"{count(n, 'vector is', 'vectors are')} kept on this server, {readable_bytes(size)}: "
        "a text is never encoded twice. Whoever runs the server can remove them: "
        "`embedding-explorer cache --empty encoded`."
    )
    if not n or not owner.allows("forgetting"):
        return
    with st.popover("Forget them", icon=":material/delete:", type="tertiary"):
        st.markdown(
            f"**Forget {count(n, 'vector')}, for all visitors?** Open spaces stay. The next time, "
            "each text goes through its model again."
        )
        if st.button("Forget all of them", icon=":material/delete:"):
            with opened() as kept:
                kept.clear()
            st.rerun()
