"""Tastes: what is left out of a table, what is held out, and how they are kept."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from explorer.beyond.tastes import tastes as made
from explorer.beyond.tastes.storage import TastesFile, open_tastes
from explorer.beyond.tastes.tastes import (
    SHARES,
    TEST,
    TRAIN,
    VALID,
    Tastes,
    divided,
    make_tastes,
    sample_of_users,
)
from explorer.errors import TrainingError
from tests.beyond.conftest import columns_of, takings


def named(tastes: Tastes) -> set[tuple[str, str]]:
    return {(tastes.users[user], tastes.items[item]) for user, item in tastes.pairs.tolist()}


def test_every_pair_is_there_once_and_in_one_part(tastes: Tastes) -> None:
    assert named(tastes) == set(takings())
    parts = [tastes.matrix(part) for part in (TRAIN, VALID, TEST)]
    assert sum(part.nnz for part in parts) == len(takings())
    assert (sum(part.toarray() for part in parts) <= 1).all()


def test_of_each_user_the_shares_are_held_out() -> None:
    users = np.repeat(np.arange(200), 20).astype(np.int32)
    parts = divided(users, np.random.default_rng(0).random(len(users)))
    for user in range(200):
        counts = np.bincount(parts[users == user], minlength=3)
        assert (np.abs(counts - 20 * np.array(SHARES)) <= 1).all()
    np.testing.assert_allclose(np.bincount(parts) / len(parts), SHARES, atol=0.01)


def test_of_a_user_with_few_pairs_none_is_held_out() -> None:
    users = np.array([0, 0, 1, 1, 1, 1], np.int32)
    assert (divided(users, np.arange(6.0))[:2] == TRAIN).all()


def test_divided_by_time_the_last_are_held_out() -> None:
    users = np.zeros(20, np.int32)
    times = np.random.default_rng(0).permutation(20).astype(float)
    parts = divided(users, times)
    assert times[parts == TRAIN].max() < times[parts == VALID].min()
    assert times[parts == VALID].max() < times[parts == TEST].min()


def test_another_seed_holds_out_others() -> None:
    first, other = (make_tastes("books", *columns_of(takings()), seed=seed) for seed in (0, 1))
    assert not np.array_equal(first.parts, other.parts)
    assert first.digest != other.digest


def test_of_doubles_the_last_counts_and_it_is_told() -> None:
    rows = [*takings(), takings()[0]]
    ratings = np.append(np.full(len(rows) - 1, 3.0), 5.0)
    tastes = make_tastes("books", *columns_of(rows), ratings=ratings)
    assert len(tastes.pairs) == len(takings())
    assert tastes.ratings is not None
    assert (tastes.ratings == 5).sum() == 1
    assert "1 row says again what another one says" in tastes.notes[0]


def test_of_doubles_with_times_the_latest_counts() -> None:
    rows = [*takings(), takings()[0]]
    ratings, times = np.full(len(rows), 3.0), np.full(len(rows), 7.0)
    ratings[0], times[0] = 1.0, 9.0
    tastes = make_tastes("books", *columns_of(rows), ratings=ratings, times=times)
    assert tastes.ratings is not None
    assert (tastes.ratings == 1).sum() == 1


def test_a_user_without_an_item_is_told_and_left_out() -> None:
    (users, names), items = columns_of(takings())
    users, codes = np.append(users, len(names)), np.append(items[0], -1)
    tastes = make_tastes("books", (users, [*names, "Nobody"]), (codes, items[1]))
    assert "Nobody" not in tastes.users
    assert "1 user has no item at all (such as “Nobody”)" in tastes.notes[0]


def test_a_rating_below_zero_is_none_and_its_row_counts() -> None:
    ratings = np.full(len(takings()), 4.0)
    ratings[7] = -1
    tastes = make_tastes("books", *columns_of(takings()), ratings=ratings)
    assert tastes.ratings is not None
    assert np.isnan(tastes.ratings).sum() == 1
    assert len(tastes.pairs) == len(takings())
    assert "1 rating is below zero, such as -1" in tastes.notes[0]


def test_too_little_is_refused_in_numbers() -> None:
    with pytest.raises(TrainingError, match=r"5 pairs of 1 user and 5 items. At least 20"):
        make_tastes("few", *columns_of([("Ada", f"book {number}") for number in range(5)]))


def test_too_many_rows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(made, "MOST_PAIRS", 100)
    with pytest.raises(TrainingError, match=r"440 rows; up to 100"):
        make_tastes("books", *columns_of(takings()))


def test_a_sample_has_whole_users(tastes: Tastes) -> None:
    timed = replace(tastes, times=np.arange(len(tastes.pairs), dtype=float))
    sample = sample_of_users(timed, 110)
    assert len(sample.users) == 10
    assert named(sample) == {pair for pair in named(tastes) if pair[0] in sample.users}
    assert sample.times is not None
    assert len(sample.times) == len(sample.parts) == len(sample.pairs)


def test_tastes_are_kept_and_opened_by_their_digest(tastes: Tastes) -> None:
    rated = replace(tastes, ratings=np.ones(len(tastes.pairs), np.float32))
    kept = TastesFile.of(rated)
    opened = open_tastes(rated.digest)
    assert opened is not None
    assert opened.digest == rated.digest == kept.load().digest
    assert (opened.users, opened.nouns, opened.times) == (rated.users, rated.nouns, None)
    assert open_tastes("../../etc") is None
