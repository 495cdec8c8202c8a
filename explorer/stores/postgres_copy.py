"""PostgreSQL's binary COPY, decoded by whole blocks: no Python runs for a single value.

psycopg's own way of reading waits and decodes row by row, which took most of the time. Here libpq
gives message after message, many are joined, and each column is taken out of the block at once.
Format: PostgreSQL's documentation of COPY, "Binary Format".
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.errors import StoreError
from explorer.stores.store import KINDS, Batch, Column, Floats

HEADER = 19  # bytes: a signature of 11, flags, the length of an extension, which nobody writes
END = b"\xff\xff"
EPOCH = 946_684_800_000_000  # PostgreSQL counts microseconds from 2000, Arrow from 1970
NEVER = (-(2**63), 2**63 - 1)  # minus and plus infinity, which Arrow does not have

FEW = 500  # messages that are held before they are joined: as many as the processor's cache holds

Places: TypeAlias = NDArray[np.int64]
Block: TypeAlias = tuple[bytes, Places]  # rows in one piece, and the length of each


def messages(copy: Any) -> Generator[Any, None, None]:
    """Yield each row of an open COPY … TO STDOUT of psycopg, as its bytes."""
    import psycopg

    connection = copy.connection.pgconn
    take, begun = connection.get_copy_data, False
    while True:
        size, message = take(0)  # 0: libpq waits, five times as fast as psycopg's own loop
        if size < 0:
            raise psycopg.OperationalError(connection.error_message.decode(errors="replace"))
        if not begun:  # the header comes with the first row, or with the end
            begun, message = True, message[HEADER:]
        if len(message) == len(END) and bytes(message) == END:
            break
        if message:
            yield message
    while copy.read():  # the end of the command
        pass


def blocks(copy: Any, rows: int) -> Generator[Block, None, None]:
    """Yield the messages of `rows` rows at a time."""
    received = messages(copy)
    while True:
        joined: list[bytes] = []
        sizes: list[int] = []
        while len(sizes) < rows and (few := list(islice(received, min(FEW, rows - len(sizes))))):
            sizes += map(len, few)
            joined.append(b"".join(few))
        if not sizes:
            return
        yield b"".join(joined), np.array(sizes, np.int64)


def as_batch(block: Block, id_kind: str, dim: int, columns: Sequence[Column]) -> Batch:
    """Return the rows of a block, whose columns are the id, a vector and the payload."""
    raw, sizes = block
    at = np.cumsum(sizes) - sizes  # where each row begins
    reader = Reader(raw, at + 2)  # after the number of fields
    ids = reader.column(id_kind)
    vectors = reader.vectors(dim)
    payload = pa.table({"": pa.nulls(len(at))}).select([])
    for one in columns:
        payload = payload.append_column(one.name, reader.column(one.kind))
    return Batch(ids, vectors, payload)


class Reader:
    """A block of rows, read field by field of all rows together."""

    def __init__(self, raw: bytes, at: Places) -> None:
        self._raw, self._bytes = raw, np.frombuffer(raw, np.uint8)
        self._at = at  # of each row, where its next field begins

    def _next(self) -> tuple[Places, Places, NDArray[np.bool_]]:
        """Return where each row's next field begins and ends, and whether it is NULL."""
        four = self._bytes[self._at[:, None] + np.arange(4)]
        sizes = four.view(">i4").ravel().astype(np.int64)
        start = self._at + 4
        end = start + np.maximum(sizes, 0)
        self._at = end
        return start, end, sizes < 0

    def _taken(self, start: Places, end: Places) -> pa.Array:
        """Return the bytes from each start to each end, copied together by Arrow."""
        if not len(start):
            return pa.array([], pa.large_binary())
        edges = np.empty(2 * len(start) + 1, np.int64)
        edges[0], edges[1::2], edges[2::2] = 0, start, end  # gap, field, gap, field, …
        buffers = [None, pa.py_buffer(edges), pa.py_buffer(self._raw)]
        both = pa.Array.from_buffers(pa.large_binary(), 2 * len(start), buffers)
        return both.take(pa.array(np.arange(1, 2 * len(start), 2)))

    def vectors(self, dim: int) -> Floats:
        """Return the next field, vectors in pgvector's form: two 16-bit numbers, then floats."""
        start, end, _ = self._next()
        if (end - start != 4 + 4 * dim).any():
            raise StoreError(f"Some vectors have another number of dimensions than {dim}.")
        taken = self._taken(start + 4, end)
        numbers = np.frombuffer(taken.buffers()[2], ">f4", len(start) * dim)
        return numbers.astype(np.float32).reshape(len(start), dim)

    def column(self, kind: str) -> pa.Array:
        """Return the next field as Arrow holds it."""
        start, end, null = self._next()
        sizes = np.where(null, -1, end - start)
        return as_arrow(kind, sizes, self._taken(start, end).buffers()[2])


def as_arrow(kind: str, sizes: Places, data: Any) -> pa.Array:
    """Return n values that stand in `data` one after another; a size of -1 is a NULL."""
    null = sizes < 0
    if kind == "text":
        edges = np.zeros(len(sizes) + 1, np.int64)
        np.cumsum(np.maximum(sizes, 0), out=edges[1:])
        valid = pa.array(~null).buffers()[1] if null.any() else None  # the bits of a mask
        buffers = [valid, pa.py_buffer(edges), pa.py_buffer(data or b"")]
        return pa.Array.from_buffers(pa.large_string(), len(sizes), buffers).cast(pa.string())
    width, code = {"bool": (1, "?"), "float": (8, ">f8")}.get(kind, (8, ">i8"))
    if (sizes[~null] != width).any():
        raise StoreError("PostgreSQL sent a number of another length than asked for.")
    values = np.zeros(len(sizes), code)
    values[~null] = np.frombuffer(data or b"", code, int((~null).sum()))
    plain = values.astype(values.dtype.newbyteorder("="))
    if kind == "time":
        null |= np.isin(plain, NEVER)
        plain = np.where(null, 0, plain) + EPOCH
    return pa.array(plain, mask=null).cast(KINDS[kind])
