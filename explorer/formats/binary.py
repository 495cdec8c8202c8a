"""word2vec's binary format, and `.fvecs`: vectors that follow each other as bytes."""

from __future__ import annotations

import codecs
import re
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.bounds import DIMENSIONS
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import LOOK_ROWS, Contents, Options, check_dim
from explorer.formats.encodings import decode_labels
from explorer.formats.file import File
from explorer.formats.text import header_notes
from explorer.formats.text_layout import Layout, find_layout, two_counts

BLOCK_BYTES = 4 << 20
LABEL_BYTES = 4096  # the longest label; where no space ends it, the file is broken
CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
RECORDS: dict[
    str, np.dtype[Any]
] = {  # the numbers after each dimension, by the suffix: they look alike
    ".fvecs": np.dtype("<f4"),
    ".ivecs": np.dtype("<i4"),
    ".bvecs": np.dtype("u1"),
}
PLAUSIBLE = 1e9  # numbers in embeddings are smaller; bytes of text, read as numbers, often not


def is_word2vec(file: File, head: bytes) -> bool:
    """Tell whether the first line holds two counts, and a label and as many numbers follow."""
    line, _, rest = head[:LABEL_BYTES].partition(b"\n")
    counts = two_counts(line)
    if counts is None:
        return False
    if find_layout(head) is not None or is_text(head):
        # a few numbers' bytes can look like letters and digits: that the vectors fill the file
        # to its last byte decides
        named = file.suffix in (".bin", ".w2v")
        return named and ends_with_its_last_vector(file, *counts)
    _, dim = counts
    space = rest.find(b" ")
    if space < 0 or not 0 < dim <= DIMENSIONS:
        return False
    start = len(line) + 1 + space + 1
    values = np.frombuffer(head[start : start + 4 * dim], np.uint8)
    values = np.frombuffer(values[: len(values) // 4 * 4].tobytes(), "<f4")
    with np.errstate(invalid="ignore"):
        return len(values) > 0 and bool(np.isfinite(values).mean() > 0.9)


def ends_with_its_last_vector(file: File, rows: int, dim: int) -> bool:
    """Tell whether a small file, read as a word2vec binary, holds just what it says."""
    content = file.head()
    if file.size != len(content) or (is_text(content) and find_layout(content) is not None):
        return False
    at = content.find(b"\n") + 1
    for _ in range(rows):
        space = content.find(b" ", at, at + LABEL_BYTES)
        if space < 0:
            return False
        at = space + 1 + 4 * dim
    return at <= len(content) and not content[at:].strip(b"\n")


def is_text(content: bytes) -> bool:
    """Tell whether the bytes are UTF-8 without control characters; the last one may be cut."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        return False
    return CONTROL.search(content) is None


def look_word2vec(file: File, options: Options) -> Contents:
    """Look at a word2vec binary: the first vectors, the number of rows from the header."""
    return parse_word2vec(file, options, LOOK_ROWS)


def read_word2vec(file: File, options: Options) -> Contents:
    """Read a word2vec binary; where it was cut off, what is there."""
    return parse_word2vec(file, options, None)


def parse_word2vec(file: File, options: Options, limit: int | None) -> Contents:
    """Read up to `limit` vectors of a word2vec binary.

    A label ends at a space; the numbers follow; some writers end each vector with a
    line end, which then stands before the next label.
    """
    line = file.head(LABEL_BYTES).partition(b"\n")[0]
    counts = two_counts(line)
    if counts is None:
        raise ParseError(f"{file.name} does not begin with the numbers of vectors and dimensions.")
    stated, dim = counts
    check_dim(file.name, dim)
    width = 4 * dim
    possible = min(stated, (file.size - len(line)) // (width + 1))
    rows = possible if limit is None else min(possible, limit)
    vectors = np.empty((rows, dim), "<f4")
    labels: list[str] = []
    undecoded: list[tuple[int, bytes]] = []
    broken = ""
    with file.open() as stream:
        stream.seek(len(line) + 1)
        content, at = b"", 0
        for row in range(rows):
            if len(content) - at < LABEL_BYTES + 1 + width:
                content, at = content[at:] + stream.read(BLOCK_BYTES + width), 0
            space = content.find(b" ", at, at + LABEL_BYTES)
            if space < 0 or space + 1 + width > len(content):
                break
            label = content[at:space].lstrip(b"\r\n")
            vectors[row] = np.frombuffer(content, "<f4", dim, space + 1)
            try:
                labels.append(label.decode())
            except UnicodeDecodeError:
                undecoded.append((row, label))
                labels.append("")
            at = space + 1 + width
            if row % 10_000 == 0:
                options.report(row / rows, f"reading {file.name}: {row:,} vectors")
        else:
            follows = len(content) - at + file.size - stream.tell()
            broken = "" if limit is not None or follows <= 1 or rows < stated else "more"
    found = len(labels)
    if not found:
        raise ParseError(
            f"{file.name} says that it holds {stated:,} vectors of {dim:,} dimensions, but not one "
            f"is whole in its {file.size:,} bytes. Was it cut off?"
        )
    total = possible if limit is not None and found == rows else found
    notes = decode_labels(labels, undecoded) + header_notes(Layout(dim, stated), total)
    if broken:
        notes += (f"After the {stated:,} vectors that the header promises, more bytes follow.",)
    return Contents(
        labels,
        vectors[:found],
        rows=total,
        dtype="float32",
        labels_from="the text before each vector",
        notes=notes,
    )


def is_fvecs(file: File, head: bytes) -> bool:
    """Tell whether the file is records of one length, each with its dimension before it."""
    kind = RECORDS.get(file.suffix, np.dtype("<f4"))
    dim = int.from_bytes(head[:4], "little")
    record = 4 + kind.itemsize * dim
    if not 0 < dim <= DIMENSIONS or file.size % record:
        return False
    starts = range(0, min(len(head), 50 * record) - record + 1, record)
    if any(head[start : start + 4] != head[:4] for start in starts):
        return False
    if file.suffix in RECORDS and kind.kind != "f":
        return True
    with np.errstate(invalid="ignore"):
        for begin, end in pairwise((*starts, min(len(head), file.size) // record * record)):
            values = np.frombuffer(head[begin + 4 : begin + record], "<f4")
            if begin < end and not (np.abs(values) < PLAUSIBLE).mean() > 0.9:
                return False
    return file.size >= 2 * record or file.suffix == ".fvecs"


def look_fvecs(file: File, options: Options) -> Contents:
    """Look at the vectors of a `.fvecs` file."""
    return from_arrays(file, [fvecs_array(file)], options, look=True)


def read_fvecs(file: File, options: Options) -> Contents:
    """Read the vectors of a `.fvecs` file."""
    return from_arrays(file, [fvecs_array(file)], options, look=False)


def fvecs_array(file: File) -> Stored:
    """Return the records of a `.fvecs`, `.ivecs` or `.bvecs` file as an array.

    Raises ParseError where they differ in length.
    """
    kind = RECORDS.get(file.suffix, np.dtype("<f4"))
    dim = int.from_bytes(file.head(4), "little")
    check_dim(file.name, dim)
    record = 4 + kind.itemsize * dim
    if not dim or file.size % record:
        raise ParseError(
            f"{file.name} begins with a vector of {dim:,} dimensions, but its {file.size:,} bytes "
            f"are no multiple of the {record:,} that each takes. Was it cut off?"
        )
    rows = file.size // record
    whole = np.dtype([("dim", "<i4"), ("values", kind, (dim,))])
    with file.open() as stream:
        step = max(1, BLOCK_BYTES // record)
        for start in range(0, rows, step):
            stated = np.frombuffer(stream.read(step * record), whole)["dim"]
            if (stated != dim).any():
                row = int(np.flatnonzero(stated != dim)[0])
                raise ParseError(
                    f"{file.name}: vector {start + row + 1:,} has {stated[row]:,} dimensions, the "
                    f"first has {dim:,}. All need the same number."
                )

    def read(picked: NDArray[np.intp] | None) -> NDArray[Any]:
        values: NDArray[Any] = file.array(whole, (rows,), rows=picked)["values"]
        return values

    return Stored("", (rows, dim), str(kind), read)
