"""What the Map's ways to filter write: each ends in the text of a condition."""

from __future__ import annotations

import pyarrow as pa
import pytest

from explorer import EmbeddingSpace
from explorer.conditions import matching_rows
from explorer.neighbors.search import search_labels
from explorer.ui.filter.bar import shown
from explorer.ui.map.filtering import search_clause, value_of


@pytest.mark.parametrize(
    ("text", "regex"),
    [
        ("it's", False),
        ("5%", False),
        ("a_b", False),
        ("(x", False),
        ("^A.*B$", True),
        ("ÄB", False),
    ],
)
def test_the_clause_of_a_search_keeps_what_was_found(text: str, regex: bool) -> None:
    labels = ["It's 5%", "IT'S 50", "a_b", "axb", "a\\b", "äb c", "(x", "x"]
    space = EmbeddingSpace(labels, [[1.0]] * len(labels), name="odd")
    found = search_labels(space, text, regex=regex)
    kept = matching_rows(space.table(), search_clause(text, regex=regex))
    assert kept.tolist() == sorted(found.tolist())
    assert len(kept)


def test_a_category_of_the_key_is_a_value_of_its_column() -> None:
    metadata = pa.table({"sold": [True, None, False], "kind": ["it's", "—", "b"]})
    space = EmbeddingSpace(["x", "y", "z"], [[1.0]] * 3, metadata=metadata)
    assert value_of(space, "sold", "true") == "TRUE"
    assert value_of(space, "sold", "—") is None
    assert value_of(space, "kind", "—") == "'—'"  # here it is a text
    assert value_of(space, "kind", "it's") == "'it''s'"


def test_a_clause_is_shown_without_quotes_that_only_a_parser_needs() -> None:
    assert shown("\"genre\" IN ('Gothic')") == "genre IN ('Gothic')"
    assert shown('"neighbors kept" > 3') == '"neighbors kept" > 3'
    assert len(shown("x = 1 OR " * 20)) < 40
