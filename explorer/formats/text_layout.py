"""How the lines of word2vec and GloVe text are laid out, told from the head of a file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from math import isfinite

from explorer.formats.file import File
from explorer.wording import count

COMMA = re.compile(rb"\d,\d")
LINES_SEEN = 200  # how many lines of the head decide the layout


@dataclass(frozen=True)
class Layout:
    """How the lines of a text file are laid out."""

    dim: int
    stated_rows: int | None  # what the header says; None without a header
    stated_dim: int | None = None  # ... where the lines hold another number of numbers
    aligned: bool = False  # whether spaces in a row, or a tab, stand before the numbers
    decimal_comma: bool = False

    @property
    def first_line(self) -> int:
        """The number of the first line that holds a vector."""
        return 1 if self.stated_rows is None else 2


def has_header(file: File, head: bytes) -> bool:
    """Tell whether the first line holds two counts, and the second as many numbers as it says."""
    layout = find_layout(head)
    return layout is not None and layout.stated_rows is not None


def has_no_header(file: File, head: bytes) -> bool:
    """Tell whether the first lines each hold a label and the same number of numbers."""
    layout = find_layout(head)
    return layout is not None and layout.stated_rows is None


@lru_cache(maxsize=2)  # several formats ask it of the same file
def find_layout(head: bytes) -> Layout | None:
    """Return the layout that the first lines show, or None if they are not a label and numbers."""
    lines = head.split(b"\n")
    if len(lines) > 1:
        lines.pop()  # cut in the middle, or what follows the last line's end
    lines = lines[:LINES_SEEN]
    found = layout_of(lines)
    if not any(map(COMMA.search, lines)):
        return found
    pointed = layout_of([with_points(line) for line in lines])
    if pointed is None or (found is not None and found.dim >= pointed.dim):
        return found
    numbers = b" ".join(b" ".join(line.split()[-pointed.dim :]) for line in lines)
    return found if b"." in numbers else replace(pointed, decimal_comma=True)


def layout_of(lines: Sequence[bytes]) -> Layout | None:
    """Return the layout of lines whose numbers have decimal points."""
    header = two_counts(lines[0]) if lines else None
    data = [line for line in lines[header is not None :] if line.strip()]
    if not data:
        return None  # a header alone, and not a word "2" with its one number
    if header is not None:
        rows, dim = header
        fits = (all_numbers(line.rstrip().rsplit(b" ", dim)[1:], dim) for line in data)
        # a line after the first tells enough if chance hardly makes one
        if next(fits) or (dim > 1 and any(fits)):
            return Layout(dim, rows)
    aligned = 2 * sum(map(is_aligned, data)) >= len(data)
    if aligned:
        data = [b" ".join(line.split()) for line in data]
    widths = Counter(width for line in data if (width := trailing_numbers(line)))
    if not widths:
        return None
    # A label may end in a number, so that a few lines seem one wider: the commonest counts.
    width, votes = widths.most_common(1)[0]
    if votes * 2 < len(data):
        return None
    if header is None:
        return Layout(width, None, aligned=aligned)
    if width > 1:
        stated = header[1] if header[1] != width else None
        return Layout(width, header[0], stated, aligned)
    # one number a line: the first may be a word "2" with its number, and no header
    return Layout(width, None) if all(len(line.split()) == 2 for line in data) else None


def is_aligned(line: bytes) -> bool:
    """Tell whether several spaces, or one tab after the label, stand between the fields."""
    line = line.strip()
    label, tab, numbers = line.partition(b"\t")
    if b"  " not in line and not (tab and b" " in numbers and b"\t" not in numbers):
        return False
    width = trailing_numbers(b" ".join(line.split()))
    label = line.rsplit(b" ", width)[0]
    return width > trailing_numbers(line) or (width > 0 and label != label.rstrip())


def with_points(line: bytes) -> bytes:
    """Return a line with points for the decimal commas in its fields after the first."""
    return re.sub(rb"(?<=[ \t])([-+]?\d*),(\d+(?:[eE][-+]?\d+)?)(?=\s|$)", rb"\1.\2", line)


def misfit(head: bytes) -> str:
    """Return, in a few words, what keeps a text's first lines from being vectors."""
    lines = head.split(b"\n")[:LINES_SEEN]
    header = two_counts(lines[0])
    after = [(number, line) for number, line in enumerate(lines[1:], 2) if line.strip()]
    if header is None or not after:
        return f"its first line is “{shown(lines[0])}”, which holds no vector"
    number, line = after[0]
    return (
        f"line 1 says {count(header[0], 'vector')} of {count(header[1], 'dimension')}, but line "
        f"{number} is “{shown(line)}”, where a label and {count(header[1], 'number')} were expected"
        + " (with a decimal point, not a comma)"
        * bool(COMMA.search(line))
    )


def shown(line: bytes) -> str:
    """Return the beginning of a line as text."""
    return line[:60].decode("utf-8", "replace").strip()


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
    for one in reversed(fields[1:]):
        if not is_number(one):
            break
        width += 1
    return width


def all_numbers(fields: Sequence[bytes], n: int) -> bool:
    """Tell whether these are n numbers."""
    return len(fields) == n and all(map(is_number, fields))


def is_finite(field: bytes) -> bool:
    """Tell whether the field is a decimal number other than nan and inf."""
    return is_number(field) and isfinite(float(field))


def magnitude(field: bytes) -> float:
    """Return the absolute value of a number, 0 for what is none."""
    return abs(float(field)) if is_finite(field) else 0.0


def is_number(field: bytes) -> bool:
    """Tell whether the field is a decimal number (nan and inf count: they are told later)."""
    try:
        float(field)
    except ValueError:
        return False
    return b"_" not in field
