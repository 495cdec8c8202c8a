"""The column of a space's metadata that holds pictures: thumbnails that we wrote ourselves.

It is an Arrow column of bytes whose field says so. A value is a WebP of `decode.shrunk`, or null
where a row has no picture: some 2 kB each, 100 MB for 50,000 rows.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.space import EmbeddingSpace

MARK = {b"embedding-explorer": b"picture"}  # metadata of the field
KIND = pa.large_binary()  # a plain one ends at 2 GB


def picture_columns(table: pa.Table | None) -> tuple[str, ...]:
    """Return the names of a table's columns of pictures, in order."""
    if table is None:
        return ()
    return tuple(field.name for field in table.schema if is_picture(field))


def is_picture(field: pa.Field) -> bool:
    """Tell whether a field is one of pictures."""
    marked = (field.metadata or {}).get(b"embedding-explorer") == MARK[b"embedding-explorer"]
    return marked and field.type == KIND


def with_pictures(
    table: pa.Table | None, name: str, thumbnails: Sequence[bytes | None]
) -> pa.Table:
    """Return a table with a column of pictures, one for each row; it may replace one of its name.

    Parameters
    ----------
    table
        The metadata of a space, or None.
    name
        What to call the column.
    thumbnails
        n pictures as `decode.shrunk` writes them; None or b"" where a row has none.

    Examples
    --------
    >>> picture_columns(with_pictures(None, "photo", [b"RIFF...", None]))
    ('photo',)
    """
    field = pa.field(name, KIND, metadata=MARK)
    values = pa.array([one or None for one in thumbnails], KIND)
    if table is None:
        return pa.table([values], schema=pa.schema([field]))
    if name in table.column_names:
        return table.set_column(table.column_names.index(name), field, values)
    return table.append_column(field, values)


def marked(table: pa.Table, names: Sequence[str]) -> pa.Table:
    """Return the table whose columns of these names are said to be pictures."""
    for name in names:
        place = table.column_names.index(name)
        field = pa.field(name, KIND, metadata=MARK)
        table = table.set_column(place, field, table.column(place).cast(KIND))
    return table


def without_pictures(table: pa.Table | None) -> pa.Table | None:
    """Return the table without its columns of pictures; None where it has no others."""
    names = picture_columns(table)
    if table is None or not names:
        return table
    rest = table.drop_columns(list(names))
    return rest if rest.num_columns else None


def has_pictures(space: EmbeddingSpace) -> bool:
    """Tell whether a space has pictures to show."""
    return bool(picture_columns(space.metadata))


def pictures_of(
    space: EmbeddingSpace, rows: Sequence[int] | NDArray[Any], column: str | None = None
) -> tuple[bytes | None, ...]:
    """Return the thumbnails of some rows, from the first column of pictures or the one named.

    None stands for a row without a picture, and for all where the space has no such column.
    """
    names = picture_columns(space.metadata)
    name = column or next(iter(names), None)
    if space.metadata is None or name not in names:
        return (None,) * len(rows)
    found = space.metadata[name].take(pa.array(np.asarray(rows, np.int64)))
    return tuple(found.to_pylist())


def data_url(thumbnail: bytes | None) -> str | None:
    """Return a thumbnail of ours as the address of an image, for tables and HTML."""
    if not thumbnail:
        return None
    return "data:image/webp;base64," + base64.b64encode(thumbnail).decode()
