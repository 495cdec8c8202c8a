"""Conditions on the columns of a table, against sqlite3; and what they may not reach."""

from __future__ import annotations

import sqlite3
from datetime import date, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, open_space
from explorer.conditions import FUNCTIONS, literal, matching_rows, quoted
from explorer.errors import QueryError

TABLE = pa.table(
    {
        "price": [5.0, 30.0, None, 20.0, 21.5],
        "category": ["a", "b", "a", None, "c d"],
        "text": ["a door", "it's", "DOORS", "100%", ""],
        "neighbors kept": [1, 2, 3, 4, 5],
    }
)
CONDITIONS = [
    "price > 20",
    "price >= 20 AND category IN ('b', 'c d')",
    "text LIKE '%door%' AND text LIKE 'a%'",
    "price IS NULL OR category IS NULL",
    "NOT (price > 20)",
    '"neighbors kept" BETWEEN 2 AND 4',
    "price * 2 + 1 > 41",
    "lower(category) = 'a' OR text = 'it''s'",
    "price > 20 -- and nothing else",
    "1 = 1",
    "1 = 2",
    "CASE WHEN price > 20 THEN category = 'b' ELSE price < 10 END",
]


@pytest.mark.parametrize("condition", CONDITIONS)
def test_a_condition_finds_the_rows_that_sqlite_finds(condition: str) -> None:
    base = sqlite3.connect(":memory:")
    base.execute("PRAGMA case_sensitive_like = ON")
    names = ", ".join(quoted(name) for name in TABLE.column_names)
    base.execute(f"CREATE TABLE t ({names})")
    rows = list(zip(*TABLE.to_pydict().values(), strict=True))
    base.executemany(f"INSERT INTO t VALUES ({', '.join('?' * TABLE.num_columns)})", rows)
    expected = [row - 1 for (row,) in base.execute(f"SELECT rowid FROM t WHERE {condition}\n")]
    assert matching_rows(TABLE, condition).tolist() == expected


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("", "is empty"),
        ("price >", "unable to parse"),
        ("prize > 20", "no column “prize”"),
        ("price + 1", "not true or false"),
        ("price > 'x'", "price"),
        ("price > 20; DROP TABLE t", "the sign ; is not known, at letter 11"),
        ("price > 20 AND text LIKE", "at letter 16"),
        ("(price > 20", "a parenthesis is not closed, at letter 1"),
        ("text = 'door", "a quote is not closed, at letter 8"),
        ("Price > 20", 'Did you mean "price"?'),
        ("text > 5", 'TRY_CAST("text" AS DOUBLE)'),
        ("price > 20 LIMIT 3", "LIMIT"),
        ("price > (SELECT max(price) FROM t)", "SELECT has no place here"),
        ("$$'$$ = read_csv('/etc/passwd') OR '' = ''", "the sign $ is not known"),
        ("\"read_csv\"('/etc/passwd') IS NULL", "read_csv"),
        ("text = E'\\'' OR read_csv('x') = ''", "a space is missing"),
        ("read_csv('/etc/passwd') IS NOT NULL", "read_csv"),
        ("price > length(repeat('x', 1000000000))", "repeat"),
        ("lpad (text, 1000000000, 'x') = 'x'", "lpad"),
        ("price > 20 AND " * 200 + "price > 20", "letters"),
    ],
)
def test_what_is_no_condition_is_told_with_the_columns(condition: str, told: str) -> None:
    with pytest.raises(QueryError, match=r".+") as caught:
        matching_rows(TABLE, condition)
    assert told.lower() in str(caught.value).lower()
    if len(condition) < 200:
        assert "Columns: price, category, text, neighbors kept." in str(caught.value)


def test_no_function_that_may_be_called_reads_a_file_or_makes_long_texts() -> None:
    assert FUNCTIONS.isdisjoint(
        {"read_csv", "read_parquet", "scan_csv", "repeat", "lpad", "rpad", "concat", "replace"}
    )


@pytest.mark.parametrize("text", ["it's", '"', "a (b) repeat(", "%_\\", "'; DROP TABLE t --", ""])
def test_a_text_and_a_name_come_back_as_they_were(text: str) -> None:
    table = pa.table({f"x {text}": [text, "other"]})
    condition = f"{quoted(f'x {text}')} = {literal(text)}"
    assert matching_rows(table, condition).tolist() == [0]


