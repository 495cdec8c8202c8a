"""Training runs on disk: saved at each frame, stopped, resumed, opened again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer import cache
from explorer.errors import JobCancelled, QueryError, TrainingError
from explorer.training import runs
from explorer.training.corpus import Corpus, make
from explorer.training.film import Film, flatten, turned_onto
from explorer.training.options import TrainingOptions

QUICK = TrainingOptions(epochs=2, dimensions=8)


def test_a_run_keeps_its_frames_and_opens_again(small: Corpus) -> None:
    run = runs.new_run(small, QUICK)
    assert run.frames() == [0]
    assert runs.train(str(run.folder), run.steps) == run.steps
    again = runs.open_run(run.id)
    assert again is not None
    assert again.is_over
    assert again.frames() == run.frame_steps
    assert again.corpus.words == small.words
    assert again.corpus.classes == small.classes
    assert again.options == QUICK


def test_a_run_that_was_stopped_goes_on_to_the_same_end(small: Corpus) -> None:
    through, stopped = runs.new_run(small, QUICK), runs.new_run(small, QUICK)
    runs.train(str(through.folder), through.steps)

    def stop(share: float, step: str) -> None:
        if share > 0.5:
            raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        runs.train(str(stopped.folder), stopped.steps, stop)
    assert 0 < stopped.frames()[-1] < stopped.steps
    runs.train(str(stopped.folder), stopped.steps)
    ends = [run.frame(run.steps)[0] for run in (through, stopped)]
    assert np.array_equal(*ends)


def test_a_run_in_turns_ends_as_one_that_nobody_interrupted(small: Corpus) -> None:
    through, shared = runs.new_run(small, QUICK), runs.new_run(small, QUICK)
    runs.train(str(through.folder), through.steps)
    turns = 0
    while not shared.is_over:
        before = shared.frames()
        runs.train(str(shared.folder), shared.steps, seconds=0.0)
        assert len(shared.frames()) == len(before) + 1  # a turn ends with the next frame
        turns += 1
    assert turns > 1
    assert np.array_equal(through.frame(through.steps)[0], shared.frame(shared.steps)[0])


def test_a_step_goes_to_the_next_frame_and_no_further(small: Corpus) -> None:
    run = runs.new_run(small, QUICK)
    runs.train(str(run.folder), run.next_frame(0))
    assert run.frames() == [0, run.next_frame(0)]


def test_a_run_that_died_between_frame_and_state_goes_on_with_no_frame_missing(
    small: Corpus, monkeypatch: pytest.MonkeyPatch
) -> None:
    through, killed = runs.new_run(small, QUICK), runs.new_run(small, QUICK)
    runs.train(str(through.folder), through.steps)

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(runs, "save_state", die)
        with pytest.raises(SystemExit):
            runs.train(str(killed.folder), killed.steps)
    runs.train(str(killed.folder), killed.steps)
    assert killed.frames() == killed.frame_steps
    assert np.array_equal(killed.frame(killed.steps)[0], through.frame(through.steps)[0])


@pytest.mark.parametrize("run_id", ["../../etc", "", "0" * 32, "x" * 32])
def test_an_id_that_names_no_run_opens_none(run_id: str) -> None:
    assert runs.open_run(run_id) is None


def test_a_run_whose_state_is_broken_is_told(small: Corpus) -> None:
    run = runs.new_run(small, QUICK)
    (run.folder / "state.npz").write_bytes(b"half")
    with pytest.raises(TrainingError, match="cannot be read"):
        runs.train(str(run.folder), run.steps)


def test_a_run_whose_folder_is_gone_is_told(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="not there any more"):
        runs.train(str(tmp_path / "gone"), 10)


def test_a_run_that_the_cache_removes_while_it_learns_is_told(small: Corpus) -> None:
    run = runs.new_run(small, QUICK)

    def remove(share: float, step: str) -> None:
        if share > 0.3:
            cache.empty("runs")

    with pytest.raises(TrainingError, match="not there any more"):
        runs.train(str(run.folder), run.steps, remove)
    assert runs.open_run(run.id) is None
    assert run.frames() == []


def test_all_that_a_run_learned_counts_in_the_cache(small: Corpus) -> None:
    run = runs.new_run(small, QUICK)
    (before,) = cache.usage()
    runs.train(str(run.folder), run.steps)
    (after,) = cache.usage()
    assert after.bytes == sum(path.stat().st_size for path in run.folder.rglob("*.*"))
    assert after.bytes > before.bytes


def test_too_large_a_learning_rate_bursts_and_is_told(small: Corpus) -> None:
    run = runs.new_run(small, TrainingOptions(learning_rate=10))
    with pytest.raises(TrainingError, match="smaller learning rate"):
        runs.train(str(run.folder), run.steps)


def test_turning_undoes_a_turn_and_is_scipys_procrustes() -> None:
    from scipy.linalg import orthogonal_procrustes

    rng = np.random.default_rng(3)
    before = rng.normal(size=(20, 2)).astype(np.float32)
    angle = 2.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]], np.float32)
    assert turned_onto(before @ turn, before) == pytest.approx(before, abs=1e-5)
    other = rng.normal(size=(20, 2)).astype(np.float32)
    expected = other @ orthogonal_procrustes(other, before)[0]
    assert turned_onto(other, before) == pytest.approx(expected, abs=1e-5)


def test_a_frames_picture_is_pca() -> None:
    from sklearn.decomposition import PCA

    vectors = np.random.default_rng(4).normal(size=(30, 6)).astype(np.float32)
    expected = PCA(2).fit_transform(vectors)
    assert np.abs(flatten(vectors)) == pytest.approx(np.abs(expected), abs=1e-4)
    assert flatten(vectors[:, :1]).shape == (30, 2)


def test_a_film_follows_neighbors_cosines_and_the_analogy(small: Corpus) -> None:
    run = runs.new_run(small, QUICK)
    runs.train(str(run.folder), run.steps)
    film = Film(run)
    film.update()
    assert [frame.step for frame in film.frames] == run.frames()
    last = film.frames[-1]
    king, queen = (last.vectors[film.row(word)] for word in ("king", "queen"))
    expected = king @ queen / np.linalg.norm(king) / np.linalg.norm(queen)
    assert film.cosine("king", "queen")[-1] == pytest.approx(expected, abs=1e-5)
    assert len(film.neighbors(last, ["king"], 4)["king"]) == 4
    answer = film.answer(last)
    assert answer is not None
    with pytest.raises(QueryError, match="Did you mean king"):
        film.row("kingg")


def test_a_film_of_another_text_asks_no_analogy() -> None:
    corpus = make([[f"w{n % 9}", "the", f"w{n % 7}"] for n in range(99)], "mine")
    film = Film(runs.new_run(corpus, QUICK))
    film.update()
    assert film.answer(film.frames[0]) is None
    assert np.isnan(film.frames[0].same_class)
    assert film.space(film.frames[0]).labels == corpus.words


def test_equal_texts_and_settings_share_one_run(small: Corpus) -> None:
    run = runs.shared_run(small, TrainingOptions(epochs=1, dimensions=4))
    runs.train(str(run.folder), run.steps)
    again = runs.shared_run(small, TrainingOptions(epochs=1, dimensions=4))
    assert again.id == run.id
    assert again.is_over  # whoever comes second waits for nothing
    assert runs.shared_run(small, TrainingOptions(epochs=1, dimensions=4, seed=7)).id != run.id
