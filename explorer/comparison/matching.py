"""Matching: which row of one space is which row of the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.conditions import LABEL
from explorer.errors import QueryError
from explorer.space import EmbeddingSpace
from explorer.wording import count

Rows = NDArray[np.intp]

FEWEST = 3  # matched items: two have one distance, and nothing to correlate it with
WHY = "no partner", "occurs more than once"  # an item is left out
NAMED = 5  # items that a sentence names


@dataclass(frozen=True, eq=False)
class Matching:
    """The items that two spaces share, in the order of the first.

    Attributes
    ----------
    rows, other_rows
        (n,) intp: the row of each shared item in the first space and in the other.
    alone, other_alone
        Rows without a partner in the other space.
    repeated, other_repeated
        Rows left out because their key occurs twice in one of the spaces and in the other too, so
        that nobody knows which belongs to which.
    on
        What they were matched by: 'label' or a column's name.
    """

    rows: Rows
    other_rows: Rows
    alone: Rows
    other_alone: Rows
    repeated: Rows
    other_repeated: Rows
    on: str

    def __len__(self) -> int:
        return len(self.rows)


def keys_of(space: EmbeddingSpace, on: str) -> pl.Series:
    """Return n texts to match by, null where there is none; raises QueryError for no such column.

    A whole number is written without a fraction, so that 7 in one file is 7.0 in the other.
    """
    table = space.table()
    if on not in table.column_names:
        raise QueryError(
            f"{space.name} has no column “{on}” to match by. Its columns: "
            f"{', '.join(table.column_names)}."
        )
    column = space.label_array if on == LABEL and space.metadata is None else table[on]
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_nested(column.type) or pa.types.is_binary(column.type):
        raise QueryError(
            f"“{on}” of {space.name} holds {column.type}. Match by a column of texts or numbers."
        )
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), pa.scalar(None, column.type), column)
        whole = pc.all(pc.equal(column, pc.floor(column)), min_count=0).as_py()
        small = pc.all(pc.less(pc.abs(column), 2.0**53), min_count=0).as_py()
        if whole and small:
            column = column.cast(pa.int64())
    texts = pl.Series("key", pc.cast(column, pa.string()))
    return texts.set(texts == "", None)


def match(
    space: EmbeddingSpace, other: EmbeddingSpace, on: str = LABEL, fewest: int = FEWEST
) -> Matching:
    """Find the items that two spaces share.

    Parameters
    ----------
    space, other
        n and m items.
    on
        'label', or a column that both have.
    fewest
        Shared items that are needed: three to compare neighborhoods.

    Raises
    ------
    QueryError
        One has no such column, or fewer items are shared.

    Examples
    --------
    >>> old = EmbeddingSpace(["a", "b", "c", "d"], np.eye(4))
    >>> new = EmbeddingSpace(["d", "c", "b", "e"], np.eye(4))
    >>> found = match(old, new)
    >>> found.rows.tolist(), found.other_rows.tolist(), found.alone.tolist()
    ([1, 2, 3], [2, 1, 0], [0])
    """
    sides = [
        pl.DataFrame({"key": keys_of(one, on)})
        .with_row_index("row")
        .with_columns(pl.len().over("key").alias("times"))
        for one in (space, other)
    ]
    known = [one.filter(pl.col("key").is_not_null()) for one in sides]
    twice = pl.concat([one.filter(pl.col("times") > 1).select("key") for one in known]).unique()
    for one in known:  # a key that the other space lacks has no partner, once or twice
        twice = twice.join(one, on="key", how="semi")
    repeated = [one.join(twice, on="key", how="semi")["row"].to_numpy() for one in known]
    once = [one.join(twice, on="key", how="anti") for one in known]
    both = once[0].join(once[1], on="key", how="inner", suffix="_other").sort("row")
    rows, other_rows = (both[name].to_numpy().astype(np.intp) for name in ("row", "row_other"))
    alone = [
        np.setdiff1d(np.arange(len(one)), np.concatenate([matched, again])).astype(np.intp)
        for one, matched, again in zip(sides, (rows, other_rows), repeated, strict=True)
    ]
    again = [np.sort(one).astype(np.intp) for one in repeated]
    found = Matching(rows, other_rows, alone[0], alone[1], again[0], again[1], on)
    if len(found) < fewest:
        check(found, space, other)
    return found


def check(found: Matching, space: EmbeddingSpace, other: EmbeddingSpace) -> None:
    """Raise QueryError: too few items are shared to compare anything."""
    if len(found.repeated) and not len(found):
        raise QueryError(
            f"Every “{found.on}” that {space.name} and {other.name} share occurs twice, so no item "
            "can be matched. Choose a column with a value of its own in each row, such as an id."
        )
    if not len(found):
        raise QueryError(
            f"{space.name} and {other.name} share no item by “{found.on}”: "
            f"{examples(space, found.on)} here, {examples(other, found.on)} there. Choose another "
            "column to match by, or look at drift, which needs no shared items."
        )
    raise QueryError(
        f"{space.name} and {other.name} share {count(len(found), 'item')} by “{found.on}”. "
        f"Neighborhoods can be compared from {FEWEST} shared items on."
    )


def examples(space: EmbeddingSpace, on: str) -> str:
    """Return the first two keys of a space, in quotes."""
    return ", ".join(f"“{key}”" for key in keys_of(space, on).drop_nulls()[:2]) or "nothing"


def notes(found: Matching, space: EmbeddingSpace, other: EmbeddingSpace) -> list[str]:
    """Return what a reader should know of the matching, a sentence each."""
    told = []
    for one, another, alone, again in (
        (space, other, found.alone, found.repeated),
        (other, space, found.other_alone, found.other_repeated),
    ):
        if len(alone):
            told.append(
                f"{count(len(alone), 'item')} of {one.name} {'has' if len(alone) == 1 else 'have'} "
                f"no partner in {another.name} and {'is' if len(alone) == 1 else 'are'} left out: "
                f"{named(one, alone)}."
            )
        if len(again):
            told.append(
                f"{count(len(again), 'row')} of {one.name} {'is' if len(again) == 1 else 'are'} "
                f"left out because the same “{found.on}” occurs more than once: "
                f"{named(one, again)}."
            )
    for one, another, alone, other_alone in (
        (space, other, found.alone, found.other_alone),
        (other, space, found.other_alone, found.alone),
    ):
        if not len(alone) and len(other_alone):
            told.append(f"All items of {one.name} are in {another.name}: it is a part of it.")
    return told


def left_out(found: Matching, space: EmbeddingSpace, other: EmbeddingSpace) -> pa.Table:
    """Return each item that has no place in the matching: item, space, row, why.

    Those of the first space come first, without a partner before repeated; rows count from 0.
    """
    parts = []
    for one, rows in (
        (space, (found.alone, found.repeated)),
        (other, (found.other_alone, found.other_repeated)),
    ):
        for why, some in zip(WHY, rows, strict=True):
            columns = {
                "item": pa.array(one.labels_at(some), pa.string()),
                "space": pa.array([one.name] * len(some), pa.string()),
                "row": pa.array(some, pa.int64()),
                "why": pa.array([why] * len(some), pa.string()),
            }
            if found.on != LABEL:
                columns[found.on] = pa.array(keys_of(one, found.on).gather(some).to_list())
            parts.append(pa.table(columns))
    return pa.concat_tables(parts, promote_options="default")


def named(space: EmbeddingSpace, rows: Rows) -> str:
    """Return the labels of the first few rows, in quotes."""
    first = dict.fromkeys(space.labels_at(rows[: 4 * NAMED]))
    more = " …" if len(rows) > NAMED else ""
    return ", ".join(f"“{label}”" for label in list(first)[:NAMED]) + more
