"""The widget's Python side, told what a browser would tell it."""

from __future__ import annotations

import json
import struct
import sys
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

import explorer
from explorer import EmbeddingSpace
from explorer.errors import MissingPackageError, QueryError
from explorer.notebook.widget import MapWidget

N = 40


@pytest.fixture
def widget() -> MapWidget:
    """A widget of forty points."""
    vectors = np.random.default_rng(0).standard_normal((N, 6))
    metadata = pa.table({"price": range(N), "kind": ["a", "b"] * (N // 2)})
    space = EmbeddingSpace([f"p{row}" for row in range(N)], vectors, metadata=metadata)
    return explorer.show(space, "pca")


def view(widget: MapWidget) -> dict[str, Any]:
    """Return what the browser is asked to show."""
    data = widget._view
    (length,) = struct.unpack("<I", data[4:8])
    header: dict[str, Any] = json.loads(data[8 : 8 + length])
    body = data[-(-(8 + length) // 8) * 8 :]
    for name, dtype, n, start in header["arrays"]:
        header[name] = np.frombuffer(body, dtype, n, start).tolist()
    return header


def test_a_choice_in_the_browser_is_selected_and_its_true_neighbors_are_shown(
    widget: MapWidget,
) -> None:
    heard = []
    widget.observe(lambda change: heard.append(change.new.tolist()), "selected")
    widget._choice = {"rows": [7, 3], "at": 12.0, "of": view(widget)["labels"]}
    assert heard == [[7, 3]]
    assert widget.selected.tolist() == [7, 3]
    shown = view(widget)
    assert (shown["selected"], shown["answered"]) == (7, 12.0)
    nearest = explorer.nearest_neighbors(widget.space, "p7", k=15)
    assert shown["neighbors"] == nearest.indices.tolist()
    widget._choice = {"rows": [], "at": 13.0, "of": shown["labels"]}
    assert widget.selected.tolist() == []


def test_a_filter_that_cannot_be_read_changes_nothing(widget: MapWidget) -> None:
    widget.filter = "price >= 30"
    before = widget._view
    assert view(widget)["outside"] is not None
    with pytest.raises(QueryError, match="Columns: label, price, kind"):
        widget.filter = "weight > 3"
    assert widget.filter == "price >= 30"
    assert widget._view == before
    widget.filter = ""
    assert view(widget)["outside"] is None


def test_a_page_that_becomes_dark_gets_the_colors_of_a_dark_ground(widget: MapWidget) -> None:
    light = view(widget)["color"]["colors"]
    widget._dark = True
    assert view(widget)["color"]["colors"] != light
    assert view(widget)["dark"] is True


def test_without_anywidget_the_error_says_what_to_install(
    widget: MapWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "anywidget", None)
    with pytest.raises(MissingPackageError, match=r"pip install .anywidget>="):
        explorer.show(widget.space)
