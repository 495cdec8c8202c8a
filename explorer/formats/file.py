"""File: what the readers see of a path, an uploaded file or bytes, with the files beside it."""

from __future__ import annotations

import io
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer import cache
from explorer.errors import FormatError, ParseError
from explorer.formats.foreign import refuse_folder
from explorer.pictures.decode import is_picture_name

FileSource: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO

HEAD_BYTES = 1 << 20
SPACES_AND_JOINERS = ("Zs", "Cf")  # Unicode categories that real names hold
COMPANIONS = ("metadata", "labels", "vocab", "words")  # the files beside vectors.npy, vectors.tsv
LABEL_SUFFIXES = (".tsv", ".csv", ".txt", ".json")
DATASET_STATE = "state.json"  # in the folder of a Hugging Face data set
ARRAYS = (".npy", ".npz", ".safetensors", ".fvecs")  # of which a look tells the shape at once
PACKED = (".gz", ".bz2", ".xz", ".zst")
# What save_space adds to a target's whole name for the file that belongs to it alone.
OWN_LABELS, OWN_METADATA = ".labels.json", ".metadata.tsv"


@dataclass(frozen=True)
class File:
    """A file to read: its name, and either its path or its content.

    `beside` holds the files that were given with it, or that lie in the same folder
    under the same stem: an array's labels, say. One of the latter is `guessed`: it may
    be of something else.
    """

    name: str
    path: Path | None = None
    content: bytes = b""
    beside: tuple[File, ...] = ()
    guessed: bool = False

    def __post_init__(self) -> None:
        # messages and lines of code hold the name: a line end in it would begin a line of its own
        if not self.name.isprintable():
            object.__setattr__(self, "name", printable(self.name))

    @property
    def suffix(self) -> str:
        """The last suffix of the name, in lower case: '.npy'."""
        return PurePath(self.name).suffix.lower()

    @property
    def stem(self) -> str:
        """The name without its last suffix."""
        return PurePath(self.name).stem

    def owns(self, other: File) -> bool:
        """Tell whether `save_space` wrote the other file for this one alone, by its name."""
        return other.name in (self.name + OWN_LABELS, self.name + OWN_METADATA)

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.path.stat().st_size if self.path else len(self.content)

    def open(self) -> BinaryIO:
        """Open the content for reading from its beginning."""
        return self.path.open("rb") if self.path else io.BytesIO(self.content)

    def head(self, size: int = HEAD_BYTES) -> bytes:
        """Return the first megabyte, or so many bytes."""
        with self.open() as stream:
            return stream.read(size)

    def array(
        self,
        dtype: np.dtype[Any],
        shape: tuple[int, ...],
        offset: int = 0,
        order: Any = "C",
        *,
        rows: NDArray[np.intp] | None = None,
    ) -> NDArray[Any]:
        """Return values that lie in the content as they are: all, or some rows of a matrix.

        A file in the cache is mapped into memory. One of somebody else's is read: what they
        write to it later must not change the vectors, and where they cut it off, a mapped
        file ends the process.

        Raises
        ------
        ParseError
            The content is shorter than the shape says.
        """
        needed = int(np.prod([int(extent) for extent in shape], dtype=object)) * dtype.itemsize
        if min(shape, default=0) < 0 or needed > self.size - offset:
            raise ParseError(
                f"{self.name} says that it holds {' x '.join(map(str, shape))} values of {dtype}, "
                f"{needed:,} bytes, but {self.size - offset:,} bytes follow. Was it cut off?"
            )
        if not needed:
            return np.empty(shape, dtype)
        if self.path and not cache.holds(self.path):
            if rows is not None and len(shape) == 2:
                return read_rows(self, dtype, shape, (offset, order), rows)
            with self.path.open("rb") as stream:
                stream.seek(offset)
                values = np.empty(shape, dtype, order=order)
                fill(stream, values.T if order == "F" else values, self.name)
        else:
            buffer: Any = (
                np.memmap(self.path, np.uint8, "r", offset, (needed,))
                if self.path
                else np.frombuffer(self.content, np.uint8, needed, offset)
            )
            values = np.ndarray(shape, dtype, buffer, order=order)
        return values if rows is None else values[rows]


def read_rows(
    file: File, dtype: np.dtype[Any], shape: tuple[int, ...], start: tuple[int, Any], rows: Any
) -> NDArray[Any]:
    """Return some rows of a matrix that starts at an offset, in an order ("C" or "F")."""
    (n, dim), (offset, order) = shape, start
    found = np.empty((len(rows), dim), dtype)
    with file.open() as stream:
        stream.seek(offset)
        if order == "F":  # column after column
            column = np.empty(n, dtype)
            for axis in range(dim):
                fill(stream, column, file.name)
                found[:, axis] = column[rows]
            return found
        for place, row in enumerate(rows):
            stream.seek(offset + int(row) * dim * dtype.itemsize)
            fill(stream, found[place], file.name)
    return found


