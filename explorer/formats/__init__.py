"""Opening vector files: recognized by content first and suffix second, read within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import polars as pl
import pyarrow as pa

from explorer import cache
from explorer.errors import ParseError, UnknownFormatError
from explorer.formats import kept
from explorer.formats.contents import Contents, Options, as_float32, without_bad_rows
from explorer.formats.file import File, FileSource, as_file
from explorer.formats.isolated import read_isolated
from explorer.formats.known import Format, named_format
from explorer.formats.recognition import choose_main, recognize
from explorer.formats.report import FileReport, report_on
from explorer.formats.unpack import unpacked
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source

# What the engines raise on files that nobody foresaw. Polars' panic is no Exception.
UNFORESEEN = (
    pl.exceptions.PolarsError,
    pl.exceptions.PanicException,
    pa.ArrowException,
    ArithmeticError,
    MemoryError,
    RecursionError,
    UnicodeError,
)
KEPT_BYTES = 1 << 20  # smaller files are read again faster than what is kept of them


def open_space(
    source: FileSource | File,
    *,
    beside: Iterable[FileSource | File] = (),
    labels: Sequence[str] | None = None,
    label_column: str | None = None,
    array: str | None = None,
    skip_broken: bool = False,
    format: str | None = None,
    name: str | None = None,
    report: Report = no_report,
) -> EmbeddingSpace:
    """Open a vector file as an embedding space; docs/formats.md lists what can be opened.

    What was read from a large file is kept in the cache, mapped into memory: opened again,
    it stands at once, and all who open it share one copy.

    Parameters
    ----------
    source
        A path, bytes, or a file opened in binary mode; compressed files and zips too.
    beside
        Files that belong to it, as an array's label file. For a path, files of the same
        stem in its folder (`words.npy`, `words.tsv`) are found by themselves.
    labels
        The labels, where no file holds them.
    label_column
        The column of a table that holds the labels, where the guess is wrong.
    array
        Which array, column of vectors or sheet is read, where the file holds several.
    skip_broken
        Whether broken lines and vectors with NaN or infinite values are left out and
        told in `notes`; else they are an error.
    format
        A name from FORMATS, where the recognition is wrong.
    name
        What to call the space; the file's name by default.
    report
        Called with the share that is done, and with what is being done.

    Raises
    ------
    UnknownFormatError
        No known format fits.
    RefusedError
        The file could run code, or unpacks to more than the bounds allow.
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
    file = plain_file(as_file(source, beside), report)
    chosen = recognize(file) if format is None else named_format(format)
    options = Options(label_column, array, skip_broken, report)
    found = contents_of(file, chosen, options, "read")
    if skip_broken:
        found = without_bad_rows(found)
    steps: tuple[str, ...] = ()
    if found.dtype not in ("text", "float32", "F32"):
        steps = (f"stored as {found.dtype}, read as float32",)
    notes = found.notes
    if labels is not None:
        notes = tuple(note for note in notes if not note.startswith("No label file"))
    return EmbeddingSpace(
        labels if labels is not None else found.label_array(),
        as_float32(found.vectors),
        name=name or file.stem,
        metadata=found.metadata,
        source=Source(file.name, chosen.name, steps),
        notes=notes,
        subwords=found.subwords,
    )


def inspect_file(
    source: FileSource | File,
    *,
    beside: Iterable[FileSource | File] = (),
    label_column: str | None = None,
    array: str | None = None,
    skip_broken: bool = False,
    format: str | None = None,
    report: Report = no_report,
) -> FileReport:
    """Look at a vector file without loading it all; the choices are those of `open_space`.

    Raises
    ------
    UnknownFormatError, RefusedError, ParseError
        As `open_space`, where a look at the head already shows it.
    """
    file = plain_file(as_file(source, beside), report)
    chosen = recognize(file) if format is None else named_format(format)
    options = Options(label_column, array, skip_broken, report)
    return report_on(contents_of(file, chosen, options, "look"), chosen.name, chosen.why)


def plain_file(file: File, report: Report = no_report) -> File:
    """Return the file with the vectors, unpacked if it is compressed or in an archive."""
    if not file.size:
        raise UnknownFormatError(
            f"{file.name} is empty: 0 bytes. Choose a file that holds vectors."
        )
    found = unpacked(file, report)
    if len(found) == 1:
        inner = found[0]
        return inner if inner is file else replace(inner, beside=file.beside)
    main = choose_main(found)
    return replace(main, beside=(*main.beside, *file.beside))


def contents_of(file: File, chosen: Format, options: Options, kind: str) -> Contents:
    """Look at a file or read it: from the cache, in a process of its own, or here."""
    if not chosen.isolated and (kind == "look" or chosen.mapped or file.size < KEPT_BYTES):
        return guarded(chosen.look if kind == "look" else chosen.read, file, options)
    path = cache.folder("parsed") / kept.kept_name(file, chosen.name, options, kind)
    found = kept.load(path)
    if found is not None:
        return found
    if chosen.isolated:
        read_isolated(file, chosen.name, kind, options, path)
        found = kept.load(path)
        if found is None:
            raise UnknownFormatError(f"What was read of {file.name} has gone. Open it again.")
        return found
    found = guarded(chosen.read, file, options)
    try:
        kept.save(found, path)
    except OSError:  # the disk is full: the space is here all the same
        return found
    return kept.load(path) or found


def guarded(reader: Callable[[File, Options], Contents], file: File, options: Options) -> Contents:
    """Read a file here; what an engine makes of a broken one is told as an error of our own."""
    try:
        return reader(file, options)
    except UNFORESEEN as error:
        raise ParseError(
            f"{file.name} cannot be read: {type(error).__name__}: {str(error)[:300]}. Is it broken?"
        ) from error
