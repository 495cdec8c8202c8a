"""Compressed files and zip archives, unpacked into the cache within stated bounds.

Nothing in an archive is a path: its names only tell what the files are called. An archive
in an archive is refused, and so is whatever unpacks to more than the bounds allow.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import lzma
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path, PurePath
from typing import Any, BinaryIO, cast

from explorer import cache
from explorer.errors import (
    ExplorerError,
    FormatError,
    ParseError,
    RefusedError,
    UnknownFormatError,
)
from explorer.formats.bounds import (
    MEMBERS,
    MEMBERS_UNPACKED,
    UNPACKED_FREE,
    UNPACKED_RATIO,
    unpacked_bytes,
)
from explorer.formats.digest import file_digest
from explorer.formats.file import File, printable
from explorer.jobs.progress import Report, no_report
from explorer.pictures.decode import is_picture_name
from explorer.wording import count

BLOCK_BYTES = 4 << 20
LISTING_BYTES = 400  # of the list of members, for each of those allowed
XZ_MEMORY = 512 << 20  # a dictionary that asks for more is refused
ZIP = b"PK\x03\x04"
EMPTY_ZIP = b"PK\x05\x06"
TO_READ = frozenset({".md", ".rst", ".html", ".pdf", ".docx"})  # for people, in many archives
NO_FILES = ("__MACOSX/", "._", ".DS_Store")  # what macOS adds to archives

UNPACKED = cache.Kind("unpacked", 1)
CONTENT = "0"  # the file of an entry that holds one

Opener = Callable[[BinaryIO], Any]


def open_zstd(stream: BinaryIO) -> Any:
    """Return a stream that reads Zstandard."""
    import pyarrow as pa

    return pa.CompressedInputStream(pa.PythonFile(stream, mode="r"), "zstd")


class XzStream:
    """A stream that reads `.xz`, within a bound of memory (lzma.open has none)."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)

    def read(self, size: int) -> bytes:
        """Return up to `size` bytes; none at the end."""
        while True:
            if self._decoder.eof:
                rest = self._decoder.unused_data.lstrip(b"\0") or self._stream.read(BLOCK_BYTES)
                if not rest:
                    return b""
                self._decoder = lzma.LZMADecompressor(memlimit=XZ_MEMORY)
            elif self._decoder.needs_input:
                rest = self._stream.read(1 << 16)
                if not rest:
                    raise EOFError("it ends in the middle")
            else:
                rest = b""
            if found := self._decoder.decompress(rest, size):
                return found


CODECS: dict[bytes, tuple[str, Opener]] = {  # by the bytes that a file begins with
    b"\x1f\x8b": (".gz", lambda stream: gzip.GzipFile(fileobj=stream)),
    b"BZh": (".bz2", bz2.BZ2File),
    b"\xfd7zXZ\0": (".xz", XzStream),
    b"\x28\xb5\x2f\xfd": (".zst", open_zstd),
}


def codec_of(head: bytes) -> tuple[str, Opener] | None:
    """Return the codec of a compressed file, or None."""
    for signature, codec in CODECS.items():
        if head.startswith(signature):
            return codec
    return None


def is_zip(head: bytes) -> bool:
    """Tell whether the file begins as a zip does."""
    return head.startswith((ZIP, EMPTY_ZIP))


class Listing:
    """A zip's stream; zipfile, which reads the list of the members at once, cannot read a long one.

    A list of a million members would take half a gigabyte before anybody could count them.
    """

    def __init__(self, name: str, stream: BinaryIO, most: int) -> None:
        self._name = name
        self._stream = stream
        self._most = most

    def read(self, size: int = -1) -> bytes:
        """Return up to `size` bytes; raises RefusedError past the bound of a list."""
        largest = LISTING_BYTES * self._most
        found = self._stream.read(size if 0 <= size <= largest else largest + 1)
        if len(found) > largest:
            raise RefusedError(
                f"The list of the files in {self._name} takes more than {largest / 1e6:.0f} MB. "
                f"Archives of up to {self._most:,} files are opened."
            )
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


