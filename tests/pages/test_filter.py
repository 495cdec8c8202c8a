"""The filter on the screens: what it keeps, what it says, what stays of it."""

from __future__ import annotations

from types import SimpleNamespace

import pyarrow.compute as pc
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import TextInput

from explorer.ui.check import columns
from explorer.ui.shell import address
from explorer.ui.shell.spaces import sample_space
from tests.pages.conftest import Visit, finished, said


def field(screen: AppTest) -> TextInput:
    """Return the field for the condition."""
    (found,) = (one for one in screen.text_input if one.label.startswith("Keep the rows"))
    return found


def test_clauses_come_and_go_and_come_back(visit: Visit) -> None:
    metadata = sample_space("books").metadata
    assert metadata is not None
    gothic = int(pc.sum(pc.equal(metadata["genre"], "Gothic")).as_py())
    condition = "\"genre\" IN ('Gothic') AND year > 3000"
    screen = visit("pages/map.py", space="books", method="PCA", filter=condition)
    assert "**0** of 338: nothing fulfills it" in said(screen)
    screen.button(key="clause year > 3000").click().run()
    assert screen.query_params["filter"] == "\"genre\" IN ('Gothic')"
    assert f"**{gothic}** of 338" in said(screen)
    field(screen).set_value("yeer > 5").run()
    assert "There is no column “yeer”" in said(screen)
    assert "author\\, year\\, genre" in said(screen)
    assert f"**{gothic}** of 338" in said(screen)  # as before
    field(screen).set_value("year < 0 OR year > 3000").run()
    assert "yeer" not in said(screen)
    screen.button(key="only-icon filter Undo in the filter").click().run()
    assert f"**{gothic}** of 338" in said(screen)
    screen.button(key="only-icon filter Redo in the filter").click().run()
    assert screen.query_params["filter"] == "year < 0 OR year > 3000"
    screen.selectbox(key="space choice").select("words").run()
    assert "filter" not in screen.query_params
    assert "all 10,000" in said(screen)


def test_two_clauses_taken_away_within_one_answer_are_both_gone(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1_000.0]
    monkeypatch.setattr(address, "time", SimpleNamespace(monotonic=lambda: now[0]))
    both = "\"genre\" IN ('Gothic') AND year < 1900"
    screen = visit("pages/map.py", space="books", method="PCA", filter=both)
    screen.button(key="clause \"genre\" IN ('Gothic')").click().run()
    assert screen.query_params["filter"] == "year < 1900"
    for _ in range(2):  # a server so busy that long after it polls with the old address
        now[0] += 45
        screen.query_params["filter"] = both
        assert screen.run().query_params["filter"] == "year < 1900"
    screen.query_params["filter"] = both  # the browser pressed before it heard of the first
    screen.button(key="clause year < 1900").click().run()
    assert "filter" not in screen.query_params


def test_a_link_that_filters_by_what_is_measured_waits_for_it(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A check is kept on disk, and another test may have left one of the books there.
    monkeypatch.setattr(columns, "measured", lambda space: None)
    screen = visit("pages/compare.py", space="books", filter="trust < 0.2")
    assert "not in use" in said(screen)
    assert "“trust” is not measured yet" in said(screen)
    screen = visit("pages/map.py", space="books", method="PCA", filter="check_nearest < 0.01")
    assert "the page Check measures it" in said(screen)
    screen = finished(visit("pages/map.py", space="books", method="PCA", filter="trust < 0.2"))
    assert "“trust” is not measured yet" not in said(screen)
    assert " of 338" in said(screen)
    assert "filtered points: **" in said(screen)
