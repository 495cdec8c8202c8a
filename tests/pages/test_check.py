"""“Check” without a browser."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import EmbeddingSpace
from explorer.checks import job
from explorer.checks.findings import LABELS, SPLIT
from explorer.checks.measured import measure
from explorer.ui.check.view import NO_COLUMN, propose
from explorer.ui.shell.spaces import opened_spaces
from tests.pages.conftest import Visit, finished, said

FILE = "pages/check.py"


def planted() -> EmbeddingSpace:
    """Return 120 rows in two clusters with an equal pair and two wrong labels."""
    random = np.random.default_rng(0)
    own = np.arange(120) % 2
    vectors = np.eye(2, 8)[own] + 0.1 * random.normal(size=(120, 8))
    vectors[119] = vectors[117]
    own[:2] = 1 - own[:2]
    columns = {
        "kind": np.array(["sea", "land"])[own],
        "none": pa.nulls(120, pa.string()),
    }
    labels = [f"[row]({row})" for row in range(120)]
    return EmbeddingSpace(labels, vectors, name="planted", metadata=pa.table(columns))


def test_the_summary_counts_each_finding_and_a_list_sets_two_rows_side_by_side(
    visit: Visit,
) -> None:
    space_id = opened_spaces().add(planted())
    screen = finished(visit(FILE, space=space_id, check_labels="kind", finding="doubt"))
    assert not screen.exception
    lines = [element.value for element in screen.markdown]
    assert lines[lines.index("**2**") + 1].startswith("**Equal vectors.**")
    assert "Always saying the most frequent label: 50.0%" in said(screen)
    assert "\\[row\\]\\(0\\)** (row 0) beside" in said(screen)  # a label is no link
    assert "**split column** above" in said(screen)
    screen = screen.selectbox(key="check_labels").select("none").run()
    assert not screen.exception
    assert "“none” holds no value in any row" in said(screen)


def test_the_map_shows_as_many_as_the_finding_tells(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[dict[str, str]] = []
    monkeypatch.setattr(st, "switch_page", lambda page, query_params: shown.append(query_params))
    space_id = opened_spaces().add(planted())
    screen = finished(visit(FILE, space=space_id, filter="kind = 'sea'"))
    (screen.button(key="map copies")).click().run()
    assert [one["filter"] for one in shown] == ['"check_copies" > 1']
    history = screen.session_state["filter history"][1]
    assert history.past == ["kind = 'sea'"]  # undo leads back


def test_a_link_with_a_findings_condition_filters_after_a_restart() -> None:
    space = planted()
    job.save(job.key_of(space), measure(space))
    space_id = opened_spaces().add(space)

    def page(space_id: str) -> None:
        import streamlit as st

        from explorer.ui.check import columns  # noqa: F401 - as each page's frame does
        from explorer.ui.filter import state
        from explorer.ui.shell.spaces import find_space

        opened = find_space(space_id)
        assert opened is not None
        kept = state.filtered(opened)
        assert kept is not None
        st.text(kept.rows.tolist())

    screen = AppTest.from_function(page, default_timeout=180, kwargs={"space_id": space_id})
    screen.query_params["filter"] = '"check_doubt_kind" >= 0.5 OR "check_copies" > 1'
    screen.run()
    assert not screen.exception
    assert screen.text[0].value == "[0, 1, 117, 119]"


def test_one_row_is_told_to_have_nothing_to_compare(visit: Visit) -> None:
    space_id = opened_spaces().add(EmbeddingSpace(["alone"], [[1.0, 2.0]]))
    screen = visit(FILE, space=space_id)
    assert not screen.exception
    assert "one row" in said(screen)


def test_split_and_category_are_proposed_where_columns_can_be_them() -> None:
    table = pa.table(
        {
            "label": [f"w{row}" for row in range(8)],
            "Split": ["train", "test"] * 4,
            "brand": ["a", "b", "c", "c"] * 2,
            "price": [float(row) for row in range(8)],
        }
    )
    assert propose(table) == {SPLIT: "Split", LABELS: "brand"}
    named = table.append_column("Category", table["brand"])
    assert propose(named) == {SPLIT: "Split", LABELS: "Category"}
    assert propose(table.select(["label", "price"])) == {SPLIT: NO_COLUMN, LABELS: NO_COLUMN}
