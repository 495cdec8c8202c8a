"""Charts of columns: counted as NumPy and Polars count, and each bar's clause finds its rows."""

from __future__ import annotations

import datetime as dt
import math

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from explorer.columns.bars import counted
from explorer.columns.charts import brush, chart_of, choose, chosen, span_of
from explorer.conditions import matching_rows

N = 300
RNG = np.random.default_rng(0)
DAYS = [dt.date(2020, 1, 1) + dt.timedelta(int(day)) for day in RNG.integers(0, 900, N)]
TIMES = [
    dt.datetime(2024, 3, 1, 12) + dt.timedelta(seconds=float(s)) for s in RNG.normal(0, 9e4, N)
]
COLUMNS = {
    "whole": pa.array(RNG.integers(-7, 90, N)),
    "few": pa.array(RNG.integers(1, 6, N), pa.int8()),
    "price": pa.array(np.round(RNG.lognormal(3, 0.5, N), 2)),
    "single": pa.array(np.round(RNG.normal(0, 3, N), 1).astype(np.float32)),
    "continuous": pa.array(RNG.normal(0, 1e-5, N)),
    "heavy": pa.array(np.concatenate([RNG.normal(0, 1, N - 2), [1e300, -1e300]])),
    "strange": pa.array([math.inf, -math.inf, math.nan, None, *RNG.normal(size=N - 4)]),
    "infinite": pa.array([math.inf, -math.inf, math.nan] * (N // 3)),
    "constant": pa.array([0.1 + 0.2] * N),
    "decimal": pa.array(RNG.integers(0, 9999, N)).cast(pa.decimal128(22, 2)),
    "flag": pa.array([True, False, None] * (N // 3)),
    "kind": pa.array([f"it's {i % 30}" if i % 7 else None for i in range(N)]),
    "dictionary": pa.array(["a", "b", "c"] * (N // 3)).dictionary_encode(),
    "text": pa.array([f"{i} tall doors and{' red' * (i % 3)} houses" for i in range(N)]),
    "mixed": pa.array(["1", "two", "3.0"] * (N // 3)),
    "day": pa.array(DAYS),
    "time": pa.array([time.replace(microsecond=0) for time in TIMES], pa.timestamp("s")),
    "fine time": pa.array(TIMES, pa.timestamp("ns")),
    "zoned": pa.array(TIMES, pa.timestamp("us", "Asia/Tokyo")),
    "ancient": pa.array([dt.date(4, 1, 1), dt.date(9999, 12, 31), None] * (N // 3)),
}
TABLE = pa.table(COLUMNS)
SOME = np.sort(RNG.choice(N, 80, replace=False))


@pytest.mark.parametrize("name", COLUMNS)
def test_the_clause_of_each_bar_keeps_the_rows_that_it_counts(name: str) -> None:
    chart = chart_of(name, TABLE[name])
    assert chart.bars
    assert chart.counts.any()
    some = counted(chart, SOME)
    for place, bar in enumerate(chart.bars):
        rows = matching_rows(TABLE, bar.clause)
        assert len(rows) == chart.counts[place], bar
        assert len(np.intersect1d(rows, SOME)) == some[place], bar


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "text"])
def test_each_row_is_in_one_bar(name: str) -> None:
    assert chart_of(name, TABLE[name]).counts.sum() == N


@pytest.mark.parametrize("name", ["whole", "price", "single", "continuous"])
def test_a_histogram_counts_as_numpy(name: str) -> None:
    chart = chart_of(name, TABLE[name])
    values = TABLE[name].to_numpy()
    assert chart.axis is not None
    expected, _ = np.histogram(values.astype(float), chart.axis.edges)
    assert chart.counts.tolist() == expected.tolist()
    assert 10 <= len(expected) <= 40


def test_months_are_counted_as_polars_groups_them() -> None:
    chart = chart_of("day", TABLE["day"])
    groups = pl.Series("day", DAYS).dt.truncate("1mo").value_counts().sort("day")
    assert chart.counts[chart.counts > 0].tolist() == groups["count"].to_list()


def test_the_commonest_categories_are_those_of_polars() -> None:
    chart = chart_of("kind", TABLE["kind"])
    groups = pl.Series("kind", TABLE["kind"]).drop_nulls().value_counts(sort=True)
    assert chart.counts[:20].tolist() == groups["count"][:20].to_list()
    assert [bar.label for bar in chart.bars[20:]] == ["10 more", "missing"]


def test_a_word_is_counted_once_a_text() -> None:
    chart = chart_of("text", TABLE["text"])
    words = dict(zip([bar.label for bar in chart.bars], chart.counts.tolist(), strict=True))
    assert words == {"doors": 300, "houses": 300, "tall": 300, "red": 200}


def test_tails_do_not_flatten_a_histogram() -> None:
    chart = chart_of("heavy", TABLE["heavy"])
    assert chart.axis is not None
    assert abs(chart.axis.edges).max() < 10
    assert [bar.label.split()[0] for bar in chart.bars[-2:]] == ["below", "above"]


@pytest.mark.parametrize(
    ("column", "note"),
    [
        (pa.nulls(3), "All 3 values are missing."),
        (pa.array([None, None], pa.float64()), "All 2 values are missing."),
        (
            pa.array(["ab1", "cd2", "ef3"] * 9 + [f"x{i}" for i in range(400)]),
            "403 different texts, with no word in common.",
        ),
        (pa.array([[1], [2]]), "Values of type list<item: int64> have no chart."),
    ],
)
def test_a_column_that_cannot_be_drawn_says_why(column: pa.Array, note: str) -> None:
    chart = chart_of("it", column)
    assert chart.note.startswith(note)
    assert not chart.bars


def test_a_brush_is_rounded_and_replaces_the_clause_that_stood() -> None:
    chart = chart_of("price", TABLE["price"])
    once = brush(chart, "kind = 'a'", 12.3456, 30.0001)
    assert once == "kind = 'a' AND \"price\" BETWEEN 12.3 AND 30"
    assert span_of(chart, once) == (12.3, 30)
    assert brush(chart, once, 20, 10) == "kind = 'a' AND \"price\" BETWEEN 10 AND 20"
    assert choose(chart, once, []) == "kind = 'a'"


def test_a_brush_over_dates_ends_at_days() -> None:
    chart = chart_of("day", TABLE["day"])
    ends = [np.datetime64(text, "us").astype(int) for text in ("2020-03-05T11", "2021-01-01T13")]
    text = brush(chart, "", *ends)
    assert text == "\"day\" BETWEEN DATE '2020-03-05' AND DATE '2021-01-02'"
    assert len(matching_rows(TABLE, text)) == sum(
        dt.date(2020, 3, 5) <= day <= dt.date(2021, 1, 2) for day in DAYS
    )


def test_bars_are_joined_and_found_again() -> None:
    chart = chart_of("kind", TABLE["kind"])
    text = choose(chart, "price > 5", [0, 3, 21])
    assert text.startswith("price > 5 AND (\"kind\" IN ('it''s ")
    assert chosen(chart, text) == [0, 3, 21]
    assert chosen(chart, "price > 5") == []
    matching_rows(TABLE, text)


def test_clauses_of_other_columns_stay() -> None:
    chart = chart_of("flag", TABLE["flag"])
    text = choose(chart, "flag = FALSE AND (price > 5 OR flag = TRUE)", [0])
    assert text == '(price > 5 OR flag = TRUE) AND "flag" = ' + chart.bars[0].label.upper()


def test_a_few_small_integers_have_a_bin_each() -> None:
    chart = chart_of("stars", pa.chunked_array([[5, 2, 5]]))
    assert chart.counts.tolist() == [1, 0, 0, 2]
