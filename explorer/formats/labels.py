"""The labels of arrays, from a file beside them: lines, a table, or JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa

from explorer.errors import FormatError, LabelCountError, ParseError, SpaceError
from explorer.formats import kept
from explorer.formats.bounds import LABEL_FILE_BYTES, READ_HERE_BYTES
from explorer.formats.columns import find_label
from explorer.formats.contents import Options
from explorer.formats.encodings import utf8_content
from explorer.formats.file import LABEL_SUFFIXES, File
from explorer.formats.isolated import read_once
from explorer.formats.metadata import to_metadata, with_dates
from explorer.formats.parse_json import load_json
from explorer.formats.spreadsheet import restored
from explorer.formats.table import SEPARATORS, find_separator, parse
from explorer.formats.text_layout import find_layout
from explorer.labels import LabelArray, as_label_array
from explorer.wording import count

NAME, LABELS, OWN = "labels", "labels", "own labels"  # what the isolated process is asked for
LINE_SUFFIXES = (".txt", ".vocab")
SAVED_LABEL = "label"  # the column of labels in what save_space writes


@dataclass(frozen=True)
class LabelTable:
    """What a label file holds: the labels, what its column is called, and the other columns."""

    labels: LabelArray
    metadata: pa.Table | None = None
    name: str = ""
    columns: tuple[str, ...] = ()
    is_list: bool = False  # of lines: the first of them may be a header


def label_files(file: File) -> list[File]:
    """Return the files that may hold the labels: its own first, then given ones, then guesses."""

    def rank(other: File) -> tuple[bool, bool, int]:
        return not file.owns(other), other.guessed, LABEL_SUFFIXES.index(other.suffix)

    return sorted((one for one in file.beside if one.suffix in LABEL_SUFFIXES), key=rank)


def find_labels_beside(
    file: File, rows: int, options: Options, *, guesses: bool = True
) -> tuple[LabelTable | None, str, tuple[str, ...]]:
    """Return the labels from a file beside, that file's name, and notes on those that do not fit.

    Raises LabelCountError or ParseError where a file that was given with the array does not
    fit. One that only lies in the same folder may be of something else, and is passed over.
    """
    notes: tuple[str, ...] = ()
    for other in label_files(file):
        if not other.guessed:
            return label_table(other, rows, options, own=file.owns(other)), other.name, ()
        if not guesses:
            break
        try:
            refuse_vectors(other)
            return label_table(other, rows, options), other.name, ()
        except (FormatError, SpaceError) as error:
            notes += (f"{other.name} lies beside {file.name}, but was not used: {error}",)
    return None, "", notes


def refuse_vectors(file: File) -> None:
    """Raise ParseError where a text beside an array holds vectors of its own."""
    layout = find_layout(file.head()) if file.suffix == ".txt" else None
    if layout is not None and layout.dim > 1:
        raise ParseError(f"It holds vectors itself, of {count(layout.dim, 'dimension')}.")


def label_table(label_file: File, rows: int, options: Options, own: bool = False) -> LabelTable:
    """Return what the file holds; raises LabelCountError where it is not one label a row.

    A plain list whose first line is a header has one line more than the array has rows.
    """
    if options.isolated or label_file.size <= READ_HERE_BYTES:
        found = read_labels(label_file, options.label_column, own)
    else:
        found = read_elsewhere(label_file, options, own)
    if found.is_list and len(found.labels) == rows + 1:
        found = LabelTable(found.labels[1:], name=found.labels[0].as_py())
    if len(found.labels) != rows:
        raise LabelCountError(
            f"{label_file.name} holds {count(len(found.labels), 'label')} for "
            f"{count(rows, 'vector')}. Each vector needs one label: check for a header line or "
            "missing lines."
        )
    return found


def no_labels_note(file: File) -> str:
    """Return what to tell where an array came alone."""
    return (
        f"No label file came with {file.name}, so the rows are called by their numbers. "
        "Open it together with a .txt, .tsv, .csv or .json file that names the rows."
    )


def read_elsewhere(file: File, options: Options, own: bool) -> LabelTable:
    """Return labels and metadata, read in a process of its own and kept in the cache."""
    asked = Options(options.label_column, report=options.report)
    table = read_once(file, NAME, OWN if own else LABELS, asked, kept.load_table)
    facts = json.loads(table.schema.metadata[kept.FACTS])
    rest = table.select(range(1, table.num_columns)).replace_schema_metadata(None)
    return LabelTable(
        table.column(0).chunk(0),
        rest.rename_columns(facts["metadata"]) if facts["metadata"] else None,
        facts["name"],
        tuple(facts["columns"]),
        facts["is_list"],
    )


def write_labels(name: str, file: File, options: Options, folder: Path) -> None:
    """Read a label file and write what it holds into a folder: in the isolated process."""
    write(read_labels(file, options.label_column), folder)


def write_own_labels(name: str, file: File, options: Options, folder: Path) -> None:
    """Do the same for a label file that `save_space` wrote."""
    write(read_labels(file, options.label_column, own=True), folder)


def write(found: LabelTable, folder: Path) -> None:
    """Write labels and metadata into the folder of an entry."""
    rest = found.metadata if found.metadata is not None else pa.table({})
    columns = {"label": found.labels}
    columns |= {f"{place}": column for place, column in enumerate(rest.columns)}
    facts = {
        "metadata": rest.column_names,
        "name": found.name,
        "columns": found.columns,
        "is_list": found.is_list,
    }
    with (folder / kept.TABLE).open("wb") as stream:
        kept.write(columns, facts, stream)


def read_labels(file: File, label_column: str | None = None, own: bool = False) -> LabelTable:
    """Return labels and metadata of a label file: a label a line, a table with a header, or JSON.

    In a file that `save_space` wrote, apostrophes that keep spreadsheets from running a cell are
    taken off.

    Raises
    ------
    ParseError
        It is too large, has no column of labels, or is no JSON of a known shape.
    """
    if file.size > LABEL_FILE_BYTES:
        raise ParseError(f"{file.name} has {file.size:,} bytes: too many for a file of labels.")
    if file.suffix == ".json":
        return json_labels(file, label_column)
    content = utf8_content(file)
    known = (b"\t",) if file.suffix == ".tsv" else SEPARATORS
    separator = find_separator(content[: 1 << 20], known)
    if separator is None or file.suffix in LINE_SUFFIXES:
        lines = content.split(b"\n")
        if lines and not lines[-1]:
            lines.pop()
        labels = [as_text(line.removesuffix(b"\r")) for line in lines]
        if own:
            labels = restored(pl.DataFrame({"": labels})).to_series().to_list()
        return LabelTable(as_label_array(labels), is_list=True)
    frame = parse(file, content, separator, header=None if label_column is None else True)
    return frame_labels(file, restored(frame) if own else frame, label_column)


def frame_labels(file: File, frame: pl.DataFrame, label_column: str | None) -> LabelTable:
    """Return the label column of a table, and the other columns."""
    if any("\0" in name for name in frame.columns):  # polars panics over it
        raise ParseError(
            f"{file.name} has a NUL character in the name of a column. Is it a text file?"
        )
    label = label_column or find_label(frame) or (frame.columns[0] if frame.width else None)
    if label is None or label not in frame.columns:
        raise ParseError(
            f"{file.name} has no column of labels. Its columns: {', '.join(frame.columns[:20])}."
        )
    rest = frame.drop(label)
    return LabelTable(
        frame[label].cast(pl.String, strict=False).fill_null("").to_arrow(),
        to_metadata(with_dates(rest)) if rest.width else None,
        label,
        tuple(frame.columns),
    )


def json_labels(file: File, label_column: str | None) -> LabelTable:
    """Return the labels of a JSON file: a list, words with their row numbers, or records."""
    given = load_json(file)
    if isinstance(given, list) and given and all(isinstance(one, dict) for one in given):
        try:
            frame = pl.from_dicts(given, infer_schema_length=None)
        except (pl.exceptions.PolarsError, TypeError, OverflowError) as error:
            raise ParseError(f"{file.name}: its records differ too much: {error}") from error
        return frame_labels(file, frame, label_column)
    if isinstance(given, dict) and isinstance(given.get(SAVED_LABEL), list):  # of save_space
        frame = pl.DataFrame(given, strict=False)
        return frame_labels(file, frame, label_column or SAVED_LABEL)
    if isinstance(given, dict) and given:
        given = by_row(given)
    if not isinstance(given, list):
        raise ParseError(
            f"{file.name} holds no labels. Expected a list of texts, or words with their rows: "
            '["king", "queen"] or {"king": 0, "queen": 1}.'
        )
    texts = [one if isinstance(one, str) else str(one) for one in given]
    return LabelTable(as_label_array(texts))


def by_row(given: dict[str, Any]) -> list[str] | None:
    """Return the labels of {word: row} or {row: word} in the order of the rows, or None."""
    if all(isinstance(row, int) for row in given.values()):
        pairs = {int(row): word for word, row in given.items()}
    elif all(key.isdecimal() and len(key) < 12 for key in given):
        pairs = {int(row): str(word) for row, word in given.items()}
    else:
        return None
    if sorted(pairs) != list(range(len(given))):
        return None
    return [pairs[row] for row in range(len(given))]


def as_text(line: bytes) -> str:
    """Return a line as text: UTF-8, or else Latin-1."""
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("latin-1")
