"""JSON and JSON Lines: records, columns, words with their vectors, or a bare matrix."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import polars as pl

from explorer.errors import ParseError
from explorer.formats.bundle import Stored, from_arrays
from explorer.formats.columns import find_vectors, from_frame
from explorer.formats.contents import LOOK_ROWS, Contents, Options, sampled
from explorer.formats.encodings import utf8_blocks, utf8_head, whole_lines
from explorer.formats.file import HEAD_BYTES, File
from explorer.formats.nested import plain_vectors
from explorer.formats.parse_json import load_json, parse_json
from explorer.formats.responses import columns_in, records_in

SHAPES = (
    'records [{"word": "king", "vector": [0.1, 0.2]}, …], words {"king": [0.1, 0.2], …}, '
    'columns {"word": ["king", …], "vector": [[0.1, 0.2], …]}, a matrix [[0.1, 0.2], …], or the '
    "answer of an embedding service or a vector store"
)


def is_json(file: File, head: bytes) -> bool:
    """Tell whether the text begins as a JSON list or object that is not one of many lines."""
    if head.lstrip()[:1] not in (b"[", b"{") or b"\0" in head[:1000]:
        return False
    return not is_json_lines(file, head)


def is_json_lines(file: File, head: bytes) -> bool:
    """Tell whether the first two lines, or a lone one under that name, are objects."""
    lines = [line for line in head.split(b"\n")[:3] if line.strip()]
    if not lines or not lines[0].lstrip().startswith(b"{"):
        return False
    named = file.suffix in (".jsonl", ".ndjson")
    if not lines[0].rstrip().endswith(b"}"):
        return named
    return named or (len(lines) > 1 and lines[1].lstrip().startswith(b"{"))


def look(file: File, options: Options) -> Contents:
    """Look at a document: it has to be read as a whole, within its bound."""
    return sampled(from_document(file, load_json(file), options))


def read(file: File, options: Options) -> Contents:
    """Read a document."""
    return from_document(file, load_json(file), options)


def look_lines(file: File, options: Options) -> Contents:
    """Look at the first lines; the others are counted."""
    rows = sum(block.count(b"\n") for block in utf8_blocks(file))
    head = utf8_head(file.head())
    whole = head[: head.rfind(b"\n") + 1] if file.size > HEAD_BYTES else head
    first = b"\n".join(whole.split(b"\n")[:LOOK_ROWS])
    frame = parse_lines(file, first)
    return from_frame(file, frame, options, rows=max(rows, len(frame)), dtype="stored")


def read_lines(file: File, options: Options) -> Contents:
    """Read all lines."""
    return from_frame(file, read_lines_frame(file), options, dtype="stored")


def read_lines_frame(file: File) -> pl.DataFrame:
    """Read all lines as a table."""
    return parse_lines(file, b"".join(block for block, _ in whole_lines(file)))


def read_frame(file: File) -> pl.DataFrame:
    """Read a document of records, of columns or of bare texts as a table."""
    given = load_json(file)
    if isinstance(given, list) and given and all(isinstance(one, str) for one in given):
        return pl.DataFrame({"text": given})
    try:
        frame = as_frame(given)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise ParseError(f"{file.name} holds no table: {error}") from error
    if frame is None:
        raise ParseError(
            f'{file.name} holds no table in a known shape: records [{{"text": "One."}}, …], '
            'columns {"text": ["One.", …]} or texts ["One.", …].'
        )
    return frame


def parse_lines(file: File, content: bytes) -> pl.DataFrame:
    """Return the table that the lines hold; raises ParseError naming a line that is broken."""
    try:
        return pl.read_ndjson(io.BytesIO(content), infer_schema_length=None)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        for number, line in enumerate(content.split(b"\n"), 1):
            if line.strip() and not isinstance(
                parse_json(f"Line {number:,} of {file.name}", line), dict
            ):
                raise ParseError(
                    f"Line {number:,} of {file.name} is no object. Each line needs one: "
                    '{"word": "king", "vector": [0.1, 0.2]}.'
                ) from error
        raise ParseError(f"The lines of {file.name} differ too much for one table.") from error


def from_document(file: File, given: Any, options: Options) -> Contents:
    """Return the contents of a document of any of the usual shapes."""
    try:
        frame = as_frame(given)
        if frame is not None and find_vectors(plain_vectors(frame), options.label_column):
            return from_frame(file, frame, options, dtype="stored")
        labels, rows = as_matrix(given)
        matrix = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError, pl.exceptions.PolarsError) as error:
        raise ParseError(f"{file.name} holds no vectors in a known shape: {SHAPES}.") from error
    if matrix.ndim != 2:
        raise ParseError(f"{file.name} holds no vectors in a known shape: {SHAPES}.")
    stored = Stored(
        "", matrix.shape, "float64", lambda rows: matrix if rows is None else matrix[rows]
    )
    return from_arrays(file, [stored], options, look=False, given_labels=labels)


def as_frame(given: Any) -> pl.DataFrame | None:
    """Return records or columns as a table, or None."""
    given = records_in(given) or given
    if isinstance(given, list) and given and all(isinstance(one, dict) for one in given):
        return pl.from_dicts(given, infer_schema_length=None)
    if not isinstance(given, dict) or not given:
        return None
    if {"columns", "data"} <= set(given):  # pandas' "split"
        frame = pl.DataFrame(
            given["data"], schema=[str(name) for name in given["columns"]], orient="row"
        )
        index = given.get("index")
        if isinstance(index, list) and all(isinstance(one, str) for one in index):
            frame = frame.with_columns(pl.Series("index", index))
        return frame
    if all(isinstance(column, dict) for column in given.values()):  # pandas' default: by index
        keys = list(next(iter(given.values())))
        columns = {name: [column.get(key) for key in keys] for name, column in given.items()}
        if not all(key.isdecimal() for key in keys):
            columns = {"index": keys, **columns}
        return pl.DataFrame(columns, strict=False)
    answer = columns_in(given)
    if answer is not None:
        return pl.DataFrame(answer, strict=False)
    columns = {name: column for name, column in given.items() if isinstance(column, list)}
    lengths = {len(column) for column in columns.values()}
    texts = any(column and isinstance(column[0], str | list) for column in columns.values())
    if len(columns) == len(given) and len(lengths) == 1 and texts:
        return pl.DataFrame(columns, strict=False)
    return None


def as_matrix(given: Any) -> tuple[list[str] | None, list[Any]]:
    """Return labels (or None) and rows of {word: numbers}, or of a list of lists."""
    if isinstance(given, dict):
        for key in ("vectors", "embeddings"):
            if isinstance(given.get(key), list | dict) and given[key]:
                labels, rows = as_matrix(given[key])
                beside = next((given[name] for name in ("labels", "words") if name in given), None)
                return ([str(one) for one in beside] if isinstance(beside, list) else labels), rows
        return list(given), list(given.values())
    if isinstance(given, list):
        return None, given
    raise TypeError("neither a list nor an object")
