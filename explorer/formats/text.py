"""word2vec and GloVe text: a label and its numbers on each line, with spaces between them.

The numbers are parsed by a columnar CSV engine, block by block, straight into the final
array; while one block is put there, the next ones are parsed. Only a block with something
unusual in it (a label with spaces inside, a ragged line, a label that is no UTF-8) is looked at
line by line, and then parsed by the same engine.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from explorer.errors import BrokenRowsError, ParseError
from explorer.formats.contents import Contents, Options, check_dim, finite_rows
from explorer.formats.encodings import (
    UTF_8,
    decode_labels,
    encoding_of,
    marked,
    utf8_blocks,
    utf8_head,
    whole_lines,
)
from explorer.formats.file import HEAD_BYTES, File
from explorer.formats.text_layout import (
    LINES_SEEN,
    Layout,
    find_layout,
    is_finite,
    magnitude,
)
from explorer.wording import count

LINE_END = ord("\n")
AHEAD = 2  # blocks parsed at the same time: one alone leaves the cores idle at its seams
LINES_NAMED = 10  # how many broken lines an error names
LOOKS = 8  # places of a large file at which a look reads some lines
LOOK_BYTES = 256 << 10


@dataclass(frozen=True)
class Block:
    """Some whole lines of a file, and what the engine made of them.

    `frame` is None where something is unusual in them; `ended` tells whether the last one
    had its end.
    """

    text: bytes
    ended: bool
    lines: int
    frame: pl.DataFrame | None


@dataclass
class Lines:
    """What the lines of a file gave so far."""

    layout: Layout
    vectors: NDArray[np.float32]
    next_line: int
    labels: list[str] = field(default_factory=list)
    undecoded: list[tuple[int, bytes]] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def dim(self) -> int:
        """The number of dimensions."""
        return self.layout.dim

    def add(self, block: Block) -> None:
        """Keep what a block of whole lines holds."""
        vectors = None if block.frame is None else block.frame.drop("label").to_numpy()
        if block.frame is not None and vectors is not None and np.isfinite(vectors).all():
            self.keep(block.frame["label"].to_list(), vectors)
        else:
            self.add_line_by_line(block.text)
        self.next_line += block.lines

    def add_line_by_line(self, block: bytes) -> None:
        """Take the lines apart here, and have their numbers parsed by the engine.

        The last dim fields are the numbers: what stands before them is the label, spaces
        and all (GloVe 840B has such tokens).
        """
        separator = None if self.layout.aligned else b" "
        labels, numbers, at = [], [], []
        for line_number, line in enumerate(block.split(b"\n"), self.next_line):
            stripped = line.rstrip(b" \t\r\f\v")
            if not stripped:
                continue
            fields = stripped.rsplit(separator, self.dim)
            if len(fields) != self.dim + 1:
                self.broken.append(f"line {line_number:,} has {count(len(fields) - 1, 'number')}")
                continue
            labels.append(fields[0])
            after = b" ".join((b"", *fields[1:]))
            numbers.append(after.replace(b",", b".") if self.layout.decimal_comma else after)
            at.append(line_number)
        if not labels:
            return
        frame = parse_columns(b"\n".join(numbers) + b"\n", self.dim)
        if frame is None or len(frame) != len(labels):
            raise ParseError(
                f"The lines from {at[0]:,} to {at[-1]:,} cannot be parsed. "
                f"Each line needs a label and {count(self.dim, 'number')}."
            )
        vectors = frame.drop("label").to_numpy()  # NaN for what is no number
        good = finite_rows(vectors)
        for row in np.flatnonzero(~good):
            fields = numbers[row].split(b" ")[1:]
            wrong = next((one for one in fields if not is_finite(one)), max(fields, key=magnitude))
            self.broken.append(
                f"line {at[row]:,} has “{wrong[:30].decode('utf-8', 'replace')}” for a number"
            )
        names = []
        for row in np.flatnonzero(good):
            try:
                names.append(labels[row].decode())
            except UnicodeDecodeError:
                self.undecoded.append((len(self.labels) + len(names), labels[row]))
                names.append("")
        self.keep(names, vectors[good])

    def keep(self, labels: list[str], vectors: NDArray[np.float32]) -> None:
        """Put rows at the end of those that are kept."""
        start, end = len(self.labels), len(self.labels) + len(labels)
        if end > len(self.vectors):  # the estimate was too low
            larger = np.empty((max(end, len(self.vectors) * 3 // 2), self.dim), np.float32)
            larger[:start] = self.vectors[:start]
            self.vectors = larger
        self.vectors[start:end] = vectors
        self.labels.extend(labels)

    def check(self, skip_broken: bool) -> tuple[str, ...]:
        """Return the note on lines that were left out; raises ParseError if none may be."""
        if not self.broken:
            return ()
        named = "; ".join(self.broken[:LINES_NAMED])
        more = len(self.broken) - LINES_NAMED
        named += f"; and {more:,} more" if more > 0 else ""
        if skip_broken and self.labels:
            return (f"{count(len(self.broken), 'broken line')} left out: {named}.",)
        raise BrokenRowsError(
            f"{count(len(self.broken), 'line does not', 'lines do not')} hold a label and "
            f"{count(self.dim, 'number')}: {named}. Repair what is broken, or leave it out."
        )


def look(file: File, options: Options) -> Contents:
    """Look at a large text file: some blocks are parsed, the rows are counted by line ends."""
    layout = required_layout(file, options.skip_broken)
    rows = count_lines(file) - (layout.stated_rows is not None)
    head = utf8_head(file.head())
    lines = start(layout, head)
    whole = head[: head.rfind(b"\n") + 1].replace(b"\r\n", b"\n")
    lines.add(parse_block(without_header(layout, whole), layout))
    notes = lines.check(skip_broken=False)
    for block in elsewhere(file):
        lines.add(parse_block(block, layout))
    if not lines.labels:
        raise no_lines(file)
    # what is broken in the sampled blocks has no line numbers, and is told when it is read
    notes += decode_labels(lines.labels, lines.undecoded) + layout_notes(layout, rows)
    return contents(lines, rows=rows, notes=notes)


def read(file: File, options: Options) -> Contents:
    """Read a text file; raises ParseError naming the broken lines."""
    layout = required_layout(file, options.skip_broken)
    lines = start(layout, utf8_head(file.head()), file.size)
    done, ended = 0, True
    for block in parsed_ahead(data_lines(file, layout), layout):
        lines.add(block)
        done, ended = done + len(block.text), block.ended
        options.report(
            min(1.0, done / file.size), f"reading {file.name}: {len(lines.labels):,} vectors"
        )
    notes = drop_cut_line(lines, layout, not ended)
    notes += lines.check(options.skip_broken)
    if not lines.labels:
        raise no_lines(file)
    notes += decode_labels(lines.labels, lines.undecoded)
    there = len(lines.labels) + len(lines.broken)  # what was left out is not missing
    return contents(lines, notes=notes + layout_notes(layout, there))


def contents(lines: Lines, rows: int = -1, notes: tuple[str, ...] = ()) -> Contents:
    """Return what the lines gave."""
    return Contents(
        lines.labels,
        lines.vectors[: len(lines.labels)],
        rows=rows,
        labels_from="the first field of each line",
        notes=notes,
    )


def start(layout: Layout, head: bytes, size: int = 0) -> Lines:
    """Return Lines with room for the vectors of so many bytes, by the length of the first lines."""
    sample = head[: head.rfind(b"\n") + 1] or head
    per_line = len(sample) / max(1, sample.count(b"\n"))
    # each number takes two bytes at least, so an odd head cannot claim more than the file holds
    rows = int(min(1.02 * size / max(1.0, per_line), size / (2 * layout.dim))) + LINES_SEEN
    return Lines(layout, np.empty((rows, layout.dim), np.float32), layout.first_line)


def data_lines(file: File, layout: Layout) -> Iterator[tuple[bytes, bool]]:
    """Yield blocks of the lines that hold vectors, and whether the last line had its end."""
    blocks = whole_lines(file)
    for block, ended in blocks:
        yield without_header(layout, block), ended
        break
    yield from blocks


def parsed_ahead(blocks: Iterator[tuple[bytes, bool]], layout: Layout) -> Iterator[Block]:
    """Yield each block parsed, while the engine parses the next ones."""
    waiting: deque[Future[Block]] = deque()
    with ThreadPoolExecutor(AHEAD) as pool:
        for text, ended in blocks:
            waiting.append(pool.submit(parse_block, text, layout, ended))
            if len(waiting) > AHEAD:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def parse_block(text: bytes, layout: Layout, ended: bool = True) -> Block:
    """Parse a block of whole lines, and count them."""
    frame = None if layout.aligned or layout.decimal_comma else parse_columns(text, layout.dim)
    if frame is not None and any(frame.null_count().row(0)):
        frame = None
    # three times as fast as bytes.count, and other threads go on meanwhile
    lines = int(np.count_nonzero(np.frombuffer(text, np.uint8) == LINE_END))
    return Block(text, ended, lines, frame)


def without_header(layout: Layout, block: bytes) -> bytes:
    """Return the first block without the header line."""
    return block if layout.stated_rows is None else block[block.find(b"\n") + 1 :]


def drop_cut_line(lines: Lines, layout: Layout, unended: bool) -> tuple[str, ...]:
    """Drop a last line that was cut off in its middle, and return the note that tells it.

    It has no line end, and its numbers are too few, or the header promises more lines.
    """
    last = f"line {lines.next_line - 1:,} has "
    if not unended:
        return ()
    if lines.broken and lines.broken[-1].startswith(last) and lines.labels:
        lines.broken.pop()
    elif layout.stated_rows is not None and len(lines.labels) < layout.stated_rows:
        if len(lines.labels) < 2:
            return ()
        row = len(lines.labels) - 1
        lines.labels.pop()
        lines.undecoded = [one for one in lines.undecoded if one[0] != row]
    else:
        return ()
    return ("The file ends in the middle of its last line, which was left out.",)


def elsewhere(file: File) -> tuple[bytes, ...]:
    """Return some whole lines from places all over a large file of UTF-8."""
    if file.size < 2 * HEAD_BYTES or encoding_of(file.head(256))[0] != UTF_8:
        return ()
    found = []
    with file.open() as stream:
        for place in np.linspace(HEAD_BYTES, file.size - LOOK_BYTES, LOOKS).astype(int):
            stream.seek(int(place))
            block = stream.read(LOOK_BYTES)
            first, last = block.find(b"\n") + 1, block.rfind(b"\n") + 1
            if last > first > 0:
                found.append(block[first:last].replace(b"\r\n", b"\n"))
    return tuple(found)


def required_layout(file: File, skip_broken: bool = False) -> Layout:
    """Return the file's layout; raises ParseError where its head shows none, or two."""
    layout = find_layout(utf8_head(file.head()))
    if layout is None:
        raise no_lines(file)
    check_dim(file.name, layout.dim)
    if layout.stated_dim is not None and not skip_broken:
        raise BrokenRowsError(
            f"{file.name}: line 1, the header, says {count(layout.stated_dim, 'dimension')}, but "
            f"line 2 and those after it hold {count(layout.dim, 'number')} each. Was the file cut, "
            "or its header taken from another? Correct line 1, or leave it out."
        )
    return layout


