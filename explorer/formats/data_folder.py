"""The files of one folder that the server offers, and nothing outside it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import FormatError
from explorer.formats.file import File, as_file
from explorer.settings import load_settings

LISTED = 1000  # files offered; a folder of more is better split


@dataclass(frozen=True)
class Offered:
    """A file of the folder: its name from there on, with slashes, and its size in bytes."""

    name: str
    size: int


def list_files(root: Path | None = None) -> tuple[Offered, ...]:
    """Return the files of a folder by name; of that of the settings where none is given."""
    root = load_settings().data_dir if root is None else root
    if root is None or not root.is_dir():
        return ()
    found: list[Offered] = []
    for folder, folders, names in os.walk(root, followlinks=False):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(folder) / name
            if name.startswith(".") or not is_inside(path, root):
                continue
            relative = path.relative_to(root).as_posix()
            found.append(Offered(relative, path.stat().st_size))
            if len(found) == LISTED:
                return tuple(found)
    return tuple(found)


def offered_file(name: str, root: Path | None = None) -> File:
    """Return the file of that name in the folder, with those of its stem beside it.

    Raises FormatError for whatever is not a file inside the folder: by `..`, by an absolute
    path, or by a link that leads out of it.
    """
    root = load_settings().data_dir if root is None else root
    path = root / name if root is not None else None
    if root is None or path is None or not is_inside(path, root):
        raise FormatError(f"“{name}” is not among the files that this server offers.")
    file = as_file(path)
    inside = tuple(one for one in file.beside if one.path and is_inside(one.path, root))
    return File(file.name, path=path.resolve(), beside=inside)


def is_inside(path: Path, root: Path) -> bool:
    """Tell whether the path, with all links followed, is a plain file inside the folder."""
    try:
        real = path.resolve(strict=True)
        return real.is_file() and real.is_relative_to(root.resolve(strict=True))
    except (OSError, ValueError, RuntimeError):  # missing, a NUL in the name, links in a circle
        return False
