"""Samples for pictures: which rows are drawn, and that search and neighbors use all."""

from __future__ import annotations

import numpy as np
import pytest

from explorer import EmbeddingSpace, nearest_neighbors
from explorer.errors import QueryError
from explorer.projection.sampling import draw, neighbors_in_whole, places_drawn, whole_space


def test_the_first_rows_are_drawn_and_it_is_told(space: EmbeddingSpace) -> None:
    drawn = draw(space, 2)
    assert drawn.labels == ("king", "queen")
    assert drawn.notes[0] == (
        "Drawing 2 of 5 vectors, chosen as the first ones; search and neighbors use all."
    )


def test_random_rows_are_the_same_for_the_same_seed(words: EmbeddingSpace) -> None:
    drawn = draw(words, 500, "random", seed=7)
    assert len(set(drawn.labels)) == 500
    assert drawn.digest == draw(words, 500, "random", seed=7).digest
    assert drawn.digest != draw(words, 500, "random", seed=8).digest
    rows = drawn.drawn_from.rows if drawn.drawn_from else np.empty(0)
    assert (np.diff(rows) > 0).all()
    assert abs(rows.mean() - 5000) < 500  # from everywhere


def test_neighbors_of_a_drawn_row_come_from_all_rows(words: EmbeddingSpace) -> None:
    drawn = draw(words, 200, "random")
    label = drawn.labels[17]
    found = neighbors_in_whole(drawn, 17, 10)
    assert found.labels == nearest_neighbors(words, label, k=10).labels
    places = places_drawn(drawn, found.indices)
    for row, place in zip(found.indices, places, strict=True):
        assert place == -1 or drawn.labels[place] == words.labels[row]
    assert (places_drawn(drawn, np.array([words.row(label)])) == 17).all()


def test_a_space_that_is_small_enough_stays_as_it_is(space: EmbeddingSpace) -> None:
    assert draw(space, 5) is space
    assert whole_space(space) is space
    assert whole_space(draw(space, 2)) is space
    assert neighbors_in_whole(space, 0, 2).labels == nearest_neighbors(space, "king", k=2).labels


@pytest.mark.parametrize(("size", "way", "told"), [(0, "first", "0 rows"), (2, "best", "“best”")])
def test_what_cannot_be_drawn_is_told(
    space: EmbeddingSpace, size: int, way: str, told: str
) -> None:
    with pytest.raises(QueryError, match=told):
        draw(space, size, way)
