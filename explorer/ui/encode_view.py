"""Encoding on a page: which texts, which model, how far it is, and what came out."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace, encode
from explorer.cost import readable_bytes
from explorer.encode import work
from explorer.encode.device import AUTO, PRECISIONS, Device
from explorer.encode.encoding import LONG_TEXTS
from explorer.encode.models import DEFAULT_MODEL, TOKENS_OF, known_model, offered_models
from explorer.encode.tables import TABLES, open_table
from explorer.encode.texts import (
    UNITS,
    Texts,
    first_column,
    from_table,
    from_text,
    label_column,
    text_columns,
)
from explorer.encode.tokens import token_space
from explorer.encode.transformer import POOLINGS
from explorer.encode.vector_cache import opened
from explorer.encode.work import Made, Wishes
from explorer.errors import ExplorerError
from explorer.formats.file import File, as_file
from explorer.jobs import Job, Jobs
from explorer.settings import load_settings
from explorer.space import count
from explorer.ui import address
from explorer.ui.frame import PAGES
from explorer.ui.opening import tell
from explorer.ui.plain import plain
from explorer.ui.spaces import opened_spaces

POLL_SECONDS = 0.3
TYPED, FROM_FILE, WORDS_OF = "Type or paste", "From a file", "A model's own words"
WORDS, ANOTHER = "words of the current space", "another model"
SHOWN_ROWS = 5
TOO_MANY = 1_000_000  # texts: their vectors alone take gigabytes; the command line streams
EXAMPLES = """The old house on the moor keeps its secrets.
A detective follows a trail of footprints through the fog.
The chef folds butter into the dough, layer by layer.
Bread rises slowly in a warm kitchen.
The rocket left a white line across the morning sky.
Astronauts look down on the lights of the cities.
The goalkeeper caught the ball in the last minute.
She won the race by half a second.
Rain is expected in the north on Sunday.
A cold wind will bring snow to the mountains."""


@dataclass(frozen=True, eq=False)
class Encodings:
    """What all visitors of this server share: the jobs, and the spaces that came out of them."""

    jobs: Jobs = field(default_factory=work.encoding_jobs)
    spaces: dict[str, str] = field(default_factory=dict)  # a job's key: the space's id


@st.cache_resource(show_spinner=False)
def encodings() -> Encodings:
    """Return this server's encoding jobs."""
    return Encodings()


def ask_texts() -> Texts | None:
    """Draw the ways to give texts and return those given, or None."""
    kind = st.segmented_control(
        "Texts",
        [TYPED, FROM_FILE, WORDS_OF],
        default=TYPED,
        required=True,
        key="texts",
        bind="query-params",
        label_visibility="collapsed",
    )
    try:
        if kind == TYPED:
            return ask_typed()
        if kind == FROM_FILE:
            return ask_file()
    except ExplorerError as error:
        tell(error)
    if kind == WORDS_OF:
        ask_words()
    return None


def ask_typed() -> Texts | None:
    """Draw the field for texts, one a line."""
    content = st.text_area(
        "One text a line",
        key="typed texts",
        height=240,
        placeholder=EXAMPLES,
        persist_state="session",
    )
    if content and content.strip():
        return from_text(content)
    st.button(
        "Try these ten sentences",
        icon=":material/auto_awesome:",
        type="tertiary",
        on_click=lambda: st.session_state.update({"typed texts": EXAMPLES}),
    )
    return None


def ask_file() -> Texts | None:
    """Draw the uploader, and the choice of columns for a table."""
    known = [suffix for kind in TABLES for suffix in kind.suffixes]
    upload = st.file_uploader(
        "A table with a column of texts, or a .txt file", type=[".txt", *known], key="texts file"
    )
    if upload is None:
        return None
    file = as_file(upload)
    return ask_lines(file) if file.suffix == ".txt" else ask_columns(file)


def ask_lines(file: File) -> Texts:
    """Ask whether each line or each paragraph is a text."""
    unit = st.segmented_control(
        "Each text is a", list(UNITS), default="line", required=True, key="unit"
    )
    with file.open() as stream:
        return from_text(stream.read().decode("utf-8", "replace"), unit)


def ask_columns(file: File) -> Texts | None:
    """Ask which column is read, and which one names the points."""
    table = whole_table(file)
    first_column(table.schema)  # raises where there is no text
    of_text, of_label = st.columns(2)
    names = text_columns(table.schema)
    column = of_text.selectbox("Column of texts", names, key="column")
    labels = [column, *(name for name in table.column_names if name != column)]
    usual = label_column(table.schema, column)
    label = of_label.selectbox(
        "Column of labels", labels, index=labels.index(usual) if usual else 0, key="label column"
    )
    texts = from_table(table, column, None if label == column else label)
    st.dataframe(
        pa.table({"label": texts.labels[:SHOWN_ROWS], "text": texts.texts[:SHOWN_ROWS]}),
        hide_index=True,
        height=38 + 35 * min(SHOWN_ROWS, len(texts)),
    )
    return texts


