"""Step 2: each id picks rows of tables; layer norm rescales their sum."""

from __future__ import annotations

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from explorer.figures import bert as figures
from explorer.lessons.bert.forward import Floats, Lookup, look_up
from explorer.ui.lessons.bert.shown import code
from explorer.ui.lessons.bert.visit import Visit, ask_token, which
from explorer.ui.pointcloud import is_dark
from explorer.ui.shell.charts import show_chart
from explorer.ui.shell.plain import plain
from explorer.ui.shell.tables import named_table

LOOK_FOR = (
    "**Look for** how little happens: each id picks a row, a row for its position{segment} is "
    "added, and layer norm rescales the numbers. No word knows its neighbors yet."
)
NUMBERS_SHOWN = 6  # values of a vector in a table


def draw(visit: Visit, picture: DeltaGenerator, beside: DeltaGenerator) -> None:
    """Draw one of the parts as a heat map, and a token's numbers in all of them."""
    reading = which(visit, beside)
    tokens = reading.tokens
    parts = parts_of(look_up(visit.bert, tokens))
    segment = " and segment" if "+ segment" in parts else ""
    beside.markdown(LOOK_FOR.format(segment=segment))
    code(beside, "lookup", visit, first=reading)
    with picture:
        left, right = st.columns([3.6, 1])
        part = left.segmented_control("Shown", list(parts), default="word rows", required=True)
        with right:
            at = ask_token(visit, reading, key="lookup token")
        figure = figures.heat_map(parts[part], tokens.pieces, dark=is_dark(), height=210)
        show_chart(figure, f"The {part} of {len(tokens)} tokens, one line per token", key="lookup")
        rows = {name: values[at] for name, values in parts.items()}
        numbers = [f"dim {column}" for column in range(min(NUMBERS_SHOWN, len(rows["word rows"])))]
        named_table(
            {
                f"{plain(tokens.pieces[at])} ({tokens.ids[at]})": list(rows),
                **{
                    name: [float(row[column]) for row in rows.values()]
                    for column, name in enumerate(numbers)
                },
                "mean": [float(row.mean()) for row in rows.values()],
                "spread": [float(row.std()) for row in rows.values()],
            },
            "lookup of",
            tokens.pieces[at],
            column_config={
                name: st.column_config.NumberColumn(format="%.3f")
                for name in [*numbers, "mean", "spread"]
            },
        )


def parts_of(found: Lookup) -> dict[str, Floats]:
    """Return the parts of the sum by the names that the page gives them."""
    segment = {} if found.segment is None else {"+ segment": found.segment}
    return {
        "word rows": found.word,
        "+ position": found.position,
        **segment,
        "= sum": found.summed,
        "→ norm": found.normalized,
    }
