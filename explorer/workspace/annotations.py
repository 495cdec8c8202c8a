"""Named sets and tags of a space's rows: values that never change; each step makes a new one.

With them go the names that somebody gave to groups and regions, by the names that were found.

Sets and tags are columns. A set is a column of true and false under its own name, a tag one under
`tag: ` and its name: exact in conditions, where `LIKE '%bad%'` on a joined text would also find
"not bad". All tags of a row are joined in the column `tags`, to read and to color by.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.conditions import LABEL
from explorer.errors import WorkspaceError
from explorer.formats.file import printable
from explorer.wording import count

SETS, TAGS = "sets", "tags"  # the two kinds; all tags of a row stand in a column named `tags`
TAG_PREFIX = "tag: "
KINDS = {SETS: "set", TAGS: "tag"}
NAMES = "names"  # given to groups and regions
LONGEST_FOUND = 400  # letters of a name that was found: a few words, whatever they are
MOST_NAMES = 200  # of each kind
LONGEST_NAME = 60  # letters
MOST_BYTES = 64 << 20  # of all rows' bits: 400 names of 1.3 million rows each
BETWEEN_TAGS = ", "


@dataclass(frozen=True)
class RowSet:
    """Some of n rows, one bit a row: 50 kB of 400,000 rows however many are in."""

    n: int
    bits: bytes

    def __post_init__(self) -> None:
        # bits beyond the last row would make equal sets differ
        if len(self.bits) != (self.n + 7) // 8:
            raise WorkspaceError(
                f"{len(self.bits):,} bytes hold no rows of {self.n:,}: it takes "
                f"{(self.n + 7) // 8:,}, a bit for each row."
            )
        if self.n % 8 and self.bits[-1] & (0xFF >> self.n % 8):
            raise WorkspaceError(f"There are rows beyond the last of {self.n:,}.")

    @classmethod
    def of(cls, n: int, rows: Iterable[int] | NDArray[np.integer]) -> RowSet:
        """Return a set of row numbers, in any order; raises WorkspaceError for one not there."""
        chosen = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows))
        if chosen.size and (chosen.min() < 0 or chosen.max() >= n):
            raise WorkspaceError(f"Rows go from 0 to {n - 1:,}. Given: up to {chosen.max():,}.")
        mask = np.zeros(n, bool)
        mask[chosen.astype(np.intp)] = True
        return cls(n, np.packbits(mask).tobytes())

    @property
    def mask(self) -> NDArray[np.bool_]:
        """(n,) bool: which rows are in."""
        bits = np.unpackbits(np.frombuffer(self.bits, np.uint8), count=self.n)
        return bits.astype(bool)

    @property
    def rows(self) -> NDArray[np.intp]:
        """The row numbers, ascending."""
        return np.flatnonzero(self.mask)

    @cached_property
    def size(self) -> int:
        """How many rows are in."""
        return int(np.bitwise_count(np.frombuffer(self.bits, np.uint8)).sum())


@dataclass(frozen=True)
class Annotations:
    """The named sets and the tags of a space of n rows, and the names given to its groups.

    Each step returns new annotations, and shares all that stays the same with the old.

    Examples
    --------
    >>> found = Annotations(5).with_set("royal", [0, 1]).tagged("odd", [4]).tagged("odd", [0])
    >>> found.sets["royal"].rows.tolist(), found.tags["odd"].rows.tolist()
    ([0, 1], [0, 4])
    >>> found.columns()["tags"].to_pylist()
    ['odd', None, None, None, 'odd']
    """

    n: int
    sets: Mapping[str, RowSet] = field(default_factory=dict)
    tags: Mapping[str, RowSet] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)  # found name -> given name

    def __post_init__(self) -> None:
        for kind, word in KINDS.items():
            found = self.of(kind)
            if len(found) > MOST_NAMES:
                raise WorkspaceError(
                    f"{len(found):,} {kind} of one space are too many: at most {MOST_NAMES} are "
                    f"kept. Remove a {word} that you need no more."
                )
            for name, rows in found.items():
                if name != checked_name(name, kind):
                    raise WorkspaceError(f"“{name[:LONGEST_NAME]}” is no name of a {word}.")
                if rows.n != self.n:
                    raise WorkspaceError(
                        f"“{name}” is of {count(rows.n, 'row')}, and the space has {self.n:,}."
                    )
        if len(self.names) > MOST_NAMES:
            raise WorkspaceError(
                f"At most {MOST_NAMES} groups and regions of one space can have names of their "
                "own. Empty one that you need no more."
            )
        for words, given in self.names.items():
            if not given or given != group_name(given) or len(words) > LONGEST_FOUND:
                raise WorkspaceError(f"“{given[:LONGEST_NAME]}” is no name of a group.")
        total = (len(self.sets) + len(self.tags)) * ((self.n + 7) // 8)
        if total > MOST_BYTES:
            raise WorkspaceError(
                f"Sets and tags of {count(self.n, 'row')} may take {MOST_BYTES / 1e6:.0f} MB in "
                f"all, and these take {total / 1e6:.0f}. Remove one that you need no more."
            )

    def __len__(self) -> int:
        """How many sets and tags there are."""
        return len(self.sets) + len(self.tags)

    def of(self, kind: str) -> Mapping[str, RowSet]:
        """Return the sets or the tags."""
        return self.sets if kind == SETS else self.tags

    def with_kind(self, kind: str, found: Mapping[str, RowSet]) -> Annotations:
        """Return these with other sets, or with other tags."""
        return replace(self, sets=found) if kind == SETS else replace(self, tags=found)

    def with_set(
        self, name: str, rows: Iterable[int] | NDArray[np.integer], taken: Iterable[str] = ()
    ) -> Annotations:
        """Return these with a set of that name, which replaces an earlier one.

        Raises
        ------
        WorkspaceError
            The name is empty or too long, or is that of a column among `taken`; or there are too
            many sets.
        """
        name = checked_name(name, SETS, taken)
        return replace(self, sets={**self.sets, name: RowSet.of(self.n, rows)})

    def tagged(self, name: str, rows: Iterable[int] | NDArray[np.integer]) -> Annotations:
        """Return these with a tag on more rows; a row may have several tags."""
        name = checked_name(name, TAGS)
        added = RowSet.of(self.n, rows)
        if name in self.tags:
            added = RowSet.of(self.n, np.flatnonzero(self.tags[name].mask | added.mask))
        return replace(self, tags={**self.tags, name: added})

    def untagged(self, name: str, rows: Iterable[int] | NDArray[np.integer]) -> Annotations:
        """Return these with a tag taken from some rows; with its last row the tag is gone."""
        name = self.known(TAGS, name)
        left = self.tags[name].mask & ~RowSet.of(self.n, rows).mask
        if not left.any():
            return self.without(TAGS, name)
        return replace(self, tags={**self.tags, name: RowSet.of(self.n, np.flatnonzero(left))})

    def without(self, kind: str, name: str) -> Annotations:
        """Return these without a set or a tag; raises WorkspaceError where it is not there."""
        name = self.known(kind, name)
        rest = {one: rows for one, rows in self.of(kind).items() if one != name}
        return self.with_kind(kind, rest)

    def renamed(self, kind: str, old: str, new: str, taken: Iterable[str] = ()) -> Annotations:
        """Return these with a set or a tag under another name, in its place.

        Raises
        ------
        WorkspaceError
            The new name cannot be used, or another set or tag has it.
        """
        old, new = self.known(kind, old), checked_name(new, kind, taken)
        if new == old:
            return self
        if new in self.of(kind):
            raise WorkspaceError(f"There is a {KINDS[kind]} “{new}” already. Choose another name.")
        found = {new if one == old else one: rows for one, rows in self.of(kind).items()}
        return self.with_kind(kind, found)

    def named(self, found: str, name: str) -> Annotations:
        """Return these with another name for a group; an empty one takes it back.

        No two groups are called the same: a second "verbs" becomes "verbs (2)".
        """
        found, name = found[:LONGEST_FOUND], group_name(name)
        rest = {one: given for one, given in self.names.items() if one != found}
        if not name or name == found:
            return replace(self, names=rest)
        if name in rest.values():
            room = name[: LONGEST_NAME - len(f" ({MOST_NAMES})")].rstrip()
            numbered = (f"{room} ({n})" for n in range(2, len(rest) + 3))
            name = next(one for one in numbered if one not in rest.values())
        return replace(self, names={**rest, found: name})

    def known(self, kind: str, name: str) -> str:
        """Return the name of a set or tag that is here; raises WorkspaceError for another."""
        if name in self.of(kind):
            return name
        there = ", ".join(f"“{one}”" for one in list(self.of(kind))[:5]) or "none"
        raise WorkspaceError(
            f"There is no {KINDS[kind]} “{name[:LONGEST_NAME]}” (any more). There are: {there}."
        )

    def free_name(self, stem: str, taken: Iterable[str] = ()) -> str:
        """Return the first of "stem 1", "stem 2" … that no set and no column has."""
        used = {*self.sets, *taken}
        return next(name for n in range(1, len(used) + 2) if (name := f"{stem} {n}") not in used)

    def columns(self) -> dict[str, pa.Array]:
        """Return n values for each set and each tag, and the tags of each row as one text."""
        found = {name: pa.array(rows.mask) for name, rows in self.sets.items()}
        if not self.tags:
            return found
        found |= {column_of(TAGS, name): pa.array(rows.mask) for name, rows in self.tags.items()}
        return {**found, TAGS: self.tags_joined()}

    def tags_joined(self) -> pa.Array:
        """Return each row's tags, joined by commas in their order of the alphabet; or null."""
        codes = np.zeros(self.n, np.intp)
        texts: list[str | None] = [None]
        for name in sorted(self.tags):
            rows = self.tags[name].rows
            before, place = np.unique(codes[rows], return_inverse=True)  # few: combinations
            codes[rows] = len(texts) + place
            texts += [BETWEEN_TAGS.join(filter(None, (texts[code], name))) for code in before]
        return pa.array(texts, pa.string()).take(pa.array(codes))


