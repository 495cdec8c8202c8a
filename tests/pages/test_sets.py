"""Sets and tags on the Map: saved, colored and filtered by, undone, and there after a restart."""

from __future__ import annotations

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from explorer import EmbeddingSpace, Workspace, cache, open_space
from explorer.conditions import matching_rows
from explorer.formats.file import File
from explorer.ui.shell.spaces import sample_space
from explorer.workspace import store
from explorer.workspace.annotations import Annotations
from explorer.workspace.file import write
from tests.pages.conftest import Visit, said


def press(screen: AppTest, label: str) -> AppTest:
    """Press the button of that label."""
    (button,) = (one for one in screen.button if one.label == label)
    return button.click().run()


def named(screen: AppTest, name: str, label: str) -> AppTest:
    """Type a name and press a button."""
    screen.text_input(key="sets name").set_value(name)
    return press(screen, label)


@pytest.fixture
def screen(visit: Visit) -> AppTest:
    """The Map of the books, where one is selected."""
    return visit("pages/map.py", space="books", method="PCA", selected="Dracula")


def test_a_set_is_kept_colored_and_filtered_by_and_undone(screen: AppTest, visit: Visit) -> None:
    books = sample_space("books")
    row = books.row("Dracula")
    screen = named(screen, 'vam"pires <b>', "Save as a set")
    workspace = screen.query_params["workspace"]
    screen = named(screen, "dark, old", "Tag with it")
    st.cache_resource.clear()  # as after a restart of the server
    found = store.load(workspace, books)
    assert found.annotations.sets['vam"pires <b>'].rows.tolist() == [row]
    assert [*found.annotations.tags] == ["dark", "old"]
    assert 'vam"pires <b>' in screen.selectbox(key="color").options
    assert {"tag: dark", "tags"} <= {*screen.selectbox(key="color").options}

    again = visit("pages/map.py", space="books", method="PCA", workspace=workspace, color="tags")
    (button,) = (one for one in again.button if one.label.startswith("vam"))
    again = button.click().run()
    condition = again.query_params["filter"]
    assert condition == '"vam""pires <b>"'
    table = books.table()
    for name, values in found.annotations.columns().items():
        table = table.append_column(name, values)
    assert matching_rows(table, condition).tolist() == [row]
    assert not again.exception

    again = press(again, "Undo")
    assert [*store.load(workspace, books).annotations.tags] == ["dark"]
    again = press(again, "Redo")
    assert [*store.load(workspace, books).annotations.tags] == ["dark", "old"]


def test_what_is_filtered_is_offered_first_also_after_other_points_were(visit: Visit) -> None:
    screen = visit("pages/map.py", space="books", method="PCA", selected="Dracula")
    (rows,) = (one for one in screen.selectbox if one.label == "Rows")
    assert rows.value == "the point Dracula"
    screen.query_params["filter"] = "year < 1800"
    screen = screen.run()
    n = len(sample_space("books").filter("year < 1800"))
    for label in ("Keep", "Rows"):
        (shown,) = (one for one in screen.selectbox if one.label == label)
        first, second, *_ = shown.options
        # the browser, which draws a closed popover anew, shows the first
        assert first == shown.value == f"{n} filtered points"
        assert second == "the point Dracula"
    labels = [one.label for one in screen.get("download_button") if isinstance(one, Element)]
    assert f"Download {n} rows" in labels


def test_a_name_that_cannot_be_used_is_told_and_changes_nothing(screen: AppTest) -> None:
    screen = named(screen, "genre", "Save as a set")
    assert "name of a column already" in said(screen)
    assert "workspace" not in screen.query_params


def test_the_sets_of_this_space_are_offered_where_the_address_has_none(
    screen: AppTest, visit: Visit
) -> None:
    screen = named(screen, "vampires", "Save as a set")
    again = visit("pages/map.py", space="books", method="PCA")
    again = press(again, "Use the 1 set or tag kept of this space")
    assert again.query_params["workspace"] == screen.query_params["workspace"]


def test_strangers_of_a_public_server_are_told_how_long_and_offered_nothing(
    screen: AppTest, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = named(screen, "vampires", "Save as a set")
    monkeypatch.setattr("explorer.ui.shell.owner.answers_others", lambda: True)
    again = visit("pages/map.py", space="books", method="PCA")
    assert not [one for one in again.button if one.label.startswith("Use the")]
    assert f"for at least {store.KEPT_DAYS} days" in said(again)


def test_the_link_says_what_it_leaves_out(screen: AppTest) -> None:
    assert "leaves out the camera, point size, opacity" in said(screen)


@pytest.mark.parametrize("vectors", [False, True])
def test_a_workspace_opened_elsewhere_is_equal(visit: Visit, vectors: bool) -> None:
    numbers = np.random.default_rng(0).normal(size=(30, 4))
    space = EmbeddingSpace([f"w{n}" for n in range(30)], numbers, name="thirty")
    rows = zip(space.labels, space.vectors.tolist(), strict=True)
    csv = "\n".join(",".join([label, *map(repr, row)]) for label, row in rows)
    if not vectors:  # opened from the file that lies beside it
        space = open_space(File("thirty.csv", content=csv.encode()), name="thirty")
    marked = Annotations(30).with_set("s", [1, 2, 3]).tagged("t", [0])
    view = {"dims": "3D", "color": "s", "filter": '"s"', "selected": "w2"}
    work = Workspace(space, marked, view, {"size": 700.0, "opacity": 0.4})
    with cache.scratch() as folder:
        write(work, folder / "work", vectors=vectors)
        content = (folder / "work").read_bytes()

    screen = visit("pages/open.py")
    files = [("thirty.workspace.zip", content, "application/zip")]
    screen = screen.file_uploader[0].set_value(files).run()
    if not vectors:
        assert "Drop the file that it was made of as well, thirty" in said(screen)
        files.append(("thirty.csv", csv.encode(), "text/csv"))
        screen = screen.file_uploader[0].set_value(files).run()
    screen = press(screen, "Open this workspace")
    assert not screen.exception
    found = store.load(screen.query_params["workspace"], space).annotations
    assert found == marked
    assert {name: screen.query_params[name] for name in view} == view
    assert screen.session_state["opacity"] == 0.4
    assert screen.slider[0].value == 15  # the nearest that the slider can take
    assert screen.selectbox(key="color").value == "s"
    assert not [one.value for one in screen.warning]
