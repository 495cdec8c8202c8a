"""Cells that should be numbers: texts read as numbers, and what is none told with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from explorer.errors import BrokenRowsError, ParseError
from explorer.formats.contents import finite_rows
from explorer.wording import count

NOTHING = ("", "-", "--", "–", "—", "?", ".", "na", "n/a", "nan", "null", "none", "nil", "missing")
FAULTS = ("#n/a", "#na", "#value!", "#div/0!", "#ref!", "#name?", "#num!", "#null!")  # Excel's
MOST = 0.5  # a column is one of numbers where so many of its cells with anything in them are
GROUPS = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"  # 1,234 and 1,234.5
SURE_GROUPS = r"^[-+]?[0-9]{1,3}((,[0-9]{3}){2,}|(,[0-9]{3})+\.[0-9]+)"
COMMA = r"^[-+]?([0-9]*|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+([eE][-+]?[0-9]+)?$"  # 0,5 and 1.234,5
DOTS = r"^[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+$"  # 1.234
COMMA_ROWS = 1000  # rows that tell what a comma means
TEXT_COLUMNS = 8_192  # each takes about a millisecond
ROWS_NAMED = 10
SHOWN = 40  # characters of a cell or of a column's name


@dataclass(frozen=True)
class Origin:
    """How a table stands in its file.

    Attributes
    ----------
    unit
        What the file calls a row: 'line' or 'row'.
    numbers
        Gives (n,) the number of each row in the file; without it they are counted from 1.
    decimal_comma
        Whether "1,234" is likelier 1.234 than 1234.
    """

    unit: str = "row"
    numbers: Callable[[], NDArray[np.intp]] | None = None
    decimal_comma: bool = False


ROWS = Origin()


@dataclass(frozen=True)
class Fault:
    """A row without a whole vector: which one, and what stands there instead."""

    row: int
    words: str


def as_numbers(
    frame: pl.DataFrame, exclude: Collection[str], origin: Origin
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """Return the table with its texts of numbers as numbers, and a note on commas in them.

    A column becomes one of numbers where most of its cells are; the others become null.
    """
    texts = [
        name
        for name, dtype in frame.schema.items()
        if dtype == pl.String and name not in exclude and frame[name].null_count() < len(frame)
    ]
    if len(texts) > TEXT_COLUMNS:
        raise ParseError(
            f"The table has {len(texts):,} columns of text. Up to {TEXT_COLUMNS:,} are read: is it "
            "turned on its side?"
        )
    decimal, example = comma_is_decimal(frame.select(texts), origin)
    found, worded = {}, set()
    for name in texts:
        numbers, has_words = numbers_of(frame[name], decimal)
        if numbers is not None:
            found[name] = numbers
        if has_words:
            worded.add(name)
    if len(found) == len(texts) and not exclude and frame.columns[0] in worded:
        del found[frame.columns[0]]  # labels most of which are numbers, and no other texts
    notes: tuple[str, ...] = ()
    if example is not None and found:
        read = pl.Series([example])
        value = numbers_of(read, decimal)[0]
        if value is not None:
            kind = "decimal commas" if decimal else "commas between thousands"
            notes = (f"The numbers have {kind}: “{example}” was read as {value[0]:g}.",)
    return frame.with_columns(**found), notes


def numbers_of(column: pl.Series, decimal_comma: bool) -> tuple[pl.Series | None, bool]:
    """Return texts as float64 numbers, and whether other words are among them.

    Null stands where a cell is no number; None is returned where most are none.
    """
    texts = column.str.strip_chars().str.replace_all("−", "-", literal=True)
    numbers = texts.cast(pl.Float64, strict=False)
    numbers = numbers.set(~numbers.is_finite().fill_null(value=False), None)
    if numbers.null_count():
        if decimal_comma:
            plain = texts.set(~texts.str.contains(COMMA).fill_null(value=False), None)
            if plain.null_count() < len(plain):  # beside 0,5 it may be 1234
                numbers = numbers.set(texts.str.contains(DOTS).fill_null(value=False), None)
            plain = plain.str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
        else:
            plain = texts.set(~texts.str.contains(GROUPS).fill_null(value=False), None)
            plain = plain.str.replace_all(",", "", literal=True)
        numbers = numbers.fill_null(plain.cast(pl.Float64, strict=False))
    others = texts.filter(numbers.is_null()).drop_nulls().str.to_lowercase()
    words = int((~others.is_in([*NOTHING, *FAULTS])).sum())
    good = len(numbers) - numbers.null_count()
    return (numbers if good and good >= MOST * (good + words) else None), bool(words)


def comma_is_decimal(texts: pl.DataFrame, origin: Origin) -> tuple[bool, str | None]:
    """Tell whether a comma in the numbers is the decimal sign, and return one with a comma."""
    example = None
    groups = False
    for column in texts.head(COMMA_ROWS).iter_columns():
        cells = column.drop_nulls().str.strip_chars()
        commas = cells.filter(cells.str.contains(COMMA) | cells.str.contains(GROUPS))
        if not len(commas):
            continue
        decimal = commas.filter(~commas.str.contains(GROUPS) | commas.str.contains(r"^[-+]?0"))
        if len(decimal):
            return True, str(decimal[0])
        groups = groups or bool(commas.str.contains(SURE_GROUPS).any())
        example = example or str(commas[0])
    return origin.decimal_comma and not groups, example


def number_faults(
    frame: pl.DataFrame, columns: Sequence[str], matrix: NDArray[np.float32]
) -> tuple[NDArray[np.bool_], list[Fault], tuple[str, ...]]:
    """Return which rows hold numbers alone, the first faults, and the columns with faults.

    `frame` has the cells as the file has them.
    """
    good = finite_rows(matrix)
    bad = np.flatnonzero(~good)
    wrong = ~np.isfinite(matrix[bad])
    faults = []
    for row, places in zip(bad[:ROWS_NAMED].tolist(), wrong[:ROWS_NAMED], strict=True):
        name = columns[int(np.argmax(places))]
        cell = frame[name][row]
        more = int(places.sum()) - 1
        words = f"has {shown_cell(cell)} in the column “{one_line(name)}”"
        faults.append(Fault(row, words + (f" and {count(more, 'more fault')}" if more else "")))
    broken = tuple(columns[place] for place in np.flatnonzero(wrong.any(axis=0)).tolist())
    return good, faults, broken


def tell_faults(
    good: NDArray[np.bool_],
    faults: Sequence[Fault],
    columns: tuple[Sequence[str], Sequence[str]],
    origin: Origin,
    skip_broken: bool,
) -> str:
    """Return the note on rows without a whole vector; raises BrokenRowsError if none may be.

    `columns` are those of numbers with a fault in them, which can be taken for metadata, and
    those that are taken for it already.
    """
    n, bad = len(good), int((~good).sum())
    broken, aside = columns
    numbers = origin.numbers() if origin.numbers is not None else None
    named = "; ".join(
        f"{origin.unit} {fault.row + 1 if numbers is None else numbers[fault.row]:,} {fault.words}"
        for fault in faults
    )
    named += f"; and {bad - len(faults):,} more" if bad > len(faults) else ""
    named += " (counted from 1)" if numbers is None else ""
    if skip_broken and bad < n:
        return f"{count(bad, 'row')} without a whole vector left out: {named}."
    way = "Repair what is broken, or leave these rows out"
    several = len(broken) > 1
    if broken:
        names = ", ".join(f"“{one_line(name)}”" for name in broken)
        way += (
            f"; or take {names} for metadata, if {'they are' if several else 'it is'} no "
            f"dimension{'s' if several else ''} of the vectors"
        )
    raise BrokenRowsError(
        f"Of {count(n, 'row')}, {count(bad, 'has', 'have')} no whole vector: {named}. {way}.",
        (*broken, *aside) if broken else (),
    )


def shown_cell(cell: object) -> str:
    """Return what stands in a cell, in a few characters."""
    if cell is None or (isinstance(cell, str) and not cell.strip()):
        return "nothing"
    return f"“{one_line(str(cell))}”"


def one_line(text: str) -> str:
    """Return the beginning of a text as one line: what follows a line end is shown as code."""
    line = " ".join(text[: 2 * SHOWN].split())
    return line if len(line) <= SHOWN else line[:SHOWN] + "…"
