"""NumPy `.npy` arrays, with the labels from a file beside them.

`.npy` is described in NumPy Enhancement Proposal 1. Arrays of Python objects are
pickles, and a pickle can run code: they are refused.
"""

from __future__ import annotations

import io
import tokenize
from collections.abc import Sequence
from typing import BinaryIO, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import LabelCountError, ParseError
from explorer.formats.file import File
from explorer.formats.report import FileReport, preview
from explorer.formats.table import read_labels
from explorer.space import EmbeddingSpace, Source, count

REAL_KINDS = "biuf"  # NumPy's letters for bool, integers and floats
SIGNATURE = b"\x93NUMPY"
LABEL_SUFFIXES = (".tsv", ".csv", ".txt")

Header: TypeAlias = tuple[tuple[int, ...], bool, np.dtype[np.generic]]


def is_npy(file: File, head: bytes) -> bool:
    """Tell whether the file begins with NumPy's signature."""
    return head.startswith(SIGNATURE)


def inspect_npy(file: File) -> FileReport:
    """Look at an array: shape and type from its header, the first rows, the label file."""
    shape, _, dtype = read_header(file)
    rows, dim = matrix_shape(file, shape)
    label_file = find_label_file(file)
    labels, metadata = label_table(label_file, rows)
    first = np.asarray(read_array(file)[:5], np.float32)
    return FileReport(
        rows=rows,
        dim=dim,
        dtype=str(dtype),
        labels_from=f"the file {label_file.name}" if label_file else "the row numbers",
        first_rows=preview(labels[:5], first.tolist()),
        metadata_columns=tuple(metadata.column_names) if metadata is not None else (),
        warnings=() if label_file else (no_labels_note(file),),
    )


def read_npy(
    file: File, labels: Sequence[str] | None = None, label_column: str | None = None
) -> EmbeddingSpace:
    """Read an array and its label file into a space."""
    shape, _, dtype = read_header(file)
    rows, _ = matrix_shape(file, shape)
    metadata = None
    notes: tuple[str, ...] = ()
    if labels is None:
        label_file = find_label_file(file)
        labels, metadata = label_table(label_file, rows, label_column)
        notes = () if label_file else (no_labels_note(file),)
    array = read_array(file)
    array.flags.writeable = False
    steps = () if dtype == np.float32 else (f"stored as {dtype}, read as float32",)
    return EmbeddingSpace(
        labels,
        array,
        name=file.stem,
        metadata=metadata,
        source=Source(file.name, "NumPy array", steps),
        notes=notes,
    )


def read_header(file: File) -> Header:
    """Return shape, Fortran order and dtype of an array, checked against the bytes that follow."""
    with file.open() as stream:
        header = parse_header(file, stream)
        start = stream.tell()
    shape, _, dtype = header
    if dtype.hasobject:
        raise ParseError(
            f"{file.name} holds Python objects, stored as a pickle: opening it could run code. "
            "Where you trust it, convert it: np.save('vectors.npy', "
            f"np.load('{file.name}', allow_pickle=True).astype('float32'))"
        )
    if dtype.kind not in REAL_KINDS:
        raise ParseError(f"{file.name} holds values of type {dtype}. Real numbers are needed.")
    needed = int(np.prod([int(extent) for extent in shape], dtype=object)) * dtype.itemsize
    if needed != file.size - start:
        raise ParseError(
            f"{file.name} says that it holds {' x '.join(map(str, shape))} values of {dtype}, "
            f"{needed:,} bytes, but {file.size - start:,} bytes follow. Was it cut off?"
        )
    return header


def parse_header(file: File, stream: BinaryIO) -> Header:
    """Parse the header by NumPy's own reader of the file's version."""
    try:
        version = np.lib.format.read_magic(stream)
        reader = (
            np.lib.format.read_array_header_1_0
            if version == (1, 0)
            else np.lib.format.read_array_header_2_0
        )
        shape, fortran, dtype = reader(stream)
    except (ValueError, EOFError, tokenize.TokenError) as error:
        raise ParseError(f"{file.name} has a broken NumPy header: {error}") from error
    return shape, fortran, dtype


def matrix_shape(file: File, shape: tuple[int, ...]) -> tuple[int, int]:
    """Return rows and dimensions; raises ParseError where the array is no matrix."""
    if len(shape) != 2:
        raise ParseError(
            f"{file.name} has shape {shape}. A matrix is needed: one row per vector, "
            "one column per dimension."
        )
    return shape[0], shape[1]


def read_array(file: File) -> NDArray[np.generic]:
    """Return the array, memory-mapped where it lies on disk."""
    if file.path:
        mapped: NDArray[np.generic] = np.load(file.path, mmap_mode="r", allow_pickle=False)
        return mapped
    loaded: NDArray[np.generic] = np.load(io.BytesIO(file.content), allow_pickle=False)
    return loaded


def find_label_file(file: File) -> File | None:
    """Return the file with the labels: given with the array, or beside it under its stem."""
    for suffix in LABEL_SUFFIXES:
        for other in file.beside:
            if other.suffix == suffix:
                return other
    return None


def label_table(
    label_file: File | None, rows: int, label_column: str | None = None
) -> tuple[list[str], pa.Table | None]:
    """Return the labels and the metadata; row numbers where there is no label file."""
    if label_file is None:
        return [str(row) for row in range(rows)], None
    labels, metadata = read_labels(label_file, rows, label_column)
    if len(labels) != rows:
        raise LabelCountError(
            f"{label_file.name} holds {count(len(labels), 'label')} for {count(rows, 'vector')}. "
            "Each vector needs one label: check for a header line or missing lines."
        )
    return labels, metadata


def no_labels_note(file: File) -> str:
    """Return what to tell where an array came alone."""
    return (
        f"No label file came with {file.name}, so the rows are called by their numbers. "
        "Open it together with a .txt, .tsv or .csv file that names the rows."
    )
