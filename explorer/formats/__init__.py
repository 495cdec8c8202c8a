"""Opening vector files: one table of formats, recognized by content first and suffix second."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl
import pyarrow as pa

from explorer import cache
from explorer.errors import ParseError, UnknownFormatError
from explorer.formats import (
    arrays,
    binary,
    excel,
    fasttext,
    hdf5,
    json_table,
    kept,
    parquet,
    pickles,
    projector,
    safetensors,
    table,
    text,
    torch_file,
)
from explorer.formats.contents import Contents, Options, as_float32, without_bad_rows
from explorer.formats.encodings import utf8_head
from explorer.formats.file import File, FileSource, as_file
from explorer.formats.isolated import read_isolated
from explorer.formats.report import FileReport, report_on
from explorer.formats.unpack import unpacked
from explorer.projection.report import Report, no_report
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
COMPANION_SUFFIXES = (".tsv", ".csv", ".txt", ".json", ".bytes")


@dataclass(frozen=True)
class Format:
    """One family of files: how it is recognized, looked at and read.

    `sniff(file, head)` sees the first megabyte; `look(file, options)` gives a sample
    without loading all; `read(file, options)` gives everything. What is `isolated` is read
    in a process of its own; what is `mapped` is used from the file as it lies there, so
    nothing of it is kept in the cache.
    """

    name: str
    suffixes: tuple[str, ...]
    why: str
    sniff: Callable[[File, bytes], bool]
    look: Callable[[File, Options], Contents]
    read: Callable[[File, Options], Contents]
    isolated: bool = False
    mapped: bool = False


FORMATS = (
    Format(
        "NumPy array",
        suffixes=(".npy",),
        why="it begins with NumPy's signature",
        sniff=arrays.is_npy,
        look=arrays.look_npy,
        read=arrays.read_npy,
        mapped=True,
    ),
    Format(
        "NumPy archive",
        suffixes=(".npz",),
        why="it is a zip of NumPy arrays",
        sniff=arrays.is_npz,
        look=arrays.look_npz,
        read=arrays.read_npz,
    ),
    Format(
        "safetensors",
        suffixes=(".safetensors",),
        why="it begins with the length of a JSON header that lists its tensors",
        sniff=safetensors.is_safetensors,
        look=safetensors.look,
        read=safetensors.read,
        mapped=True,
    ),
    Format(
        "HDF5",
        suffixes=(".h5", ".hdf5", ".hdf", ".keras"),
        why="it begins with HDF5's signature",
        sniff=hdf5.is_hdf5,
        look=hdf5.look,
        read=hdf5.read,
        isolated=True,
    ),
    Format(
        "torch tensors",
        suffixes=(".pt", ".pth", ".bin"),
        why="it is an archive that torch wrote",
        sniff=torch_file.is_torch,
        look=torch_file.look,
        read=torch_file.read,
        isolated=True,
    ),
    Format(
        "fastText binary",
        suffixes=(".bin",),
        why="it begins with fastText's magic number",
        sniff=fasttext.is_fasttext,
        look=fasttext.look,
        read=fasttext.read,
        isolated=True,
    ),
    Format(
        "Parquet table",
        suffixes=(".parquet", ".pq"),
        why="it begins with Parquet's signature",
        sniff=parquet.is_parquet,
        look=parquet.look_parquet,
        read=parquet.read_parquet,
        isolated=True,
    ),
    Format(
        "Arrow table",
        suffixes=(".arrow", ".feather", ".ipc", ".arrows"),
        why="it begins with Arrow's signature",
        sniff=parquet.is_arrow,
        look=parquet.look_arrow,
        read=parquet.read_arrow,
        isolated=True,
    ),
    Format(
        "Excel workbook",
        suffixes=(".xlsx", ".xlsm", ".xls"),
        why="it is a zip with a workbook in it",
        sniff=excel.is_excel,
        look=excel.look,
        read=excel.read,
        isolated=True,
    ),
    Format(
        "Python pickle",
        suffixes=pickles.SUFFIXES,
        why="it begins as a pickle does",
        sniff=pickles.is_pickle,
        look=pickles.look,
        read=pickles.read,
    ),
    Format(
        "word2vec binary",
        suffixes=(".bin", ".w2v"),
        why="its first line holds two counts, and labels with float32 numbers follow",
        sniff=binary.is_word2vec,
        look=binary.look_word2vec,
        read=binary.read_word2vec,
    ),
    Format(
        "fvecs",
        suffixes=(".fvecs",),
        why="each of its records begins with the same number of dimensions",
        sniff=binary.is_fvecs,
        look=binary.look_fvecs,
        read=binary.read_fvecs,
        mapped=True,
    ),
    Format(
        "Embedding Projector configuration",
        suffixes=(".json",),
        why="it is JSON that names tensors and their files",
        sniff=projector.is_config,
        look=projector.look_config,
        read=projector.read_config,
    ),
    Format(
        "JSON Lines",
        suffixes=(".jsonl", ".ndjson"),
        why="each line is a JSON object",
        sniff=json_table.is_json_lines,
        look=json_table.look_lines,
        read=json_table.read_lines,
        isolated=True,
    ),
    Format(
        "JSON",
        suffixes=(".json",),
        why="it is one JSON document",
        sniff=json_table.is_json,
        look=json_table.look,
        read=json_table.read,
        isolated=True,
    ),
    Format(
        "word2vec text",
        suffixes=(".txt", ".vec", ".w2v"),
        why="its first line holds the number of vectors and of dimensions",
        sniff=text.has_header,
        look=text.look,
        read=text.read,
    ),
    Format(
        "GloVe text",
        suffixes=(".txt", ".glove"),
        why="each line holds a word and its numbers, with spaces between them",
        sniff=text.has_no_header,
        look=text.look,
        read=text.read,
    ),
    Format(
        "Embedding Projector vectors",
        suffixes=(".tsv",),
        why="its lines hold the same number of numbers, with tabs between, and nothing else",
        sniff=projector.is_vectors,
        look=projector.look_vectors,
        read=projector.read_vectors,
    ),
    Format(
        "CSV or TSV table",
        suffixes=(".csv", ".tsv", ".tab"),
        why="its lines hold the same number of fields, with commas, semicolons or tabs between",
        sniff=table.is_table,
        look=table.look,
        read=table.read,
    ),
)


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
        labels if labels is not None else found.label_list(),
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
        # under a name of its own: two may read the same file at once
        fresh = path.with_name(f".{uuid.uuid4().hex}.arrow")
        try:
            read_isolated(file, chosen.name, kind, options, fresh)
            kept.move(fresh, path)
        finally:
            kept.discard(fresh)
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


def recognize(file: File) -> Format:
    """Return the first format whose content fits; the suffix decides between several."""
    head = utf8_head(file.head())
    fitting = [one for one in FORMATS if one.sniff(file, head)]
    for one in fitting:
        if file.suffix in one.suffixes:
            return one
    if fitting:
        return fitting[0]
    if file.suffix in table.SUFFIXES and b"\0" not in head:
        return named_format("CSV or TSV table")  # its reader tells what is wrong
    known = ", ".join(one.name for one in FORMATS)
    raise UnknownFormatError(
        f"{file.name} is not a vector file that can be read here: {first_sight(head)}. "
        f"Known formats: {known}."
    )


def choose_main(files: Sequence[File]) -> File:
    """Return the file with the vectors, of several given together, with the others beside it."""
    if len(files) == 1:
        return files[0]
    wholes = [one for one in files if one.suffix not in COMPANION_SUFFIXES]
    if len(wholes) == 1:
        return as_file(wholes[0], [one for one in files if one is not wholes[0]])
    for is_main in (projector.is_config, projector_pair, is_known):
        mains = [
            one
            for one in files
            if is_main(replace(one, beside=tuple(o for o in files if o is not one)), one.head())
        ]
        if len(mains) == 1:
            return as_file(mains[0], [one for one in files if one is not mains[0]])
    raise UnknownFormatError(
        f"{len(files)} files that each may hold vectors: {', '.join(f.name for f in files)}. "
        "Open one at a time, or one array together with the file of its labels."
    )


def projector_pair(file: File, head: bytes) -> bool:
    """Tell whether the file holds nothing but numbers, so that another has the labels."""
    return file.suffix == ".tsv" and projector.is_vectors(file, head)


def is_known(file: File, head: bytes) -> bool:
    """Tell whether some format fits the file."""
    return any(one.sniff(file, head) for one in FORMATS)


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
    line = utf8_head(head).split(b"\n", 1)[0][:60].decode("utf-8", "replace").strip()
    return f"its first line is “{line}”, which holds no vector"
