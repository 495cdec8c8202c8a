"""A table that people take home has a name of its own."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.ui.shell import tables


def screen() -> None:
    """Draw a table, which is a part of what its file holds."""
    import pyarrow as pa

    from explorer.ui.shell.tables import named_table

    whole = pa.table({"label": ["=1+1", "b", "c"]})
    named_table(whole.slice(0, 2), "words", "neighbors of [a]/b", saved=whole)


def test_its_file_is_named_after_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    offered = []
    monkeypatch.setattr(tables.st, "download_button", lambda *_, **given: offered.append(given))
    shown = AppTest.from_function(screen, default_timeout=60).run()
    assert not shown.exception
    assert len(shown.dataframe[0].value) == 2
    (given,) = offered
    assert given["file_name"] == "words neighbors of [a] b.csv"
    assert given["data"]() == b"label\n'=1+1\nb\nc\n"  # a spreadsheet runs no cell
