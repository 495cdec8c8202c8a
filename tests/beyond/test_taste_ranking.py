"""nDCG@10 and recall@10 against scikit-learn and a slow count; EASE, ItemKNN against references."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.sparse import csr_array
from sklearn.metrics import ndcg_score
from sklearn.metrics.pairwise import cosine_similarity

from explorer.beyond.tastes.models import (
    GRIDS,
    MAKERS,
    chosen,
    ease,
    ease_weights,
    knn_similarities,
    popularity,
)
from explorer.beyond.tastes.ranking import K, Ranking, rank
from explorer.beyond.tastes.tastes import TEST, TRAIN, VALID, Tastes

USERS, ITEMS = 30, 25


@pytest.fixture
def parts() -> tuple[csr_array, csr_array]:
    """What is known and what is held out: of each user some items of each, never the same."""
    drawn = np.random.default_rng(0).random((USERS, ITEMS))
    return csr_array(drawn < 0.2), csr_array(drawn > 0.75)


def scores_of(kind: str) -> np.ndarray:
    """Return scores: all different, or of three values alone, so that most are equal."""
    drawn = np.random.default_rng(1).random((USERS, ITEMS))
    return drawn if kind == "different" else np.floor(drawn * 3)


@pytest.mark.parametrize("kind", ["different", "equal"])
def test_ndcg_is_scikit_learns(parts: tuple[csr_array, csr_array], kind: str) -> None:
    known, truth = parts
    scores = scores_of(kind)
    found = rank(known, truth, lambda users: scores[users])
    for row, user in enumerate(np.flatnonzero(truth.toarray().any(axis=1))):
        open_to_all = ~known.toarray()[user]
        right = truth.toarray()[user][open_to_all].astype(float)
        expected = ndcg_score([right], [scores[user][open_to_all]], k=K)
        assert found.ndcg[row] == pytest.approx(expected)


def test_recall_is_that_of_a_slow_count(parts: tuple[csr_array, csr_array]) -> None:
    known, truth = parts
    scores = scores_of("different")
    found = rank(known, truth, lambda users: scores[users])
    for row, user in enumerate(np.flatnonzero(truth.toarray().any(axis=1))):
        first = [item for item in np.argsort(-scores[user]) if not known.toarray()[user, item]][:K]
        right = set(np.flatnonzero(truth.toarray()[user]))
        assert found.recall[row] == pytest.approx(len(right & set(first)) / len(right))


def test_what_says_the_same_of_everything_is_chance(parts: tuple[csr_array, csr_array]) -> None:
    found = rank(*parts, lambda users: np.zeros((len(users), ITEMS)))
    assert found.mean_ndcg == pytest.approx(found.chance_ndcg)
    assert found.mean_recall == pytest.approx(found.chance_recall)


def test_chance_is_what_random_orders_reach(parts: tuple[csr_array, csr_array]) -> None:
    drawn = np.random.default_rng(2)
    runs = [rank(*parts, lambda users: drawn.random((len(users), ITEMS))) for _ in range(300)]
    assert np.mean([run.mean_ndcg for run in runs]) == pytest.approx(runs[0].chance_ndcg, rel=0.03)


def test_of_many_users_a_sample_is_judged(parts: tuple[csr_array, csr_array]) -> None:
    scores = scores_of("different")
    found = rank(*parts, lambda users: scores[users], most=7)
    assert len(found.ndcg) == 7


def test_nothing_held_out_is_no_figure() -> None:
    nothing = csr_array((3, 4), dtype=bool)
    found = rank(nothing, nothing, lambda users: np.zeros((len(users), 4)))
    assert isinstance(found, Ranking)
    assert np.isnan([found.mean_ndcg, found.chance_ndcg]).all()


def test_ease_is_the_best_prediction_without_the_item_itself(tastes: Tastes) -> None:
    penalty = 5.0
    weights = ease_weights(tastes.train, penalty)
    pairs = tastes.train.toarray().astype(float)
    for item in range(0, pairs.shape[1], 7):  # ridge regression on all other items
        others = np.delete(np.arange(pairs.shape[1]), item)
        x = pairs[:, others]
        system = x.T @ x + penalty * np.eye(len(others))
        np.testing.assert_allclose(
            weights[others, item], np.linalg.solve(system, x.T @ pairs[:, item]), atol=1e-8
        )
        assert weights[item, item] == 0


def test_ease_scores_users_by_what_they_took(tastes: Tastes) -> None:
    expected = tastes.train.toarray() @ ease_weights(tastes.train, 3.0)
    np.testing.assert_allclose(ease(tastes.train, 3.0)(np.array([4, 9])), expected[[4, 9]])


def test_item_similarities_are_scikit_learns_cosines(tastes: Tastes) -> None:
    expected = cosine_similarity(tastes.train.T.toarray())
    found = knn_similarities(tastes.train, len(tastes.items)).toarray()
    np.testing.assert_allclose(found, expected, atol=1e-6)
    few = knn_similarities(tastes.train, 5).toarray()
    assert (np.count_nonzero(few, axis=1) <= 5).all()
    for row, values in enumerate(few):
        np.testing.assert_allclose(np.sort(values)[-5:], np.sort(expected[row])[-5:], atol=1e-6)


def test_popularity_offers_everybody_the_hit(tastes: Tastes) -> None:
    scores = popularity(tastes.train)(np.arange(3))
    assert {tastes.items[row] for row in scores.argmax(axis=1)} == {"the hit"}


@pytest.mark.parametrize("name", list(MAKERS))
def test_the_setting_that_is_best_on_validation_pairs_is_chosen(tastes: Tastes, name: str) -> None:
    valid = tastes.matrix(VALID)
    score, setting = chosen(name, tastes.train, valid)
    reached = {
        one: rank(tastes.train, valid, MAKERS[name](tastes.train, one)).mean_ndcg
        for one in GRIDS[name]
    }
    assert reached[setting] == max(reached.values())
    found = rank(tastes.matrix(TRAIN, VALID), tastes.matrix(TEST), score)
    usual = rank(tastes.matrix(TRAIN, VALID), tastes.matrix(TEST), popularity(tastes.train))
    assert found.mean_ndcg > 1.2 * usual.mean_ndcg
