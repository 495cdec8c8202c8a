"""File: what the readers see of a path, an uploaded file or bytes, with the files beside it."""

from __future__ import annotations

import contextlib
import io
import mmap
import os
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any, BinaryIO, TypeAlias

import numpy as np
from numpy.typing import NDArray

from explorer.errors import FormatError, ParseError

FileSource: TypeAlias = str | os.PathLike[str] | bytes | BinaryIO

HEAD_BYTES = 1 << 20
SPACES_AND_JOINERS = ("Zs", "Cf")  # Unicode categories that real names hold
COMPANIONS = ("metadata", "labels", "vocab", "words")  # the files beside vectors.npy, vectors.tsv


@dataclass(frozen=True)
class File:
    """A file to read: its name, and either its path or its content.

    `beside` holds the files that were given with it, or that lie in the same folder
    under the same stem: an array's labels, say.
    """

    name: str
    path: Path | None = None
    content: bytes = b""
    beside: tuple[File, ...] = ()

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

    @contextlib.contextmanager
    def mapped(self) -> Iterator[bytes | mmap.mmap]:
        """Give the whole content to search in: mapped into memory where it lies on disk."""
        if not self.path or not self.size:
            yield self.content
            return
        with self.path.open("rb") as stream:
            content = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            yield content
        finally:
            content.close()

    def array(
        self, dtype: np.dtype[Any], shape: tuple[int, ...], offset: int = 0, order: Any = "C"
    ) -> NDArray[Any]:
        """Return values that lie in the content as they are, mapped where it lies on disk.

        Raises ParseError where the content is shorter than the shape says.
        """
        needed = int(np.prod([int(extent) for extent in shape], dtype=object)) * dtype.itemsize
        if min(shape, default=0) < 0 or needed > self.size - offset:
            raise ParseError(
                f"{self.name} says that it holds {' x '.join(map(str, shape))} values of {dtype}, "
                f"{needed:,} bytes, but {self.size - offset:,} bytes follow. Was it cut off?"
            )
        if not needed:
            return np.empty(shape, dtype)
        buffer: Any = (
            np.memmap(self.path, np.uint8, "r", offset, (needed,))
            if self.path
            else np.frombuffer(self.content, np.uint8, needed, offset)
        )
        return np.ndarray(shape, dtype, buffer, order=order)


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
        return File(source.name, source.path, source.content, source.beside + companions)
    if isinstance(source, bytes | bytearray | memoryview):
        return File("untitled", content=bytes(source), beside=companions)
    if isinstance(source, str | os.PathLike):
        path = Path(source)
        if path.is_dir():
            raise FormatError(f"{path} is a folder. Name one file in it.")
        if not path.is_file():
            raise FormatError(f"There is no file {path}. Check the path.")
        return File(path.name, path=path, beside=companions or siblings(path))
    return File(stream_name(source), content=read_stream(source), beside=companions)


def siblings(path: Path) -> tuple[File, ...]:
    """Return the files in the same folder that share the stem: words.npy, words.tsv."""
    found = (
        File(other.name, path=other)
        for other in sorted(path.parent.iterdir())
        if belongs(other, path) and other != path and other.is_file()
    )
    return tuple(found)


def belongs(other: Path, path: Path) -> bool:
    """Tell whether a file of the same folder may belong to the file at `path`."""
    if other.stem == path.stem:
        return True
    if path.suffix == ".json":  # the Embedding Projector's configuration names its files
        return other.suffix in (".bytes", ".tsv")
    return path.stem in ("vectors", "tensors", "embeddings") and other.stem in COMPANIONS


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