def whole_table(file: File) -> pa.Table:
    """Return an uploaded table, read once and not with each click."""
    kept = st.session_state.get("table read")
    key = (file.name, file.size, hash(file.content))
    if kept is None or kept[0] != key:
        kept = st.session_state["table read"] = (key, open_table(file).read())
    table: pa.Table = kept[1]
    return table


def ask_words() -> None:
    """Offer a model's word pieces as a space of words."""
    st.markdown(
        "A transformer begins with a table that holds a vector for each word piece, before it "
        "reads any context. It is a space of words, ready to walk through."
    )
    model = st.text_input("Model", DEFAULT_MODEL, help="A name on the hub, or a folder.")
    whole = st.toggle("Whole words alone", True, help="Else all pieces: “##ing”, “[CLS]”, “!” …")
    if st.button("Open its words", type="primary", icon=":material/arrow_forward:"):
        try:
            with st.spinner("Reading the table …"):
                space = token_space(model.strip() or DEFAULT_MODEL, whole_words=whole)
            go_to_map(opened_spaces().add(space))
        except ExplorerError as error:
            tell(error)


def ask_wishes(space: EmbeddingSpace) -> Wishes | None:
    """Draw the choice of the model and its options; None stands for the current space's words."""
    if st.session_state.get("texts") == WORDS_OF:
        return None
    choice = st.selectbox(
        "Model",
        [*offered_models(), WORDS, *([] if load_settings().models else [ANOTHER])],
        format_func=lambda name: f"Mean of the words of {space.name}" if name == WORDS else name,
        key="model",
        persist_state="session",
    )
    if choice == WORDS:
        st.caption(
            "Each text becomes the mean of its words' vectors, whatever their order. "
            "Words that the space does not hold are named."
        )
        return None
    if choice == ANOTHER:
        choice = st.text_input(
            "Its name on the hub, or its folder",
            placeholder="BAAI/bge-small-en-v1.5",
            key="other model",
            help="sentence-transformers or transformers, with weights as safetensors. Code "
            "that comes with a model is never run.",
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


def ask_options(model: str) -> Wishes:
    """Draw the options and return all wishes."""
    if model.startswith(TOKENS_OF):
        st.caption("There is nothing to choose for a table.")
        return Wishes(model)
    found = devices_known()
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
            f"Half precision ({half}): faster",
            chosen.precisions[0] == half,
            key=f"half {chosen.name}",
            help=f"{PRECISIONS[half].capitalize()}. How near the vectors come to the exact "
            "ones is measured on your texts and told.",
        )
        precision = half if fast else "float32"
    long_texts = st.selectbox(
        "Texts longer than the model reads",
        list(LONG_TEXTS),
        format_func=lambda name: f"{name}: {LONG_TEXTS[name]}",
        key="long texts",
    )
    pooling = None
    if known_model(model) is None or model.startswith("google-bert"):
        own = "the model's own, or mean"
        asked = st.selectbox("Pooling", [own, *POOLINGS], key="pooling")
        pooling = None if asked == own else asked
    return Wishes(model, pooling, device, precision, long_texts)


def device_title(name: str, found: tuple[Device, ...]) -> str:
    """Return what the list calls a device."""
    if name == AUTO:
        return f"best: {found[0].title}" if found else "the best there is"
    return next((f"{one.name}: {one.title}" for one in found if one.name == name), name)


def devices_known() -> tuple[Device, ...]:
    """Return what the workers compute with; nothing while that is still being found out."""
    job = encodings().jobs.submit("devices", work.worker_devices)
    return job.result() if job.state.state == "done" else ()


def confirm(texts: Texts | None, wishes: Wishes | None, space: EmbeddingSpace) -> None:
    """Draw the button that begins, with what there is to know before."""
    if texts is None:
        return
    for note in texts.notes:
        st.caption(f":material/info: {plain(note)}")
    if len(texts) > TOO_MANY:
        st.error(
            f"{len(texts):,} texts are more than a page can show at once. The command line "
            "streams them: embedding-explorer encode INPUT --column … --output OUT.parquet",
            icon=":material/error:",
        )
        return
    label = f"Encode {count(len(texts), 'text')}"
    if not st.button(label, type="primary", icon=":material/arrow_forward:"):
        return
    try:
        if wishes is None:
            made = encode(texts, space, name=f"texts in {space.name}")
            go_to_map(opened_spaces().add(made))
        else:
            begin(texts, wishes)
    except ExplorerError as error:
        tell(error)