def test_a_space_is_filtered_by_label_and_metadata(words: EmbeddingSpace) -> None:
    found = words.filter("length = 3 AND rank <= 20 AND label LIKE '%e'")
    expected = [word for word in words.labels[:20] if len(word) == 3 and word.endswith("e")]
    assert list(found.labels) == expected
    assert "where length = 3" in str(found.source)


def test_a_sparse_space_stays_sparse(tmp_path: Path) -> None:
    from scipy import sparse

    from explorer.sparse import SparseSpace

    space = SparseSpace(["a", "b", "c"], sparse.eye_array(3, format="csr"), name="one-hot")
    assert space.filter("label <> 'b'").is_sparse


def test_a_condition_that_nothing_fulfills_is_told(words: EmbeddingSpace) -> None:
    with pytest.raises(QueryError, match=r"No row of .* fulfills “length > 900”"):
        words.filter("length > 900")


def test_every_row_of_a_saved_filter_comes_back_by_its_condition(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("word,price,x,y\nking,5,1,2\nqueen,30,3,4\npea,40,5,6\n")
    space = open_space(path, metadata_columns=["price"])
    assert space.filter("price > 20").labels == ("queen", "pea")


MOMENTS = pa.table(
    {
        "day": pa.array([date(2024, 1, 1), date(2024, 1, 31), None]),
        "at": pa.array([datetime(2024, 1, 1), datetime(2024, 1, 1, 12, 30), None]),
        "zoned": pa.array(
            [datetime(2024, 6, 1, 0, 30), datetime(2024, 6, 1, 22, 30), None],
            pa.timestamp("us", "UTC"),
        ).cast(pa.timestamp("ms", "Europe/Vienna")),  # there 02:30, and 00:30 of the next day
    }
)


@pytest.mark.parametrize(
    ("condition", "rows"),
    [
        ("day > '2024-01-01'", [1]),
        ("'2024-01-31' = day", [1]),
        ("day NOT IN ('2024-01-01', '2024-02-01')", [1]),
        ("day BETWEEN '2024' AND '2024-01-30' AND day IS NOT NULL", [0]),
        ("day > DATE '2024-01-01' OR day < '2024-01'", [1]),
        ("at > '2024-01-01'", [1]),
        ("at <= '2024-01-01 12:30' AND NOT at = '2024-01-01T00:00'", [1]),
        ("zoned >= '2024-06-02'", [1]),
        ("zoned >= '2024-06-01T22:30:00Z'", [1]),
        ("zoned > '2024-06-01T22:30:00Z'", []),
        ("zoned < '2024-06-01 04:00+02:00' AND EXTRACT(hour FROM zoned) = 2", [0]),
    ],
)
def test_texts_beside_dates_are_dates_in_the_zone_of_their_column(
    condition: str, rows: list[int]
) -> None:
    assert matching_rows(MOMENTS, condition).tolist() == rows


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("day > 'soon'", "“day” holds dates, and “soon” is none. Write it as '2024-01-31'"),
        ("at > '2024-01-01T00:00Z'", "“at” has no time zone"),
        ("day > 5", "“day” holds dates"),
    ],
)
def test_what_is_no_date_is_told(condition: str, told: str) -> None:
    with pytest.raises(QueryError) as caught:
        matching_rows(MOMENTS, condition)
    assert told in str(caught.value)


def test_a_column_without_any_value_fulfills_nothing_but_is_null() -> None:
    table = pa.table({"empty": pa.nulls(3), "numbers": pa.nulls(3, pa.float64())})
    assert matching_rows(table, "empty > 5 OR numbers > 5 OR empty = 'x'").tolist() == []
    assert matching_rows(table, "empty IS NULL AND numbers IS NULL").tolist() == [0, 1, 2]


def test_nan_is_no_value() -> None:
    table = pa.table({"price": [5.0, float("nan"), 30.0]})
    assert matching_rows(table, "price > 20").tolist() == [2]
    assert matching_rows(table, "price IS NULL").tolist() == [1]


def test_numbers_among_other_texts_are_read_by_try_cast() -> None:
    table = pa.table({"mixed": ["5", "n/a", None, "30"]})
    assert matching_rows(table, "TRY_CAST(mixed AS DOUBLE) > 20").tolist() == [3]
