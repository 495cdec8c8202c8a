"""Every error that Embedding Explorer raises on purpose.

ExplorerError
├── SpaceError               vectors and labels do not make an embedding space
│   ├── LabelCountError      as many labels as vectors are needed
│   ├── VectorValueError     a vector holds NaN or an infinite value
│   └── UnknownLabelError    a label is not in the space (also a KeyError)
├── PictureError             bytes are no picture that can be opened, or too large a one
├── FormatError              a file cannot be read as vectors
│   ├── UnknownFormatError   no known format fits
│   ├── ParseError           the format is known, its content is broken
│   │   ├── BrokenRowsError  ... in some lines or rows, which can be left out
│   │   └── RefusedError     ... or it could run code: how to convert it is said
│   └── TargetError          a file to write exists already, or is the one that was read
├── QueryError               a question does not fit the space it is asked of
│   ├── ConditionSyntaxError a condition cannot be read: why, and at which letter
│   └── UnknownColumnError   a condition names a column that is not there
├── ProjectionError          a projection cannot be computed from this space
├── TrainingError            a text or the settings do not allow to learn vectors
├── WorkspaceError           a set, a tag or a workspace cannot be made, kept or opened
├── StoreError               a database of vectors cannot be reached, read, written or searched
├── PlanError                a lesson plan has mistakes, each with its line
├── RoomError                a room cannot be started, entered or led, or an answer not taken
├── DownloadError            a data set cannot be fetched, or is not what its publisher gave
├── EncodeError              texts cannot be turned into vectors
│   ├── ModelError           a model is not there, not allowed or not safe to load
│   └── TextError            there are no texts, or not in that column
├── DiskError                the disk of the cache folder is full or read-only
├── StartError               the app cannot start on this machine: what to change
├── MissingPackageError      a package that not everybody needs is not installed
└── JobError                 a long computation failed outside the web process
    └── JobCancelled         ... because somebody stopped it

Each message says what was given, what was expected, and what to do now, in
sentences that the app shows to its user as they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self


class ExplorerError(Exception):
    """Base of all errors whose message is meant for the user's eyes."""


class SpaceError(ExplorerError, ValueError):
    """Labels, vectors and metadata do not make an embedding space."""


class LabelCountError(SpaceError):
    """The number of labels (or metadata rows) is not the number of vectors."""


class VectorValueError(SpaceError):
    """Some vectors hold NaN or infinite values."""


class UnknownLabelError(SpaceError, KeyError):
    """A label is not in the space; `suggestions` holds the closest ones."""

    def __init__(self, label: str, space_name: str, suggestions: tuple[str, ...] = ()) -> None:
        self.label = label
        self.space_name = space_name
        self.suggestions = suggestions
        hint = (
            f" The closest labels are {', '.join(f'“{s}”' for s in suggestions)}."
            if suggestions
            else " No label of this space is spelled like it."
        )
        super().__init__(f"“{label}” is not in {space_name}.{hint}")

    def __str__(self) -> str:  # KeyError would show the repr of the message
        return str(self.args[0])

    def __reduce__(self) -> tuple[type[Self], tuple[str, str, tuple[str, ...]]]:
        # made again from its message alone, as exceptions are, it could not come from a worker
        return type(self), (self.label, self.space_name, self.suggestions)


class PictureError(ExplorerError, ValueError):
    """Bytes are no picture that can be opened here, are broken, or pass the bounds."""


class FormatError(ExplorerError, ValueError):
    """A file cannot be read as vectors."""


class UnknownFormatError(FormatError):
    """No known format fits the file."""


class ParseError(FormatError):
    """The format was recognized, but its content is broken."""


class BrokenRowsError(ParseError):
    """Some lines or rows are broken; with `skip_broken` the others are read.

    Where a few of a table's columns hold something else than numbers, `columns` are the
    `metadata_columns` with which the others are read as the vectors.
    """

    def __init__(self, message: str, columns: tuple[str, ...] = ()) -> None:
        self.columns = columns
        super().__init__(message)

    def __reduce__(self) -> tuple[type[Self], tuple[str, tuple[str, ...]]]:
        return type(self), (str(self), self.columns)


class RefusedError(ParseError):
    """The file could run code, fill the memory or the disk, or reach other files."""


class TargetError(FormatError):
    """A file to write exists already, is the one that was read, or has no folder."""


class QueryError(ExplorerError, ValueError):
    """A question (neighbors, search) does not fit the space."""


class ConditionSyntaxError(QueryError):
    """A condition cannot be read: `why` it cannot, and `at` which letter, from 0."""

    def __init__(self, why: str, at: int) -> None:
        super().__init__(f"The condition cannot be read at letter {at + 1}: {why}.")
        self.why, self.at = why, at


class UnknownColumnError(QueryError):
    """A condition names a `column` that is not there."""

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message)
        self.column = column


class ProjectionError(ExplorerError, ValueError):
    """A projection cannot be computed from this space with these settings."""


class EncodeError(ExplorerError, ValueError):
    """Texts cannot be turned into vectors, or a model does not do what was asked of it."""


class ModelError(EncodeError):
    """A model is not there, not allowed on this server, or not safe to load."""


class TextError(EncodeError):
    """There are no texts, or the column named holds none."""


class WorkspaceError(ExplorerError, ValueError):
    """A set or a tag cannot be made, or a workspace cannot be kept or opened."""


class TrainingError(ExplorerError, ValueError):
    """A text or the settings do not allow to learn vectors from it."""


class StoreError(ExplorerError, RuntimeError):
    """A database of vectors cannot be reached, read, written or searched; shows no secret."""


class PlanError(ExplorerError, ValueError):
    """A lesson plan has mistakes; `mistakes` holds each with its line, counted from 1."""

    def __init__(self, mistakes: Sequence[tuple[int, str]]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(f"Line {line}: {sentence}" for line, sentence in mistakes))

    def __reduce__(self) -> tuple[type[Self], tuple[tuple[tuple[int, str], ...]]]:
        return type(self), (self.mistakes,)


class RoomError(ExplorerError, ValueError):
    """A room cannot be started, entered or led, or an answer in it cannot be taken."""


class DownloadError(ExplorerError, RuntimeError):
    """A data set cannot be fetched, or the file is not the one that its publisher gave."""


class DiskError(ExplorerError, OSError):
    """The cache folder cannot be written: its disk is full, read-only, or not ours."""


class StartError(ExplorerError):
    """The app cannot start on this machine: its port, its cache folder or its options."""


class MissingPackageError(ExplorerError, ImportError):
    """A package that not everybody needs is not installed; the message says how to."""


class JobError(ExplorerError, RuntimeError):
    """A long computation failed outside the web process."""


class JobCancelled(JobError):  # noqa: N818 - somebody wanted it: no mistake was made
    """A long computation was stopped because somebody asked for it."""