@contextlib.contextmanager
def open_zip(file: File, most: int | None = None) -> Iterator[zipfile.ZipFile]:
    """Open a zip of up to `most` members (by default MEMBERS); what is wrong with it is told."""
    most = MEMBERS if most is None else most
    try:
        with (
            file.open() as stream,
            zipfile.ZipFile(cast(BinaryIO, Listing(file.name, stream, most))) as archive,
        ):
            if len(archive.infolist()) > most:
                raise RefusedError(
                    f"{file.name} holds {len(archive.infolist()):,} files. "
                    f"Archives of up to {most:,} are opened."
                )
            yield archive
    except ExplorerError:
        raise
    except zipfile.BadZipFile as error:
        raise ParseError(f"{file.name} is a broken zip archive: {error}.") from error
    except (RuntimeError, NotImplementedError) as error:  # encrypted, or an unknown compression
        raise ParseError(f"{file.name} cannot be unpacked: {error}.") from error
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError) as error:
        raise ParseError(f"{file.name} is a broken zip archive: {error}.") from error


def member_names(file: File) -> list[str]:
    """Return the names in a zip, or none where it is broken."""
    try:
        with open_zip(file) as archive:
            return archive.namelist()
    except FormatError:
        return []


def check_sizes(file: File, archive: zipfile.ZipFile) -> None:
    """Raise RefusedError where the members together unpack to more than the bounds allow.

    By the sizes that the archive states: zipfile reads no more of a member than that.
    """
    total = sum(info.file_size for info in archive.infolist())
    if total > unpacked_bytes():
        raise too_large(file.name)
    if total > max(UNPACKED_FREE, file.size * UNPACKED_RATIO):
        raise too_many_times(file.name, file.size)


def unpack_member(file: File, archive: zipfile.ZipFile, info: zipfile.ZipInfo, digest: str) -> File:
    """Unpack one member into an entry of its own; `digest` is that of the archive."""
    key = f"{digest}-{info.header_offset}"
    folder = cache.find(UNPACKED, key)
    if folder is None:
        with cache.create(UNPACKED, key, info.file_size) as fresh:
            write_member(file, archive, info, fresh / CONTENT)
        folder = cache.place(UNPACKED, key)
    return File(plain_name(info.filename), path=folder / CONTENT)


def write_member(file: File, archive: zipfile.ZipFile, info: zipfile.ZipInfo, path: Path) -> None:
    """Write one member of a zip to a path."""
    with path.open("wb") as stream:
        for block in member_blocks(file, archive, info):
            stream.write(block)


def member_blocks(file: File, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """Yield the blocks of one member of a zip, within the bounds."""
    if info.flag_bits & 1:
        name = plain_name(info.filename)
        raise ParseError(f"{name} in {file.name} is encrypted. Unpack it yourself first.")
    with archive.open(info) as member:
        yield from bounded(member, file.name, file.size)


def unpacked(file: File, report: Report = no_report) -> list[File]:
    """Return the files in a compressed file or an archive; the file itself if it is neither.

    Raises
    ------
    RefusedError
        It unpacks to more than the bounds allow, or holds an archive itself.
    ParseError
        It is broken.
    """
    head = file.head(1 << 10)
    codec = codec_of(head)
    if codec is not None:
        return [unpack_stream(file, codec, report)]
    if not is_zip(head) or is_zipped_format(file):
        return [file]
    return unpack_zip(file, report)


def is_zipped_format(file: File) -> bool:
    """Tell whether the zip is a format of its own: `.npz`, Excel, torch."""
    names = member_names(file)
    return (
        "[Content_Types].xml" in names
        or any(name.endswith("/data.pkl") or name == "data.pkl" for name in names)
        or (bool(names) and all(name.endswith(".npy") for name in names))
    )


def unpack_stream(file: File, codec: tuple[str, Opener], report: Report) -> File:
    """Unpack a compressed file into the cache, once for all who open it."""
    suffix, opener = codec
    inner = file.name.removesuffix(suffix) if file.name.endswith(suffix) else f"{file.name} inside"

    def blocks() -> Iterator[bytes]:
        try:
            with file.open() as packed:
                for block in bounded(opener(packed), file.name, file.size):
                    report(min(1.0, packed.tell() / file.size), f"unpacking {file.name}")
                    yield block
        except FormatError:
            raise
        except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, MemoryError) as error:
            raise ParseError(f"{file.name} cannot be unpacked: {error}. Was it cut off?") from error

    def content(stream: BinaryIO) -> None:
        stream.writelines(blocks())  # a full disk is no broken file: not within the `try`

    path = cache.keep(UNPACKED, file_digest(file), CONTENT, content)
    found = File(inner, path=path, beside=file.beside)
    refuse_archive(file, found)
    return found


