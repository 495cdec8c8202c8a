"""Clauses of a condition, one a column: written, found again, and exchanged.

A condition such as `"price" BETWEEN 5 AND 9 AND "kind" = 'a'` is a list of clauses joined by AND. A
chart writes the clause of its own column and leaves the others as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import polars as pl

from explorer.conditions import literal, quoted

TOKEN = re.compile(
    r"""(?P<text>'(?:[^']|'')*' | "(?:[^"]|"")*")
      | (?P<open>\() | (?P<close>\))
      | \b(?P<word>AND|OR|BETWEEN|CASE|END)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
TEXT = re.compile(r"'((?:[^']|'')*)'")


def split(condition: str, word: str = "AND") -> list[str]:
    """Return the clauses that `word`, AND or OR, joins at the top.

    AND binds before OR: `a OR b AND c` has two alternatives, and is one clause for AND.

    Examples
    --------
    >>> split("(a > 1 AND b BETWEEN 2 AND 3) AND (c = 1 OR d = 2)")
    ['a > 1', 'b BETWEEN 2 AND 3', '(c = 1 OR d = 2)']
    """
    text = bare(condition)
    words = words_at_top(text)
    if word == "AND" and any(name == "OR" for name, _, _ in words):
        return [f"({text})"]
    clauses, start = [], 0
    for name, begin, end in words:
        if name == word:
            clauses.append(text[start:begin])
            start = end
    if not clauses:
        return [text] if text else []
    return [one for clause in (*clauses, text[start:]) for one in split(clause, word)]


def words_at_top(text: str) -> list[tuple[str, int, int]]:
    """Return each AND and OR outside of quotes and parentheses, with its first and last place."""
    depth = between = 0
    found = []
    for token in TOKEN.finditer(text):
        name = (token["word"] or "").upper()
        depth += bool(token["open"] or name == "CASE") - bool(token["close"] or name == "END")
        if depth or name not in ("BETWEEN", "AND", "OR"):
            continue
        if name == "BETWEEN":
            between += 1
        elif name == "AND" and between:
            between -= 1
        else:
            found.append((name, *token.span()))
    return found


def bare(text: str) -> str:
    """Return a text without spaces and parentheses around all of it."""
    text = text.strip()
    depth = 0
    for token in TOKEN.finditer(text):
        depth += bool(token["open"]) - bool(token["close"])
        if depth <= 0:
            around = token["close"] and token.end() == len(text) and text.startswith("(")
            return bare(text[1:-1]) if around else text
    return text


def joined(clauses: Sequence[str]) -> str:
    """Return one condition of clauses that must all be true."""
    return " AND ".join(clauses)


def any_of(clauses: Sequence[str]) -> str:
    """Return one clause of several of which one must be true."""
    return clauses[0] if len(clauses) == 1 else f"({' OR '.join(clauses)})"


def is_about(clause: str, column: str) -> bool:
    """Return whether a clause names this column and no other."""
    try:
        return set(pl.sql_expr(clause).meta.root_names()) == {column}
    except pl.exceptions.PolarsError:
        return False


def of_column(condition: str, column: str) -> list[str]:
    """Return a condition's clauses on one column alone."""
    return [clause for clause in split(condition) if is_about(clause, column)]


def replaced(condition: str, column: str, clause: str | None) -> str:
    """Return the condition with this clause on a column, instead of those that it had, if any.

    Examples
    --------
    >>> replaced("price > 5 AND kind = 'a'", "price", '"price" BETWEEN 1 AND 2')
    'kind = \\'a\\' AND "price" BETWEEN 1 AND 2'
    """
    others = [one for one in split(condition) if not is_about(one, column)]
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


def alternatives(clauses: Iterable[str]) -> list[str]:
    """Return the alternatives of clauses joined by OR."""
    return [one for clause in clauses for one in split(clause, "OR")]
