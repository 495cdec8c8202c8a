"""“Two spaces” without a browser."""

from __future__ import annotations

import numpy as np

from explorer import EmbeddingSpace
from explorer.ui.shell.spaces import opened_spaces, sample_space
from tests.pages.conftest import Visit, finished, said

FILE = "pages/two_spaces.py"


def pair() -> tuple[str, str]:
    """Open two spaces of 60 items: the second turned, its first item moved, one more in it."""
    random = np.random.default_rng(0)
    vectors = np.eye(3, 8)[np.arange(60) % 3] + 0.2 * random.normal(size=(60, 8))
    later = vectors[:, ::-1].copy()
    later[0] = later[1]
    labels = [f"[item]({row})" for row in range(60)]
    old = EmbeddingSpace(labels, vectors, name="old")
    new = EmbeddingSpace([*labels, "more"], np.vstack([later, later[5]]), name="new")
    return opened_spaces().add(old), opened_spaces().add(new)


def test_agreement_and_who_moved_are_told_with_both_lists_of_neighbors(visit: Visit) -> None:
    old, new = pair()
    screen = finished(visit(FILE, space=old, other_space=new, k="5"))
    assert not screen.exception
    assert "1 item of new has no partner in old" in said(screen)
    assert screen.dataframe[0].value["item"].tolist() == ["more"]
    assert "of an item’s 5 nearest" in said(screen)
    assert "Residual after Procrustes" in said(screen)
    screen = finished(visit(FILE, space=old, other_space=new, k="5", two_spaces_step="Who moved?"))
    assert not screen.exception
    assert "**\\[item\\]\\(0\\)** kept 0 of its 5 neighbors" in said(screen)
    assert "5 went" in said(screen)
    assert "5 came" in said(screen)


def test_drift_both_searches_and_spaces_without_common_items_are_told(visit: Visit) -> None:
    old, new = pair()
    screen = finished(visit(FILE, space=old, other_space=new, two_spaces_step="Drift"))
    assert not screen.exception
    assert "Nothing has drifted" not in said(screen)
    assert "A classifier’s AUC" in said(screen)
    screen = finished(visit(FILE, space=old, other_space=new, two_spaces_step="Search both"))
    assert not screen.exception
    assert "that the other does not" in said(screen)
    screen = finished(visit(FILE, space=old, other_space=new, two_spaces_step="New items"))
    assert not screen.exception
    assert "has unrelated vectors in old and in new" in said(screen)
    screen = finished(visit(FILE, space=old, other_space="books"))
    assert not screen.exception
    assert "share no item by “label”" in said(screen)


def test_a_new_text_is_searched_where_the_model_is_known(visit: Visit) -> None:
    books = sample_space("books")
    turned = EmbeddingSpace(books.labels, np.asarray(books.matrix)[:, ::-1], name="turned")
    other = opened_spaces().add(turned)
    screen = finished(visit(FILE, space="books", other_space=other, two_spaces_step="Search both"))
    screen = finished(screen.text_input[-1].input("a scientist makes a living monster").run())
    assert not screen.exception
    assert screen.dataframe[0].value["label"][0] == "Frankenstein"
    assert "The model of turned is not known" in said(screen)
