"""Clauses of a condition, one a column: written, found again, and exchanged.

A condition such as `"price" BETWEEN 5 AND 9 AND "kind" = 'a'` is a list of clauses joined by AND. A
chart writes the clause of its own column and leaves the others as they are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from explorer.conditions import literal, quoted
from explorer.conditions.clauses import clauses, joined
from explorer.errors import ConditionSyntaxError

TEXT = re.compile(r"'((?:[^']|'')*)'")


def any_of(several: Sequence[str]) -> str:
    """Return one clause of several of which one must be true."""
    return several[0] if len(several) == 1 else f"({' OR '.join(several)})"


def is_about(clause: str, column: str) -> bool:
    """Return whether a clause names this column and no other."""
    try:
        return set(pl.sql_expr(clause).meta.root_names()) == {column}
    except pl.exceptions.PolarsError:
        return False


def of_column(condition: str, column: str) -> list[str]:
    """Return a condition's clauses on one column alone."""
    return [clause for clause in parts(condition) if is_about(clause, column)]


def parts(condition: str) -> list[str]:
    """Return a condition's clauses; one that cannot be read is one."""
    try:
        return clauses(condition)
    except ConditionSyntaxError:
        return [condition]


def replaced(condition: str, column: str, clause: str | None) -> str:
    """Return the condition with this clause on a column, instead of those that it had, if any.

    Examples
    --------
    >>> replaced("price > 5 AND kind = 'a'", "price", '"price" BETWEEN 1 AND 2')
    'kind = \\'a\\' AND "price" BETWEEN 1 AND 2'
    """
    others = [one for one in parts(condition) if not is_about(one, column)]
    return joined([*others, clause] if clause else others)


def one_of(column: str, values: Sequence[str | bool]) -> str:
    """Return the clause for a column that has one of some values."""
    if len(values) == 1:
        return f"{quoted(column)} = {literal(values[0])}"
    return f"{quoted(column)} IN ({', '.join(literal(value) for value in values)})"


def texts_in(clause: str) -> list[str]:
    """Return the texts in quotes that a clause has."""
    return [text.replace("''", "'") for text in TEXT.findall(clause)]


def contains(column: str, word: str) -> str:
    """Return the clause for a column that contains a word, which is of letters only."""
    return f"{quoted(column)} LIKE {literal(f'%{word}%')}"


def is_missing(column: str) -> str:
    """Return the clause for a column without a value."""
    return f"{quoted(column)} IS NULL"


def between(subject: str, low: str, high: str) -> str:
    """Return the clause for values from `low` to `high`, both written as conditions take them."""
    return f"{subject} = {low}" if low == high else f"{subject} BETWEEN {low} AND {high}"


def ends(clause: str, subject: str) -> tuple[str, str] | None:
    """Return the two ends of a clause that `between` wrote of this subject, or None."""
    if clause.startswith(f"{subject} = "):
        value = clause.removeprefix(f"{subject} = ")
        return value, value
    if not clause.startswith(f"{subject} BETWEEN "):
        return None
    low, _, high = clause.removeprefix(f"{subject} BETWEEN ").partition(" AND ")
    return low, high