def unpack_zip(file: File, report: Report) -> list[File]:
    """Unpack the files of a zip into the cache."""
    digest = file_digest(file)
    with open_zip(file) as archive:
        files = plain_members(archive)
        members = [info for info in files if not is_picture_name(info.filename)]
        if len(members) < len(files) and all(is_to_read(info.filename) for info in members):
            raise pictures_alone(file.name, len(files) - len(members))
        if len(members) > MEMBERS_UNPACKED:
            raise RefusedError(
                f"{file.name} holds {len(members):,} files. Archives of up to "
                f"{MEMBERS_UNPACKED:,} files are unpacked: pack the vectors and their labels alone."
            )
        check_sizes(file, archive)
        if not members:
            raise ParseError(f"{file.name} is an archive without any file in it.")
        folder = cache.find(UNPACKED, digest)
        if folder is None:
            with cache.create(UNPACKED, digest, sum(info.file_size for info in members)) as fresh:
                write_members(file, archive, members, fresh, report)
            folder = cache.place(UNPACKED, digest)
    return [
        File(plain_name(info.filename), path=folder / str(index))
        for index, info in enumerate(members)
    ]


def plain_members(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """Return the members of an archive that are files, without those that macOS adds."""
    return [
        info
        for info in archive.infolist()
        if info.filename  # it may be empty
        and not info.is_dir()
        and not info.filename.startswith(NO_FILES)
        and not plain_name(info.filename).startswith(NO_FILES)
    ]


def is_to_read(name: str) -> bool:
    """Tell whether a file is for people to read, by its name: a README beside the data."""
    return PurePath(name).suffix.lower() in TO_READ


def pictures_alone(name: str, pictures: int) -> UnknownFormatError:
    """Return the error for what holds pictures where vectors are asked for."""
    return UnknownFormatError(
        f"{name} holds {count(pictures, 'picture')} and no vectors. “Encode pictures” turns each "
        "of them into a vector."
    )


def packed_pictures(file: File) -> tuple[File, ...]:
    """Return a zip itself where it holds pictures, which a table in it may name; else nothing."""
    if is_zip(file.head(1 << 10)) and any(is_picture_name(one) for one in member_names(file)):
        return (replace(file, beside=(), guessed=False),)
    return ()


def write_members(
    file: File,
    archive: zipfile.ZipFile,
    members: Sequence[zipfile.ZipInfo],
    folder: Path,
    report: Report,
) -> None:
    """Write the files of a zip into a folder, called by their numbers."""
    for index, info in enumerate(members):
        name = plain_name(info.filename)
        report(index / len(members), f"unpacking {name}")
        path = folder / str(index)
        write_member(file, archive, info, path)
        refuse_archive(file, File(name, path=path))


def plain_name(name: str) -> str:
    """Return the last part of a name in an archive, in one line: it is no path here."""
    return printable(PurePath(name.replace("\\", "/")).name) or "untitled"


def bounded(stream: Any, name: str, packed: int) -> Iterator[bytes]:
    """Yield a stream's blocks; raises RefusedError when they pass the bounds."""
    largest = unpacked_bytes()
    total = 0
    while block := stream.read(BLOCK_BYTES):
        total += len(block)
        if total > largest:
            raise too_large(name)
        if total > max(UNPACKED_FREE, packed * UNPACKED_RATIO):
            raise too_many_times(name, packed)
        yield bytes(block)


def too_many_times(name: str, packed: int) -> RefusedError:
    """Return the error for what becomes too many times as large."""
    return RefusedError(
        f"{name} unpacks to more than {UNPACKED_RATIO} times its size of {packed:,} bytes. "
        "Files of vectors do not: it was not opened, to protect this machine."
    )


def too_large(name: str) -> RefusedError:
    """Return the error for what does not fit into the cache."""
    return RefusedError(
        f"{name} unpacks to more than {unpacked_bytes() / 1e9:.1f} GB, the bound of the cache "
        "here. Unpack it yourself, or set EXPLORER_CACHE_GB higher."
    )


def refuse_archive(outer: File, inner: File) -> None:
    """Raise RefusedError where what came out of an archive is one itself."""
    head = inner.head(1 << 10)
    if codec_of(head) is not None or (is_zip(head) and not is_zipped_format(inner)):
        raise RefusedError(
            f"{inner.name} in {outer.name} is compressed once more. Nested archives are not "
            "opened, because they can unpack to any size: unpack the outer one yourself."
        )
