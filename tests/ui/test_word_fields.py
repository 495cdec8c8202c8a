"""Fields for words: how much they take, and words that a space makes from their parts."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest


def fields() -> None:
    """A page with each kind of field, on a space that has vectors for words of k only."""
    import numpy as np
    import streamlit as st

    from explorer import EmbeddingSpace
    from explorer.ui.shell.word_fields import formula_field, word_field, words_of

    class Parts:
        def vector(self, word: str) -> np.ndarray | None:
            return np.ones(2, np.float32) if word.startswith("k") else None

    space = EmbeddingSpace(["king", "man"], [[1, 0], [0, 1]], name="words", subwords=Parts())
    found = word_field(st.container(), "A word", space, key="word")
    known = word_field(st.container(), "A known word", space, key="known", unseen=False)
    formula = formula_field("Formula", space, key="formula")
    st.json({"word": found, "known": known, "formula": len(formula)})
    st.json(words_of(space, ["king", "kingdom", "blorp"]))


@pytest.fixture
def page() -> AppTest:
    return AppTest.from_function(fields, default_timeout=60).run()


def test_what_is_pasted_is_cut_at_the_field_s_bound(page: AppTest) -> None:
    bounds = {one.key: one.max_chars for one in page.text_input}
    assert bounds == {"word": 500, "known": 500, "formula": 2_000}


def test_a_word_made_of_its_parts_is_taken_and_told(page: AppTest) -> None:
    for key in ("word", "known"):
        page.text_input(key=key).set_value("kingdoms")
    page.run()
    assert '"word": "kingdoms"' in page.json[0].value
    assert '"known": null' in page.json[0].value
    assert any(
        "made from their parts" in one.value and "kingdoms" in one.value for one in page.caption
    )


def test_a_list_keeps_words_with_a_vector_and_tells_the_others(page: AppTest) -> None:
    assert "kingdom" in page.json[1].value
    assert "blorp" not in page.json[1].value
    assert any("Not in words: blorp" in one.value for one in page.caption)