def begin(texts: Texts, wishes: Wishes) -> None:
    """Start to encode, or join who does it already, and remember it in this session."""
    shared = encodings()
    name = space_name(texts)
    key = work.encoding_key(texts, wishes, name)

    def keep(space: EmbeddingSpace) -> None:
        shared.spaces[key] = spaces.add(space)

    spaces = opened_spaces()  # found here: the job ends in a thread that knows no session
    work.start(shared.jobs, texts, wishes, name, keep)
    st.session_state["encoding"] = (key, texts, wishes)
    st.rerun()


def space_name(texts: Texts) -> str:
    """Return what to call the space: after its first text."""
    return " ".join(texts.labels[0].split()[:4])[:40] + (" …" if len(texts) > 1 else "")


def show_work() -> None:
    """Show the session's encoding: its progress, its end, its result."""
    begun = st.session_state.get("encoding")
    if begun is None or st.session_state.get("texts") == WORDS_OF:
        return
    key, texts, wishes = begun
    job = encodings().jobs.find(key)
    if job is None:
        return
    if job.state.state == "done":
        show_made(job.result(), encodings().spaces[key], len(texts))
    elif job.state.is_over:
        show_end(job, texts, wishes)
    else:
        progress(job)


@st.fragment(run_every=POLL_SECONDS)
def progress(job: Job) -> None:
    """Show how far the encoding is, with a way to stop it; the page follows when it is over."""
    state = job.state
    if state.is_over:
        st.rerun()
    bar, button = st.columns([5, 1], vertical_alignment="center")
    step = f"{state.step[:1].upper()}{state.step[1:]}"
    bar.progress(state.share, text=f"{plain(step)} · {state.share:.0%}")
    if button.button("Stop", icon=":material/stop:", width="stretch", key="stop encoding"):
        job.cancel()
        st.rerun()


def show_end(job: Job, texts: Texts, wishes: Wishes) -> None:
    """Say why nothing came out, and offer to go on."""
    text, button = st.columns([4, 1], vertical_alignment="center")
    if job.state.state == "failed":
        text.error(plain(job.state.error), icon=":material/error:")
    else:
        text.info(
            f"Stopped at {job.state.share:.0%}. What was done is kept: going on starts there.",
            icon=":material/stop_circle:",
        )
    if button.button("Go on", icon=":material/play_arrow:", width="stretch"):
        begin(texts, wishes)


def show_made(made: Made, space_id: str, texts: int) -> None:
    """Show what came out, and the way to its map."""
    with st.container(border=True):
        text, button = st.columns([3, 1], vertical_alignment="center")
        text.markdown(f":material/check_circle: {what_was_done(made)}")
        if button.button("See the map", type="primary", icon=":material/scatter_plot:"):
            go_to_map(space_id)
        for note in made.notes:
            st.caption(f":material/info: {plain(note)}")
        if made.closeness is not None:
            st.caption(
                f":material/info: Half precision: on a few of these texts the cosine to the exact "
                f"vectors is at least {made.closeness:.5f}."
            )


def what_was_done(made: Made) -> str:
    """Say how many texts were encoded, how fast and where."""
    if not made.computed:
        return f"**{count(made.read_back, 'text')}**: all were kept from before."
    told = f"**{count(made.computed, 'text')}** went through the model"
    if made.seconds >= 0.1:
        told += f" in {made.seconds:,.1f} s, {made.computed / made.seconds:,.0f} a second"
    if made.read_back:
        told += f", **{made.read_back:,}** were kept from before"
    return f"{told}. On {made.device}, {made.precision}."


def go_to_map(space_id: str) -> None:
    """Make a space the current one and show its map."""
    st.session_state.pop("encoding", None)
    address.choose_space(space_id)
    st.switch_page(PAGES["map"].file, query_params={"space": space_id})


def show_kept() -> None:
    """Say how many vectors are kept, and offer to forget them."""
    with opened() as kept:
        n, size = len(kept), kept.bytes()
    st.caption(
        f"{count(n, 'vector is', 'vectors are')} kept on this server, {readable_bytes(size)}: "
        "a text is never encoded twice."
    )
    if n and st.button("Forget them", icon=":material/delete:", type="tertiary"):
        with opened() as kept:
            kept.clear()
        st.rerun()
