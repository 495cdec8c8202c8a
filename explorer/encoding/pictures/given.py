"""Pictures that are to be encoded: a folder, a zip, or single files; each is read when its turn comes."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, TypeAlias

from explorer.errors import PictureError
from explorer.formats.file import File, printable
from explorer.formats.unpack import NO_FILES, check_sizes, is_zip, member_blocks, open_zip
from explorer.wording import count

# What is taken from a folder. HEIC, AVIF and SVG cannot be opened, which is then told of each.
SUFFIXES = frozenset(
    ".png .jpg .jpeg .webp .gif .bmp .tif .tiff .heic .heif .avif .svg".split()
)
PictureSource: TypeAlias = "str | os.PathLike[str] | bytes | Any"  # Any: Pillow's image, an array


@dataclass(frozen=True)
class PictureFile:
    """A picture before it is opened.

    Attributes
    ----------
    name
        What it is called: its path within the folder or the zip.
    content
        Its bytes, or the path of its file, or the zip's file and its number there.
    """

    name: str
    content: bytes | Path | tuple[File, int]

    @property
    def label(self) -> str:
        """Its name without folders and suffix."""
        return PurePosixPath(self.name).stem or self.name

    @property
    def folder(self) -> str:
        """The folder that it lies in; empty for none."""
        above = str(PurePosixPath(self.name).parent)
        return "" if above == "." else above


def find_pictures(given: PictureSource | Iterable[PictureSource]) -> tuple[PictureFile, ...]:
    """Return the pictures of a folder or a zip, or those given one by one, in order.

    Raises
    ------
    PictureError
        There are none, or a file is not there.
    """
    if isinstance(given, str | os.PathLike):
        found = from_path(Path(given).expanduser())
        if not found:
            raise PictureError(
                f"{given} holds no picture. Looked for, in all its folders: "
                f"{', '.join(sorted(SUFFIXES))}."
            )
        return found
    if isinstance(given, bytes) or not isinstance(given, Iterable) or hasattr(given, "tobytes"):
        given = [given]
    found = tuple(
        one for number, item in enumerate(given, 1) for one in from_item(item, number)
    )
    if not found:
        raise PictureError("There are no pictures: nothing was given.")
    return found


def from_item(item: Any, number: int) -> tuple[PictureFile, ...]:
    """Return the pictures that one of several things given stands for."""
    if isinstance(item, PictureFile):
        return (item,)
    if isinstance(item, str | os.PathLike):
        return from_path(Path(item).expanduser(), alone=True)
    if isinstance(item, bytes | bytearray | memoryview):
        return (PictureFile(f"picture {number}", bytes(item)),)
    if hasattr(item, "tobytes"):
        return (PictureFile(f"picture {number}", as_png(item, number)),)
    raise PictureError(
        f"Picture {number} is a {type(item).__name__}. Give paths, bytes, Pillow's images or "
        "arrays (height, width, 3) of uint8."
    )


def from_path(path: Path, *, alone: bool = False) -> tuple[PictureFile, ...]:
    """Return the pictures of a folder, of a zip, or the one that a path names."""
    if path.is_dir():
        return tuple(
            PictureFile(printable(one.relative_to(path).as_posix()), one)
            for one in sorted(path.rglob("*"))
            if one.suffix.lower() in SUFFIXES
            and one.is_file()
            and not any(part.startswith(".") for part in one.relative_to(path).parts)
        )
    if not path.is_file():
        raise PictureError(f"{path} is not there. Give a folder of pictures, a zip or a picture.")
    file = File(path.name, path=path)
    with path.open("rb") as stream:
        head = stream.read(4)
    if is_zip(head) and not alone:
        return from_zip(file)
    return (PictureFile(printable(path.name), path),)


def from_uploads(files: Iterable[tuple[str, bytes]]) -> tuple[PictureFile, ...]:
    """Return the pictures among uploaded files: those of a zip, and single ones.

    Raises
    ------
    PictureError
        There are none.
    ParseError, RefusedError
        A zip is broken, or unpacks to too much.
    """
    found: list[PictureFile] = []
    for name, content in files:
        if is_zip(content[:4]):
            inside = from_zip(File(name, content=content))
            if not inside:
                raise PictureError(
                    f"{name} holds no picture. Looked for: {', '.join(sorted(SUFFIXES))}."
                )
            found += inside
        else:
            found.append(PictureFile(printable(name), content))
    if not found:
        raise PictureError("There are no pictures: nothing was given.")
    return tuple(found)


def from_zip(file: File) -> tuple[PictureFile, ...]:
    """Return the pictures of a zip, in its order; an archive inside is not looked into."""
    with open_zip(file) as archive:
        check_sizes(file, archive)
        return tuple(
            PictureFile(printable(info.filename.replace("\\", "/")), (file, number))
            for number, info in enumerate(archive.infolist())
            if not info.is_dir()
            and PurePosixPath(info.filename).suffix.lower() in SUFFIXES
            and not any(part.startswith(NO_FILES) for part in info.filename.split("/"))
            and not info.filename.startswith(NO_FILES)
        )


def contents(pictures: Iterable[PictureFile]) -> Iterator[bytes]:
    """Yield each picture's bytes, one at a time in memory; none for one that cannot be read."""
    opened: tuple[File, Any, zipfile.ZipFile] | None = None
    try:
        for one in pictures:
            if isinstance(one.content, bytes):
                yield one.content
            elif isinstance(one.content, Path):
                try:
                    yield one.content.read_bytes()
                except OSError:
                    yield b""
            else:
                file, number = one.content
                if opened is None or opened[0] is not file:
                    if opened is not None:
                        opened[1].__exit__(None, None, None)
                    manager = open_zip(file)
                    opened = file, manager, manager.__enter__()
                info = opened[2].infolist()[number]
                yield b"".join(member_blocks(file, opened[2], info))
    finally:
        if opened is not None:
            opened[1].__exit__(None, None, None)


def as_png(image: Any, number: int) -> bytes:
    """Return Pillow's image or an array of pixels as a PNG."""
    from PIL import Image

    try:
        picture = image if isinstance(image, Image.Image) else Image.fromarray(image)
        out = io.BytesIO()
        picture.save(out, "PNG", compress_level=1)
    except (TypeError, ValueError, OSError) as error:
        shape = getattr(image, "shape", getattr(image, "size", "unknown"))
        raise PictureError(
            f"Picture {number} of shape {shape} cannot be read as pixels: {error}. "
            "Give arrays (height, width, 3) of uint8."
        ) from error
    return out.getvalue()


def told_broken(errors: list[str], most: int = 3) -> list[str]:
    """Return what to tell of pictures that were left out; none, nothing."""
    if not errors:
        return []
    more = f" And {len(errors) - most:,} more." if len(errors) > most else ""
    many = count(len(errors), "picture was", "pictures were")
    return [f"{many} left out: {' '.join(errors[:most])}{more}"]
