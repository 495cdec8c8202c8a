"""Tastes from tables: columns, empty cells, dates, what is no number; the sample of dishes."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer.beyond.tastes.reading import (
    PARTS,
    read_dishes,
    read_pairs_table,
    tastes_from_table,
    usual_columns,
)
from explorer.errors import ParseError, TrainingError
from explorer.formats.file import File, as_file
from tests.beyond.conftest import takings

SAMPLE = Path(__file__).parents[2] / "sample_data" / "dishes.csv"
COLUMNS = {"user": "who", "item": "what", "rating": None, "time": None}


def table_of(**more: list) -> pa.Table:
    who, what = zip(*takings(), strict=True)
    return pa.table({"who": who, "what": what, **more})


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (
            ["userId", "movieId", "rating", "timestamp"],
            ("userId", "movieId", "rating", "timestamp"),
        ),
        (["item", "user"], ("user", "item", None, None)),
        (["a", "b", "stars"], ("a", "b", "stars", None)),
        (["user_id:token", "item_id:token"], ("user_id:token", "item_id:token", None, None)),
    ],
)
def test_columns_are_found_by_their_names_else_in_order(
    names: list[str], expected: tuple[str | None, ...]
) -> None:
    assert usual_columns(names) == dict(zip(PARTS, expected, strict=True))


def test_a_csv_file_becomes_tastes() -> None:
    lines = "\n".join(f"{who},{what},4.5" for who, what in takings())
    file = File("books.csv", content=f"who,what,stars\n{lines}\n".encode())
    table = read_pairs_table(file)
    tastes = tastes_from_table(table, {**COLUMNS, "rating": "stars"}, "books")
    assert len(tastes.pairs) == len(takings())
    assert tastes.ratings is not None
    assert set(tastes.ratings.tolist()) == {4.5}


def test_one_column_is_refused() -> None:
    with pytest.raises(ParseError, match="1 column"):
        read_pairs_table(File("who.csv", content=b"who\nAda\nBen\n"))


def test_a_column_that_is_chosen_twice_is_refused() -> None:
    with pytest.raises(TrainingError, match="Choose a different one"):
        tastes_from_table(table_of(), {**COLUMNS, "item": "who"}, "books")


def test_an_empty_cell_is_left_out_and_told() -> None:
    who, what = (list(side) for side in zip(*takings(), strict=True))
    table = pa.table({"who": [*who, "Nobody", "  "], "what": [*what, None, "the hit"]})
    tastes = tastes_from_table(table, COLUMNS, "books")
    assert len(tastes.pairs) == len(takings())
    assert "2 rows have no user or no item" in tastes.notes[0]
    assert "Nobody" in tastes.notes[0]


@pytest.mark.parametrize("wrong", ["good", "inf"])
def test_a_rating_that_is_no_number_does_not_count_and_is_named_by_its_row(wrong: str) -> None:
    grades = ["3"] * len(takings())
    grades[4] = wrong
    tastes = tastes_from_table(table_of(grade=grades), {**COLUMNS, "rating": "grade"}, "books")
    assert tastes.ratings is not None
    assert np.isnan(tastes.ratings).sum() == 1
    assert len(tastes.pairs) == len(takings())
    assert f"row 5: “{wrong}”" in tastes.notes[0]


def test_a_column_that_is_mostly_text_is_refused_as_ratings() -> None:
    grades = ["good"] * len(takings())
    with pytest.raises(TrainingError, match=r"“grade” is no number, such as row 1: “good”"):
        tastes_from_table(table_of(grade=grades), {**COLUMNS, "rating": "grade"}, "books")


def test_ratings_as_text_are_numbers_and_empty_ones_are_none() -> None:
    grades = ["3"] * len(takings())
    grades[0], grades[1] = "", "2.5"
    tastes = tastes_from_table(table_of(grade=grades), {**COLUMNS, "rating": "grade"}, "books")
    assert tastes.ratings is not None
    assert np.isnan(tastes.ratings).sum() == 1
    assert (tastes.ratings == 2.5).sum() == 1


def test_an_infinite_rating_does_not_count() -> None:
    grades = [float("inf"), *[1.0] * (len(takings()) - 1)]
    tastes = tastes_from_table(table_of(grade=grades), {**COLUMNS, "rating": "grade"}, "books")
    assert tastes.ratings is not None
    assert np.isnan(tastes.ratings).sum() == 1
    assert "1 rating is no number" in tastes.notes[0]


@pytest.mark.parametrize("form", ["text", "date", "moment", "seconds"])
def test_times_are_seconds_however_they_are_written(form: str) -> None:
    days = [date(2024, 1, 1) + timedelta(days=number % 300) for number in range(len(takings()))]
    made = {
        "text": [day.isoformat() for day in days],
        "date": days,
        "moment": [datetime(day.year, day.month, day.day) for day in days],
        "seconds": [(day - date(1970, 1, 1)).days * 86_400 for day in days],
    }
    tastes = tastes_from_table(table_of(day=made[form]), {**COLUMNS, "time": "day"}, "books")
    assert tastes.times is not None
    assert tastes.times.min() == 1_704_067_200  # the first of January 2024


def test_dishes_are_users_and_their_ingredients_items() -> None:
    tastes = read_dishes(as_file(SAMPLE))
    dish = tastes.users.index("Pesto alla genovese")
    taken = {tastes.items[item] for item in tastes.of_user(dish)}
    assert {"basil", "pine nuts", "garlic", "parmesan"} <= taken
    assert tastes.about_users is not None
    assert tastes.about_users.column("country")[dish].as_py() == "Italy"
    assert tastes.nouns.items == "ingredients"