def fill(stream: BinaryIO, values: NDArray[Any], name: str) -> None:
    """Read a contiguous array's bytes; raises ParseError where the file ends before."""
    into = values.reshape(-1).view(np.uint8).data
    while into:
        size = stream.readinto(into)  # type: ignore[attr-defined]
        if not size:
            raise ParseError(f"{name} became shorter while it was read. Open it again.")
        into = into[size:]


def printable(name: str) -> str:
    """Return a name in one line: a replacement character for line ends and other controls."""
    return "".join(
        one if one.isprintable() or unicodedata.category(one) in SPACES_AND_JOINERS else "�"
        for one in name
    )


def as_file(source: FileSource | File, beside: Iterable[FileSource | File] = ()) -> File:
    """Return a File for a path, bytes or an open binary file (its `name` is used if it has one)."""
    companions = tuple(as_file(one) for one in beside)
    if isinstance(source, File):
        return replace(source, beside=source.beside + companions)
    if isinstance(source, bytes | bytearray | memoryview):
        return File("untitled", content=bytes(source), beside=companions)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            return from_folder(path)
        if not path.is_file():
            raise FormatError(f"There is no file {path}. Check the path.")
        return File(path.name, path=path, beside=companions or siblings(path))
    return File(stream_name(source), content=read_stream(source), beside=companions)


def from_folder(path: Path) -> File:
    """Return the file that describes a folder of several, with those it names beside it.

    A Hugging Face data set (`save_to_disk`) is one. Raises FormatError for any other folder.
    """
    state = path / DATASET_STATE
    if not state.is_file():
        raise refuse_folder(path)
    parts = sorted(one for one in path.iterdir() if one.suffix == ".arrow" and one.is_file())
    beside = tuple(File(one.name, path=one) for one in parts)
    return File(path.resolve().name, path=state, beside=beside)


def siblings(path: Path) -> tuple[File, ...]:
    """Return the files in the same folder that may belong to it: words.npy, words.tsv."""
    config = projector_config(path)
    found = []
    for other in sorted(path.parent.iterdir()):
        if other == path or not other.is_file():
            continue
        if other.name in (path.name + OWN_LABELS, path.name + OWN_METADATA):
            found.append(File(other.name, path=other))
        elif may_belong(other, path) or (config and is_named(other, config)):
            found.append(File(other.name, path=other, guessed=True))
    return tuple(found)


def may_belong(other: Path, path: Path) -> bool:
    """Tell whether a file of the same folder may hold the labels of the file at `path`."""
    if other.suffix.lower() not in LABEL_SUFFIXES:
        return False
    stem = Path(path.stem).stem if path.suffix in PACKED else path.stem
    return other.stem == stem or (
        stem in ("vectors", "tensors", "embeddings") and other.stem in COMPANIONS
    )


def arrays_beside(path: Path) -> Iterator[Path]:
    """Yield the arrays in the same folder that a table of this name may label."""
    for other in sorted(path.parent.iterdir()):
        owned = path.name in (other.name + OWN_LABELS, other.name + OWN_METADATA)
        if other.suffix.lower() in ARRAYS and (owned or may_belong(path, other)):
            yield other


def projector_config(path: Path) -> bytes:
    """Return the Embedding Projector's JSON, which names others in its folder, or nothing."""
    if path.suffix.lower() != ".json":
        return b""
    with path.open("rb") as stream:
        head = stream.read(HEAD_BYTES)
    return head if b'"tensorPath"' in head else b""


def is_named(other: Path, config: bytes) -> bool:
    """Tell whether a file may be one that a configuration names: vectors, labels, a sprite."""
    picture = is_picture_name(other.name) and other.name.encode("utf-8", "replace") in config
    return picture or other.suffix in (".bytes", ".tsv")


def stream_name(stream: Any) -> str:
    """Return the file name of a stream without any folder: an uploader's name is not a path."""
    return PurePath(str(getattr(stream, "name", "untitled")).replace("\\", "/")).name


def read_stream(stream: BinaryIO) -> bytes:
    """Return all bytes of a stream, from its beginning where it can seek."""
    if stream.seekable():
        stream.seek(0)
    content = stream.read()
    if not isinstance(content, bytes):
        raise FormatError("The file was opened as text. Open it in binary mode: open(path, 'rb').")
    return content