Operation = Callable[[Annotations], Annotations]


def column_of(kind: str, name: str) -> str:
    """Return the name of the column that holds a set or a tag."""
    return name if kind == SETS else f"{TAG_PREFIX}{name}"


def group_name(name: str) -> str:
    """Return a group's name as it is kept: in one line, and not too long."""
    one_line = printable(" ".join(name[: 10 * LONGEST_NAME].split()))
    return unicodedata.normalize("NFC", one_line)[:LONGEST_NAME].rstrip()


def checked_name(name: str, kind: str, taken: Iterable[str] = ()) -> str:
    """Return a name as it is kept: in one line, without spaces around; raises WorkspaceError."""
    word = KINDS[kind]
    found = unicodedata.normalize("NFC", printable(" ".join(name[: 10 * LONGEST_NAME].split())))
    if not found:
        raise WorkspaceError(f"Give the {word} a name: a word or a few.")
    if len(found) > LONGEST_NAME:
        raise WorkspaceError(
            f"“{found[:20]}…” has {count(len(name), 'letter')}; the name of a {word} may have "
            f"{LONGEST_NAME}."
        )
    if kind == TAGS and "," in found:
        raise WorkspaceError(
            f"“{found}” holds a comma, which stands between two tags. Add one tag after the other."
        )
    if kind == SETS and (found in {LABEL, TAGS, *taken} or found.startswith(TAG_PREFIX)):
        raise WorkspaceError(
            f"“{found}” is the name of a column already, and a set is a column too. "
            "Choose another name."
        )
    return found
