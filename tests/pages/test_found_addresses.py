"""Addresses that ended a page with an exception, found by `python -m tests.fuzz.addresses`."""

from __future__ import annotations

import pytest

from explorer import EmbeddingSpace
from explorer.ui.shell import spaces
from tests.pages.conftest import Visit


@pytest.mark.parametrize(
    ("file", "address"),
    [
        ("pages/ladder.py", {"ladder_step": ""}),  # a step that must be, without a value
        ("pages/map.py", {"method": ""}),
        ("pages/map.py", {"method": "PCA", "pca.components2": "1e999"}),  # Streamlit's int(inf)
        ("pages/layer.py", {"tokens": "9" * 5000}),  # more digits than Python reads
        ("pages/map.py", {"method": "PCA", "selected": "x #" + "9" * 5000}),
        ("pages/word_to_bert.py", {"bert": "a" * 1000}),  # too long for a file's name
        ("pages/word_to_bert.py", {"bert": "~nobody9/model"}),  # a home that is not there
    ],
)
def test_a_hostile_address_gives_a_page(visit: Visit, file: str, address: dict[str, str]) -> None:
    assert not visit(file, space="books", **address).exception


def test_a_space_of_one_label_has_axes_and_says_what_they_lack(visit: Visit) -> None:
    space_id = spaces.opened_spaces().add(EmbeddingSpace(["same"] * 3, [[1.0], [1.0], [2.0]]))
    screen = visit("pages/axes.py", space=space_id)
    assert not screen.exception
    assert screen.error
