"""Tastes: who took what, as pairs of ids, and which of the pairs are held out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.sparse import csr_array

from explorer.errors import TrainingError
from explorer.wording import count

TRAIN, VALID, TEST = range(3)
SHARES = (0.65, 0.10, 0.25)  # of each user's pairs: to learn from, to choose by, to judge by
MOST_PAIRS = 10_000_000
FEWEST_PAIRS, FEWEST_USERS, FEWEST_ITEMS = 20, 4, 4
FEWEST_HELD = 3  # pairs of a user of whom some are held out

Pairs = NDArray[np.int32]
Column = tuple[NDArray[np.int64], Sequence[str]]  # codes (n,), -1 where empty; the names


@dataclass(frozen=True)
class Nouns:
    """What users and items are called on screen."""

    user: str = "user"
    users: str = "users"
    item: str = "item"
    items: str = "items"


@dataclass(frozen=True, eq=False)
class Tastes:
    """Users and the items that they took.

    Attributes
    ----------
    name
        What the table is called on screen.
    users, items
        Their names, by id.
    pairs
        A row for each user and item (n, 2), int32, sorted by user and item, none twice.
    parts
        For each pair, TRAIN, VALID or TEST (n,), uint8.
    ratings, times
        For each pair a number (n,), float32 and float64 (seconds), NaN where there is none; None
        where the table has no such column.
    nouns
        What users and items are called.
    notes
        What was left out or changed while the table was read, for the screen.
    about_users, about_items
        More columns of theirs, or None.
    """

    name: str
    users: tuple[str, ...]
    items: tuple[str, ...]
    pairs: Pairs
    parts: NDArray[np.uint8]
    ratings: NDArray[np.float32] | None = None
    times: NDArray[np.float64] | None = None
    nouns: Nouns = Nouns()
    notes: tuple[str, ...] = ()
    about_users: pa.Table | None = None
    about_items: pa.Table | None = None

    @cached_property
    def digest(self) -> str:
        """A hash of the pairs and their parts, not of the table's name."""
        found = hashlib.blake2b(digest_size=16)
        for names in (self.users, self.items):
            found.update("\0".join(names).encode() + b"\0\0")
        for part in (self.pairs, self.parts, self.ratings, self.times):
            if part is not None:
                found.update(len(part).to_bytes(8, "little") + np.ascontiguousarray(part).data)
        return found.hexdigest()

    def matrix(self, *parts: int) -> csr_array:
        """Return which users took which items in some of the parts: (users, items) float32."""
        pairs = self.pairs[np.isin(self.parts, parts)]
        shape = (len(self.users), len(self.items))
        ends = np.concatenate([[0], np.cumsum(np.bincount(pairs[:, 0], minlength=shape[0]))])
        ones = np.ones(len(pairs), np.float32)
        return csr_array((ones, pairs[:, 1], ends.astype(np.int32)), shape=shape)

    @cached_property
    def train(self) -> csr_array:
        """What is learned from: (users, items) float32, 1 where a user took an item."""
        return self.matrix(TRAIN)

    @cached_property
    def item_id(self) -> dict[str, int]:
        """Return each item's id by its name."""
        return {name: row for row, name in enumerate(self.items)}

    @cached_property
    def item_counts(self) -> NDArray[np.int64]:
        """How many users took each item, in all parts (items,)."""
        return np.bincount(self.pairs[:, 1], minlength=len(self.items))

    def of_user(self, user: int) -> NDArray[np.int32]:
        """Return the items that a user took, in all parts."""
        start, end = np.searchsorted(self.pairs[:, 0], (user, user + 1))
        found: NDArray[np.int32] = self.pairs[start:end, 1]
        return found


def make_tastes(
    name: str,
    users: Column,
    items: Column,
    *,
    ratings: NDArray[np.floating] | None = None,
    times: NDArray[np.floating] | None = None,
    nouns: Nouns | None = None,
    notes: Sequence[str] = (),
    seed: int = 0,
) -> Tastes:
    """Divide a table of users and items into three parts, at random among each user's items.

    Rows without a user or an item are left out, of doubles the last one counts, and a rating
    below zero is none; all of this is told in the notes.

    Raises
    ------
    TrainingError
        There are too many rows, or too few to learn from.
    """
    if len(users[0]) > MOST_PAIRS:
        raise TrainingError(
            f"{len(users[0]):,} rows; up to {MOST_PAIRS:,} are learned from. "
            "Open a part of the table."
        )
    told = list(notes)
    whole = (users[0] >= 0) & (items[0] >= 0)
    if empty := int((~whole).sum()):
        told.append(empty_told(empty, users, items, whole, nouns or Nouns()))
    if ratings is not None:
        ratings, told_of = without_negative(np.asarray(ratings, np.float32))
        told += told_of
    user_ids, user_names = compact(users[0][whole], users[1])
    item_ids, item_names = compact(items[0][whole], items[1])
    rows = last_of_each(
        user_ids * len(item_names) + item_ids, None if times is None else times[whole]
    )
    if doubles := len(user_ids) - len(rows):
        told.append(
            f"{count(doubles, 'row says', 'rows say')} again what another one says, the same user "
            "and item. Of these, the last one counts."
        )
    pairs = np.stack([user_ids[rows], item_ids[rows]], axis=1).astype(np.int32)
    check_size(pairs, len(user_names), len(item_names))
    return Tastes(
        name,
        user_names,
        item_names,
        pairs,
        divided(pairs[:, 0], np.random.default_rng(seed).random(len(pairs)), seed),
        None if ratings is None else ratings[whole][rows],
        None if times is None else np.asarray(times, np.float64)[whole][rows],
        nouns or Nouns(),
        tuple(told),
    )


