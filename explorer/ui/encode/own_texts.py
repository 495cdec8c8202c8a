"""The visitor's texts: typed, from a file, or a model's own word pieces."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa
import streamlit as st

from explorer.encoding.models import DEFAULT_MODEL
from explorer.encoding.texts import (
    UNITS,
    Texts,
    first_column,
    from_table,
    from_text,
    label_column,
    text_columns,
)
from explorer.encoding.token_embeddings import token_space
from explorer.errors import ExplorerError
from explorer.formats.encodings import as_utf8
from explorer.formats.file import File, as_file
from explorer.formats.whole_table import TABLES, read_table
from explorer.ui.encode import download
from explorer.ui.open.telling import tell
from explorer.ui.shell import address, owner, signin
from explorer.ui.shell.navigation import open_map
from explorer.ui.shell.spaces import opened_spaces
from explorer.ui.shell.tables import table_height, without_export

TYPED, FROM_FILE, WORDS_OF = "Type or paste", "From a file", "A model's own words"
PACKED = (".gz", ".zip", ".bz2", ".xz", ".zst")
SHOWN_ROWS = 3  # enough to recognize the columns
ASKED_WORDS = "words asked"  # session state: model and choice, while the model is downloaded
NAME_WORDS, NAME_LETTERS = 4, 40  # of the first text, to call the space by
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
class OwnTexts:
    """Texts, and what their space may be called."""

    texts: Texts
    name: str


def ask_texts() -> OwnTexts | None:
    """Draw the ways to give texts and return those given, or None."""
    kind = st.segmented_control(
        "Texts",
        [TYPED, FROM_FILE, WORDS_OF],
        default=TYPED,
        required=True,
        key=address.choice("texts", [TYPED, FROM_FILE, WORDS_OF]),
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


def ask_typed() -> OwnTexts | None:
    """Draw the field for texts, one a line."""
    content = st.text_area(
        "One text a line",
        key="typed texts",
        height=240,
        placeholder=EXAMPLES,
        persist_state="session",
    )
    if content and content.strip():
        texts = from_text(content)
        return OwnTexts(texts, first_words(texts))
    st.button(
        "Try these ten sentences",
        icon=":material/auto_awesome:",
        type="tertiary",
        on_click=lambda: st.session_state.update({"typed texts": EXAMPLES}),
    )
    return None


def first_words(texts: Texts) -> str:
    """Return a name for texts after the first of them."""
    words = " ".join(texts.labels[0].split()[:NAME_WORDS])[:NAME_LETTERS]
    return words + (" …" if len(texts) > 1 else "")


def ask_file() -> OwnTexts | None:
    """Draw the uploader, and the choice of columns for a table."""
    known = [suffix for kind in TABLES for suffix in kind.suffixes]
    upload = signin.upload(
        "A table with a column of texts, or a .txt file",
        type=[".txt", *known, *PACKED],
        role="encode",
        key="texts file",
        help="CSV, TSV, Excel, Parquet, Arrow, JSON and JSON Lines, also compressed. The other "
        "columns are kept, so that they can color the map.",
    )
    if upload is None:
        return None
    file = as_file(upload)
    texts = ask_lines(file) if file.suffix == ".txt" else ask_columns(file)
    return OwnTexts(texts, file.stem)


def ask_lines(file: File) -> Texts:
    """Ask whether each line or each paragraph is a text."""
    unit = st.segmented_control(
        "Each text is a", list(UNITS), default="line", required=True, key="unit"
    )
    with file.open() as stream:
        return from_text(as_utf8(stream.read()).decode(), unit)


def ask_columns(file: File) -> Texts:
    """Ask which column is read, and which one names the points."""
    table = whole_table(file)
    first_column(table.schema)  # raises where there is no text
    of_text, of_label = st.columns(2)
    names = text_columns(table.schema, table)
    column = of_text.selectbox("Column of texts", names, key="column")
    labels = [column, *(name for name in table.column_names if name != column)]
    usual = label_column(table.schema, column)
    label = of_label.selectbox(
        "Column that names the points",
        labels,
        index=labels.index(usual) if usual else 0,
        format_func=lambda name: "the texts themselves" if name == column else name,
        key="label column",
    )
    texts = from_table(table, column, None if label == column else label)
    shown = {column: texts.texts[:SHOWN_ROWS]}
    if label != column:
        shown = {label: texts.labels[:SHOWN_ROWS], **shown}
    without_export("first texts").dataframe(
        pa.table(shown), hide_index=True, height=table_height(min(SHOWN_ROWS, len(texts)))
    )
    return texts


def whole_table(file: File) -> pa.Table:
    """Return an uploaded table, read once and not with each click."""
    kept = st.session_state.get("table read")
    key = (file.name, file.size, hash(file.content))
    if kept is None or kept[0] != key:
        with st.spinner(f"Reading {file.size / 1e6:,.1f} MB …"):
            kept = st.session_state["table read"] = (key, read_table(file))
    table: pa.Table = kept[1]
    return table


def ask_words() -> None:
    """Offer a model's word pieces as a space of words."""
    st.markdown(
        "A transformer starts from a table with one vector for each word piece, before it reads "
        "any context. This opens that table as a space."
    )
    model = st.text_input(
        "Model",
        DEFAULT_MODEL,
        help=f"A name on the hub, or a folder. {download.size_limit()}",
    )
    whole = st.toggle(
        "Whole words only", True, help="Off: all pieces, such as “##ing”, “[CLS]” and “!”."
    )
    if st.button("Open its words", type="primary", icon=":material/arrow_forward:"):
        st.session_state[ASKED_WORDS] = (model.strip() or DEFAULT_MODEL, whole)
    if ASKED_WORDS not in st.session_state:
        return
    name, whole = st.session_state[ASKED_WORDS]
    try:
        owner.check_model(name)
        if not download.is_ready(name):
            return
        del st.session_state[ASKED_WORDS]
        with st.spinner("Reading the table …"):
            space = token_space(name, whole_words=whole)
        open_map(opened_spaces().add(space))
    except ExplorerError as error:
        st.session_state.pop(ASKED_WORDS, None)
        tell(error)
