"""Pictures in files: a zip, a folder, or several given together, listed and then read one by one.

They have no vectors yet: an encoder of pictures gives each of them one. Nothing is decoded here.
"""

from __future__ import annotations

import contextlib
import os
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path, PurePath

from explorer.errors import ParseError, PictureError, RefusedError
from explorer.formats.bounds import PICTURE_BYTES, PICTURES
from explorer.formats.data_folder import is_inside
from explorer.formats.file import File, FileSource, as_file, printable
from explorer.formats.unpack import is_zip, open_zip, plain_members, plain_name
from explorer.pictures.decode import BYTES, SHOWN_FORMATS, is_picture, is_picture_name
from explorer.wording import count

HEAD_BYTES = 16  # of a file, which tell a picture
NAMED = 3
BLOCK_BYTES = 1 << 20
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError)


@dataclass(frozen=True)
class PictureFile:
    """A picture that was found and not yet read.

    Attributes
    ----------
    name
        The file's name, without any folder.
    folder
        The folder that it lies in, its last part: often what the picture shows. Empty at the top.
    size
        Bytes.
    source, member
        The picture's file; or the zip that holds it, and which of its members it is.
    """

    name: str
    folder: str
    size: int
    source: File
    member: int | None = None

    @property
    def label(self) -> str:
        """The name without its suffix."""
        return PurePath(self.name).stem


@dataclass(frozen=True)
class PictureList:
    """The pictures that were found, in order, and what to tell of the files beside them."""

    pictures: tuple[PictureFile, ...]
    notes: tuple[str, ...] = ()


def list_pictures(*sources: FileSource | File) -> PictureList:
    """Return the pictures in folders, zips and files, known by their names or first bytes.

    Raises
    ------
    PictureError
        There is none.
    RefusedError
        There are more than the bounds allow, by count or by bytes.
    ParseError
        A zip is broken or encrypted.
    """
    found: list[PictureFile] = []
    others: list[str] = []
    total = 0
    for source in sources:
        for one, is_one in files_in(source):
            if not is_one:
                others.append(one.name)
                continue
            found.append(one)
            total += one.size
            if len(found) > PICTURES or total > PICTURE_BYTES:
                raise RefusedError(
                    f"These are more than {PICTURES:,} pictures, or more than "
                    f"{PICTURE_BYTES / 1e9:.0f} GB of them. Up to that are taken at a time: give a "
                    "part of them."
                )
    named = ", ".join(others[:NAMED]) + (" …" if len(others) > NAMED else "")
    if not found:
        held = f"What was given holds {named}. " if others else ""
        inside = "Unpack an archive that is inside another yourself. " if archives(others) else ""
        raise PictureError(f"There are no pictures. {held}{inside}Pictures are {SHOWN_FORMATS}.")
    notes = (f"{count(len(others), 'file')} left out, not pictures: {named}.",) if others else ()
    return PictureList(tuple(found), notes)


def read_pictures(listed: PictureList) -> Iterator[tuple[PictureFile, bytes]]:
    """Yield each picture with its bytes, as they are: a stranger's, to be decoded in isolation.

    Of one that is too large, one byte more than the bound is read; of one that is broken in its
    zip, what comes before the fault: `explorer.pictures.isolated` tells both.
    """
    for _, pictures in groupby(listed.pictures, key=lambda one: id(one.source)):
        several = list(pictures)
        file = several[0].source
        if several[0].member is None:
            for one in several:
                with file.open() as stream:
                    yield one, stream.read(BYTES + 1)
            continue
        with open_zip(file, PICTURES) as archive:
            members = archive.infolist()
            for one in several:
                assert one.member is not None
                yield one, member_bytes(archive, members[one.member])


def files_in(source: FileSource | File) -> Iterator[tuple[PictureFile, bool]]:
    """Yield the files of a folder or a zip, or the one given, and whether each is a picture."""
    if isinstance(source, str | os.PathLike) and Path(source).is_dir():
        yield from in_folder(Path(source))
        return
    file = as_file(source)
    if is_zip(file.head(4)):
        yield from in_zip(file)
        return
    yield PictureFile(file.name, "", file.size, file), is_one(file)


def in_folder(root: Path) -> Iterator[tuple[PictureFile, bool]]:
    """Yield the files below a folder by name, without hidden ones and links that lead out."""
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        above = Path(folder)
        for name in sorted(names):
            path = above / name
            if name.startswith(".") or not is_inside(path, root):
                continue
            file = File(name, path=path)
            shown = "" if above == root else printable(above.name)
            yield PictureFile(file.name, shown, file.size, file), is_one(file)


def in_zip(file: File) -> Iterator[tuple[PictureFile, bool]]:
    """Yield the files in a zip, in its order."""
    with open_zip(file, PICTURES) as archive:
        places = {id(info): place for place, info in enumerate(archive.infolist())}
        for info in plain_members(archive):
            if info.flag_bits & 1:
                raise ParseError(f"{file.name} is encrypted. Unpack it yourself first.")
            path = PurePath(info.filename.replace("\\", "/"))
            picture = PictureFile(
                plain_name(info.filename),
                printable(path.parent.name),
                info.file_size,
                file,
                places[id(info)],
            )
            named = is_picture_name(info.filename)
            yield picture, named or is_picture(member_bytes(archive, info, HEAD_BYTES))


def is_one(file: File) -> bool:
    """Tell whether a file is a picture, or is called one: what is wrong with it is told later."""
    return is_picture_name(file.name) or is_picture(file.head(HEAD_BYTES))


def member_bytes(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int = BYTES + 1) -> bytes:
    """Return a member's first bytes, or what comes before the place where it is broken."""
    blocks: list[bytes] = []
    # a broken one is told when it is decoded, as a picture that was cut off
    with contextlib.suppress(*BROKEN), archive.open(info) as member:
        while most > 0 and (block := member.read(min(most, BLOCK_BYTES))):
            blocks.append(block)
            most -= len(block)
    return b"".join(blocks)


def archives(names: list[str]) -> bool:
    """Tell whether some of the files are archives, by their names."""
    return any(PurePath(name).suffix.lower() in (".zip", ".7z", ".rar", ".gz") for name in names)
