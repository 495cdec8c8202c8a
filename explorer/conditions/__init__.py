"""Conditions on the columns of a table, written as in SQL: `price > 20 AND category = 'a'`.

Polars parses and evaluates them. Its expressions reach the table's columns and nothing else: a
condition may be a stranger's, since it stands in the address of a page.
"""

from __future__ import annotations

import difflib

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray
from polars import selectors

from explorer.conditions.clauses import Token, clauses, divided, tokens
from explorer.conditions.dates import kind_of, with_moments
from explorer.errors import ConditionSyntaxError, QueryError, UnknownColumnError

LABEL = "label"  # the column of the labels, where no other column has that name
LONGEST = 2_000  # letters
COLUMNS_TOLD = 12
# What may be called. All are bounded by the column they are given; REPEAT or LPAD, say, are not.
FUNCTIONS = frozenset(
    {
        *("abs", "ceil", "floor", "round", "greatest", "least", "avg", "max", "median", "min"),
        *("lower", "upper", "trim", "length", "starts_with", "ends_with", "regexp_like"),
        *("ilike", "like", "cast", "try_cast", "coalesce", "date", "day", "month", "year"),
        *("extract", "from", "and", "or", "not", "in", "between", "when", "then", "else"),
    }
)
FORBIDDEN = frozenset({"SELECT", "WITH"})  # questions inside a question


def matching_rows(table: pa.Table, condition: str) -> NDArray[np.intp]:
    """Return the rows of a table for which a condition is true.

    Parameters
    ----------
    table
        n rows; the condition names its columns, in double quotes where they have spaces.
    condition
        A condition in SQL: comparisons, `AND`, `OR`, `NOT`, `IN`, `BETWEEN`, `LIKE`,
        `IS NULL`, arithmetic, and the functions of `FUNCTIONS`. Beside a column of dates a
        text is a date: `day >= '2024-01-31'`.

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
    found = checked(table, condition)
    frame, wanted = asked(table, condition, found)
    try:
        values = frame.select(wanted.alias("is true"))["is true"]
    except pl.exceptions.PolarsError as error:
        raise refusal(table, condition, incomparable(table, condition, error)) from error
    if values.dtype not in (pl.Boolean, pl.Null):
        what = f"it gives {kind_of(values.dtype)} and not true or false"
        raise refusal(table, condition, what)
    mask = values.cast(pl.Boolean).fill_null(value=False).to_numpy()
    if len(mask) != len(table):  # no column is named, as in 1 = 1
        mask = np.broadcast_to(mask, (len(table),))
    return np.flatnonzero(mask)


def checked(table: pa.Table, condition: str) -> list[Token]:
    """Return a condition's tokens, none of which reaches beyond the columns."""
    if len(condition) > LONGEST:
        raise QueryError(
            f"The condition has {len(condition):,} letters; at most {LONGEST:,} are read."
        )
    try:
        found = tokens(condition)
    except ConditionSyntaxError as error:
        raise refusal(table, condition, error.why, error.at) from error
    if not found:
        raise refusal(table, condition, "it is empty")
    for one, following in zip(found, [*found[1:], None], strict=True):
        is_called = following is not None and following.text == "(" and one.column is not None
        if is_called and str(one.column).lower() not in FUNCTIONS:
            raise refusal(table, condition, f"the function {one.text} is not known here", one.at)
        if one.word in FORBIDDEN:
            raise refusal(table, condition, f"{one.text} has no place here", one.at)
    return found


def asked(table: pa.Table, condition: str, found: list[Token]) -> tuple[pl.DataFrame, pl.Expr]:
    """Return the columns that a condition names, and the condition as an expression of them."""
    named = [one.column for one in found if one.column in table.column_names]
    # any one for a condition that names none
    columns = list(dict.fromkeys(filter(None, named))) or table.column_names[:1]
    frame = pl.from_arrow(table.select(columns))
    assert isinstance(frame, pl.DataFrame)
    try:
        text, moments = with_moments(found, frame.schema)
        wanted = pl.sql_expr(text)
    except ConditionSyntaxError as error:
        raise refusal(table, condition, error.why, error.at) from error
    except pl.exceptions.PolarsError as error:
        raise refusal(table, condition, *unreadable(found, error)) from error
    for name in wanted.meta.root_names():
        if name not in frame.columns and name not in moments:
            raise unknown(table, condition, name)
    # NaN is no value; Polars takes it for the greatest number
    return frame.with_columns(selectors.float().fill_nan(None), **moments), wanted


def unreadable(found: list[Token], error: Exception) -> tuple[str, int]:
    """Return why a condition cannot be parsed, and at which of its clauses."""
    for part in divided(found):
        try:
            pl.sql_expr(" ".join(one.text for one in part))
        except pl.exceptions.PolarsError as own:
            if part:
                return reason(own), part[0].at
            break
    return reason(error), 0


def incomparable(table: pa.Table, condition: str, error: Exception) -> str:
    """Return which clause cannot be evaluated, and what its columns hold."""
    for clause in clauses(condition):
        found = tokens(clause)
        frame, wanted = asked(table, clause, found)
        try:
            frame.select(wanted)
        except pl.exceptions.PolarsError as own:
            names = [name for name in wanted.meta.root_names() if name in table.column_names]
            told = " and ".join(f"“{one}” holds {kind_of(frame.schema[one])}" for one in names)
            advice = ""
            if any(isinstance(frame.schema[one], pl.String) for one in names):
                advice = f". For its numbers write TRY_CAST({quoted(names[0])} AS DOUBLE)"
            return f"“{clause}” compares unlike things ({told}; {reason(own)}){advice}"
    return reason(error)


def reason(error: Exception) -> str:
    """Return the first line of what Polars says."""
    return str(error).strip().split("\n")[0].rstrip(".")


def refusal(table: pa.Table, condition: str, why: str, at: int | None = None) -> QueryError:
    """Return the error for a condition that cannot be used: why, where, and what there is."""
    where = "" if at is None else f", at letter {at + 1}, “{condition[at : at + 12]}”"
    names = table.column_names
    shown = condition if len(condition) <= 80 else f"{condition[:79]}…"
    return QueryError(
        f"“{shown}” is no condition: {why}{where}. Write a column, a comparison and a value, for "
        f"example {quoted(names[0])} = 'a', joined by AND or OR. {told_columns(table)}"
    )


def unknown(table: pa.Table, condition: str, name: str) -> UnknownColumnError:
    """Return the error for a column that is not there."""
    near = difflib.get_close_matches(name.lower(), [one.lower() for one in table.column_names], 1)
    meant = [one for one in table.column_names if one.lower() in near][:1]
    hint = f" Did you mean {quoted(meant[0])}?" if meant else ""
    at = max(condition.find(name), 0)
    return UnknownColumnError(
        f"There is no column “{name}” (letter {at + 1}).{hint} A text stands in single quotes. "
        f"{told_columns(table)}",
        name,
    )


def told_columns(table: pa.Table) -> str:
    """Return which columns there are."""
    names = table.column_names
    more = " …" if len(names) > COLUMNS_TOLD else ""
    return f"Columns: {', '.join(names[:COLUMNS_TOLD])}{more}."


def quoted(name: str) -> str:
    """Return a column's name as conditions take it."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | float | bool) -> str:
    """Return a value as conditions take it."""
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return str(value).upper() if isinstance(value, bool) else repr(value)