def no_lines(file: File) -> ParseError:
    """Return the error for a file without lines of vectors."""
    return ParseError(
        f"{file.name}: the first lines do not each hold a label and the same number of "
        "numbers, with spaces between them. Check that it is word2vec or GloVe text."
    )


def layout_notes(layout: Layout, rows: int) -> tuple[str, ...]:
    """Return what to tell of decimal commas and of the header."""
    notes = ("The numbers have decimal commas.",) if layout.decimal_comma else ()
    return notes + header_notes(layout, rows)


def header_notes(layout: Layout, rows: int) -> tuple[str, ...]:
    """Return what to tell where the header's count is not what the file holds."""
    stated = layout.stated_rows
    if layout.stated_dim is not None:
        return (
            f"The header says {count(layout.stated_dim, 'dimension')}, the lines hold "
            f"{count(layout.dim, 'number')} each: the header was left out.",
        )
    if stated is None or stated == rows:
        return ()
    if stated > rows:
        return (
            f"The header says {count(stated, 'vector')}, the file holds {rows:,}: "
            f"{count(stated - rows, 'is', 'are')} missing. Was the file cut off?",
        )
    return (f"The header says {count(stated, 'vector')}, the file holds {rows:,}; all are read.",)


def count_lines(file: File) -> int:
    """Return the number of lines that hold anything, the last one with or without its end."""
    lines, last = 0, b"\n"
    for block in utf8_blocks(file):
        # empty lines are rare; the exact number of rows is known after reading
        lines += block.count(b"\n") - block.count(b"\n\n")
        last = block[-1:]
    return lines + (last != b"\n")


def parse_columns(block: bytes, dim: int) -> pl.DataFrame | None:
    """Parse lines of exactly dim + 1 fields; None where a line has more or is no UTF-8."""
    schema: dict[str, type[pl.DataType]] = {"label": pl.String}
    schema.update({f"{axis}": pl.Float32 for axis in range(dim)})
    try:
        return pl.read_csv(
            marked(block),
            has_header=False,
            separator=" ",
            quote_char=None,
            schema=schema,
            empty_string_is_null=False,
            ignore_errors=True,  # a field that is no number becomes null, and is told by its line
            raise_if_empty=False,
            encoding="utf8",
        )
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException):
        return None
