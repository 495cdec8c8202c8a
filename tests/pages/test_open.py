"""The Open page without a browser: what it tells of a file of the server's folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from explorer.ui.open import view
from tests.pages.conftest import Visit, said, vectors_told


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(folder))
    return folder


def choose_only_file(screen: AppTest) -> None:
    """Choose the file that the server offers."""
    (box,) = (one for one in screen.selectbox if one.label.startswith("Or a file"))
    box.select(box.options[0]).run()


def test_a_file_of_the_folder_is_reported_and_opened_with_the_rows_chosen(
    visit: Visit, folder: Path
) -> None:
    rows = [f"w{row} {row % 7} {row % 5 + 1}" for row in range(60_000)]
    (folder / "many.txt").write_text("\n".join(rows) + "\n")
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "**many\\.txt** is read as **GloVe text**" in said(screen)
    draw_by(screen, "The first")
    assert "Drawing 20,000 of 60,000" in said(screen)
    screen.number_input(key="draw size").set_value(1000).run()
    screen.button[0].click().run()
    assert not screen.exception
    assert vectors_told(screen) == 1_000
    assert "Drawing 1,000 of 60,000 vectors" in said(screen).replace("\\", "")
    space = screen.query_params["space"]
    screen = visit("pages/map.py", space=space, selected="w59999")  # searched, but not drawn
    assert "#### w59999" in said(screen)
    assert "Searched, but **not drawn**" in said(screen)


def draw_by(screen: AppTest, way: str) -> None:
    """Choose which rows are drawn."""
    (control,) = (one for one in screen.button_group if one.label == "Draw")
    control.set_value(way).run()


def test_of_a_large_file_all_is_drawn_where_its_estimate_is_short_and_the_estimate_is_told(
    visit: Visit, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.save(folder / "large.npy", np.ones((60_000, 2), np.float32))
    monkeypatch.setattr(view, "umap_seconds", lambda n, dim: 0.002 * n)
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "Drawing all 60,000: PCA at once, UMAP in about 2 min." in said(screen)
    draw_by(screen, "Random")
    assert "UMAP of all would take about 2 min." in said(screen)
    monkeypatch.setattr(view, "umap_seconds", lambda n, dim: 0.02 * n)
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "Drawing 20,000 of 60,000;" in said(screen)
    assert "UMAP of all would take about 20 min." in said(screen)


def test_a_pickle_is_refused_with_the_lines_to_copy(visit: Visit, folder: Path) -> None:
    (folder / "words.pkl").write_bytes(b"\x80\x04\x95\x10\0\0\0\0\0\0\0}\x94.")
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "is a Python pickle" in said(screen)
    assert "pickle.loads" in screen.code[0].value
    assert not screen.main.expander  # to read it differently would not help


def test_the_preview_shows_the_files_own_columns(visit: Visit, folder: Path) -> None:
    (folder / "table.csv").write_text("lemma,x,y,kind\nking,1,2,noun\nrun,3,4,verb\n")
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert list(screen.dataframe[0].value.columns) == ["lemma", "kind", "x", "y"]
    assert len(screen.main.expander) == 1


def test_broken_lines_are_left_out_if_that_is_wanted(visit: Visit, folder: Path) -> None:
    (folder / "broken.txt").write_text("king 1 2\nqueen 3 4\nprince 5 x\n")
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "line 3" in said(screen)
    (leave_out,) = (one for one in screen.button if one.label == "Leave out what is broken")
    leave_out.click().run()
    assert "1 broken line left out" in said(screen)


def press(screen: AppTest, label: str) -> None:
    """Press the one button whose name begins so."""
    (button,) = (one for one in screen.button if one.label.startswith(label))
    button.click().run()


def figures(screen: AppTest) -> list[str]:
    """Return the number of vectors and of dimensions that the report shows."""
    return [one.value for one in screen.main.metric if one.label in ("Vectors", "Dimensions")]


def test_rows_that_are_left_out_are_not_counted(visit: Visit, folder: Path) -> None:
    (folder / "broken.csv").write_text("word,x,y\nking,1,2\nqueen,NA,4\npea,5,6\n")
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "line 3 has “NA” in the column “x”" in said(screen)
    press(screen, "Leave out what is broken")
    assert figures(screen) == ["2", "2"]
    press(screen, "Open this space")
    assert vectors_told(screen) == 2


def test_a_column_that_is_no_dimension_is_taken_for_metadata(visit: Visit, folder: Path) -> None:
    rows = "word,x,y,age,cluster\nking,1,2,7,0\nqueen,3,4,NA,1\n"
    (folder / "people.csv").write_text(rows)
    screen = visit("pages/open.py")
    choose_only_file(screen)
    press(screen, "Read age")
    assert not screen.exception
    assert figures(screen) == ["2", "2"]
    (choice,) = screen.multiselect
    assert choice.value == ["age", "cluster"]
    choice.set_value(["age"]).run()
    assert figures(screen) == ["2", "3"]


def test_nan_in_an_array_is_told_before_it_is_opened(visit: Visit, folder: Path) -> None:
    vectors = np.ones((3000, 2), np.float32)
    vectors[2990, 1] = np.nan
    np.save(folder / "vectors.npy", vectors)
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "row 2,990 of the file" in said(screen).replace("\\", "")
    press(screen, "Leave out what is broken")
    assert figures(screen) == ["2,999", "2"]


def test_a_table_of_texts_is_told_and_the_way_to_encode_it(visit: Visit, folder: Path) -> None:
    rows = [f"The room was clean and the staff friendly,{stars}" for stars in (5, 4, 3)]
    (folder / "reviews.csv").write_text("\n".join(["review,stars", *rows]) + "\n")
    screen = visit("pages/open.py")
    choose_only_file(screen)
    assert "looks like a table of texts" in said(screen)
    assert "“review”" in said(screen)
