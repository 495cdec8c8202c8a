"""“Pictures and text” without a browser."""

from __future__ import annotations

from pathlib import Path

from tests.pages.conftest import Visit, finished, said

FILE = "pages/pictures_and_text.py"


def test_a_text_finds_pictures_of_it(visit: Visit) -> None:
    screen = visit(FILE)
    assert not screen.exception
    found = screen.dataframe[0].value
    assert found["name"].tolist()[0] == "dog"
    assert len(found) == 10


def test_only_pictures_never_seen_are_found_where_that_was_asked(visit: Visit) -> None:
    screen = visit(FILE)
    screen.toggle(key="only unseen").set_value(True).run()
    assert set(screen.dataframe[0].value["seen"]) == {"never"}


def test_class_names_and_both_find_pictures_too(visit: Visit) -> None:
    screen = visit(FILE)
    for by in ("class names (ConSE)", "the sum of both"):
        screen.selectbox(key="compare by").select(by).run()
        assert not screen.exception
        assert len(screen.dataframe[0].value) == 10


def test_a_typed_text_is_read_by_the_model_and_found(visit: Visit) -> None:
    screen = visit(FILE, picture_text="something sweet to eat")
    screen = finished(screen)
    assert not screen.exception
    assert set(screen.dataframe[0].value["name"]) & {"ice cream", "cupcake"}


def test_a_picture_finds_texts(visit: Visit) -> None:
    screen = visit(FILE, picture_way="A picture finds texts", picture_name="red apple")
    assert not screen.exception
    assert "red apple" in screen.dataframe[0].value["text"].tolist()


def test_a_misspelled_picture_stays_in_the_field(visit: Visit) -> None:
    screen = visit(FILE, picture_way="A picture finds texts", picture_name="red apple")
    screen.text_input(key="picture_name").set_value("red aple").run()
    assert not screen.exception
    assert screen.text_input(key="picture_name").value == "red aple"  # what is typed stays
    assert not screen.dataframe


def test_pictures_are_sorted_by_class_names_beside_chance(visit: Visit) -> None:
    screen = finished(visit(FILE, pictures_step="Sort by names"))
    assert not screen.exception
    figures = {one.label: int(one.value.rstrip("%")) for one in screen.metric if "%" in one.value}
    assert figures["Chance"] == 17
    assert figures["Right"] > figures["By pixels"] > figures["Chance"]


def test_it_is_trained_on_the_page(visit: Visit) -> None:
    screen = visit(FILE, pictures_step="Watch the clouds meet")
    next(button for button in screen.button if button.label == "Train Small CLIP").click()
    screen = finished(screen.run())
    assert not screen.exception
    assert "after epoch 30" in said(screen)


def test_where_it_fails_names_the_flags(visit: Visit) -> None:
    screen = finished(visit(FILE, pictures_step="Where it fails"))
    assert not screen.exception
    assert "Among 270 flags it finds" in said(screen)


def test_a_real_clip_by_its_folder_finds_pictures(visit: Visit, whole_clip: Path) -> None:
    screen = visit(FILE, picture_model="Another CLIP")
    screen.text_input(key="clip_name").set_value(str(whole_clip)).run()
    for _ in range(3):  # pictures, names, the text: one job after the other
        screen = finished(screen)
    assert not screen.exception
    assert not screen.error
    assert len(screen.dataframe[0].value) == 10
