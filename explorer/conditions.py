"""Conditions on the columns of a table, written as in SQL: `price > 20 AND category = 'a'`.

Polars parses and evaluates them. Its expressions reach the table's columns and nothing else: a
condition may be a stranger's, since it stands in the address of a page.
"""

from __future__ import annotations

import re

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import QueryError

LABEL = "label"  # the column of the labels, where no other column has that name
LONGEST = 2_000  # letters
COLUMNS_TOLD = 12
# What may be called. All are bounded by the column they are given; REPEAT or LPAD, say, are not.
FUNCTIONS = frozenset(
    {
        *("abs", "ceil", "floor", "round", "greatest", "least", "avg", "max", "median", "min"),
        *("lower", "upper", "trim", "length", "starts_with", "ends_with", "regexp_like"),
        *("contains", "ilike", "like", "cast", "coalesce", "date", "day", "month", "year"),
        *("extract", "from", "and", "or", "not", "in", "between", "when", "then", "else"),
    }
)
TEXTS = re.compile(r"'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"")  # and quoted names
CALLED = re.compile(r"([A-Za-z_]\w*)\s*\(")


def matching_rows(table: pa.Table, condition: str) -> NDArray[np.intp]:
    """Return the rows of a table for which a condition is true.

    Parameters
    ----------
    table
        n rows; the condition names its columns, in double quotes where they have spaces.
    condition
        A condition in SQL: comparisons, `AND`, `OR`, `NOT`, `IN`, `BETWEEN`, `LIKE`,
        `IS NULL`, arithmetic, and the functions of `FUNCTIONS`.

    Returns
    -------
    (m,) intp
        Ascending. Where a value is missing, a comparison with it is not true.

    Raises
    ------
    QueryError
        The condition cannot be read, names another column, compares what cannot be compared, or
        gives something else than true or false. It says which columns there are.

    Examples
    --------
    >>> table = pa.table({"price": [5, 30, None], "kind": ["a", "b", "a"]})
    >>> matching_rows(table, "price > 20 OR kind = 'a'").tolist()
    [0, 1, 2]
    """
    wanted = parsed(table, condition)
    frame = pl.from_arrow(table.select(needed(table, wanted)))
    assert isinstance(frame, pl.DataFrame)
    try:
        found = frame.select(wanted.alias("is true"))["is true"]
    except pl.exceptions.PolarsError as error:
        raise refusal(table, condition, reason(error)) from error
    if found.dtype != pl.Boolean:
        raise refusal(table, condition, f"it gives {found.dtype} and not true or false")
    values = found.fill_null(value=False).to_numpy()
    if len(values) != len(table):  # no column is named, as in 1 = 1
        values = np.broadcast_to(values, (len(table),))
    return np.flatnonzero(values)


def parsed(table: pa.Table, condition: str) -> pl.Expr:
    """Return a condition as an expression; raises QueryError."""
    if not condition.strip():
        raise refusal(table, condition, "it is empty")
    if len(condition) > LONGEST:
        raise QueryError(
            f"The condition has {len(condition):,} letters; at most {LONGEST:,} are read."
        )
    called = {name.lower() for name in CALLED.findall(TEXTS.sub("''", condition))}
    if unknown := sorted(called - FUNCTIONS):
        raise refusal(table, condition, f"the function {unknown[0]} is not known here")
    try:
        wanted = pl.sql_expr(condition)
    except pl.exceptions.PolarsError as error:
        raise refusal(table, condition, reason(error)) from error
    strange = [name for name in wanted.meta.root_names() if name not in table.column_names]
    if strange:
        raise refusal(table, condition, f"there is no column “{strange[0]}”")
    return wanted


def needed(table: pa.Table, wanted: pl.Expr) -> list[str]:
    """Return the columns that a condition names, or any one for a condition that names none."""
    return list(dict.fromkeys(wanted.meta.root_names())) or table.column_names[:1]


def reason(error: Exception) -> str:
    """Return the first line of what Polars says."""
    return str(error).strip().split("\n")[0].rstrip(".")


def refusal(table: pa.Table, condition: str, why: str) -> QueryError:
    """Return the error for a condition that cannot be used."""
    names = table.column_names
    told = ", ".join(names[:COLUMNS_TOLD]) + (" …" if len(names) > COLUMNS_TOLD else "")
    shown = condition if len(condition) <= 80 else f"{condition[:79]}…"
    return QueryError(
        f"“{shown}” is no condition: {why}. Write a column, a comparison and a value, for example "
        f"{names[0]} = 'a', joined by AND or OR. Columns: {told}."
    )


def quoted(name: str) -> str:
    """Return a column's name as conditions take it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float | bool) -> str:
    """Return a value as conditions take it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).upper() if isinstance(value, bool) else repr(value)
