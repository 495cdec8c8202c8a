"""Excel workbooks (.xlsx, .xlsb, .xls): values only, no formulas, within a bound of cells."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl

from explorer.errors import ParseError
from explorer.formats.bounds import SHEET_CELLS
from explorer.formats.cells import Origin
from explorer.formats.columns import from_frame
from explorer.formats.contents import Contents, Options, sampled
from explorer.formats.file import File
from explorer.formats.unpack import check_sizes, is_zip, member_names, open_zip

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
BLOCK_BYTES = 1 << 20
CELL_BYTES = 200  # of the beginning of a cell, which may be cut by a block's end
WHOLE = 2**53  # below it float64 holds each whole number


def is_excel(file: File, head: bytes) -> bool:
    """Tell whether the file is a zip with a workbook in it, or Excel's format before 2007."""
    if head.startswith(OLD_EXCEL):
        return True
    return is_zip(head) and any(name.startswith("xl/") for name in member_names(file))


def look(file: File, options: Options) -> Contents:
    """Look at a sheet: it has to be read as a whole, within its bound."""
    return sampled(read(file, options))


def read(file: File, options: Options) -> Contents:
    """Read the vectors in the chosen sheet, or in the first one that holds anything."""
    frame, numbers, sheets = read_sheet(file, options)
    choices = tuple(sheets) if len(sheets) > 1 else ()
    origin = Origin("row", numbers=lambda: np.array(numbers))
    return from_frame(file, frame, options, arrays=choices, dtype="stored", origin=origin)


def read_frame(file: File) -> pl.DataFrame:
    """Read the first sheet that holds anything, with all its columns."""
    return read_sheet(file, Options())[0]


def read_sheet(file: File, options: Options) -> tuple[pl.DataFrame, list[int], list[str]]:
    """Return a sheet as a table, the numbers of its rows in the sheet, and all sheets' names."""
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum

    if is_zip(file.head(8)):
        check_size(file)
    try:
        with file.open() as stream:
            book = CalamineWorkbook.from_filelike(stream)
            kinds = book.sheets_metadata
            sheets = [one.name for one in kinds if one.typ == SheetTypeEnum.WorkSheet]
            if options.array is not None and options.array not in sheets:
                raise ParseError(
                    f"{file.name} has no sheet “{options.array}”. Its sheets: {', '.join(sheets)}."
                )
            rows: list[tuple[int, list[Any]]] = []
            for title in [options.array] if options.array else sheets:
                options.report(0.0, f"reading the sheet {title} of {file.name}")
                rows = cells(file, book.get_sheet_by_name(title))
                if rows:
                    break
    except PasswordError as error:
        raise ParseError(
            f"{file.name} is locked with a password. Save it in Excel without one, or as .csv."
        ) from error
    except CalamineError as error:
        raise ParseError(f"{file.name} is a broken workbook: {error}") from error
    if not rows:
        raise ParseError(f"{file.name} has no cells with anything in them.")
    frame, header = as_frame([cells for _, cells in rows])
    return frame, [number for number, _ in rows[header:]], sheets


def check_size(file: File) -> None:
    """Raise where the workbook unpacks to more than the bounds allow, or a sheet spans more.

    A sheet is read as a whole rectangle, up to its last cell.
    """
    with open_zip(file) as archive:
        check_sizes(file, archive)
        for info in archive.infolist():
            if info.filename.startswith("xl/worksheets/") and info.filename.endswith(".xml"):
                with archive.open(info) as stream:
                    check_span(file, *last_cell(stream))


def last_cell(stream: Any) -> tuple[int, int]:
    """Return the last row and the last column that a sheet's XML names."""
    row = column = 0
    rest = b""
    while block := stream.read(BLOCK_BYTES):
        text = rest + block
        found = CELL.findall(text)
        rest = text[-CELL_BYTES:]
        row = max(row, max((int(number) for _, number in found), default=0))
        letters = max({name for name, _ in found}, key=lambda name: (len(name), name), default=b"")
        place = 0
        for letter in letters:
            place = 26 * place + letter - ord("A") + 1
        column = max(column, place)
    return row, column


def check_span(file: File, rows: int, columns: int) -> None:
    """Raise ParseError where a sheet of so many rows and columns is beyond the bound."""
    if rows * columns > SHEET_CELLS:
        raise ParseError(
            f"{file.name} has a sheet of {rows:,} rows and {columns:,} columns: more than "
            f"{SHEET_CELLS:,} cells. Save it as .csv or Parquet."
        )


def cells(file: File, sheet: Any) -> list[tuple[int, list[Any]]]:
    """Return the rows of a sheet that hold anything with their numbers, None for empty cells."""
    check_span(file, sheet.total_height, sheet.total_width)
    rows = []
    for number, row in enumerate(sheet.iter_rows(), 1):
        values = [None if cell == "" else cell for cell in row]
        if any(cell is not None for cell in values):
            rows.append((number, values))
    return rows


def as_frame(rows: list[list[Any]]) -> tuple[pl.DataFrame, bool]:
    """Return rows of cells as a table, and whether the first one names the columns.

    It does if it holds no number, or numbers that count up.
    """
    first = rows[0]
    numbers = [cell for cell in first if isinstance(cell, int | float)]
    counting = len(numbers) > 1 and numbers in (
        list(range(len(numbers))),
        list(range(1, len(numbers) + 1)),
    )
    header = counting or not numbers
    names = [
        as_text(cell) if header and cell is not None else f"column_{place}"
        for place, cell in enumerate(first, 1)
    ]
    data = rows[1:] if header else rows
    columns: dict[str, pl.Series] = {}
    for place, name in enumerate(names):
        values = [row[place] for row in data]
        if header and first[place] is None and not any(value is not None for value in values):
            continue  # an empty column
        unique = name if name not in columns else f"{name}_{place + 1}"
        columns[unique] = as_series(unique, values)
    return pl.DataFrame(columns), header


def as_series(name: str, values: list[Any]) -> pl.Series:
    """Return cells as whole numbers or numbers where all are, else as texts."""
    if all(value is None or isinstance(value, int | float) for value in values):
        if all(value is None or is_whole(value) for value in values):
            return pl.Series(name, [None if v is None else int(v) for v in values], pl.Int64)
        return pl.Series(name, [None if v is None else float(v) for v in values], pl.Float64)
    return pl.Series(name, [None if v is None else as_text(v) for v in values], pl.String)


def is_whole(value: float) -> bool:
    """Tell whether a number is whole: Excel knows no others, and shows 1000.0 as 1000."""
    return abs(value) < WHOLE and value == int(value)


def as_text(value: object) -> str:
    """Return what stands in a cell as Excel shows it: 1000 and not 1000.0."""
    return str(int(value)) if isinstance(value, float) and is_whole(value) else str(value)
