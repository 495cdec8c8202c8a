"""FileReport: what a look at a file tells before anything big is loaded."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa


@dataclass(frozen=True)
class FileReport:
    """What is in a vector file.

    Attributes
    ----------
    rows, dim
        Number of vectors and of dimensions.
    dtype
        The numbers' type as they are stored: 'text', 'float16', ...
    labels_from
        Where the labels come from, in words.
    first_rows
        The first rows as they will be read: label and the first values.
    metadata_columns
        Columns that go along, to color and filter by.
    warnings
        What a user should know before opening it.
    format, why
        The recognized format, and how it was recognized.
    """

    rows: int
    dim: int
    dtype: str
    labels_from: str
    first_rows: pa.Table
    metadata_columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    format: str = ""
    why: str = ""

    @property
    def memory(self) -> int:
        """Bytes that the vectors take in memory, as float32."""
        return self.rows * self.dim * 4


def preview(labels: list[str], vectors: list[list[float]]) -> pa.Table:
    """Return the first rows as a table: the label and up to six values."""
    width = min(6, len(vectors[0]) if vectors else 0)
    columns: dict[str, pa.Array] = {"label": pa.array(labels, pa.string())}
    for axis in range(width):
        columns[f"value {axis + 1}"] = pa.array([float(row[axis]) for row in vectors])
    return pa.table(columns)
