"""Cells that should be numbers: texts read as numbers, and what is none told with its place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from explorer.errors import BrokenRowsError, ParseError
from explorer.formats.contents import finite_rows
from explorer.formats.file import File
from explorer.wording import count

NOTHING = ("", "-", "--", "–", "—", "?", ".", "na", "n/a", "nan", "null", "none", "nil", "missing")
FAULTS = ("#n/a", "#na", "#value!", "#div/0!", "#ref!", "#name?", "#num!", "#null!")  # Excel's
MOST = 0.5  # a column is one of numbers where so many of its cells with anything in them are
GROUPS = r"^[-+]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?$"  # 1,234 and 1,234.5
SURE_GROUPS = r"^[-+]?[0-9]{1,3}((,[0-9]{3}){2,}|(,[0-9]{3})+\.[0-9]+)"
COMMA = r"^[-+]?([0-9]*|[0-9]{1,3}(\.[0-9]{3})+),[0-9]+([eE][-+]?[0-9]+)?$"  # 0,5 and 1.234,5
DOTS = r"^[-+]?[1-9][0-9]{0,2}(\.[0-9]{3})+$"  # 1.234
COMMA_CELLS = 300_000  # cells that tell what a comma means
TEXT_COLUMNS = 8_192
ROWS_NAMED = 10
SHOWN = 40  # characters of a cell or of a column's name

LINES_FOR_ELIDED = """# frame: your table before it is saved, with an array of numbers in each row
frame[{column!r}] = [[float(value) for value in one] for one in frame[{column!r}]]
frame.to_parquet({stem!r} + '.parquet')"""


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
    if not texts:
        return frame, ()
    cells = frame.select(pl.col(texts).str.strip_chars().str.replace_all("−", "-", literal=True))
    decimal, example = comma_is_decimal(cells, origin)
    numbers = numbers_of(cells, decimal, has_commas=example is not None)
    good = dict(
        zip(texts, (len(frame) - nulls for nulls in numbers.null_count().row(0)), strict=True)
    )
    some = [name for name in texts if good[name]]
    if not some:
        return frame, ()
    nothing = pl.Series([*NOTHING, *FAULTS]).implode()
    words = cells.select(
        (~pl.col(name).str.to_lowercase().is_in(nothing) & numbers[name].is_null()).sum()
        for name in some
    ).row(0)
    found = [
        name
        for name, others in zip(some, words, strict=True)
        if good[name] >= MOST * (good[name] + others)
    ]
    if found == texts and not exclude and found[0] == frame.columns[0] and words[0]:
        del found[0]  # labels most of which are numbers, and no other texts
    notes: tuple[str, ...] = ()
    if example is not None and found:
        kind = "decimal commas" if decimal else "commas between thousands"
        value = numbers_of(pl.DataFrame([[example]]), decimal, has_commas=True).item()
        notes = (f"The numbers have {kind}: “{example}” was read as {value:g}.",)
    return frame.with_columns(numbers.select(found)), notes


def numbers_of(cells: pl.DataFrame, decimal_comma: bool, has_commas: bool) -> pl.DataFrame:
    """Return columns of texts as float64 numbers, null where a cell is none.

    All columns in one go: one by one, thousands of them take a minute.
    """

    def finite(cell: pl.Expr) -> pl.Expr:
        number = cell.cast(pl.Float64, strict=False)
        return pl.when(number.is_finite()).then(number)

    plain = cells.select(finite(pl.all()))
    if not has_commas:
        return plain
    if not decimal_comma:
        grouped = pl.when(pl.all().str.contains(GROUPS)).then(pl.all())
        digits = cells.select(finite(grouped.str.replace_all(",", "", literal=True)))
        return plain.select(pl.col(name).fill_null(digits[name]) for name in plain.columns)
    commas = cells.select(pl.when(pl.all().str.contains(COMMA)).then(pl.all()))
    points = commas.select(
        finite(pl.all().str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True))
    )
    with_comma = [len(cells) - nulls for nulls in commas.null_count().row(0)]
    unclear = cells.select(pl.all().str.contains(DOTS).fill_null(value=False))
    return plain.select(
        # beside 0,5 the cell 1.234 may be 1234
        (pl.when(~unclear[name]).then(pl.col(name)) if some else pl.col(name)).fill_null(
            points[name]
        )
        for name, some in zip(plain.columns, with_comma, strict=True)
    )


def comma_is_decimal(cells: pl.DataFrame, origin: Origin) -> tuple[bool, str | None]:
    """Tell whether a comma in the numbers is the decimal sign, and return one with a comma."""
    rows = max(1, COMMA_CELLS // cells.width)
    texts = pl.concat([column.alias("") for column in cells.head(rows).iter_columns()]).drop_nulls()
    commas = texts.filter(texts.str.contains(COMMA) | texts.str.contains(GROUPS))
    if not len(commas):
        return False, None
    decimal = commas.filter(~commas.str.contains(GROUPS) | commas.str.contains(r"^[-+]?0"))
    if len(decimal):
        return True, str(decimal[0])
    groups = bool(commas.str.contains(SURE_GROUPS).any())
    return origin.decimal_comma and not groups, str(commas[0])


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


def check_elided(file: File, column: pl.Series) -> None:
    """Raise ParseError where NumPy left out the middle of the arrays when they became text."""
    elided = column.str.contains(r"[0-9.\s,](?:\.\.\.|…)[\s,]").fill_null(value=False)
    if not elided.any():
        return
    text = column.filter(elided)[0]
    raise ParseError(
        f"{file.name}: in the column “{one_line(column.name)}”, the vectors were shortened when "
        f"the table was saved: “{one_line(text)}”. Where “...” stands, NumPy left numbers out, so "
        "they are not in this file. Save the table again from where it was made, with these "
        "lines:\n" + LINES_FOR_ELIDED.format(column=column.name, stem=file.stem)
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


def numbers_beside(
    frame: pl.DataFrame, typed: pl.DataFrame, others: set[str | None]
) -> list[pl.Series]:
    """Return the columns of text that are numbers throughout, as "12,50" is, as such numbers."""
    return [
        typed[name]
        for name in typed.columns
        if name not in others
        and typed[name].dtype.is_numeric()
        and not frame[name].dtype.is_numeric()
        and typed[name].null_count() == frame[name].null_count()
    ]
