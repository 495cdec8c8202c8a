"""The screens without a browser: what each shows, and what it does with bad addresses."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from explorer.ui.shell.navigation import PAGES
from tests.pages.conftest import Visit, said, vectors_told


@pytest.mark.parametrize("file", [page.file for page in PAGES.values()])
def test_every_page_shows_the_current_space(visit: Visit, file: str) -> None:
    screen = visit(file, space="books")
    assert not screen.exception
    assert vectors_told(screen) == 338
    assert "**384** dimensions" in said(screen)
    assert "sentence embeddings by all" in said(screen)


def test_the_map_says_how_much_variance_its_picture_keeps(visit: Visit) -> None:
    assert "keeps **3.7%** of the variance" in said(
        visit("pages/map.py", space="words", method="PCA")
    )


def listed(screen: AppTest, beside: str = "") -> list[str]:
    """Return the labels of the table that has only them, or another column beside them."""
    wanted = {"label", beside} - {""}
    tables = [one.value for one in screen.dataframe if wanted <= set(one.value.columns)]
    if not beside:
        tables = [one for one in tables if list(one.columns) == ["label"]]
    labels: list[str] = tables[0]["label"].tolist()
    return labels


def test_a_selected_label_in_the_address_lists_its_true_neighbors(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", selected="king")
    assert "#### king" in said(screen)
    assert listed(screen, "cosine similarity")[:3] == ["kings", "queen", "monarch"]


def test_an_unknown_selection_is_no_selection(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", selected="no such word #3")
    assert not screen.exception
    assert "Click a point" in said(screen)


def test_a_search_lists_whole_matches_before_parts(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", search="king")
    assert listed(screen)[:2] == ["king", "kingdom"]


def test_the_only_hit_is_not_listed_again_where_it_is_selected(visit: Visit) -> None:
    screen = visit("pages/map.py", space="books", search="Dracula", selected="Dracula")
    assert "nearest neighbors" in said(screen)
    assert "Choose one to see" not in said(screen)


def test_a_search_without_hits_says_so(visit: Visit) -> None:
    assert "No label contains" in said(visit("pages/map.py", space="words", search="zzzz"))


def test_an_invalid_method_or_color_in_the_address_is_ignored(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", method="magic", color="taste", dims="9D")
    assert not screen.exception
    assert "**UMAP**" in said(screen)


def test_choosing_another_space_forgets_the_selection(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", selected="king")
    screen.selectbox(key="space choice").select("books").run()
    assert screen.query_params["space"] == "books"
    assert "selected" not in screen.query_params


def test_another_space_begins_without_what_was_asked_of_the_last_one(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", search="king", typed="royal castle")
    screen.selectbox(key="space choice").select("books").run()
    assert screen.text_input(key="search").value == ""
    assert screen.text_input(key="typed").value == ""
    assert not screen.exception


def test_a_request_that_came_too_late_does_not_undo_a_choice(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", selected="king")
    screen.selectbox(key="space choice").select("books").run()
    # as a fragment asks that has not heard of the new address
    screen.query_params["space"], screen.query_params["selected"] = "words", "king"
    screen.run()
    assert screen.query_params["space"] == "books"
    assert "selected" not in screen.query_params


def test_an_address_that_says_something_new_is_followed(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", selected="king")
    screen.selectbox(key="space choice").select("books").run()
    screen.query_params["selected"] = "Dracula"
    screen.run()
    assert "Dracula" in said(screen)


def test_a_link_to_a_space_that_is_not_here_shows_the_words_and_says_so(visit: Visit) -> None:
    screen = visit("pages/map.py", space="mine.txt~0123456789ab")
    assert "does not have the space of this link" in said(screen)
    assert screen.query_params["space"] == "words"
