"""Every table of the app is a file named after what it holds, or none: no "… export.csv"."""

from __future__ import annotations

import ast
from pathlib import Path

from explorer.ui.shell import tables

UI = Path(tables.__file__).parents[1]


def test_no_screen_shows_a_table_that_streamlit_would_name() -> None:
    found = []
    for file in sorted(UI.rglob("*.py")):
        if file == Path(tables.__file__):
            continue
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Attribute) and node.attr == "dataframe"):
                continue
            inner = node.value
            is_named = isinstance(inner, ast.Call) and ast.unparse(inner.func) == "without_export"
            if not is_named:
                found.append(f"{file.relative_to(UI)}:{node.lineno}")
    assert not found, "use named_table, or without_export for what nobody takes home"
