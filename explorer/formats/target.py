"""Files that a user asked for: written whole, and never over what exists unless that was asked.

What is written first has a hidden name in the same folder, is flushed to the disk, and takes
its place by a rename. A failure, or a full disk, leaves everything as it was.
"""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from explorer.errors import TargetError


@contextlib.contextmanager
def new_files(
    targets: Sequence[Path], *, overwrite: bool = False, sources: Iterable[Path] = ()
) -> Iterator[tuple[Path, ...]]:
    """Give a temporary path for each target; at the end they take their places together.

    Raises
    ------
    TargetError
        As `check_targets`; also where somebody else made a target meanwhile.
    """
    check_targets(targets, overwrite=overwrite, sources=sources)
    fresh = {target: hidden(target) for target in targets}
    try:
        for path in fresh.values():
            path.touch(exist_ok=False)
        modes = [path.stat().st_mode for path in fresh.values()]  # of any new file of this user
        yield tuple(fresh.values())
        for path, mode in zip(fresh.values(), modes, strict=True):
            path.chmod(mode)  # a library may have put a file of its own there
            flush(path)
        publish(fresh, overwrite)
    finally:
        for path in fresh.values():
            path.unlink(missing_ok=True)


def check_targets(
    targets: Iterable[Path], *, overwrite: bool = False, sources: Iterable[Path] = ()
) -> None:
    """Raise TargetError where a target cannot be written, before any work is done for it.

    A target that exists needs `overwrite`. One that is among `sources`, the files that were
    read, is refused even then, by whatever path or link it is named.
    """
    sources, there = tuple(sources), []
    for target in targets:
        if not target.parent.is_dir():
            raise TargetError(f"There is no folder {target.parent}. Make it first.")
        if not os.path.lexists(target):
            continue
        if target.is_dir():
            raise TargetError(f"{target} is a folder. Name a file to write.")
        if any(is_same(target, source) for source in sources):
            raise TargetError(
                f"{target} is the file that was read, and is never overwritten. "
                "Write to another name."
            )
        there.append(target)
    if there and not overwrite:
        raise exists(*there)


def exists(*targets: Path) -> TargetError:
    """Return the error for targets that are there already, the one that was named first."""
    named = " and ".join(sorted(map(str, targets), key=len))  # files beside it have longer names
    verb, which = ("exists", "it") if len(targets) == 1 else ("exist", "them")
    return TargetError(
        f"{named} {verb}, and nothing was written. Choose another name, or ask for {which} to be "
        "overwritten: --force on the command line, overwrite=True in Python."
    )


def is_same(path: Path, other: Path) -> bool:
    """Tell whether two paths lead to one file."""
    try:
        return path.samefile(other)
    except OSError:  # one is gone: whatever it was, it cannot be overwritten
        return False


def hidden(target: Path) -> Path:
    """Return an unused name in the target's folder."""
    return target.with_name(f".{uuid.uuid4().hex}.part")


def flush(path: Path) -> None:
    """Wait until a file, or the names in a folder, are on the disk."""
    with contextlib.suppress(PermissionError):  # Windows opens no folders
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def publish(fresh: Mapping[Path, Path], overwrite: bool) -> None:
    """Put each new file in its place; where one fails, undo those before it."""
    replaced: dict[Path, Path] = {}
    made: list[Path] = []
    try:
        for target, path in fresh.items():
            if overwrite and os.path.lexists(target):
                replaced[target] = set_aside(target)
            else:
                claim(target)
                made.append(target)
            path.replace(target)
    except BaseException:
        for target in made:
            target.unlink(missing_ok=True)
        for target, old in replaced.items():
            old.replace(target)
            old.unlink(missing_ok=True)  # POSIX renames no link to the very file it links to
        raise
    for old in replaced.values():
        old.unlink()
    for folder in {target.parent for target in fresh}:
        flush(folder)


def set_aside(target: Path) -> Path:
    """Keep a file that is to be replaced under a hidden name, until all is done."""
    old = hidden(target)
    try:
        os.link(target, old, follow_symlinks=False)
    except (OSError, NotImplementedError):  # a file system without hard links
        target.rename(old)
    return old


def claim(target: Path) -> None:
    """Make a file under a name that nobody has; raises TargetError where somebody was faster."""
    try:
        target.touch(exist_ok=False)
    except FileExistsError as error:
        raise exists(target) from error
