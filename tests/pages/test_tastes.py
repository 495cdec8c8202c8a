"""“Tastes” without a browser."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from explorer.beyond.tastes.storage import keep_tastes
from explorer.beyond.tastes.tastes import Tastes, make_tastes
from explorer.beyond.tastes.training import Recipe, train_tastes
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.tastes import data, films
from tests.beyond.conftest import columns_of, takings
from tests.pages.conftest import Visit, finished, said

FILE = "pages/tastes.py"


def press(screen: AppTest, label: str) -> AppTest:
    """Press a button by what it says."""
    next(button for button in screen.button if button.label == label).click()
    return screen.run()


def table_with(screen: AppTest, column: str) -> pa.Table:
    """Return the table on a screen that has a column."""
    found = [one.value for one in screen.dataframe if column in one.value.columns]
    return pa.Table.from_pandas(found[0])


@pytest.fixture
def books() -> Tastes:
    """The readers with stars and times, kept as a visitor's own table and learned."""
    drawn = np.random.default_rng(0)
    n = len(takings())
    tastes = make_tastes(
        "books",
        *columns_of(takings()),
        ratings=drawn.integers(1, 6, n).astype(float),
        times=drawn.permutation(n).astype(float),
    )
    keep_tastes(tastes)
    train_tastes(tastes, Recipe())
    return tastes


def test_the_dishes_are_learned_at_once_and_both_spaces_offered(visit: Visit) -> None:
    screen = finished(visit(FILE))
    assert not screen.exception
    assert "After epoch 15" in said(screen)
    assert "every house cooks them differently" in said(screen)
    labels = [button.label for button in screen.button]
    assert "Open the dishes on the Map" in labels
    assert "Open the ingredients on the Map" in labels


def test_likes_put_you_among_the_dishes_with_reasons_and_salt_for_everybody(visit: Visit) -> None:
    train_tastes(data.dishes(), Recipe())
    screen = visit(
        FILE, tastes_step=pattern.ASK, likes="soy sauce"
    )  # the projection runs as a job here
    screen = finished(screen)
    assert not screen.exception
    offered = table_with(screen, "for everybody").to_pylist()
    assert offered[0]["for everybody"] == "salt"
    assert {row["because of"] for row in offered} == {"soy sauce"}
    cooked = table_with(screen, "yours").to_pylist()
    assert {"Japan", "China", "South Korea"} & {row["from"] for row in cooked}
    assert "You stand among your nearest" in said(screen)


def test_an_example_fills_the_field(visit: Visit) -> None:
    train_tastes(data.dishes(), Recipe())
    screen = finished(visit(FILE, tastes_step=pattern.ASK))
    assert screen.multiselect(key="likes").value[0] == "basil"
    screen.pills(key="tastes example").set_value("Curry house").run()
    assert "turmeric" in screen.multiselect(key="likes").value


def test_without_likes_the_page_asks_for_some(visit: Visit) -> None:
    train_tastes(data.dishes(), Recipe())
    screen = visit(FILE, tastes_step=pattern.ASK)
    screen.multiselect(key="likes").set_value([]).run()
    assert "Choose some ingredients that you like" in said(screen)


def test_every_recommender_stands_beside_popularity_and_chance(visit: Visit, books: Tastes) -> None:
    screen = finished(
        visit(FILE, tastes_of=data.OWN, table=books.digest, tastes_step=pattern.JUDGE)
    )
    rows = {row["model"]: row for row in table_with(screen, "recall@10").to_pylist()}
    assert list(rows) == ["ALS", "EASE", "ItemKNN", "popularity", "chance"]
    assert all(0 <= row["nDCG@10"] <= 1 for row in rows.values())
    assert rows["EASE"]["nDCG@10"] > rows["chance"]["nDCG@10"]


def test_the_lesson_is_measured_on_the_table_at_hand(
    visit: Visit, books: Tastes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.beyond.tastes.lesson.FEWEST_RATED", 10)
    screen = visit(FILE, tastes_of=data.OWN, table=books.digest, tastes_step=pattern.LESSON)
    screen = finished(press(screen, "Measure it"))
    assert not screen.exception
    assert "One dimension is popularity" in said(screen)
    assert table_with(screen, "users judged").num_rows == 3
    assert "errs by" in said(screen)


def test_what_the_dishes_lack_is_said(visit: Visit) -> None:
    screen = visit(FILE, tastes_step=pattern.LESSON)
    screen = finished(press(screen, "Measure it"))
    assert "This table has no times" in said(screen)
    assert "This table has no ratings" in said(screen)


def test_the_films_terms_are_shown_before_the_button(visit: Visit) -> None:
    screen = visit(FILE, tastes_of=data.FILMS)
    assert "may not redistribute the data" in said(screen)
    labels = [button.label for button in screen.button]
    assert "I accept these terms: fetch the films" in labels or "its owner can" in said(screen)


@pytest.mark.parametrize("allowed", ["0", "1"])
def test_whether_visitors_may_fetch_is_the_owners_choice(
    visit: Visit, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    monkeypatch.setenv("EXPLORER_ALLOW_DATA_SETS", allowed)
    screen = visit(FILE, tastes_of=data.FILMS)
    labels = [button.label for button in screen.button]
    assert ("I accept these terms: fetch the films" in labels) == (allowed == "1")
    assert ("fetch-movielens" in said(screen)) == (allowed == "0")


def test_a_visitor_who_may_not_fetch_does_not_start_it_by_a_session(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_ALLOW_DATA_SETS", "0")
    monkeypatch.setattr(films.job, "start_fetching", lambda pool: pytest.fail("it was started"))
    screen = visit(FILE, tastes_of=data.FILMS)
    screen.session_state[films.ACCEPTED] = True
    screen.run()
    assert not screen.exception


def test_an_uploaded_table_is_sorted_by_a_job_and_named_in_the_address(visit: Visit) -> None:
    screen = visit(FILE, tastes_of=data.OWN)
    lines = "\n".join(",".join(one) for one in takings())
    content = f"reader,book\n{lines}\n".encode()
    screen.file_uploader[0].set_value(("books.csv", content, "text/csv")).run()
    screen = finished(press(screen, "Use this table"))
    assert not screen.exception
    assert "Train ALS" in [button.label for button in screen.button]
    assert "From books" in said(screen)


def test_a_table_of_one_column_is_refused_in_words(visit: Visit) -> None:
    screen = visit(FILE, tastes_of=data.OWN)
    screen.file_uploader[0].set_value(("one.csv", b"reader\na\nb\n", "text/csv")).run()
    assert not screen.exception
    assert "Tastes need two" in said(screen)


def test_ratings_that_are_no_numbers_are_told_on_the_page(visit: Visit) -> None:
    screen = visit(FILE, tastes_of=data.OWN)
    lines = "\n".join(f"{who},{what},good" for who, what in takings())
    content = f"reader,book,rating\n{lines}\n".encode()
    screen.file_uploader[0].set_value(("books.csv", content, "text/csv")).run()
    screen = finished(press(screen, "Use this table"))
    assert "“rating” is no number\\, such as row 1" in said(screen)


def test_a_link_to_a_table_that_is_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, tastes_of=data.OWN, table="0" * 32)
    assert "names tastes that are not kept here" in said(screen)
