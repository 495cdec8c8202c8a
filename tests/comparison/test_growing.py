"""New items on an old picture, and how well they fit."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from explorer import EmbeddingSpace
from explorer.comparison.growing import grow, sentence
from explorer.comparison.matching import match
from explorer.errors import QueryError
from explorer.projection import project


def month(
    seed: int, kinds: int, name: str, first: int, dim: int = 8
) -> tuple[EmbeddingSpace, NDArray[np.intp]]:
    """Return 60 items in as many kinds as asked for, numbered from `first`, and their kinds."""
    random = np.random.default_rng(seed)
    kind = np.arange(60) % kinds
    vectors = 3 * np.eye(8)[kind] + 0.2 * random.normal(size=(60, 8))
    labels = [f"w{first + row}" for row in range(60)]
    return EmbeddingSpace(labels, vectors[:, :dim], name=name), kind


def test_new_items_stand_among_their_kind_and_those_of_a_new_kind_are_far() -> None:
    old, kind = month(0, 3, "old", 0)
    new, other_kind = month(1, 4, "new", 100)
    picture = project(old, "pca")
    grown = grow(old, picture, new, match(old, new, fewest=0))
    known = other_kind < 3
    assert grown.is_far[~known].all()
    assert grown.is_far[known].mean() <= 0.1  # one in twenty is expected
    middles = np.stack([picture.coordinates[kind == one].mean(axis=0) for one in range(3)])
    away = np.linalg.norm(grown.placement.coordinates[:, None] - middles, axis=2)
    assert (away[known].argmin(axis=1) == other_kind[known]).all()
    units = [one.vectors / np.linalg.norm(one.vectors, axis=1)[:, None] for one in (old, new)]
    np.testing.assert_allclose(grown.nearness, (units[1] @ units[0].T).max(axis=1), atol=1e-5)
    assert f"{grown.is_far.sum()} lie far from all of them" in sentence(grown)


def test_of_two_models_or_without_new_items_nothing_is_placed() -> None:
    old, _ = month(0, 3, "old", 0)
    picture = project(old, "pca")
    narrow, _ = month(1, 3, "narrow", 100, dim=5)
    turned = EmbeddingSpace(
        (*old.labels, "x"), np.vstack([old.vectors, old.vectors[:1]])[:, ::-1], name="turned"
    )
    for other, said in (
        (old, "no item that old lacks"),
        (narrow, "8 dimensions and narrow 5"),
        (turned, "unrelated vectors in old and in turned"),
    ):
        with pytest.raises(QueryError, match=said):
            grow(old, picture, other, match(old, other, fewest=0))
