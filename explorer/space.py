"""EmbeddingSpace, the one core type: labels, vectors, metadata and where they came from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Protocol

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from explorer.conditions import LABEL, matching_rows
from explorer.errors import (
    LabelCountError,
    QueryError,
    UnknownLabelError,
)
from explorer.labels import LabelArray, LabelIndex, Labels, as_label_array, take_labels
from explorer.matrix import as_matrix, check_values
from explorer.vector import Vector, row_lengths
from explorer.wording import count, rows_named

MOST_COMPARED = 200  # characters of a text that are compared with the spelling of every label


@dataclass(frozen=True)
class Source:
    """The provenance of a space: its origin, its format or model, the steps done since.

    Two fields say how a new text gets a vector of this space, where that is known. `model` (with
    `pooling`, if it was chosen) is what `explorer.encode` takes; `words` is the digest of the
    space whose word vectors were averaged.

    `files` are the paths that were read, so that saving never overwrites one of them. `opened` is
    what `explorer.open_space` was given, as pairs of an argument and its value, where it made this
    very space: opened so again, the file gives the same rows.
    """

    origin: str = "made in memory"
    format: str = ""
    steps: tuple[str, ...] = ()
    model: str = ""
    pooling: str = ""
    words: str = ""
    files: tuple[str, ...] = field(default=(), compare=False, repr=False)
    opened: tuple[tuple[str, Any], ...] = field(default=(), compare=False, repr=False)

    def __str__(self) -> str:
        return " · ".join(part for part in (self.origin, self.format, *self.steps) if part)


class Subwords(Protocol):
    """Vectors for out-of-vocabulary words, such as fastText's from character n-grams."""

    def vector(self, word: str) -> NDArray[np.float32] | None:
        """Return a word's (d,) vector from its subwords, or None."""


@dataclass(frozen=True, eq=False)
class DrawnFrom:
    """The whole space that a sample was drawn from, and the sampled rows, (n,) ascending."""

    whole: EmbeddingSpace
    rows: NDArray[np.intp]


