"""“Search at scale” without a browser."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer import EmbeddingSpace
from explorer.neighbors.indexes.job import Measured
from explorer.neighbors.indexes.measure import Point
from explorer.ui.search import asked, cost, stages, tradeoff, view
from explorer.ui.shell.spaces import opened_spaces
from tests.pages.conftest import Visit, finished, said

FILE = "pages/search.py"
GIVEN_UP, INSIDE, STAGES, CURSE, COST = view.STEPS


@pytest.fixture
def small() -> str:
    """A space of few vectors on a plane of five dimensions, opened; its id."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(400, 5)) @ random.normal(size=(5, 24))
    vectors[3] = 0
    return opened_spaces().add(EmbeddingSpace([f"w{row}" for row in range(400)], vectors))


def press(screen: AppTest, label: str) -> AppTest:
    """Press a button by what it says."""
    next(button for button in screen.button if button.label == label).click()
    return screen.run()


def test_what_an_index_is_stands_there_before_anything_is_measured(visit: Visit) -> None:
    screen = visit(FILE)
    assert not screen.exception
    assert "misses a true neighbor" in said(screen)
    assert "10,000 vectors of 384 dimensions" in said(screen)


def test_what_is_given_up_is_said_with_the_figures_measured(visit: Visit, small: str) -> None:
    screen = visit(FILE, space=small)
    assert "1 vector holds only zeros" in said(screen)
    screen = finished(press(screen, "Measure"))
    assert not screen.exception
    assert "of 100** true neighbors in" in said(screen)
    assert "360 vectors of 24 dimensions, 39 queries" in said(screen)


def test_the_sentence_names_the_fastest_setting_that_finds_enough() -> None:
    def point(index: str, value: int, recall: float, seconds: float, nbytes: int) -> Point:
        return Point(index, value, recall, seconds, seconds, nbytes, 1.0)

    exact = point("exact", 0, 1.0, 60e-6, 100)
    hnsw = [point("hnsw", 16, 0.9, 5e-7, 130), point("hnsw", 64, 0.97, 1e-6, 130)]
    hnsw.append(point("hnsw", 256, 1.0, 3e-6, 130))
    measured = {
        name: Measured(tuple(points), 10, 2, 5, 10, "a machine", "today")
        for name, points in (("exact", [exact]), ("hnsw", hnsw))
    }
    (told,) = tradeoff.sentences(measured, alone=True)
    assert "(ef 64) finds **97 of 100** true neighbors in **1/60 of the time**" in told
    assert "**1.3 times the memory**" in told


@pytest.mark.parametrize(
    ("setting", "value", "told"),
    [
        ("search_code", 7, "cannot be cut into 7 equal parts"),
        ("search_links", 2, "4 works"),
        ("search_cells", 500_000, "500,000 cells for 10,000 vectors"),
    ],
)
def test_settings_that_cannot_be_built_are_refused_before_the_work(
    setting: str, value: int, told: str, visit: Visit
) -> None:
    screen = visit(FILE)
    screen.number_input(key=setting).set_value(value)
    screen = screen.run()
    assert not screen.exception
    assert told in "".join(error.value for error in screen.error).replace("\\", "")


@pytest.mark.parametrize("index", ["HNSW", "IVF", "PQ", "LSH"])
def test_a_look_inside_counts_what_was_found(index: str, visit: Visit, small: str) -> None:
    screen = finished(
        visit(FILE, space=small, search_step=INSIDE, search_index=index, search_word="w7")
    )
    assert not screen.exception
    counts = {one.label: one.value for one in screen.metric}
    assert counts["Found"].endswith("of 10")
    table = next(one.value for one in screen.dataframe if "true neighbor" in one.value.columns)
    missed = int(table.iloc[:, 2].str.contains("missed").sum())
    assert counts["Found"] == f"{10 - missed} of 10"


def test_a_wider_search_finds_more(visit: Visit, small: str) -> None:
    screen = finished(
        visit(FILE, space=small, search_step=INSIDE, search_index="IVF", search_word="w7")
    )
    screen.select_slider(key="search knob ivf").set_value(8)
    screen = screen.run()
    assert {one.label: one.value for one in screen.metric}["Found"] == "10 of 10"


def test_a_zero_vector_as_the_query_is_refused(visit: Visit, small: str) -> None:
    screen = finished(visit(FILE, space=small, search_step=INSIDE, search_word="w3"))
    assert "no direction" in said(screen)


def test_stages_are_measured(visit: Visit, small: str) -> None:
    screen = finished(press(visit(FILE, space=small, search_step=STAGES), "Measure"))
    assert not screen.exception
    assert "a strict filter needs no index" in said(screen)


def test_a_vibe_finds_books_and_says_why(visit: Visit) -> None:
    screen = finished(visit(FILE, search_step=STAGES, search_part=stages.VIBE))
    assert not screen.exception
    table = next(one.value for one in screen.dataframe if "book" in one.value.columns)
    assert len(table) == stages.SHOWN
    assert all(table["why: its nearest sentence"])


def test_dimensions_are_compared_with_noise(visit: Visit, small: str) -> None:
    screen = finished(press(visit(FILE, space=small, search_step=CURSE), "Measure"))
    assert not screen.exception
    figures = {one.label: one.value for one in screen.metric}
    assert figures["Intrinsic dimension"] in ("4", "5")


def test_indexes_that_few_vectors_cannot_make_are_not_offered_first(visit: Visit) -> None:
    vectors = np.random.default_rng(0).normal(size=(100, 8))
    few = opened_spaces().add(EmbeddingSpace([f"w{row}" for row in range(100)], vectors))
    screen = visit(FILE, space=few)
    assert not screen.error
    (chosen,) = screen.multiselect
    assert "pq" not in chosen.value
    chosen.set_value([*chosen.value, "pq"])
    screen = screen.run()
    assert "learns 256 codewords" in "".join(error.value for error in screen.error)


def test_made_vectors_can_be_chosen(visit: Visit) -> None:
    screen = visit(FILE, search_data=asked.MADE)
    assert not screen.exception
    assert "100,000 vectors of 128 dimensions" in said(screen)


def test_a_space_whose_vectors_are_all_alike_is_refused(visit: Visit) -> None:
    alike = opened_spaces().add(
        EmbeddingSpace([f"w{row}" for row in range(300)], np.ones((300, 8)))
    )
    screen = finished(press(visit(FILE, space=alike), "Measure"))
    assert "have the same direction" in "".join(error.value for error in screen.error)


def test_the_calculator_shows_its_formulas(visit: Visit) -> None:
    screen = visit(FILE, search_step=COST)
    assert not screen.exception
    table = screen.dataframe[0].value
    exact = table[table["index"] == "Exact"].iloc[0]
    assert exact["memory ="] == "n · d · b"
    assert exact["memory"] == "153.6 GB"
    assert exact["machines"] == 4


def test_times_are_said_as_people_say_them() -> None:
    assert [cost.readable_seconds(one) for one in (15.4, 0.24, 12e-6)] == [
        "15.4 s",
        "240 ms",
        "12 µs",
    ]
