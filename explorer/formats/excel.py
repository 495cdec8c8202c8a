"""Excel workbooks (.xlsx): values only, no formulas, within a bound of cells."""

from __future__ import annotations

from typing import Any

import polars as pl

from explorer.errors import ParseError
from explorer.formats.bounds import SHEET_CELLS
from explorer.formats.columns import from_frame
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.json_table import sampled
from explorer.formats.unpack import check_sizes, is_zip, member_names, open_zip

OLD_EXCEL = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


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
    frame, sheets = read_sheet(file, options)
    choices = tuple(sheets) if len(sheets) > 1 else ()
    return from_frame(file, frame, options, arrays=choices, dtype="stored")


def read_frame(file: File) -> pl.DataFrame:
    """Read the first sheet that holds anything, with all its columns."""
    return read_sheet(file, Options())[0]


def read_sheet(file: File, options: Options) -> tuple[pl.DataFrame, list[str]]:
    """Return a sheet as a table, and the names of all sheets."""
    if file.head(8) == OLD_EXCEL:
        raise ParseError(
            f"{file.name} is in Excel's format from before 2007 (.xls), which is not read here. "
            "Open it in Excel or LibreOffice and save it as .xlsx or .csv."
        )
    with open_zip(file) as archive:
        check_sizes(file, archive)
    from openpyxl import load_workbook

    try:
        with file.open() as stream:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
            sheets = [sheet.title for sheet in book.worksheets]
            if options.array is not None and options.array not in sheets:
                raise ParseError(
                    f"{file.name} has no sheet “{options.array}”. Its sheets: {', '.join(sheets)}."
                )
            wanted = [options.array] if options.array else sheets
            rows: list[tuple[Any, ...]] = []
            for title in wanted:
                rows = cells(file, book[title], options)
                if rows:
                    break
            book.close()
    except (ParseError, MemoryError):
        raise
    except Exception as error:  # openpyxl has no error of its own for broken files
        raise ParseError(f"{file.name} is a broken workbook: {error}") from error
    if not rows:
        raise ParseError(f"{file.name} has no cells with anything in them.")
    return as_frame(rows), sheets


def cells(file: File, sheet: Any, options: Options) -> list[tuple[Any, ...]]:
    """Return the rows of a sheet that hold anything; raises ParseError past the bound."""
    rows, seen = [], 0
    sheet.reset_dimensions()  # what the file says about its size may be anything
    for row in sheet.iter_rows(values_only=True):
        seen += max(1, len(row))
        if seen > SHEET_CELLS:
            raise ParseError(
                f"{file.name} has more than {SHEET_CELLS:,} cells. Save it as .csv or Parquet."
            )
        if any(cell is not None for cell in row):
            rows.append(row)
        if len(rows) % 1000 == 999:
            options.report(min(1.0, seen / SHEET_CELLS), f"reading {file.name}: row {len(rows):,}")
    return rows


def as_frame(rows: list[tuple[Any, ...]]) -> pl.DataFrame:
    """Return rows of cells as a table; the first one names the columns if it holds no number."""
    width = max(len(row) for row in rows)
    rows = [row + (None,) * (width - len(row)) for row in rows]
    first = rows[0]
    numbers = [cell for cell in first if isinstance(cell, int | float)]
    counting = len(numbers) > 1 and numbers in (
        list(range(len(numbers))),
        list(range(1, len(numbers) + 1)),
    )
    header = counting or not numbers
    names = [
        str(cell) if header and cell is not None else f"column_{place}"
        for place, cell in enumerate(first, 1)
    ]
    data = rows[1:] if header else rows
    columns = {}
    for place, name in enumerate(names):
        unique = name if name not in columns else f"{name}_{place + 1}"
        columns[unique] = as_series(unique, [row[place] for row in data])
    return pl.DataFrame(columns)


def as_series(name: str, values: list[Any]) -> pl.Series:
    """Return cells as numbers where all are, else as texts."""
    if all(value is None or isinstance(value, int | float) for value in values):
        return pl.Series(name, [None if v is None else float(v) for v in values], pl.Float64)
    return pl.Series(name, [None if v is None else str(v) for v in values], pl.String)
