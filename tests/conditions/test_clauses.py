"""The clauses of a condition: together they are the condition, and each is one by itself."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from explorer.conditions import literal, matching_rows
from explorer.conditions.clauses import chosen, clauses, joined

TABLE = pa.table(
    {
        "a": [1, 5, None, 20, 7, 3],
        "b AND c": ["x", "it's", "y AND z", None, "(", "x"],
        "kind": ["p", "q", "p", "r", None, "q"],
    }
)
ATOMS = [
    "a > 4",
    "a BETWEEN 2 AND 8",
    "a NOT BETWEEN 2 AND 8",
    "kind IN ('p', 'r')",
    "\"b AND c\" = 'y AND z'",
    "\"b AND c\" LIKE '%''%'",
    "kind IS NOT NULL",
    "CASE WHEN a > 4 AND kind = 'q' THEN a < 6 OR a > 9 ELSE kind = 'p' END",
    "a > 4 -- AND a < 3\n",
    "a /* ' AND */ > 4",
]


def conditions(inside: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """Return what can be made of conditions."""
    word = st.sampled_from(["AND", "and", "OR"])
    return st.one_of(
        st.builds("{} {} {}".format, inside, word, inside),
        st.builds("({})".format, inside),
        st.builds("NOT ({})".format, inside),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(st.sampled_from(ATOMS), conditions, max_leaves=6))
def test_the_clauses_together_keep_the_rows_of_the_condition(condition: str) -> None:
    parts = clauses(condition)
    wanted = matching_rows(TABLE, condition)
    assert matching_rows(TABLE, joined(parts)).tolist() == wanted.tolist()
    assert clauses(joined(parts)) == [part for one in parts for part in clauses(joined([one]))]
    for part in parts:
        assert set(wanted) <= set(matching_rows(TABLE, part))


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("", []),
        ("a > 1 AND kind = 'p AND q'", ["a > 1", "kind = 'p AND q'"]),
        ("(a > 1 AND kind = 'p') AND a < 9", ["a > 1", "kind = 'p'", "a < 9"]),
        ("a BETWEEN 1 AND 5 AND a < 9", ["a BETWEEN 1 AND 5", "a < 9"]),
        ("a > 1 OR a < 0 AND kind = 'p'", ["a > 1 OR a < 0 AND kind = 'p'"]),
        ("NOT (a > 1 AND a < 3) AND kind = 'p'", ["NOT (a > 1 AND a < 3)", "kind = 'p'"]),
    ],
)
def test_a_condition_is_divided_at_its_top(condition: str, parts: list[str]) -> None:
    assert clauses(condition) == parts


def test_choosing_categories_edits_one_clause() -> None:
    name = "b AND c"
    text = chosen("a > 1", name, literal("it's"))
    assert text == "a > 1 AND \"b AND c\" IN ('it''s')"
    text = chosen(text, name, "'x'")
    assert text == "a > 1 AND \"b AND c\" IN ('it''s', 'x')"
    assert matching_rows(TABLE, text).tolist() == [1, 5]
    assert chosen(chosen(text, name, "'x'"), name, literal("it's")) == "a > 1"
    # one that is kept is left out again, and another is taken alone
    assert chosen(text, name, "'x'", out=True) == "a > 1 AND \"b AND c\" IN ('it''s')"


@pytest.mark.parametrize(
    ("clicks", "text", "rows"),
    [
        (["'q'"], "\"kind\" IN ('q')", [1, 5]),
        (["'q'", None], '"kind" IN (\'q\') OR "kind" IS NULL', [1, 4, 5]),
        (["'q'", None, "'q'"], '"kind" IS NULL', [4]),
        (["'q'", None, "'q'", None], "", None),
        (["-'p'"], '"kind" NOT IN (\'p\') OR "kind" IS NULL', [1, 3, 4, 5]),
        (["-'p'", "-"], "\"kind\" NOT IN ('p')", [1, 3, 5]),
        (["-'p'", "-", "-'p'"], '"kind" IS NOT NULL', [0, 1, 2, 3, 5]),
        (["-'p'", "'q'"], "\"kind\" IN ('q')", [1, 5]),
    ],
)
def test_rows_without_a_value_are_a_category_too(
    clicks: list[str | None], text: str, rows: list[int] | None
) -> None:
    condition = ""
    for click in clicks:
        out = click is not None and click.startswith("-")
        value = (click or "").lstrip("-") or None
        condition = chosen(condition, "kind", value, out=out)
    assert condition == text
    assert rows is None or matching_rows(TABLE, condition).tolist() == rows


def test_where_every_row_has_a_value_nothing_is_said_of_those_without() -> None:
    text = chosen("", "kind", "'p'", out=True, nulls=False)
    assert text == "\"kind\" NOT IN ('p')"
    assert chosen(text, "kind", "'p'", out=True, nulls=False) == ""
