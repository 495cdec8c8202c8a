"""Pictures on the Map and on Compare, without a browser; long work runs in this process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from explorer import projection_quality
from explorer.jobs.frames import Frame, save_frames
from explorer.projection import shipped
from explorer.projection.job import SEED, Picture, measured_key
from explorer.projection.storage import save_projection, save_quality
from explorer.ui.picture import drawing
from explorer.ui.shell import progress
from explorer.ui.shell.spaces import sample_space
from tests.pages.conftest import Visit, said, vectors_told

BOOKS = sample_space("books")


@pytest.fixture(autouse=True)
def nothing_comes_along(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every picture be computed, the samples' too."""
    monkeypatch.setattr(shipped, "keep", lambda space, path, compared: False)


@pytest.fixture
def drawn(cache_dir: Path) -> Callable[..., Picture]:
    """Put a picture of the books and its measure into the cache, as a job would."""

    def draw(method: str = "umap", **params: object) -> Picture:
        wanted = Picture(method, 2, SEED, (), dict(params))
        projection = wanted.draw(BOOKS)
        save_projection(wanted.key(BOOKS), projection)
        quality = projection_quality(BOOKS, projection)
        save_quality(measured_key(BOOKS, projection, 15), quality)
        return wanted

    return draw


def visit_map(visit: Visit, **address: str | list[str]) -> AppTest:
    screen = visit("pages/map.py", space="books", **{"method": "PCA", **address})
    assert not screen.exception
    return screen


def test_the_map_says_how_many_true_neighbors_a_picture_keeps(
    visit: Visit, drawn: Callable[..., Picture]
) -> None:
    drawn("pca")
    text = said(visit_map(visit))
    assert "Of each point’s 15 true neighbors, **" in text
    assert "Trustworthiness 0." in text
    assert "are points drawn close truly close?" in text
    assert "are truly close points drawn close?" in text


def test_umap_is_compared_with_pca_and_told_with_its_parameters(
    visit: Visit, drawn: Callable[..., Picture]
) -> None:
    drawn("pca")
    drawn("umap")
    text = said(visit_map(visit, method="UMAP"))
    assert "; PCA keeps " in text
    assert "neighbors 15" in text
    assert "seed 42" in text


def test_custom_axes_are_drawn_and_a_missing_word_is_told(visit: Visit) -> None:
    screen = visit("pages/map.py", space="words", method="Axes", axis1="king - queen")
    assert not screen.exception
    assert r"axes king − queen\, good − bad" in said(screen)
    screen.text_input(key="axis1").set_value("kingg - queen").run()
    assert "not in words" in "\n".join(one.value for one in screen.error)
    assert "**PCA**" in said(screen)


def test_a_picture_tells_how_its_vectors_were_prepared(visit: Visit) -> None:
    text = said(visit_map(visit, prepared=["centered", "scaled to length 1"]))
    assert "vectors centered, scaled to length 1" in text


def test_compare_shows_two_pictures_and_what_they_have_in_common(
    visit: Visit, drawn: Callable[..., Picture]
) -> None:
    drawn("pca")
    drawn("umap")
    screen = visit("pages/compare.py", space="books", selected="Dracula")
    assert not screen.exception
    text = said(screen)
    assert "PCA and UMAP have **" in text
    assert "For **Dracula**" in text


def test_five_seeds_say_how_much_is_chance(visit: Visit, cache_dir: Path) -> None:
    for seed in range(SEED, SEED + 5):
        wanted = Picture("umap", 2, seed)
        drawn = Picture("umap", 2, seed, params={"n_epochs": 11}).draw(BOOKS)
        save_projection(wanted.key(BOOKS), drawn)
    screen = visit("pages/compare.py", space="books")
    assert "two UMAP pictures with different seeds have **" in said(screen)


