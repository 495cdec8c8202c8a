"""Which chart a column gets, and what a click or a brush on it asks for."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pyarrow as pa

from explorer.columns import dates, numbers
from explorer.columns.bars import Chart, no_chart
from explorer.columns.clauses import (
    any_of,
    ends,
    of_column,
    one_of,
    replaced,
    texts_in,
)
from explorer.columns.dates import date_chart
from explorer.columns.numbers import number_chart
from explorer.columns.texts import flag_chart, text_chart
from explorer.conditions import quoted
from explorer.conditions.clauses import alternatives

Kind = Callable[[pa.DataType], bool]
CHARTS: tuple[tuple[Kind, Callable[[str, pa.ChunkedArray], Chart]], ...] = (
    (pa.types.is_boolean, flag_chart),
    (pa.types.is_integer, number_chart),
    (pa.types.is_floating, number_chart),
    (pa.types.is_decimal, number_chart),
    (pa.types.is_date, date_chart),
    (pa.types.is_timestamp, date_chart),
    (pa.types.is_string, text_chart),
    (pa.types.is_large_string, text_chart),
    (pa.types.is_string_view, text_chart),
)


def chart_of(name: str, column: pa.ChunkedArray | pa.Array) -> Chart:
    """Return the chart of a column.

    Parameters
    ----------
    name
        What the column is called.
    column
        n values. Numbers, dates and times get a histogram; flags and texts that repeat get bars,
        the 20 commonest and the rest; other texts get the words that most of them contain. Of
        other types a sentence says that they have no chart.

    Examples
    --------
    >>> chart = chart_of("kind", pa.array(["a", "b", "a", None]))
    >>> [bar.label for bar in chart.bars], chart.counts.tolist()
    (['a', 'b', 'missing'], [2, 1, 1])
    """
    if isinstance(column, pa.Array):
        column = pa.chunked_array([column])
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if column.null_count == len(column):
        return no_chart(name, len(column), f"All {len(column):,} values are missing.")
    for fits, make in CHARTS:
        if fits(column.type):
            return make(name, column)
    return no_chart(name, len(column), f"Values of type {column.type} have no chart.")


def brush(chart: Chart, condition: str, low: float, high: float) -> str:
    """Return the condition after a brush over a histogram from `low` to `high`."""
    if chart.axis is None:
        return condition
    make = numbers.brushed if chart.axis.kind == "number" else dates.brushed
    return replaced(condition, chart.column, make(chart.axis, low, high))


def choose(chart: Chart, condition: str, places: Sequence[int]) -> str:
    """Return the condition that keeps what is in one of these bars; without any, all of them."""
    bars = [chart.bars[place] for place in places]
    values = [bar.value for bar in bars if bar.value is not None]
    clauses = [bar.clause for bar in bars if bar.value is None and bar.clause]
    if values:
        clauses.insert(0, one_of(chart.column, values))
    return replaced(condition, chart.column, any_of(clauses) if clauses else None)


def chosen(chart: Chart, condition: str) -> list[int]:
    """Return the bars that a condition's clauses on this column name, ascending."""
    place_of = {bar.clause: place for place, bar in enumerate(chart.bars) if bar.clause}
    start = f"{quoted(chart.column)} IN ("
    found = set()
    stated = of_column(condition, chart.column)
    for clause in (one for whole in stated for one in alternatives(whole)):
        if clause in place_of:
            found.add(place_of[clause])
        elif clause.startswith(start):
            listed = set(texts_in(clause.removeprefix(start)))
            found |= {place for place, bar in enumerate(chart.bars) if bar.value in listed}
    return sorted(found)


def span_of(chart: Chart, condition: str) -> tuple[float, float] | None:
    """Return the two ends of a condition's BETWEEN on this column, as its axis has them."""
    if chart.axis is None:
        return None
    value = numbers.value_of if chart.axis.kind == "number" else dates.value_of
    for clause in of_column(condition, chart.column):
        if found := ends(clause, chart.axis.subject):
            try:
                return value(found[0]), value(found[1])
            except ValueError:  # what somebody wrote by hand
                return None
    return None
