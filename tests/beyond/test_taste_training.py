"""Learning tastes: implicit's own vectors, the same after a stop; your point; the lesson."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from explorer import cache
from explorer.beyond.course import COURSES, kept_course
from explorer.beyond.tastes import job, lesson, stars, training
from explorer.beyond.tastes.learned import learn_tastes
from explorer.beyond.tastes.storage import open_tastes
from explorer.beyond.tastes.tastes import TEST, TRAIN, VALID, Tastes
from explorer.beyond.tastes.training import Recipe, course_key, one_blas_thread, train_tastes
from explorer.errors import QueryError, TrainingError
from explorer.jobs.pool import Jobs

SHORT = Recipe(dim=4, epochs=8, penalty=1.0)


class StopPressedError(Exception):
    """Raised by a report, as when somebody presses Stop."""


def stop_after(share: float):
    def report(done: float, step: str) -> None:
        if done >= share:
            raise StopPressedError

    return report


def test_the_vectors_are_implicits_own(tastes: Tastes) -> None:
    course = train_tastes(tastes, SHORT)
    with one_blas_thread():
        reference = AlternatingLeastSquares(
            factors=SHORT.dim,
            regularization=SHORT.penalty,
            alpha=SHORT.weight,
            iterations=SHORT.epochs,
            num_threads=1,
            random_state=SHORT.seed,
        )
        reference.fit(csr_matrix(tastes.train), show_progress=False)
    np.testing.assert_array_equal(course.state["users"], reference.user_factors)
    np.testing.assert_array_equal(course.state["items"], reference.item_factors)


def test_stopped_and_resumed_ends_with_the_same_vectors(tastes: Tastes) -> None:
    whole = train_tastes(tastes, SHORT)
    cache.discard(COURSES, course_key(tastes, SHORT))
    with pytest.raises(StopPressedError):
        train_tastes(tastes, SHORT, stop_after(0.5))
    kept = kept_course(course_key(tastes, SHORT))
    assert kept is not None
    assert 0 < kept.epoch < SHORT.epochs
    resumed = train_tastes(tastes, SHORT)
    for name, values in whole.state.items():
        np.testing.assert_array_equal(resumed.state[name], values)


def test_another_seed_gives_other_vectors(tastes: Tastes) -> None:
    first, other = train_tastes(tastes, SHORT), train_tastes(tastes, replace(SHORT, seed=1))
    assert not np.array_equal(first.state["items"], other.state["items"])


def test_the_circles_are_told_apart_better_than_by_popularity(tastes: Tastes) -> None:
    learned = learn_tastes(tastes, SHORT)
    assert learned.predicted.mean_ndcg > 1.5 * learned.baseline.mean_ndcg
    assert learned.baseline.mean_ndcg >= learned.predicted.chance_ndcg
    looks = learned.course.looks
    assert looks[-1].loss < looks[1].loss


def test_your_point_is_where_implicit_puts_a_user_with_your_likes(tastes: Tastes) -> None:
    learned = learn_tastes(tastes, SHORT)
    liked = ["book 0.1", "book 0.5", "book 0.9"]
    you = learned.you(liked)
    reference = AlternatingLeastSquares(
        factors=SHORT.dim, regularization=SHORT.penalty, alpha=SHORT.weight, num_threads=1
    )
    reference.item_factors, reference.user_factors = learned.items, learned.users
    row = np.zeros((1, len(tastes.items)), np.float32)
    row[0, [tastes.item_id[one] for one in liked]] = 1
    np.testing.assert_allclose(
        you.vector, reference.recalculate_user(0, csr_matrix(row)), rtol=1e-3, atol=1e-5
    )


def test_what_is_offered_is_of_your_circle_and_its_reasons_add_up(tastes: Tastes) -> None:
    learned = learn_tastes(tastes, SHORT)
    you = learned.you(["book 0.1", "book 0.5", "book 0.9"])
    assert not set(you.offered) & set(you.liked)
    assert all(one == "the hit" or one.startswith("book 0.") for one in you.offered)
    np.testing.assert_allclose(you.shares.sum(axis=1), you.scores)
    name, share = you.reason(0)
    assert name in you.liked
    assert 0 < share <= 1
    assert you.popular[0] == "the hit"
    assert {tastes.users[row] for row in you.nearest} <= {
        f"reader {number}" for number in range(0, 40, 2)
    }


@pytest.mark.parametrize("liked", [[], ["Ulysses"], [f"book {number}" for number in range(99)]])
def test_likes_that_cannot_be_are_told(tastes: Tastes, liked: list[str]) -> None:
    with pytest.raises(QueryError):
        learn_tastes(tastes, SHORT).you(liked)


def test_both_tables_are_ordinary_spaces(tastes: Tastes) -> None:
    kitchens = pa.table({"kitchen": [f"circle {number % 2}" for number in range(40)]})
    learned = learn_tastes(replace(tastes, about_users=kitchens), SHORT)
    users, items = learned.user_space(), learned.item_space()
    assert users.labels == tastes.users
    np.testing.assert_array_equal(items.vectors, learned.items)
    assert users.metadata is not None
    assert users.metadata["kitchen"].to_pylist()[:2] == ["circle 0", "circle 1"]
    assert items.metadata is not None
    about = dict(zip(items.labels, items.metadata.to_pylist(), strict=True))
    assert about["the hit"]["users"] == 40
    assert about["book 1.3"]["kitchen"] == "circle 1"


@pytest.mark.parametrize("wrong", [{"dim": 0}, {"epochs": 10_000}, {"penalty": -1.0}])
def test_a_recipe_that_cannot_be_is_refused(wrong: dict) -> None:
    with pytest.raises(TrainingError, match="must be from"):
        Recipe(**wrong)


def test_vectors_that_would_fill_the_memory_are_refused(
    tastes: Tastes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "MOST_NUMBERS", 100)
    with pytest.raises(TrainingError, match="Choose fewer dimensions"):
        train_tastes(tastes, SHORT)


def test_a_job_learns_what_the_function_learns(tastes: Tastes) -> None:
    found = job.start(Jobs(workers=0), tastes, SHORT).result(timeout=120)
    np.testing.assert_array_equal(found.state["items"], train_tastes(tastes, SHORT).state["items"])


def test_a_table_is_sorted_by_a_job_and_kept(tastes: Tastes) -> None:
    names = [(tastes.users[user], tastes.items[item]) for user, item in tastes.pairs.tolist()]
    table = pa.table({"who": [one for one, _ in names], "what": [one for _, one in names]})
    columns = {"user": "who", "item": "what", "rating": None, "time": None}
    jobs = Jobs(workers=0)
    digest = job.start_reading(jobs, table, columns, "books").result(timeout=120)
    opened = open_tastes(digest)
    assert opened is not None
    assert (len(opened.pairs), opened.name) == (len(tastes.pairs), "books")


@pytest.fixture
def timed(tastes: Tastes) -> Tastes:
    """The readers, with times, and stars that depend on the book alone."""
    drawn = np.random.default_rng(0)
    of_books = drawn.integers(1, 6, len(tastes.items))
    return replace(
        tastes,
        times=drawn.permutation(len(tastes.pairs)).astype(float),
        ratings=of_books[tastes.pairs[:, 1]].astype(np.float32),
    )


def test_the_lesson_measures_each_of_its_questions(
    timed: Tastes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lesson, "FEWEST_RATED", 10)
    found = lesson.lesson(timed, SHORT)
    assert [row["dimensions"] for row in found["dimensions"]["rows"]] == [1, 2, 4, 8, 16]
    assert found["lengths"]["correlation"] == pytest.approx(
        np.corrcoef(found["lengths"]["counts"], found["lengths"]["lengths"])[0, 1], abs=1e-3
    )
    assert found["time"]["rows"][0]["held out"] == "by chance"
    by_name = {row["model"]: row for row in found["stars"]["rows"]}
    assert by_name["user and item means"]["RMSE"] < by_name["the mean rating"]["RMSE"]
    assert found["pairs"] == found["of"] == len(timed.pairs)


def test_what_a_table_lacks_is_not_measured(tastes: Tastes) -> None:
    found = lesson.lesson(tastes, SHORT)
    assert found["time"] is None
    assert found["stars"] is None


def test_after_one_moment_only_users_of_before_are_judged(timed: Tastes) -> None:
    split = lesson.after(timed)
    assert timed.times is not None
    train = split.pairs[split.parts == TRAIN]
    assert set(split.pairs[split.parts == TEST][:, 0]) <= set(train[:, 0])
    assert (split.parts == VALID).any()


def test_vectors_for_ratings_find_what_means_cannot() -> None:
    """Two tastes, of which each likes what the other does not: all means are alike."""
    rows = [(user, item) for user in range(40) for item in range(30)]
    pairs = np.array(rows, np.int32)
    ratings = np.where((pairs[:, 0] + pairs[:, 1]) % 2, 5.0, 1.0)
    seen = np.random.default_rng(0).random(len(pairs)) < 0.7
    plain = stars.biases(pairs[seen], ratings[seen], 40, 30)
    made = stars.factors(pairs[seen], ratings[seen], plain, 1.0, dim=2)
    assert stars.rmse(plain, pairs[~seen], ratings[~seen]) > 1.8
    assert stars.rmse(made, pairs[~seen], ratings[~seen]) < 0.5
    np.testing.assert_allclose(
        made.predict(pairs[:5]) - made.mean - made.of_users[pairs[:5, 0]],
        made.scorer()(np.array([0]))[0, :5],
    )


def test_in_a_new_process_matrix_products_take_one_thread(tmp_path: Path) -> None:
    """Libraries that implicit itself loads are limited, too; it warns where they are not."""
    code = (
        "from tests.beyond.conftest import *\n"
        "from explorer.beyond.tastes.training import Recipe, vectors\n"
        "vectors(make_tastes('books', *columns_of(takings())), Recipe(dim=2, epochs=1))"
    )
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    run = subprocess.run(
        [sys.executable, "-W", "error::RuntimeWarning", "-c", code],
        env={**environment, "EXPLORER_CACHE_DIR": str(tmp_path)},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode()


def test_the_library_loads_no_implicit() -> None:
    code = "import sys, explorer, explorer.cli.main; sys.exit('implicit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
