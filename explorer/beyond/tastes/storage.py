"""Tastes in the cache: so that an address can name them, and a job gets them as a file."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from explorer import cache
from explorer.beyond.tastes.tastes import Nouns, Tastes
from explorer.jobs.files import KeptFile

TASTES = cache.Kind("tastes", 1)
ARRAYS = ("pairs", "parts", "ratings", "times")


def keep_tastes(tastes: Tastes) -> None:
    """Write tastes into the cache, if they are not there."""
    if cache.find(TASTES, tastes.digest) is not None:
        return
    nouns = tastes.nouns
    about = [
        tastes.name,
        tastes.users,
        tastes.items,
        [nouns.user, nouns.users, nouns.item, nouns.items],
        tastes.notes,
        columns_of(tastes.about_users),
        columns_of(tastes.about_items),
    ]
    arrays = {name: found for name in ARRAYS if (found := getattr(tastes, name)) is not None}
    cache.save_arrays(TASTES, tastes.digest, arrays, about)


def columns_of(table: pa.Table | None) -> dict[str, list[Any]] | None:
    """Return a small table as JSON can have it."""
    return None if table is None else table.to_pydict()


class TastesFile(KeptFile):
    """Tastes among a job's arguments: the folder of their entry in the cache."""

    holds = "table"

    @classmethod
    def of(cls, tastes: Tastes) -> TastesFile:
        """Return the file of tastes, written into the cache if it is not there."""
        keep_tastes(tastes)
        return cls(str(cache.place(TASTES, tastes.digest)))

    @staticmethod
    def opened(digest: str) -> Tastes | None:
        """Return what is kept under a digest, or None."""
        return open_tastes(digest)


def open_tastes(digest: str) -> Tastes | None:
    """Return the tastes kept under a digest, which may be a stranger's text; or None."""
    found = cache.load_arrays(TASTES, digest)
    if found is None:
        return None
    arrays, (name, users, items, nouns, notes, about_users, about_items) = found
    return Tastes(
        name,
        tuple(users),
        tuple(items),
        np.asarray(arrays["pairs"], np.int32),
        np.asarray(arrays["parts"], np.uint8),
        arrays.get("ratings"),
        arrays.get("times"),
        Nouns(*nouns),
        tuple(notes),
        None if about_users is None else pa.table(about_users),
        None if about_items is None else pa.table(about_items),
    )
