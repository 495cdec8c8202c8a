"""Where lesson plans stand: those that come along, and a folder of the server's owner."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import lru_cache
from pathlib import Path

from explorer.errors import PlanError
from explorer.lessons.plan import Plan
from explorer.lessons.reading import MOST_BYTES, read_plan
from explorer.settings import load_settings

SHIPPED = Path(__file__).parent / "plans"
SUFFIXES = (".yaml", ".yml")
MOST_FILES = 200  # of a folder; more would not be looked through

KnowsSpace = Callable[[str], bool]


def plan_files() -> dict[str, Path]:
    """Return the files of plans by id: ours first, a file of the owner's in place of one so called.

    The owner's folder is that of the setting EXPLORER_LESSONS.
    """
    found = files_in(SHIPPED)
    folder = load_settings().lessons
    return found if folder is None else found | files_in(folder)


def files_in(folder: Path) -> dict[str, Path]:
    """Return a folder's plan files by their names without suffix, in the order of their names."""
    try:
        files = sorted(one for one in folder.iterdir() if one.suffix in SUFFIXES)
    except OSError:  # not there, or not allowed
        return {}
    return {one.stem: one for one in files[:MOST_FILES]}


def plan_of_file(
    path: Path, pages: Collection[str], knows_space: KnowsSpace
) -> Plan | PlanError | None:
    """Return the plan in a file, or what is wrong with it; None where the file is gone.

    A file is read again only after it has changed.
    """
    try:
        facts = path.stat()
        return _plan_of(path, facts.st_mtime_ns, facts.st_size, frozenset(pages), knows_space)
    except OSError:
        return None


@lru_cache(maxsize=2 * MOST_FILES)
def _plan_of(
    path: Path, _changed: int, _size: int, pages: frozenset[str], knows_space: KnowsSpace
) -> Plan | PlanError:
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    try:
        return read_plan(content, pages, knows_space)
    except PlanError as error:
        return error
