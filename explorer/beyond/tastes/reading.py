"""Tastes from files: a table with a user and an item in each row, or the sample of dishes.

Tables are read by the formats' own readers and within their bounds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.beyond.tastes.tastes import MOST_PAIRS, Column, Nouns, Tastes, make_tastes
from explorer.errors import ParseError, TrainingError
from explorer.formats.file import File
from explorer.formats.whole_table import read_table
from explorer.space import is_numeric
from explorer.wording import count

PARTS = ("user", "item", "rating", "time")
NEEDED = PARTS[:2]
USUAL = {  # what columns are called, in lower case, the likeliest first
    "user": ("user", "userid", "user_id", "customer", "reader", "person", "member", "who"),
    "item": ("item", "itemid", "item_id", "movie", "movieid", "movie_id", "film", "book", "product",
             "title", "what"),
    "rating": ("rating", "stars", "score", "grade"),
    "time": ("time", "timestamp", "date", "when"),
}  # fmt: skip
DISHES = Nouns("dish", "dishes", "ingredient", "ingredients")
SEPARATOR = "; "  # between the ingredients of a dish


def read_pairs_table(file: File) -> pa.Table:
    """Return a file as a table that has a user and an item in some two of its columns.

    Raises
    ------
    ParseError
        It has fewer than two columns.
    UnknownFormatError, RefusedError
        As `explorer.open_space`.
    """
    found = read_table(file)
    if found.num_columns < 2:
        raise ParseError(
            f"{file.name} has {count(found.num_columns, 'column')}. Tastes need two: a user and "
            "an item; a rating and a time may stand beside them."
        )
    if found.num_rows > MOST_PAIRS:
        raise TrainingError(
            f"{file.name} has {found.num_rows:,} rows; up to {MOST_PAIRS:,} are learned from. "
            "Open a part of the table."
        )
    return found


def usual_columns(names: Sequence[str]) -> dict[str, str | None]:
    """Return which columns are most likely user, item, rating and time: by name, else in order.

    Examples
    --------
    >>> usual_columns(["movieId", "userId", "rating", "x"])
    {'user': 'userId', 'item': 'movieId', 'rating': 'rating', 'time': None}
    """
    free = list(names)
    found: dict[str, str | None] = dict.fromkeys(PARTS)
    for part, usual in USUAL.items():
        fits = [one for wanted in usual for one in free if one.split(":")[0].lower() == wanted]
        if fits:
            found[part] = fits[0]
            free.remove(fits[0])
    for part in NEEDED:
        if found[part] is None and free:
            found[part] = free.pop(0)
    return found


def tastes_from_table(
    table: pa.Table, columns: Mapping[str, str | None], name: str, *, seed: int = 0
) -> Tastes:
    """Return the tastes in some columns of a table: `columns` names those of PARTS.

    Raises
    ------
    TrainingError
        Two of them are the same column, a time or every second rating is no number, or there is
        too little.
    """
    named = [one for one in columns.values() if one]
    if len(set(named)) != len(named) or not all(columns.get(part) for part in NEEDED):
        raise TrainingError(
            f"The columns are {', '.join(f'“{one}”' for one in named)}. "
            "Choose a different one for the user, the item, and what else there is."
        )
    users, items = (coded(table.column(str(columns[part]))) for part in NEEDED)
    rating, time = columns.get("rating"), columns.get("time")
    ratings, told = ratings_of(table.column(rating), rating) if rating else (None, [])
    return make_tastes(
        name,
        users,
        items,
        ratings=ratings,
        times=numbers(as_seconds(table.column(time)), time) if time else None,
        notes=told,
        seed=seed,
    )


def coded(column: pa.ChunkedArray) -> Column:
    """Return a column's names and each row's code; -1 where it is empty."""
    texts = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
    found = texts.combine_chunks().dictionary_encode()
    codes = found.indices.fill_null(-1).to_numpy().astype(np.int64)
    names = found.dictionary.to_pylist()
    if "" in names:
        codes[codes == names.index("")] = -1
    return codes, names


def as_seconds(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Return dates and times as seconds since 1970, also such as are written as text."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        try:
            column = pc.cast(pc.cast(column, pa.string()), pa.timestamp("s"))
        except pa.ArrowException:
            return column
    if pa.types.is_timestamp(column.type) or pa.types.is_date(column.type):
        return pc.cast(pc.cast(column, pa.timestamp("s"), safe=False), pa.int64())
    return column


def ratings_of(column: pa.ChunkedArray, name: str) -> tuple[NDArray[np.float64], list[str]]:
    """Return ratings, NaN where there is none or no number, and what to tell of these.

    Raises TrainingError where most are no numbers: then it is another column.
    """
    if is_numeric(column.type):
        values = pc.cast(column, pa.float64()).to_numpy().astype(np.float64)
        rows = np.flatnonzero(np.isinf(values))
    else:
        texts = pc.utf8_trim_whitespace(pc.cast(column, pa.string())).fill_null("")
        values = np.array([number_in(text) for text in texts.to_pylist()], np.float64)
        rows = np.flatnonzero(~np.isfinite(values) & (texts.to_numpy() != ""))
    if not len(rows):
        return values, []
    first = f"row {rows[0] + 1:,}: “{str(column[int(rows[0])].as_py())[:60]}”"
    if 2 * len(rows) > len(values):
        raise TrainingError(
            f"Most of the column “{name}” is no number, such as {first}. Choose a column of "
            "numbers for the rating, or none."
        )
    values[rows] = np.nan
    told = (
        f"{count(len(rows), 'rating is', 'ratings are')} no number, such as {first}. The row "
        "counts, its rating does not."
    )
    return values, [told]


def number_in(text: str) -> float:
    """Return the number that a text says, NaN where it says none."""
    try:
        return float(text)
    except ValueError:
        return float("nan")


def numbers(column: pa.ChunkedArray, name: str) -> NDArray[np.float64]:
    """Return a column as numbers, NaN where it is empty; raises TrainingError for other texts."""
    if not is_numeric(column.type):
        texts = pc.utf8_trim_whitespace(pc.cast(column, pa.string()))
        column = pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)
    try:
        found = pc.cast(column, pa.float64())
    except pa.ArrowException:
        row, text = first_text(column)
        raise TrainingError(
            f"Row {row:,} of the column “{name}” is “{text[:60]}”, which is no number. "
            "Choose a column of numbers, or none."
        ) from None
    values: NDArray[np.float64] = found.to_numpy().astype(np.float64)
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0]) + 1
        raise TrainingError(
            f"Row {row:,} of the column “{name}” is infinite. Give a finite number, or none."
        )
    return values


def first_text(column: pa.ChunkedArray) -> tuple[int, str]:
    """Return the first cell that is no number, and its row, counted from 1."""
    for row, text in enumerate(column.to_pylist(), 1):
        try:
            float(text or 0)
        except ValueError:
            return row, str(text)
    return 0, ""


def read_dishes(file: File, *, seed: int = 0) -> Tastes:
    """Return the sample: a dish is a user, and its ingredients are what it took.

    The file has the columns dish, country, kitchen and ingredients, these separated by "; ".
    """
    table = read_table(file)
    names = table.column("dish").to_pylist()
    lists = [one.split(SEPARATOR) for one in table.column("ingredients").to_pylist()]
    items = list(dict.fromkeys(one for some in lists for one in some))
    code = {one: row for row, one in enumerate(items)}
    dishes = np.repeat(np.arange(len(names)), [len(some) for some in lists])
    taken = np.array([code[one] for some in lists for one in some], np.int64)
    made = make_tastes("Dishes", (dishes, names), (taken, items), nouns=DISHES, seed=seed)
    return with_about(made, table.select(["country", "kitchen"]))


def with_about(tastes: Tastes, users: pa.Table | None, items: pa.Table | None = None) -> Tastes:
    """Return tastes with more columns of users and items, in the order of their ids."""
    from dataclasses import replace

    return replace(tastes, about_users=users, about_items=items)
