"""Opening vector files: recognized by content first and suffix second, read within bounds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import polars as pl
import pyarrow as pa

from explorer import cache
from explorer.errors import FormatError, ParseError, UnknownFormatError
from explorer.formats import kept
from explorer.formats.contents import (
    LOOK_WHOLE,
    Contents,
    Options,
    as_float32,
    sampled,
    with_bad_rows_told,
    without_bad_rows,
)
from explorer.formats.digest import refuse_changed, stamps_of
from explorer.formats.file import LABEL_SUFFIXES, File, FileSource, arrays_beside, as_file
from explorer.formats.isolated import read_once
from explorer.formats.known import Format, named_format
from explorer.formats.labels import label_files, no_labels_note
from explorer.formats.recognition import choose_main, recognize
from explorer.formats.report import FileReport, report_on
from explorer.formats.unpack import packed_pictures, unpacked
from explorer.jobs.progress import Report, no_report
from explorer.space import EmbeddingSpace, Source
from explorer.wording import count

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
    metadata_columns: Sequence[str] | None = None,
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
    metadata_columns
        Columns of a table that are no dimensions of its vectors though they hold numbers.
        None guesses by their names: "cluster", "year", "count" and the like.
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
    given = as_file(source, beside)
    file = plain_file(given, report)
    chosen = recognize(file) if format is None else named_format(format)
    options = Options(label_column, array, skip_broken, metadata_columns, report)
    found = contents_of(file, chosen, options, "read")
    if format is None:
        refuse_label_file(file, found)
    if skip_broken:
        found = without_bad_rows(found)
    steps: tuple[str, ...] = ()
    if found.dtype not in ("text", "float32", "F32"):
        steps = (f"stored as {found.dtype}, read as float32",)
    notes = found.notes if labels is not None else notes_on(file, found)
    given_options = {
        "source": given.name,
        "beside": [one.name for one in given.beside if not one.guessed and not given.owns(one)],
        "label_column": label_column,
        "array": array,
        "skip_broken": skip_broken,
        "metadata_columns": metadata_columns and list(metadata_columns),
        "format": format,
    }
    told = tuple((name, value) for name, value in given_options.items() if value)
    return EmbeddingSpace(
        labels if labels is not None else found.label_array(),
        as_float32(found.vectors),
        name=name or file.stem,
        metadata=found.metadata,
        source=Source(
            file.name, chosen.name, steps, files=files_of(given), opened=() if labels else told
        ),
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
    metadata_columns: Sequence[str] | None = None,
    format: str | None = None,
    report: Report = no_report,
) -> FileReport:
    """Look at a vector file; the choices are those of `open_space`.

    A file of up to 32 MB is read as a whole, and so is one whose broken rows are left out; of
    a larger one, its head and a sample.

    Raises
    ------
    UnknownFormatError, RefusedError, ParseError
        As `open_space`, where what was read already shows it.
    """
    file = plain_file(as_file(source, beside), report)
    chosen = recognize(file) if format is None else named_format(format)
    options = Options(label_column, array, skip_broken, metadata_columns, report)
    broken = False
    if not skip_broken and file.size > LOOK_WHOLE:
        found = contents_of(file, chosen, options, "look")
    else:
        whole = contents_of(file, chosen, options, "read")
        told = without_bad_rows(whole) if skip_broken else with_bad_rows_told(whole)
        broken = told is not whole and not skip_broken
        found = sampled(told)
    if format is None:
        refuse_label_file(file, found)
    named = replace(found, notes=notes_on(file, found))
    return report_on(named, chosen.name, chosen.why, broken)


def notes_on(file: File, found: Contents) -> tuple[str, ...]:
    """Return the notes on what was found, with those that name the file as this visitor does."""
    return (*found.notes, no_labels_note(file)) if found.lacks_label_file else found.notes


def plain_file(file: File, report: Report = no_report) -> File:
    """Return the file with the vectors, unpacked if it is compressed or in an archive."""
    if not file.size:
        raise UnknownFormatError(
            f"{file.name} is empty: 0 bytes. Choose a file that holds vectors."
        )
    found = unpacked(file, report)
    if len(found) == 1:
        inner = found[0]
        if inner is file:
            return inner
        return replace(inner, beside=(*file.beside, *packed_pictures(file)))
    main = choose_main(found)
    return replace(main, beside=(*main.beside, *file.beside, *packed_pictures(file)))


def files_of(file: File) -> tuple[str, ...]:
    """Return the paths of a file and of what is read with it, which saving must not overwrite."""
    read = [file, *(one for one in file.beside if not one.guessed), *label_files(file)[:1]]
    return tuple(str(one.path.resolve()) for one in read if one.path is not None)


def refuse_label_file(file: File, found: Contents) -> None:
    """Raise ParseError where a table names the rows of an array that lies beside it.

    Its numbers, a rank or a length, are no vectors. A table that holds the array's own
    vectors has as many dimensions and is read.
    """
    if file.path is None or file.suffix not in LABEL_SUFFIXES:
        return
    for path in arrays_beside(file.path):
        array = as_file(path)
        try:
            shape = guarded(recognize(array).look, replace(array, beside=()), Options())
        except FormatError:
            continue
        if shape.rows == found.rows and shape.vectors.shape[1] != found.vectors.shape[1]:
            raise ParseError(
                f"{file.name} names the {count(shape.rows, 'row')} of {path.name}: open "
                f"{path.name}, and it comes along. If its own numbers are meant, choose its format "
                "under “Read it differently” (format= in Python, --format on the command line)."
            )


def contents_of(file: File, chosen: Format, options: Options, kind: str) -> Contents:
    """Look at a file or read it: from the cache, in a process of its own, or here."""
    if chosen.mapped and kind == "read" and file.size >= KEPT_BYTES:
        file = kept.own_copy(file)
    if not chosen.isolated and (kind == "look" or chosen.mapped or file.size < KEPT_BYTES):
        return guarded(chosen.look if kind == "look" else chosen.read, file, options)
    if chosen.isolated:
        return read_once(file, chosen.name, kind, options, kept.load)
    before = stamps_of(file)
    key = kept.kept_key(file, chosen.name, options, kind)
    found = kept.load(key)
    if found is not None:
        return found
    found = guarded(chosen.read, file, options)
    refuse_changed(file, before)
    try:
        with cache.create(kept.PARSED, key) as folder:
            kept.save(found, folder)
    except OSError:  # the disk is full: the space is here all the same
        return found
    return kept.load(key) or found


def guarded(reader: Callable[[File, Options], Contents], file: File, options: Options) -> Contents:
    """Read a file here; what an engine makes of a broken one is told as an error of our own."""
    try:
        return reader(file, options)
    except UNFORESEEN as error:
        raise ParseError(
            f"{file.name} cannot be read: {type(error).__name__}: {str(error)[:300]}. Is it broken?"
        ) from error
