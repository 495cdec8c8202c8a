"""What an assistant may open: the files of the folders that were named on the command line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import FormatError
from explorer.formats.data_folder import is_inside, list_files, offered_file
from explorer.formats.file import File
from explorer.wording import readable_bytes


@dataclass(frozen=True)
class Reach:
    """The folders, and the largest file in bytes, companions included, that is opened."""

    folders: tuple[Path, ...]
    most_bytes: int

    def files(self) -> list[dict[str, str | int]]:
        """Return the path and the bytes of each file, hidden ones and links to elsewhere left out.

        The first thousand of each folder.
        """
        return [
            {"file": str(folder / one.name), "bytes": one.size}
            for folder in self.folders
            for one in list_files(folder)
        ]

    def file(self, name: str) -> File:
        """Return a file by its path, or by its path below one of the folders.

        Raises FormatError for whatever is outside, by `..`, by a link or by name, and for a file
        that is too large. The message is the same whether or not such a file exists.
        """
        for folder in self.folders:
            if is_inside(folder / name, folder):
                found = offered_file(name, folder)
                break
        else:
            raise FormatError(
                f"“{name}” is not a file in the folders that may be read. The tool `files` lists "
                "those that are."
            )
        size = found.size + sum(one.size for one in found.beside)
        if size > self.most_bytes:
            raise FormatError(
                f"“{name}” has {readable_bytes(size)}; {readable_bytes(self.most_bytes)} are the "
                "most. Start the server with a larger --most-gb, or save fewer rows: "
                "embedding-explorer convert IN OUT --rows N."
            )
        return found


def reach(folders: Sequence[str], most_gb: float) -> Reach:
    """Return what may be read; raises FormatError for what is not a folder."""
    found = []
    for one in folders:
        path = Path(one).resolve()
        if not path.is_dir():
            raise FormatError(f"There is no folder {path}. Name folders that exist.")
        found.append(path)
    return Reach(tuple(found), int(most_gb * 1e9))
