"""word2vec and GloVe text: a label and its numbers on each line, with spaces between them.

The numbers are parsed by a columnar CSV engine, block by block, straight into the final
array. Only a block with something unusual in it (a label with spaces inside, a ragged
line) is looked at line by line, and then parsed by the same engine.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from explorer.errors import ParseError
from explorer.formats.file import File
from explorer.formats.report import FileReport, preview
from explorer.space import EmbeddingSpace, Source, count

BLOCK_BYTES = 16 << 20
LINES_SEEN = 200  # how many lines of the head decide the layout
LINES_NAMED = 10  # how many broken lines an error names
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Layout:
    """How the lines of a text file are laid out."""

    dim: int
    stated_rows: int | None  # what the header says; None without a header
    header_bytes: int


def has_header(file: File, head: bytes) -> bool:
    """Tell whether the first line holds two counts, and the second as many numbers as it says."""
    layout = find_layout(head)
    return layout is not None and layout.stated_rows is not None


def has_no_header(file: File, head: bytes) -> bool:
    """Tell whether the first lines each hold a label and the same number of numbers."""
    layout = find_layout(head)
    return layout is not None and layout.stated_rows is None


def find_layout(head: bytes) -> Layout | None:
    """Return the layout that the first lines show, or None if they are not a label and numbers."""
    mark = len(BYTE_ORDER_MARK) if head.startswith(BYTE_ORDER_MARK) else 0
    lines = head[mark:].split(b"\n")
    if len(lines) > 1:
        lines.pop()  # cut in the middle, or what follows the last line's end
    lines = lines[:LINES_SEEN]
    if not lines:
        return None
    header = two_counts(lines[0])
    if header is not None:
        rows, dim = header
        data = [line for line in lines[1:] if line.strip()]
        if not data:
            return None  # a header alone, and not a word "2" with its one number
        if all_numbers(data[0].rstrip().rsplit(b" ", dim)[1:], dim):
            return Layout(dim, rows, mark + len(lines[0]) + 1)
    widths = Counter(width for line in lines if (width := trailing_numbers(line)))
    if not widths:
        return None
    # A label may end in a number, so that a few lines seem one wider: the commonest counts.
    dim, votes = widths.most_common(1)[0]
    filled = sum(1 for line in lines if line.strip())
    return Layout(dim, None, mark) if votes * 2 > filled else None


def two_counts(line: bytes) -> tuple[int, int] | None:
    """Return the two whole numbers of a header line, or None."""
    fields = line.split()
    if len(fields) == 2 and all(field.isdigit() and len(field) < 12 for field in fields):
        rows, dim = int(fields[0]), int(fields[1])
        if dim > 0:
            return rows, dim
    return None


def trailing_numbers(line: bytes) -> int:
    """Return how many of the line's fields, from the second to the last, are numbers."""
    fields = line.rstrip().split(b" ")
    width = 0
    for field in reversed(fields[1:]):
        if not is_number(field):
            break
        width += 1
    return width


def all_numbers(fields: Sequence[bytes], n: int) -> bool:
    """Tell whether these are n numbers."""
    return len(fields) == n and all(map(is_number, fields))


def is_number(field: bytes) -> bool:
    """Tell whether the field is a decimal number (nan and inf count: they are told later)."""
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field


def inspect(file: File) -> FileReport:
    """Look at a text file: its first megabyte is parsed, the rows are counted by line ends."""
    layout = required_layout(file)
    with file.open() as stream:
        rows = count_lines(stream) - (layout.stated_rows is not None)
    head = file.head()[layout.header_bytes :]
    whole = head[: head.rfind(b"\n") + 1] or head + b"\n"
    first_line = 2 if layout.stated_rows is not None else 1
    labels, values = parse_block(whole.replace(b"\r\n", b"\n"), layout.dim, first_line)
    return FileReport(
        rows=rows,
        dim=layout.dim,
        dtype="text",
        labels_from="the first field of each line",
        first_rows=preview(labels[:5], values[:5].tolist()),
        warnings=header_notes(layout, rows),
    )


def read(
    file: File, labels: Sequence[str] | None = None, label_column: str | None = None
) -> EmbeddingSpace:
    """Read a text file into a space; raises ParseError naming the broken lines."""
    layout = required_layout(file)
    with file.open() as stream:
        capacity = count_lines(stream)
    vectors = np.empty((capacity, layout.dim), np.float32)
    names: list[str] = []
    with file.open() as stream:
        stream.seek(layout.header_bytes)
        first_line = 2 if layout.stated_rows is not None else 1
        for block in whole_lines(stream):
            found, values = parse_block(block, layout.dim, first_line)
            vectors[len(names) : len(names) + len(found)] = values
            names.extend(found)
            first_line += block.count(b"\n")
    vectors = vectors[: len(names)]
    vectors.flags.writeable = False
    return EmbeddingSpace(
        labels or names,
        vectors,
        name=file.stem,
        source=Source(file.name, "GloVe text" if layout.stated_rows is None else "word2vec text"),
        notes=header_notes(layout, len(names)),
    )


