"""Cells that a spreadsheet would run as formulas, made harmless on the way out and restored.

A cell that begins with =, +, -, @, a tab or a line end gets an apostrophe in front, as OWASP
recommends ("CSV Injection"): Excel and LibreOffice then show text. Numbers stay as they are.
"""

from __future__ import annotations

import polars as pl

# Apostrophes before the sign are counted in, so that each way undoes the other.
ARMED = r"^'*[=+\-@\t\r\n]"
DISARMED = r"^'('*[=+\-@\t\r\n])"


def is_formula(cells: pl.Series) -> pl.Series:
    """Tell which texts a spreadsheet would run, or that look like one with its apostrophe."""
    return cells.str.contains(ARMED) & cells.cast(pl.Float64, strict=False).is_null()


def disarmed_cells(cells: pl.Series) -> pl.Series:
    """Return texts that a spreadsheet shows as they are."""
    return cells.zip_with(~is_formula(cells).fill_null(False), "'" + cells)


def disarmed(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table, names of columns included, that a spreadsheet shows as it is."""
    cells = [disarmed_cells(one) if one.dtype == pl.String else one for one in frame]
    return pl.DataFrame(cells, schema=disarmed_cells(pl.Series(frame.columns)).to_list())


def restored(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table that `disarmed` was given."""
    names = pl.Series(frame.columns).str.replace(DISARMED, "$1")
    cells = [one.str.replace(DISARMED, "$1") if one.dtype == pl.String else one for one in frame]
    return pl.DataFrame(cells, schema=names.to_list())


def formulas(frame: pl.DataFrame) -> int:
    """Return how many cells `disarmed` would change."""
    texts = [one for one in (*frame, pl.Series(frame.columns)) if one.dtype == pl.String]
    return sum(int(is_formula(one).sum()) for one in texts)
