"""The lesson "Inside an embedding layer": a table, looked up by row and trained row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer.figures import embedding_layer
from explorer.lessons.embedding_layer import (
    DIM,
    PADDING,
    VOCABULARY,
    code_of,
    look_up,
    row_ids,
    train_step,
)
from explorer.ui.lessons import lesson
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell import address, spaces
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.word_fields import LONGEST_LIST

TOKENS = "42, 7, 1337"
MOST_TOKENS = 50  # enough to see how the product grows with them
MOST_DRAWN = 8  # rows whose numbers are still readable
TITLES, ROW_HEIGHT = 110, 42  # pixels of a figure: titles and axis, and each row
SHOWN_COLUMNS = 64  # wide enough to see one by one


def ask() -> tuple[list[int], str]:
    """Draw the field for the tokens and the steps; return the rows and the open step."""
    field, steps = st.columns([1, 1.4], vertical_alignment="center")
    text = field.text_input(
        "Token ids, or words",
        TOKENS,
        key="tokens",
        bind="query-params",
        max_chars=LONGEST_LIST,
        placeholder="42, 7, 1337 or king queen",
        label_visibility="collapsed",
    )
    with steps:
        step = lesson.choose_step(list(STEPS), key="layer_step")
    tokens = (text or "").replace(",", " ").replace(";", " ").split()
    vocabulary = spaces.sample_space(spaces.DEFAULT)
    ids, unknown = row_ids(tokens, vocabulary.labels)
    if unknown:
        close = vocabulary.closest_labels(unknown[0])
        hint = f" Spelled most like “{plain(unknown[0])}”: {lesson.listed(close)}." if close else ""
        st.warning(
            f"The table has no row for {lesson.listed(unknown)}: ids go from 0 to "
            f"{VOCABULARY - 1:,}, and words are those of the sample.{hint}",
            icon=":material/help:",
        )
    if len(ids) > MOST_TOKENS:
        st.info(f"These are {len(ids):,} tokens; here are the first {MOST_TOKENS}.")
        ids = ids[:MOST_TOKENS]
    if not ids:
        st.info(f"Type token ids, such as {TOKENS}, or words, such as king queen.")
    return ids, step


def named(row: int) -> str:
    """Return a row with the word it stands for."""
    return f"{row} · {spaces.sample_space(spaces.DEFAULT).labels[row]}"


def show_lookup(ids: list[int]) -> None:
    """Show the rows picked out of the table, and that one-hot times matrix gives the same."""
    result = look_up(ids)
    facts = st.columns(4)
    facts[0].metric("The table", f"{VOCABULARY:,} × {DIM}")
    facts[1].metric("Looked up", f"({len(ids)}, {DIM})")
    facts[2].metric("Time of the lookup", readable_time(result["lookup_seconds"]))
    facts[3].metric("Time of one-hot × matrix", readable_time(result["product_seconds"]))
    ratio = result["product_seconds"] / result["lookup_seconds"]
    st.markdown(
        f"`torch.nn.Embedding({VOCABULARY:_}, {DIM})` is a table: a lookup copies rows. One-hot × "
        f"matrix gives the same numbers (largest difference **{result['difference']:g}**), but "
        f"takes **{len(ids) * VOCABULARY * DIM:,}** multiplications instead of none: here it "
        f"takes **{ratio:,.0f} times** as long."
    )
    left, right = st.columns([1, 1.35], gap="medium")
    table = result["table"].numpy()
    drawn = list(dict.fromkeys(ids))[:MOST_DRAWN]
    with left:
        rows = result["rows"].numpy()
        numbers = {f"{d + 1}": rows[:, d] for d in range(SHOWN_COLUMNS)}
        show_chart(
            embedding_layer.table_rows_figure(
                drawn, table, columns=SHOWN_COLUMNS, height=360, dark=is_dark()
            ),
            f"The table cut to rows {drawn} and those beside them",
            pa.table({"row": [named(one) for one in ids], **numbers}),
            key="layer-table",
            table_title="The rows looked up, as a table",
        )
        more = "" if len(drawn) == len(set(ids)) else f" The first {MOST_DRAWN} rows are drawn."
        st.caption(f"{SHOWN_COLUMNS} of {DIM} columns. Framed: what the lookup copies.{more}")
    with right:
        show_code(code_of(look_up, f"look_up({ids})"))
    lesson.try_this(
        "Type words: *king queen king*. The same word gives the same row, wherever it stands.",
        "Type one id, then twenty. Which of the two times grows?",
    )


def show_training(ids: list[int]) -> None:
    """Show what one training step does to which rows."""
    says, slider = st.columns([2.2, 1], vertical_alignment="center", gap="medium")
    rate = slider.slider(
        "Learning rate",
        0.05,
        1.0,
        0.5,
        0.05,
        key=address.number("rate", 0.05, 1.0),
        bind="query-params",
    )
    result = train_step(ids, rate)
    touched = len(result["moved"])
    says.markdown(
        f"The goal here: each vector looked up should become all ones. **{touched:,} of "
        f"{VOCABULARY:,}** rows get a gradient; the other {VOCABULARY - touched:,} are not "
        f"moved. Row {PADDING} is `padding_idx`: looked up or not, it learns nothing."
    )
    drawn = list(dict.fromkeys(ids))[:MOST_DRAWN]
    others = [row for row in (PADDING, (max(ids) + 1) % VOCABULARY) if row not in drawn]
    rows = [*drawn, *others]
    roles = [role(row, ids) for row in rows]
    parts = {name: result[name].numpy()[rows] for name in ("before", "gradient", "after")}
    moved = np.linalg.norm(parts["after"] - parts["before"], axis=1)
    left, right = st.columns([1, 1.35], gap="medium")
    with left:
        table = pa.table(
            {
                "row": [named(row) for row in rows],
                "what it is": roles,
                "looked up": [ids.count(row) for row in rows],
                "length of its gradient": np.linalg.norm(parts["gradient"], axis=1),
                "moved by": moved,
                "first number before": parts["before"][:, 0],
                "its gradient": parts["gradient"][:, 0],
                "first number after": parts["after"][:, 0],
            }
        )
        names = [f"<b>{row}</b> {what}" for row, what in zip(rows, roles, strict=True)]
        show_chart(
            embedding_layer.training_figure(
                {name: part[:, :SHOWN_COLUMNS] for name, part in parts.items()},
                names,
                height=TITLES + ROW_HEIGHT * len(rows),
                dark=is_dark(),
            ),
            f"Rows {rows} before, their gradient, and after one step",
            table,
            key="layer-training",
        )
        st.markdown(
            "By hand, for one number: after = before − rate × gradient. In row "
            f"{rows[0]}: {number(parts['after'][0, 0])} = {number(parts['before'][0, 0])} − "
            f"{rate:g} × {number(parts['gradient'][0, 0])}."
        )
        st.caption(
            "**Weight tying**: many language models use this same table again as their last "
            "layer: a word’s score is the dot product of its row with the vector of the text "
            "read so far. There, every row gets a gradient at every step."
        )
    with right:
        show_code(code_of(train_step, f"train_step({ids}, {rate})"))
    lesson.try_this(
        "Write an id twice, as in *42, 7, 7*: its gradient counts twice.",
        f"Look up row {PADDING}: it stays zero. Then set the rate to 1: where does one step lead?",
    )


def role(row: int, ids: list[int]) -> str:
    """Return what a row is in this step."""
    if row == PADDING:
        return "padding"
    times = ids.count(row)
    return "not looked up" if not times else "looked up" if times == 1 else f"looked up {times}×"


def number(value: float) -> str:
    """Return a number as formulas show it."""
    return f"{value:.3f}".replace("-", "−")


def show_code(code: str) -> None:
    """Show the code that ran."""
    st.code(code, language="python", height=390)
    st.caption("The code that ran, ready to copy; it needs PyTorch.")


def readable_time(seconds: float) -> str:
    """Return a time in milliseconds or microseconds."""
    return f"{seconds * 1e6:,.1f} µs" if seconds < 1e-3 else f"{seconds * 1e3:,.1f} ms"


STEPS: dict[str, Callable[[list[int]], Any]] = {
    "1 Looking up": show_lookup,
    "2 One training step": show_training,
}