@dataclass(frozen=True, eq=False, repr=False)
class EmbeddingSpace:
    """Labelled vectors in one embedding space; checked once here and never changed afterwards.

    Parameters
    ----------
    labels
        n strings or an Arrow array of them, one per vector. Duplicates are allowed and told in
        `notes`. Kept as Arrow strings; `labels` makes a tuple of them when asked.
    vectors
        (n, d) numbers. Kept as C-contiguous, read-only float32; a writeable array is
        copied, a read-only one (a memory map, say) is used as it is where it fits.
    name
        What the app calls the space.
    metadata
        Arrow table of n rows, or None.
    source
        Where the vectors came from.
    notes
        What a reader of the vectors should know, shown with the space everywhere; repeated
        labels and zero vectors are added here.
    subwords
        Vectors for out-of-vocabulary labels, as from fastText's n-grams; or None.
    drawn_from
        The whole space, if this one is a sample of it for pictures.

    Raises
    ------
    LabelCountError
        The labels or the metadata rows are more or fewer than the vectors.
    VectorValueError
        Some values are NaN or infinite.
    SpaceError
        There are no rows, no dimensions, or the input is not a matrix of numbers.

    Examples
    --------
    >>> space = EmbeddingSpace(["king", "queen"], [[1, 0], [0.8, 0.6]], name="royals")
    >>> space
    EmbeddingSpace 'royals': 2 vectors of 2 dimensions
    >>> (space["king"] - space["queen"]).name
    'king − queen'
    """

    label_array: LabelArray
    vectors: NDArray[np.float32]
    name: str = "untitled"
    metadata: pa.Table | None = None
    source: Source = field(default_factory=Source)
    notes: tuple[str, ...] = field(init=False)
    subwords: Subwords | None = None
    drawn_from: DrawnFrom | None = None

    def __init__(
        self,
        labels: Labels,
        vectors: Any,
        *,
        name: str = "untitled",
        metadata: pa.Table | None = None,
        source: Source | None = None,
        notes: Sequence[str] = (),
        subwords: Subwords | None = None,
        drawn_from: DrawnFrom | None = None,
    ) -> None:
        matrix = as_matrix(vectors)
        checked = as_label_array(labels)
        check_label_count(len(checked), len(matrix))
        if metadata is not None and metadata.num_rows != len(matrix):
            raise LabelCountError(
                f"{count(metadata.num_rows, 'metadata row')} for {count(len(matrix), 'vector')}. "
                "Each vector needs one row: check for a header line or missing lines."
            )
        zero_rows = check_values(matrix)
        for attribute, value in (
            ("label_array", checked),
            ("vectors", matrix),
            ("name", name),
            ("metadata", metadata),
            ("source", source or Source()),
            ("subwords", subwords),
            ("drawn_from", drawn_from),
        ):
            object.__setattr__(self, attribute, value)
        # each once: `notes` may come from a space with the same rows
        told = tuple(dict.fromkeys((*notes, *self._notes(zero_rows))))
        object.__setattr__(self, "notes", told)

    def _notes(self, zero_rows: NDArray[np.intp]) -> list[str]:
        notes = []
        repeated = len(self) - pl.Series(self.label_array).n_unique()
        if repeated:
            notes.append(
                f"{count(repeated, 'label repeats', 'labels repeat')} an earlier one; "
                "a search by label finds the first of them."
            )
        if len(zero_rows):
            notes.append(
                f"{count(len(zero_rows), 'vector holds', 'vectors hold')} only zeros "
                f"({rows_named(zero_rows)}). A zero vector points nowhere: "
                "its cosine similarity to anything counts as 0."
            )
        return notes

    def __len__(self) -> int:
        return len(self.vectors)

    def __repr__(self) -> str:
        size = f"{count(len(self), 'vector')} of {count(self.dim, 'dimension')}"
        return f"{type(self).__name__} {self.name!r}: {size}"

    def __contains__(self, label: object) -> bool:
        return next(self._index.rows(label), None) is not None

    def __getitem__(self, label: str) -> Vector:
        """Return the vector of a label, or of its subwords where the space lacks the label.

        Raises UnknownLabelError, which names the closest spellings.
        """
        if self.subwords is not None and label not in self:
            unseen = self.subwords.vector(label)
            if unseen is not None:
                return Vector(label, unseen)
        return Vector(label, self.vector_at(self.row(label)))

    def has_vector(self, label: str) -> bool:
        """Whether `space[label]` gives a vector: the label is here, or subwords make one."""
        if label in self:
            return True
        return self.subwords is not None and self.subwords.vector(label) is not None

    @property
    def dim(self) -> int:
        """Number of dimensions, d."""
        return int(self.vectors.shape[1])

    @property
    def matrix(self) -> Any:
        """The (n, d) numbers as they are stored: `vectors` here, SciPy's CSR in a SparseSpace."""
        return self.vectors

    @property
    def is_sparse(self) -> bool:
        """Whether the zeros are not stored: then `matrix` is SciPy's, as in a SparseSpace."""
        return False

    @property
    def nbytes(self) -> int:
        """Bytes that the stored numbers take."""
        return self.vectors.nbytes

    @property
    def zero_share(self) -> float:
        """Share of the n x d numbers that are zero, 0 to 1."""
        return 1 - int(np.count_nonzero(self.vectors)) / self.vectors.size

    def vector_at(self, row: int) -> NDArray[np.float32]:
        """Return the (d,) float32 vector of a row."""
        vector: NDArray[np.float32] = self.vectors[row]
        return vector

    def row(self, label: str) -> int:
        """Return the first row that carries the label; raises UnknownLabelError."""
        found = next(self._index.rows(label), None)
        if found is None:
            raise UnknownLabelError(label, self.name, self.closest_labels(label))
        return found

    def rows(self, label: object) -> list[int]:
        """Return all rows that carry the label, in order; none where it is not here."""
        return list(self._index.rows(label))

    def label(self, row: int) -> str:
        """Return the label of a row, without making the others Python strings."""
        return str(self.label_array[int(row)].as_py())

    def labels_at(self, rows: Sequence[int] | NDArray[np.integer]) -> tuple[str, ...]:
        """Return the labels of some rows, without making the others Python strings."""
        return tuple(take_labels(self.label_array, rows).to_pylist())

    def closest_labels(self, text: str, n: int = 3) -> tuple[str, ...]:
        """Return up to n labels spelled most like the text, best first, ignoring case."""
        from rapidfuzz import process, utils
        from rapidfuzz.distance import JaroWinkler

        found = process.extract(
            text[:MOST_COMPARED],
            pl.Series(self.label_array).unique(maintain_order=True).to_list(),
            scorer=JaroWinkler.normalized_similarity,
            processor=utils.default_process,
            limit=n,
            score_cutoff=0.75,  # of 1; less similar spellings are other words, not typing errors
        )
        return tuple(label for label, _, _ in found)

    def take(
        self, rows: Sequence[int] | NDArray[np.integer], *, name: str, step: str
    ) -> EmbeddingSpace:
        """Return the space of the given rows; `step` describes the choice in `source.steps`."""
        index = np.asarray(rows)
        chosen = self.vectors[index]
        chosen.flags.writeable = False
        return EmbeddingSpace(
            take_labels(self.label_array, index),
            chosen,
            name=name,
            metadata=None if self.metadata is None else self.metadata.take(pa.array(index)),
            source=replace(self.source, steps=(*self.source.steps, step), opened=()),
            subwords=self.subwords,
        )

    def with_metadata(self, metadata: pa.Table | None) -> EmbeddingSpace:
        """Return the same labels and vectors with other columns, n rows of them."""
        return EmbeddingSpace(
            self.label_array,
            self.vectors,
            name=self.name,
            metadata=metadata,
            source=self.source,
            subwords=self.subwords,
        )

    def table(self) -> pa.Table:
        """Return the metadata with the labels before it, as the column `label`.

        Metadata that has a column of that name already is returned as it is.
        """
        if self.metadata is None:
            return pa.table({LABEL: self.label_array})
        if LABEL in self.metadata.column_names:
            return self.metadata
        return self.metadata.add_column(0, LABEL, self.label_array)

    def filter(self, condition: str) -> EmbeddingSpace:
        """Return the rows for which a condition on labels and metadata is true.

        Parameters
        ----------
        condition
            As in SQL: `price > 20 AND category IN ('a', 'b') AND label LIKE '%door%'`. See
            `explorer.conditions.matching_rows`.

        Raises
        ------
        QueryError
            The condition cannot be read, or no row fulfills it.
        """
        rows = matching_rows(self.table(), condition)
        if not len(rows):
            raise QueryError(f"No row of {self.name} fulfills “{condition}”.")
        return self.take(rows, name=f"{len(rows):,} of {self.name}", step=f"where {condition}")

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The labels, n Python strings: made when first asked for. `label_array` has them too."""
        return tuple(self.label_array.to_pylist())

    @cached_property
    def _index(self) -> LabelIndex:
        return LabelIndex(self.label_array)

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """(n,) float32: the euclidean length of each vector; infinite above 3.4e38."""
        lengths = row_lengths(self.vectors)
        lengths.flags.writeable = False
        return lengths

    @cached_property
    def digest(self) -> str:
        """blake2b of labels, vectors and metadata, 32 hex digits: the key of every cache."""
        hasher = hashlib.blake2b(digest_size=16)
        hasher.update(repr((len(self), self.dim)).encode())
        for numbers in self._content():
            hasher.update(numbers)
        table = pa.table({"label": self.label_array})
        for part in (table, self.metadata):
            if part is not None:
                sink = pa.BufferOutputStream()
                # schema metadata (pandas' notes, say) is not content
                flat = part.combine_chunks().replace_schema_metadata(None)
                with pa.ipc.new_stream(sink, flat.schema) as writer:
                    writer.write_table(flat)
                hasher.update(sink.getvalue())
        return hasher.hexdigest()

    def _content(self) -> Iterator[memoryview]:
        yield self.vectors.data.cast("B")


def check_label_count(labels: int, n: int) -> None:
    """Raise unless there is a label for each of n vectors."""
    if labels != n:
        raise LabelCountError(
            f"{count(labels, 'label')} for {count(n, 'vector')}. "
            "Each vector needs one label: check for a header line in the label file."
        )


def is_numeric(kind: pa.DataType) -> bool:
    """Return whether a metadata column of this Arrow type holds numbers, to color on a scale."""
    return bool(pa.types.is_integer(kind) or pa.types.is_floating(kind))