def required_layout(file: File) -> Layout:
    """Return the file's layout; raises ParseError where its head shows none."""
    layout = find_layout(file.head())
    if layout is None:
        raise ParseError(
            f"{file.name}: the first lines do not each hold a label and the same number of "
            "numbers, with spaces between them. Check that it is word2vec or GloVe text."
        )
    return layout


def header_notes(layout: Layout, rows: int) -> tuple[str, ...]:
    """Return what to tell where the header's count is not what the file holds."""
    stated = layout.stated_rows
    if stated is None or stated == rows:
        return ()
    if stated > rows:
        return (
            f"The header says {count(stated, 'vector')}, the file holds {rows:,}: "
            f"{count(stated - rows, 'is', 'are')} missing. Was the file cut off?",
        )
    return (f"The header says {count(stated, 'vector')}, the file holds {rows:,}; all are read.",)


def count_lines(stream: BinaryIO) -> int:
    """Return the number of lines that hold anything, the last one with or without its end."""
    lines, last = 0, b"\n"
    while block := stream.read(BLOCK_BYTES):
        # empty lines are rare; the exact number of rows is known after reading
        lines += block.count(b"\n") - block.count(b"\n\n")
        last = block[-1:]
    return lines + (last != b"\n")


def whole_lines(stream: BinaryIO) -> Iterator[bytes]:
    """Yield the stream in blocks that end at a line's end, with LF as the line end."""
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        cut = block.rfind(b"\n") + 1
        if cut:
            yield (rest + block[:cut]).replace(b"\r\n", b"\n")
            rest = block[cut:]
        else:
            rest += block
    if rest:
        yield rest + b"\n"


def parse_block(block: bytes, dim: int, first_line: int) -> tuple[list[str], NDArray[np.float32]]:
    """Return the labels and the (rows, dim) float32 numbers of a block of whole lines."""
    frame = parse_columns(block, dim)
    if frame is not None and not any(frame.null_count().row(0)):
        return frame["label"].to_list(), frame.drop("label").to_numpy()
    labels, numbers = split_lines(block, dim, first_line)
    frame = parse_columns(numbers, dim)
    if frame is None or any(frame.null_count().row(0)):
        raise bad_number(block, dim, first_line)
    return labels, frame.drop("label").to_numpy()


def parse_columns(block: bytes, dim: int) -> pl.DataFrame | None:
    """Parse lines of exactly dim + 1 fields; None where a line has more."""
    schema: dict[str, type[pl.DataType]] = {"label": pl.String}
    schema.update({f"{axis}": pl.Float32 for axis in range(dim)})
    try:
        return pl.read_csv(
            block,
            has_header=False,
            separator=" ",
            quote_char=None,
            schema=schema,
            empty_string_is_null=False,
            ignore_errors=True,  # a field that is no number becomes null, and is told by its line
            raise_if_empty=False,
            encoding="utf8-lossy",
        )
    except pl.exceptions.PolarsError:
        return None


def split_lines(block: bytes, dim: int, first_line: int) -> tuple[list[str], bytes]:
    """Return the labels, and the block with an empty label on each line for the engine to parse.

    The last dim fields are the numbers: what stands before them is the label, spaces
    and all (GloVe 840B has such tokens).
    """
    labels, numbers, ragged = [], [], []
    for number, line in enumerate(block.split(b"\n"), first_line):
        stripped = line.rstrip()
        if not stripped:
            continue
        fields = stripped.rsplit(b" ", dim)
        if len(fields) != dim + 1:
            ragged.append(f"line {number:,} has {count(len(fields) - 1, 'number')}")
        labels.append(fields[0].decode("utf-8", "replace"))
        numbers.append(b" ".join((b"", *fields[1:])))
    if ragged:
        named = "; ".join(ragged[:LINES_NAMED])
        more = f"; and {len(ragged) - LINES_NAMED:,} more" if len(ragged) > LINES_NAMED else ""
        raise ParseError(
            f"{count(len(ragged), 'line does not', 'lines do not')} hold a label and "
            f"{count(dim, 'number')}: {named}{more}. Repair or remove what is broken."
        )
    return labels, b"\n".join(numbers) + b"\n"


def bad_number(block: bytes, dim: int, first_line: int) -> ParseError:
    """Return the error that names the first fields that are not numbers."""
    bad = []
    for number, line in enumerate(block.split(b"\n"), first_line):
        fields = line.rstrip().rsplit(b" ", dim)
        wrong = next((field for field in fields[1:] if not is_number(field)), None)
        if wrong is not None:
            bad.append(f"line {number:,} has “{wrong[:30].decode('utf-8', 'replace')}”")
    named = "; ".join(bad[:LINES_NAMED])
    return ParseError(
        f"{count(len(bad), 'line holds', 'lines hold')} something else where a number belongs: "
        f"{named}. Each line needs a label and {count(dim, 'number')}."
    )
