"""StoreSpace: a sample to look at, and a store that is asked for the neighbors among all rows."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from explorer.errors import QueryError
from explorer.space import EmbeddingSpace
from explorer.stores.recall import exact
from explorer.stores.store import ID, Batch, Clause, Floats, Id, Part, Report, Store
from explorer.stores.transfer import label_column, no_report, read


@dataclass(frozen=True)
class Found:
    """The nearest rows of a whole collection, nearest first: their ids and labels."""

    ids: tuple[Id, ...]
    labels: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class StoreSpace:
    """A collection of any size: `sample` is held in memory, all other questions go to the store.

    Attributes
    ----------
    sample
        Rows that the store drew at random; its notes say how many, and by which seed.
    rows
        Size of the whole collection.
    label
        The column that names the rows; None where their ids do.
    """

    store: Store
    collection: str
    sample: EmbeddingSpace
    rows: int
    label: str | None = None

    @classmethod
    def drawn(
        cls,
        store: Store,
        collection: str,
        size: int,
        seed: int = 42,
        report: Report = no_report,
    ) -> StoreSpace:
        """Draw a sample in the store; raises StoreError."""
        about = store.describe(collection)
        sample = read(store, collection, Part(size=size, seed=seed), report=report)
        return cls(store, collection, sample, about.rows, label_column(about, None))

    def named(self, text: str, most: int = 5) -> Batch | None:
        """Return the first rows of all whose label is that text; None where there is none."""
        if self.label is None:
            return None
        part = Part((Clause(self.label, "=", text),))
        with closing(self.store.batches(self.collection, part, most)) as batches:
            return next(batches, None)

    def nearest(
        self, vector: Floats, k: int, metric: str = "cosine", setting: int | None = None
    ) -> Found:
        """Return the k nearest of all rows to any vector (d), by the store's own index."""
        asked = np.ascontiguousarray(vector[None], np.float32)
        return self._named(self.store.search(self.collection, asked, k, metric, setting)[0])

    def neighbors(
        self, row: int, k: int, metric: str = "cosine", setting: int | None = None
    ) -> Found:
        """Return the k nearest of all rows to a row of the sample, by the store's own index."""
        asked, own = self._query(row, k)
        found = self.store.search(self.collection, asked, k + 1, metric, setting)[0]
        return self._named([key for key in found if key != own][:k])

    def exact_neighbors(
        self, row: int, k: int, metric: str = "cosine", report: Report = no_report
    ) -> Found:
        """Return the k nearest of all rows, by comparing with each; reads the collection once."""
        asked, own = self._query(row, k)
        found, _ = exact(self.store, self.collection, asked, [own], k, metric, self.rows, report)
        return self._named(found[0])

    def _query(self, row: int, k: int) -> tuple[Floats, Id]:
        if not 1 <= k < self.rows:
            raise QueryError(
                f"{k} neighbors among {self.rows:,} rows. Choose 1 or more, and fewer."
            )
        assert self.sample.metadata is not None  # `read` gives the column of ids
        own: Id = self.sample.metadata[ID][row].as_py()
        return np.ascontiguousarray(self.sample.vectors[row : row + 1]), own

    def _named(self, ids: Sequence[Id]) -> Found:
        batch = self.store.fetch(self.collection, ids)
        names = (batch.payload[self.label] if self.label else batch.ids).to_pylist()
        labels = dict(zip(batch.ids.to_pylist(), names, strict=True))
        kept = [key for key in ids if key in labels]  # others were removed in the meantime
        return Found(tuple(kept), tuple(str(labels[key]) for key in kept))