def test_what_a_search_finds_can_be_projected_alone_and_the_whole_is_a_click_away(
    visit: Visit,
) -> None:
    screen = visit("pages/map.py", space="words", search="king")
    screen.button(key="hits alone").click().run()
    assert not screen.exception
    alone = vectors_told(screen)
    assert 3 <= alone < 200
    assert "found by a search" in said(screen)
    back = next(one for one in screen.button if one.label.startswith("Back to all"))
    back.click().run()
    assert vectors_told(screen) == 10_000


@pytest.mark.parametrize(("left", "right"), [("UMAP", "t-SNE"), ("UMAP", "UMAP")])
def test_two_slow_pictures_side_by_side_are_waited_for(visit: Visit, left: str, right: str) -> None:
    with progress.jobs()._here:  # all jobs wait for their turn
        screen = visit("pages/compare.py", space="books", left=left, right=right)
        assert not screen.exception
        text = said(screen)
        assert "in common" not in text
        assert "appears here once both are finished" in text
        assert [one.label for one in screen.button].count("Stop") == 2
        for job in progress.jobs()._jobs.values():
            job.cancel()


def test_each_picture_has_a_slot_for_its_kept_frame(visit: Visit) -> None:
    frame = Frame(0.5, "epoch 3", *Frame.packed(Picture("pca").draw(BOOKS).coordinates))
    with progress.jobs()._here:
        screen = visit("pages/compare.py", space="books", left="UMAP", right="t-SNE")
        for method in ("umap", "tsne"):
            job = progress.jobs().find(Picture(method).key(BOOKS))
            assert job is not None
            job.frames.add(frame)
        screen.run()
        screen.button(key="left keep").click().run()
        screen.button(key="right keep").click().run()
    assert not screen.exception
    text = said(screen)
    assert "UMAP as it was at epoch 3, kept by you" in text
    assert "t-SNE as it was at epoch 3, kept by you" in text


def test_how_one_picture_grew_is_not_shown_with_another(
    visit: Visit, drawn: Callable[..., Picture]
) -> None:
    wanted = drawn("umap")
    frame = Frame(0.5, "epoch 3", *Frame.packed(wanted.draw(BOOKS).coordinates))
    save_frames(wanted.key(BOOKS), [frame, frame])
    drawing.growth.clear()  # another test may have asked before, with another cache
    screen = visit_map(visit, method="UMAP")
    assert "How it grew" in [one.label for one in screen.slider]
    compared = visit("pages/compare.py", space="books", left="PCA", right="UMAP")
    assert "How it grew" not in [one.label for one in compared.slider]
    compared.switch_page("pages/map.py")
    compared.query_params.update({"space": "books", "method": "PCA"})
    assert "How it grew" not in [one.label for one in compared.run().slider]


def test_who_stops_leaves_and_the_others_go_on(visit: Visit) -> None:
    with progress.jobs()._here:
        one = visit_map(visit, method="t-SNE")
        job = progress.jobs().find(Picture("tsne").key(BOOKS))
        assert job is not None
        job.watch("another visitor")
        one.button(key="map stop").click().run()
        assert "goes on for others" in said(one)
        assert not job.state.is_over
        job.leave("another visitor")
        assert job.state.state == "cancelled"
        one.button(key="map again").click().run()
        again = progress.jobs().find(Picture("tsne").key(BOOKS))
        assert again is not None
        assert again is not job
        assert not again.state.is_over
        again.cancel()


def test_a_job_cancelled_while_nobody_was_heard_of_is_started_again(visit: Visit) -> None:
    with progress.jobs()._here:
        screen = visit_map(visit, method="t-SNE")
        job = progress.jobs().find(Picture("tsne").key(BOOKS))
        assert job is not None
        job.cancel()  # as for a phone that was locked for long
        screen.run()
        again = progress.jobs().find(Picture("tsne").key(BOOKS))
        assert again is not None
        assert not again.state.is_over
        assert "is on its way" in "\n".join(one.proto.text for one in screen.get("progress"))
        again.cancel()
