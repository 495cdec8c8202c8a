"""NumPy's `.npy` and `.npz`, with the labels inside or from a file beside them.

`.npy` is described in NumPy Enhancement Proposal 1. Arrays of Python objects are
pickles, and a pickle can run code: they are refused.
"""

from __future__ import annotations

import tokenize
import zipfile
from collections.abc import Iterator
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ParseError, RefusedError
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.contents import Contents, Options
from explorer.formats.digest import file_digest
from explorer.formats.file import File, printable
from explorer.formats.unpack import (
    check_sizes,
    is_zip,
    member_blocks,
    member_names,
    open_zip,
    unpack_member,
)

REAL_KINDS = "biuf"  # NumPy's letters for bool, integers and floats
TEXT_KINDS = "US"
SIGNATURE = b"\x93NUMPY"
HELD_BYTES = 1 << 20  # of an archive's array that is read into memory: the disk takes longer
UNREADABLE_HEADER = (
    ValueError,
    EOFError,
    TypeError,
    SyntaxError,
    RecursionError,
    tokenize.TokenError,
)
HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}

OBJECTS_IN_NPY = """import numpy
found = numpy.load({name!r}, allow_pickle=True)
words = found.item() if found.shape == () else None  # a dictionary: each word with its vector
rows = found.tolist() if words is None else list(words.values())
numpy.save({stem!r} + '-vectors.npy', numpy.array(rows, dtype='float32'))
if words is not None:
    with open({stem!r} + '-vectors.txt', 'w', encoding='utf-8') as labels:
        labels.write(''.join(f'{{word}}\\n' for word in words))"""
OBJECTS_IN_NPZ = """import numpy
found = numpy.load({name!r}, allow_pickle=True)
plain = {{name: numpy.array(found[name].tolist()) for name in found.files}}
numpy.savez({stem!r} + '-vectors.npz', **plain)"""

Header: TypeAlias = tuple[tuple[int, ...], bool, np.dtype[Any]]


def is_npy(file: File, head: bytes) -> bool:
    """Tell whether the file begins with NumPy's signature."""
    return head.startswith(SIGNATURE)


def is_npz(file: File, head: bytes) -> bool:
    """Tell whether the file is a zip of `.npy` files and nothing else."""
    if not is_zip(head):
        return False
    names = member_names(file)
    return bool(names) and all(name.endswith(".npy") for name in names)


def look_npy(file: File, options: Options) -> Contents:
    """Look at an array: shape and type from its header, some rows, the label file."""
    return from_arrays(file, [npy_array(file)], options, look=True)


def read_npy(file: File, options: Options) -> Contents:
    """Read an array and its label file."""
    return from_arrays(file, [npy_array(file)], options, look=False)


def look_npz(file: File, options: Options) -> Contents:
    """Look at the arrays of an archive."""
    return parse_npz(file, options, look_only=True)


def read_npz(file: File, options: Options) -> Contents:
    """Read the chosen array of an archive."""
    return parse_npz(file, options, look_only=False)


def parse_npz(file: File, options: Options, look_only: bool) -> Contents:
    """Read an array of an archive, or some of its rows."""
    with open_zip(file) as archive:  # once: its list may be long, and it may hold an array a word
        check_sizes(file, archive)
        return from_arrays(file, list(npz_arrays(file, archive)), options, look_only)


def npy_array(file: File, name: str = "") -> Stored:
    """Return the array of a `.npy` file; it stays on disk until it is read."""
    with file.open() as stream:
        shape, fortran, dtype = read_header(file.name, stream, file.size, OBJECTS_IN_NPY, file)
        offset = stream.tell()

    def read(rows: NDArray[np.intp] | None) -> NDArray[Any]:
        return file.array(dtype, shape, offset, "F" if fortran else "C", rows=rows)

    return stored(name, shape, dtype, read)


def npz_arrays(file: File, archive: zipfile.ZipFile) -> Iterator[Stored]:
    """Yield the arrays of an open `.npz` archive; each is unpacked when it is read."""
    for info in archive.infolist():
        name = printable(info.filename.removesuffix(".npy"))
        with archive.open(info) as stream:
            shape, _, dtype = read_header(
                f"{name} in {file.name}", stream, info.file_size, OBJECTS_IN_NPZ, file
            )
        yield stored(name, shape, dtype, member_reader(file, archive, info))


def member_reader(file: File, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Any:
    """Return how to read one member of an archive of arrays: a large one is mapped from disk."""

    def read(rows: NDArray[np.intp] | None) -> NDArray[Any]:
        if info.file_size <= HELD_BYTES:
            member = File(info.filename, content=b"".join(member_blocks(file, archive, info)))
        else:
            member = unpack_member(file, archive, info, file_digest(file))
        return npy_array(member).read(rows)

    return read


def stored(name: str, shape: tuple[int, ...], dtype: np.dtype[Any], read: Any) -> Stored:
    """Return the record of an array of a NumPy type."""
    return Stored(
        name,
        shape,
        str(dtype),
        read,
        is_text=dtype.kind in TEXT_KINDS,
        is_real=dtype.kind in REAL_KINDS,
    )


def read_header(name: str, stream: Any, size: int, convert: str, file: File) -> Header:
    """Return shape, Fortran order and dtype of an array, checked against the bytes that follow.

    `convert` has the lines that make plain arrays of the file where this one holds objects.
    """
    shape, fortran, dtype = parse_header(name, stream)
    if dtype.hasobject:
        raise RefusedError(
            f"{name} holds Python objects, stored as a pickle: opening it could run code. "
            "Where you trust it, run these lines there and open what they save:\n"
            + convert.format(name=file.name, stem=file.stem)
        )
    start = stream.tell()
    needed = int(np.prod([int(extent) for extent in shape], dtype=object)) * dtype.itemsize
    if min(shape, default=0) < 0 or needed != size - start:
        raise ParseError(
            f"{name} says that it holds {' x '.join(map(str, shape))} values of {dtype}, "
            f"{needed:,} bytes, but {size - start:,} bytes follow. Was it cut off?"
        )
    return shape, fortran, dtype


def parse_header(name: str, stream: BinaryIO) -> Header:
    """Parse the header by NumPy's own reader of the file's version."""
    try:
        version = np.lib.format.read_magic(stream)
        reader = HEADER_READERS.get(version, np.lib.format.read_array_header_2_0)
        shape, fortran, dtype = reader(stream)
    except UNREADABLE_HEADER as error:
        raise ParseError(f"{name} has a broken NumPy header: {error}") from error
    except (MemoryError, zipfile.BadZipFile, OSError) as error:
        raise ParseError(f"{name} has a broken NumPy header.") from error
    return shape, fortran, dtype
