"""“Facts” without a browser."""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from explorer.beyond.course import kept_course, learn
from explorer.beyond.facts.graph import make_graph
from explorer.beyond.facts.storage import GraphFile
from explorer.beyond.facts.training import FactLearner, course_key, recipe_for, train_facts
from explorer.ui.beyond import course as pattern
from explorer.ui.beyond.facts import data
from tests.beyond.conftest import triples
from tests.pages.conftest import Visit, finished, said

FILE = "pages/facts.py"


def press(screen: AppTest, label: str) -> AppTest:
    """Press a button by what it says."""
    next(button for button in screen.button if button.label == label).click()
    return screen.run()


def table_with(screen: AppTest, column: str) -> pa.Table:
    """Return the table on a screen that has a column."""
    found = [one.value for one in screen.dataframe if column in one.value.columns]
    return pa.Table.from_pandas(found[0])


@pytest.fixture
def own(visit: Visit) -> str:
    """The towns, kept as a visitor's own facts and learned; their graph's digest."""
    graph = make_graph(triples(), "towns")
    GraphFile.of(graph)
    train_facts(graph, recipe_for("transe"))
    return graph.digest


def test_pressing_train_learns_the_countries_and_shows_how_it_went(visit: Visit) -> None:
    screen = visit(FILE)
    assert "every point still lies at random" in said(screen)
    screen = finished(press(screen, "Train TransE"))
    assert not screen.exception
    assert "“capital” after epoch 60" in said(screen)
    assert "Open Database License" in said(screen)
    course = kept_course(course_key(data.countries(), recipe_for("transe")))
    assert course is not None
    assert course.looks[-1].figures["Hits@10"] > 3 * course.looks[0].figures["Hits@10"]


def test_answers_are_listed_with_what_each_fact_is(visit: Visit, own: str) -> None:
    screen = visit(
        FILE, facts=data.OWN, graph=own, facts_step=pattern.ASK, fact_of="town 1",
        fact_relation="river",
    )  # fmt: skip
    assert not screen.exception
    table = table_with(screen, "this fact is").to_pylist()
    assert len(table) == 10
    assert {row["this fact is"] for row in table if row["answer"] == "river 1"} == {"trained"}


def test_heads_are_asked_for_as_well(visit: Visit, own: str) -> None:
    screen = visit(
        FILE, facts=data.OWN, graph=own, facts_step=pattern.ASK, fact_of="region 1",
        fact_relation="lies in", fact_side="Which head?",
    )  # fmt: skip
    assert "\\?\\, lies in\\, region 1" in said(screen)
    marks = table_with(screen, "this fact is").column("this fact is").to_pylist()
    assert "trained" in marks


def test_a_name_that_is_no_entity_is_answered_with_those_like_it(visit: Visit, own: str) -> None:
    screen = visit(FILE, facts=data.OWN, graph=own, facts_step=pattern.ASK)
    screen.text_input(key="fact_of").set_value("regio").run()
    assert not screen.exception
    assert "region 1" in str(screen.session_state) or screen.get("pills")


def test_every_figure_stands_beside_baseline_and_chance(visit: Visit, own: str) -> None:
    screen = visit(FILE, facts=data.OWN, graph=own, facts_step=pattern.JUDGE)
    rows = table_with(screen, "chance").to_pylist()
    assert [row["never seen"] for row in rows][:3] == ["Hits@10", "Hits@1", "MRR"]
    assert all(
        0 <= row[name] <= 1 for row in rows for name in ("TransE", "most frequent", "chance")
    )
    assert "12 of the 12 facts of “river”" in said(screen)


def test_the_lesson_is_measured_on_the_facts_at_hand(
    visit: Visit, own: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("explorer.ui.beyond.facts.lesson.read_names", lambda graph, facts: None)
    screen = visit(FILE, facts=data.OWN, graph=own, facts_step=pattern.LESSON)
    screen = finished(press(screen, "Measure it"))
    assert not screen.exception
    assert table_with(screen, "partners swapped").num_rows == 2
    assert "If A borders B and B borders A" in said(screen)
    lengths = {row["relation"]: row for row in table_with(screen, "mirrored facts").to_pylist()}
    assert lengths["borders"]["mirrored facts"] == 1
    assert lengths["borders"]["length of its step"] < lengths["river"]["length of its step"]


def test_a_stopped_training_is_shown_as_far_as_it_came(visit: Visit) -> None:
    graph, recipe = make_graph(triples(), "towns"), recipe_for("transe", epochs=50)
    GraphFile.of(graph)

    def stop(share: float, step: str) -> None:
        if share >= 0.5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        learn(FactLearner(graph, recipe), course_key(graph, recipe), stop)
    screen = visit(FILE, facts=data.OWN, graph=graph.digest)
    screen.number_input(key="facts epochs transe").set_value(50).run()
    assert "Stopped after epoch 25 of 50" in said(screen)
    screen = finished(press(screen, "Go on training"))
    assert "after epoch 50" in said(screen)


def test_a_link_to_facts_that_are_gone_says_so(visit: Visit) -> None:
    screen = visit(FILE, facts=data.OWN, graph="0" * 32)
    assert "names facts that are not kept here" in said(screen)


def test_own_facts_are_still_there_after_a_tour_of_other_pages(visit: Visit, own: str) -> None:
    screen = visit(FILE, facts=data.OWN, graph=own)
    screen.switch_page("pages/molecules.py").run()
    screen.query_params.clear()  # as a browser does when the page changes
    screen.query_params["facts"] = data.OWN
    screen.switch_page(FILE).run()
    assert "From towns." in said(screen)


def test_an_uploaded_table_becomes_the_graph(visit: Visit) -> None:
    screen = visit(FILE, facts=data.OWN)
    lines = "\n".join(",".join(one) for one in triples())
    content = BytesIO(f"head,relation,tail\n{lines}\n".encode()).getvalue()
    screen.file_uploader[0].set_value(("towns.csv", content, "text/csv")).run()
    screen = press(screen, "Use these facts")
    assert not screen.exception
    assert screen.query_params["graph"] in (make_graph(triples(), "towns").digest, [
        make_graph(triples(), "towns").digest
    ])  # fmt: skip
    assert "Train TransE" in [button.label for button in screen.button]


def test_a_table_of_two_columns_is_refused_in_words(visit: Visit) -> None:
    screen = visit(FILE, facts=data.OWN)
    screen.file_uploader[0].set_value(("two.csv", b"head,tail\na,b\nc,d\n", "text/csv")).run()
    assert not screen.exception
    assert "Facts need three" in said(screen)
