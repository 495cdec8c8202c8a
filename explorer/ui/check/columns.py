"""What was found of each row, as columns that a filter may name on any page.

They come from the check that is kept on disk, so that a link with such a filter shows the same in
another browser and after a reload.
"""

from __future__ import annotations

import hashlib
import re

import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.checks import job
from explorer.checks.agreement import Coded, coded
from explorer.checks.findings import FINDINGS, LABELS, PREFIX, SPLIT, Findings, conclude
from explorer.checks.measured import Measured
from explorer.errors import QueryError
from explorer.pictures.column import without_pictures
from explorer.projection.sampling import whole_space
from explorer.ui.filter.columns import SOURCES, columns_of
from explorer.ui.filter.state import condition

CHOSEN = {LABELS: "check label", SPLIT: "check split"}  # session state: (digest, column)
NAMED = {  # the chosen column in the name of a finding's column, as a condition quotes it
    needs: re.compile(
        rf'"{PREFIX}{next(f.column for f in FINDINGS.values() if f.needs == needs)}'
        r'_((?:[^"]|"")+)"'
    )
    for needs in CHOSEN
}


def measured(space: EmbeddingSpace) -> Measured | None:
    """Return what was measured of a whole space, or None where it has not been checked."""
    try:
        return in_memory(job.key_of(space))
    except LookupError:
        return None


@st.cache_resource(show_spinner=False, max_entries=2)  # 80 MB for 400,000 rows
def in_memory(key: str) -> Measured:
    """Return a check that is kept on disk; a failure is not remembered."""
    found = job.load(key)
    if found is None:
        raise LookupError(key)
    return found


@st.cache_resource(show_spinner=False, max_entries=4)
def concluded(
    key: tuple[str, ...], _space: EmbeddingSpace, _measured: Measured, _table: pa.Table
) -> Findings:
    """Return the findings for a label column and a split, once for all visitors.

    The key is the space's digest and, for each of the two columns, its name and a digest of it.
    """
    label, split = (coded(_table, name) if name else None for name in key[1::2])
    return conclude(_space, _measured, label, split)


def findings(space: EmbeddingSpace, found: Measured, label: str, split: str) -> Findings:
    """Return the findings of a whole space for the columns chosen, '' for none.

    Raises
    ------
    QueryError
        A column cannot be used so.
    """
    table = own_columns(space)
    parts = [part for name in (label, split) for part in (name, content(table, name))]
    return concluded((space.digest, *parts), space, found, table)


def content(table: pa.Table, name: str) -> str:
    """Return a digest of a column, whose values may change as tags do; '' for no column."""
    if not name:
        return ""
    column: Coded = coded(table, name)
    hasher = hashlib.blake2b(repr(column.texts).encode(), digest_size=16)
    hasher.update(column.codes.data)
    return hasher.hexdigest()


def own_columns(space: EmbeddingSpace) -> pa.Table:
    """Return the columns that labels and splits may be chosen from: all but ours, and pictures."""
    whole = whole_space(space)
    table = whole.table()
    for source in SOURCES:
        if source is not check_columns:
            for name, values in source(whole).items():
                if name in table.column_names:
                    table = table.drop_columns(name)
                table = table.append_column(name, values)
    return without_pictures(table) if table is not None else table


def check_columns(space: EmbeddingSpace) -> dict[str, pa.Array]:
    """Return the columns of a space's findings, once it has been checked."""
    found = measured(space)
    if found is None:
        return {}
    names = {needs: wanted(space, needs) for needs in CHOSEN}
    for label, split in ((names[LABELS], names[SPLIT]), ("", "")):
        try:
            return findings(space, found, label, split).columns
        except QueryError:  # a column that is gone, or that an address made up
            continue
    return {}


def wanted(space: EmbeddingSpace, needs: str) -> str:
    """Return the column that the filter names, or that was chosen on the page; '' for none."""
    if match := NAMED[needs].search(condition()):
        return match[1].replace('""', '"')
    digest, name = st.session_state.get(CHOSEN[needs], ("", ""))
    return str(name) if digest == space.digest else ""


SOURCES.append(check_columns)

__all__ = ["check_columns", "columns_of", "findings", "measured", "own_columns"]