def empty_told(
    empty: int, users: Column, items: Column, whole: NDArray[np.bool_], nouns: Nouns
) -> str:
    """Return the sentence on rows without a user or an item, and on users left with nothing."""
    told = f"{count(empty, 'row has', 'rows have')} no {nouns.user} or no {nouns.item}, left out."
    named = np.unique(users[0][users[0] >= 0])
    bare = np.setdiff1d(named, users[0][whole])
    if len(bare):
        has = f"{nouns.user} has" if len(bare) == 1 else f"{nouns.users} have"
        first = users[1][int(bare[0])]
        told += f" {len(bare):,} {has} no {nouns.item} at all (such as “{first}”)."
    return told


def without_negative(
    ratings: NDArray[np.float32],
) -> tuple[NDArray[np.float32], list[str]]:
    """Return ratings with NaN for those below zero, and what to tell of it."""
    negative = ratings < 0
    if not negative.any():
        return ratings, []
    n, first = int(negative.sum()), float(ratings[negative][0])
    told = (
        f"{count(n, 'rating is', 'ratings are')} below zero, such as {first:g}. Such a number "
        "mostly says “seen, not rated”: the row counts, its rating does not."
    )
    return np.where(negative, np.float32(np.nan), ratings), [told]


def compact(
    codes: NDArray[np.int64], names: Sequence[str]
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return codes without gaps, and the names that are in use."""
    used = np.bincount(codes, minlength=len(names)) > 0
    new = np.cumsum(used) - 1
    return new[codes], tuple(names[row] for row in np.flatnonzero(used).tolist())


def last_of_each(keys: NDArray[np.int64], times: NDArray[np.floating] | None) -> NDArray[np.intp]:
    """Return the row of each different key, in the order of keys: the latest, else the last."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    again = np.zeros(len(keys) + 1, bool)
    again[1:-1] = ordered[1:] == ordered[:-1]
    if times is not None:  # only doubles have to be sorted by time
        places = np.flatnonzero(again[:-1] | again[1:])
        rows = order[places]
        order[places] = rows[np.lexsort((times[rows], keys[rows]))]
    last: NDArray[np.intp] = order[~again[1:]]
    return last


def check_size(pairs: Pairs, n_users: int, n_items: int) -> None:
    """Raise TrainingError where there is too little to learn from."""
    if len(pairs) < FEWEST_PAIRS or n_users < FEWEST_USERS or n_items < FEWEST_ITEMS:
        raise TrainingError(
            f"There are {count(len(pairs), 'pair')} of {count(n_users, 'user')} and "
            f"{count(n_items, 'item')}. At least {FEWEST_PAIRS} pairs of {FEWEST_USERS} users and "
            f"{FEWEST_ITEMS} items are needed to learn a taste."
        )


def divided(
    users: NDArray[np.int32], order: NDArray[np.floating], seed: int = 0
) -> NDArray[np.uint8]:
    """Return the part of each pair: of each user's pairs the first are learned from.

    Parameters
    ----------
    users
        Each pair's user (n,), ascending.
    order
        By which a user's pairs are ordered (n,): random numbers, or times.
    """
    counts = np.bincount(users)
    places = np.empty(len(users), np.int64)
    places[np.lexsort((order, users))] = np.arange(len(users))
    places -= (np.cumsum(counts) - counts)[users]
    # with an offset of each user's own, the shares are right on average for few pairs, too
    offset = np.random.default_rng((seed, 1)).random(len(counts))
    share = (places + offset[users]) / counts[users]
    parts = np.digitize(share, np.cumsum(SHARES)[:-1]).astype(np.uint8)
    parts[counts[users] < FEWEST_HELD] = TRAIN
    return parts


def sample_of_users(tastes: Tastes, most: int, seed: int = 0) -> Tastes:
    """Return tastes with at most about so many pairs: those of users drawn at random."""
    if len(tastes.pairs) <= most:
        return tastes
    n = max(FEWEST_USERS, len(tastes.users) * most // len(tastes.pairs))
    kept = np.zeros(len(tastes.users), bool)
    kept[np.random.default_rng(seed).choice(len(tastes.users), n, replace=False)] = True
    rows = kept[tastes.pairs[:, 0]]
    new = np.cumsum(kept) - 1
    pairs = tastes.pairs[rows].copy()
    pairs[:, 0] = new[pairs[:, 0]]
    return replace(
        tastes,
        users=tuple(tastes.users[row] for row in np.flatnonzero(kept)),
        pairs=pairs,
        parts=tastes.parts[rows],
        ratings=None if tastes.ratings is None else tastes.ratings[rows],
        times=None if tastes.times is None else tastes.times[rows],
        about_users=None if tastes.about_users is None else tastes.about_users.filter(kept),
    )
