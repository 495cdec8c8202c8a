"""Pictures as people give them to `explorer.encode_images`, each read when its turn comes."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from explorer.errors import PictureError
from explorer.formats.file import File
from explorer.formats.picture_files import PictureFile, PictureList, list_pictures, read_pictures
from explorer.wording import count

# A path, bytes, Pillow's image, or an array of pixels; Pillow is not loaded to say so.
PictureSource: TypeAlias = "str | os.PathLike[str] | bytes | PictureFile | Any"


def find_pictures(given: PictureSource | Iterable[PictureSource]) -> PictureList:
    """Return the pictures of a folder or a zip, or those given one by one, in order.

    Of a folder or a zip, files that are no pictures are left out and told. Each of those given
    one by one is taken for a picture.

    Raises
    ------
    PictureError
        There are none, or a file is not there.
    """
    if isinstance(given, str | os.PathLike):
        return list_pictures(there(given))
    if isinstance(given, PictureList):
        return given
    if isinstance(given, bytes) or not isinstance(given, Iterable) or hasattr(given, "tobytes"):
        given = [given]
    found = tuple(as_picture(item, number) for number, item in enumerate(given, 1))
    if not found:
        raise PictureError("There are no pictures: nothing was given.")
    return PictureList(found)


def as_picture(item: Any, number: int) -> PictureFile:
    """Return one of several things given as a picture that is still to be read."""
    if isinstance(item, PictureFile):
        return item
    if isinstance(item, str | os.PathLike):
        path = there(item)
        return of_file(File(path.name, path=path))
    name = f"picture {number}"
    if isinstance(item, bytes | bytearray | memoryview):
        return of_file(File(name, content=bytes(item)))
    if hasattr(item, "tobytes"):
        return of_file(File(name, content=as_png(item, number)))
    raise PictureError(
        f"Picture {number} is a {type(item).__name__}. Give paths, bytes, Pillow's images or "
        "arrays (height, width, 3) of uint8."
    )


def of_file(file: File, folder: str = "") -> PictureFile:
    """Return a file as a picture."""
    return PictureFile(file.name, folder, file.size, file)


def there(path: str | os.PathLike[str]) -> Path:
    """Return a path that exists; raises PictureError for one that does not."""
    found = Path(path).expanduser()
    if not found.exists():
        raise PictureError(f"{found} is not there. Give a folder of pictures, a zip or a picture.")
    return found


def contents(pictures: Sequence[PictureFile]) -> Iterator[bytes]:
    """Yield each picture's bytes, one at a time in memory."""
    return (data for _, data in read_pictures(PictureList(tuple(pictures))))


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


def labels_of(pictures: Sequence[PictureFile]) -> list[str]:
    """Return each file's name, with its folder where two have the same."""
    names = [one.label or one.name for one in pictures]
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
    return [
        name if seen[name] == 1 or not one.folder else f"{one.folder}/{name}"
        for one, name in zip(pictures, names, strict=True)
    ]


def told_broken(errors: Sequence[str], most: int = 3) -> list[str]:
    """Return what to tell of pictures that were left out; none, nothing."""
    if not errors:
        return []
    more = f" And {len(errors) - most:,} more." if len(errors) > most else ""
    many = count(len(errors), "picture was", "pictures were")
    return [f"{many} left out: {' '.join(errors[:most])}{more}"]
