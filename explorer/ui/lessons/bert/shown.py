"""How the steps show things: a table, and the lines of code that do the same."""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
from streamlit.delta_generator import DeltaGenerator

from explorer.lessons.bert.forward import Reading
from explorer.lessons.bert.snippets import snippet
from explorer.ui.lessons.bert.visit import Visit
from explorer.ui.shell.tables import named_table

CODE_HEIGHT = 270  # pixels: beside the picture without scrolling the page


def table(name: str, columns: dict[str, object], height: int | Literal["auto"] = "auto") -> None:
    """Show columns as a table that can be saved as CSV, under its name."""
    named_table(pa.table(columns), name, height=height)


def code(
    place: DeltaGenerator,
    step: str,
    visit: Visit,
    *,
    first: Reading | None = None,
    height: int = CODE_HEIGHT,
    **parts: object,
) -> None:
    """Show the lines that do the same, complete and ready to copy."""
    readings = visit.readings if first is None else (first,)
    sentences = [reading.tokens.sentence for reading in readings]
    text = snippet(step, visit.bert, sentences, **parts)
    place.code(text, language="python", height=height, wrap_lines=True)
