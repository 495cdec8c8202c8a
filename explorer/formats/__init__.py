"""Opening vector files: one table of formats, recognized by content first and suffix second."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from explorer.errors import UnknownFormatError
from explorer.formats import arrays, table, text
from explorer.formats.file import File, FileSource, as_file
from explorer.formats.report import FileReport
from explorer.space import EmbeddingSpace


@dataclass(frozen=True)
class Format:
    """One family of files: how it is recognized, looked at and read.

    `sniff(file, head)` sees the first megabyte; `inspect(file)` looks without loading all;
    `read(file, labels, label_column)` gives the space.
    """

    name: str
    suffixes: tuple[str, ...]
    why: str
    sniff: Callable[[File, bytes], bool]
    inspect: Callable[[File], FileReport]
    read: Callable[[File, Sequence[str] | None, str | None], EmbeddingSpace]


FORMATS = (
    Format(
        "NumPy array",
        suffixes=(".npy",),
        why="it begins with NumPy's signature",
        sniff=arrays.is_npy,
        inspect=arrays.inspect_npy,
        read=arrays.read_npy,
    ),
    Format(
        "word2vec text",
        suffixes=(".txt", ".vec", ".w2v"),
        why="its first line holds the number of vectors and of dimensions",
        sniff=text.has_header,
        inspect=text.inspect,
        read=text.read,
    ),
    Format(
        "GloVe text",
        suffixes=(".txt", ".glove"),
        why="each line holds a word and its numbers, with spaces between them",
        sniff=text.has_no_header,
        inspect=text.inspect,
        read=text.read,
    ),
    Format(
        "CSV or TSV table",
        suffixes=(".csv", ".tsv", ".tab"),
        why="its lines hold the same number of fields, with commas, semicolons or tabs between",
        sniff=table.is_table,
        inspect=table.inspect,
        read=table.read,
    ),
)


def open_space(
    source: FileSource | File,
    *,
    beside: Iterable[FileSource | File] = (),
    labels: Sequence[str] | None = None,
    label_column: str | None = None,
    format: str | None = None,
    name: str | None = None,
) -> EmbeddingSpace:
    """Open a vector file as an embedding space.

    Parameters
    ----------
    source
        A path, bytes, or a file opened in binary mode.
    beside
        Files that belong to it, as an array's label file. For a path, files of the same
        stem in its folder (`words.npy`, `words.tsv`) are found by themselves.
    labels
        The labels, where no file holds them.
    label_column
        The column of a table that holds the labels, where the guess is wrong.
    format
        A name from FORMATS, where the recognition is wrong.
    name
        What to call the space; the file's name by default.

    Raises
    ------
    UnknownFormatError
        No known format fits.
    ParseError
        The format was recognized, but the content is broken: which lines, and how.
    SpaceError
        The content is no embedding space: label count, NaN, no rows.

    Examples
    --------
    >>> space = open_space(b"2 3\\nking 1 0 0\\nqueen 0.8 0.6 0\\n", name="royals")
    >>> space.labels, space.dim
    (('king', 'queen'), 3)
    """
    file = as_file(source, beside)
    chosen = recognize(file) if format is None else named_format(format)
    space = chosen.read(file, labels, label_column)
    return renamed(space, name) if name else space


def inspect_file(
    source: FileSource | File, *, beside: Iterable[FileSource | File] = ()
) -> FileReport:
    """Look at a vector file without loading it all: format, rows, dimensions, memory, first labels.

    Raises
    ------
    UnknownFormatError, ParseError
        As `open_space`, where a look at the head already shows it.
    """
    file = as_file(source, beside)
    chosen = recognize(file)
    return replace(chosen.inspect(file), format=chosen.name, why=chosen.why)


def recognize(file: File) -> Format:
    """Return the first format whose content fits; the suffix decides between several."""
    if not file.size:
        raise UnknownFormatError(
            f"{file.name} is empty: 0 bytes. Choose a file that holds vectors."
        )
    head = file.head()
    fitting = [one for one in FORMATS if one.sniff(file, head)]
    for one in fitting:
        if file.suffix in one.suffixes:
            return one
    if fitting:
        return fitting[0]
    known = "; ".join(f"{one.name} ({', '.join(one.suffixes)})" for one in FORMATS)
    raise UnknownFormatError(
        f"{file.name} is not a vector file that can be read here: {first_sight(head)}. "
        f"Known formats: {known}."
    )


def choose_main(files: Sequence[File]) -> File:
    """Return the file with the vectors, of several given together, with the others beside it."""
    arrays_given = [one for one in files if one.suffix == ".npy"]
    mains = arrays_given or list(files)
    if len(mains) != 1:
        raise UnknownFormatError(
            f"{len(files)} files that each may hold vectors: {', '.join(f.name for f in files)}. "
            "Open one at a time, or one NumPy array together with the file of its labels."
        )
    return as_file(mains[0], [one for one in files if one is not mains[0]])


def named_format(name: str) -> Format:
    """Return the format of that name; raises UnknownFormatError with the known names."""
    for one in FORMATS:
        if one.name == name:
            return one
    known = ", ".join(f"“{one.name}”" for one in FORMATS)
    raise UnknownFormatError(f"The format “{name}” is unknown. Known ones: {known}.")


def first_sight(head: bytes) -> str:
    """Return what the head of an unrecognized file looks like, in a few words."""
    if b"\0" in head[:4096]:
        return f"it begins with the binary bytes {head[:8].hex(' ')}"
    line = head.split(b"\n", 1)[0][:60].decode("utf-8", "replace").strip()
    return f"its first line is “{line}”, which holds no vector"


def renamed(space: EmbeddingSpace, name: str) -> EmbeddingSpace:
    """Return the same space under another name; the vectors are shared."""
    return EmbeddingSpace(
        space.labels,
        space.vectors,
        name=name,
        metadata=space.metadata,
        source=space.source,
        notes=space.notes,
    )
