"""SparseSpace: an embedding space of mostly zeros, which are not stored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from explorer.errors import LabelCountError, SpaceError, VectorValueError
from explorer.labels import Labels, as_label_array, take_labels
from explorer.space import EmbeddingSpace, Source, check_label_count
from explorer.wording import count, rows_named

DENSE_BYTES = 1 << 30  # the largest dense array that `vectors` makes


class SparseSpace(EmbeddingSpace):
    """Labelled vectors of mostly zeros: 50,000 one-hot words take 0.6 MB and not 10 GB.

    It can be used wherever an EmbeddingSpace can. Neighbors, PCA and UMAP work on the stored
    values; `vectors` makes a dense array of up to 1 GiB.

    Parameters
    ----------
    labels
        n strings, one per row.
    matrix
        (n, d) SciPy sparse matrix or array of numbers. Kept as a read-only float32 CSR array.
    columns
        What each dimension stands for, d strings; or ().
    name, metadata, source, notes
        As for an EmbeddingSpace.

    Raises
    ------
    LabelCountError
        The labels, columns or metadata rows do not fit the matrix.
    VectorValueError
        Some values are NaN or infinite.
    SpaceError
        There are no rows or no dimensions; from `vectors`: the dense array would be too large.

    Examples
    --------
    >>> space = SparseSpace(["king", "queen"], sparse.eye_array(2), name="royals")
    >>> space
    SparseSpace 'royals': 2 vectors of 2 dimensions
    >>> space.zero_share
    0.5
    """

    columns: tuple[str, ...]
    _stored: sparse.csr_array

    def __init__(
        self,
        labels: Labels,
        matrix: Any,
        *,
        columns: Sequence[str] = (),
        name: str = "untitled",
        metadata: pa.Table | None = None,
        source: Source | None = None,
        notes: Sequence[str] = (),
    ) -> None:
        stored = as_csr(matrix)
        n, d = stored.shape
        checked = as_label_array(labels)
        check_label_count(len(checked), n)
        if columns and len(columns) != d:
            raise LabelCountError(
                f"{count(len(columns), 'column name')} for {count(d, 'dimension')}. "
                "Name each dimension or none."
            )
        if metadata is not None and metadata.num_rows != n:
            raise LabelCountError(
                f"{count(metadata.num_rows, 'metadata row')} for {count(n, 'vector')}. "
                "Each vector needs one row."
            )
        for attribute, value in (
            ("label_array", checked),
            ("_stored", stored),
            ("columns", tuple(columns)),
            ("name", name),
            ("metadata", metadata),
            ("source", source or Source()),
        ):
            object.__setattr__(self, attribute, value)
        zero_rows = np.flatnonzero(np.diff(stored.indptr) == 0)
        told = tuple(dict.fromkeys((*notes, *self._notes(zero_rows))))
        object.__setattr__(self, "notes", told)

    def __len__(self) -> int:
        return int(self.matrix.shape[0])

    @property
    def dim(self) -> int:
        """Number of dimensions, d."""
        return int(self.matrix.shape[1])

    @property
    def matrix(self) -> sparse.csr_array:
        """The (n, d) numbers as they are stored, read-only."""
        return self._stored

    @property
    def is_sparse(self) -> bool:
        """True: the zeros are not stored."""
        return True

    @property
    def nbytes(self) -> int:
        """Bytes of the stored numbers and their indices."""
        return int(self.matrix.data.nbytes + self.matrix.indices.nbytes + self.matrix.indptr.nbytes)

    @property
    def zero_share(self) -> float:
        """Share of the n x d numbers that are zero, 0 to 1."""
        return 1 - int(self.matrix.nnz) / (len(self) * self.dim)

    @cached_property
    def vectors(self) -> NDArray[np.float32]:
        """(n, d) float32, dense and read-only; raises SpaceError above 1 GiB."""
        needed = 4 * len(self) * self.dim
        if needed > DENSE_BYTES:
            raise SpaceError(
                f"{self.name} is sparse: of its {len(self):,} x {self.dim:,} numbers only "
                f"{self.matrix.nnz:,} are not zero. With the zeros written out it would take "
                f"{needed / 1e9:,.1f} GB. Look at its map or its neighbors, which do without "
                "them, or take fewer rows."
            )
        dense: NDArray[np.float32] = self.matrix.toarray()
        dense.flags.writeable = False
        return dense

    @cached_property
    def norms(self) -> NDArray[np.float32]:
        """(n,) float32: the euclidean length of each vector."""
        wide = self.matrix.astype(np.float64)  # float32 cannot hold squares of 1e20 or 1e-24
        with np.errstate(over="ignore"):
            lengths: NDArray[np.float32] = np.sqrt(wide.power(2).sum(axis=1)).astype(np.float32)
        lengths.flags.writeable = False
        return lengths

    def vector_at(self, row: int) -> NDArray[np.float32]:
        """Return the (d,) float32 vector of a row."""
        vector: NDArray[np.float32] = self.matrix[[row]].toarray()[0]
        return vector

    def take(
        self, rows: Sequence[int] | NDArray[np.integer], *, name: str, step: str
    ) -> SparseSpace:
        """Return the space of the given rows; `step` describes the choice in `source.steps`."""
        index = np.asarray(rows, np.intp)
        return SparseSpace(
            take_labels(self.label_array, index),
            self.matrix[index],
            columns=self.columns,
            name=name,
            metadata=None if self.metadata is None else self.metadata.take(pa.array(index)),
            source=Source(self.source.origin, self.source.format, (*self.source.steps, step)),
        )

    def with_metadata(self, metadata: pa.Table | None) -> SparseSpace:
        """Return the same labels and vectors with other columns, n rows of them."""
        return SparseSpace(
            self.label_array,
            self.matrix,
            columns=self.columns,
            name=self.name,
            metadata=metadata,
            source=self.source,
        )

    def _content(self) -> Iterator[memoryview]:
        for part in (self.matrix.indptr, self.matrix.indices, self.matrix.data):
            yield part.data.cast("B")


def as_csr(matrix: Any) -> sparse.csr_array:
    """Return a read-only (n, d) float32 CSR copy without explicit zeros."""
    if not sparse.issparse(matrix) or matrix.ndim != 2:
        raise SpaceError(
            "A sparse space needs a SciPy sparse matrix, one row per label. "
            "For an array of numbers use EmbeddingSpace."
        )
    with np.errstate(over="ignore"):  # overflow becomes infinite, which is reported below
        stored = sparse.csr_array(matrix, dtype=np.float32, copy=True)
    n, d = stored.shape
    if n == 0 or d == 0:
        raise SpaceError(
            f"The matrix is {n:,} x {d:,}. At least one row and one dimension are needed."
        )
    stored.sum_duplicates()
    stored.eliminate_zeros()
    bad = ~np.isfinite(stored.data)
    if bad.any():
        rows = np.unique(np.searchsorted(stored.indptr, np.flatnonzero(bad), side="right") - 1)
        raise VectorValueError(
            f"Of {count(n, 'vector')}, {count(len(rows), 'holds', 'hold')} NaN or infinite "
            f"values: {rows_named(rows)}. Remove or repair what is wrong there."
        )
    if max(n, d, stored.nnz) < np.iinfo(np.int32).max:  # SciPy may choose int64: twice the bytes
        places = (stored.indices.astype(np.int32), stored.indptr.astype(np.int32))
        stored = sparse.csr_array((stored.data, *places), shape=(n, d))
    for part in (stored.data, stored.indices, stored.indptr):
        part.flags.writeable = False
    return stored
