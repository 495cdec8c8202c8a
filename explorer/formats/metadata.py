"""The columns of a table that go along with its vectors, as Arrow holds them in a space."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import pyarrow as pa

from explorer.pictures.column import marked


def to_metadata(frame: pl.DataFrame, pictures: Sequence[str] = ()) -> pa.Table:
    """Return the columns as an Arrow table with the plain string type; no lists, no records.

    Of columns of bytes, only those of pictures stay.
    """
    flat = frame.select(
        name
        for name, dtype in frame.schema.items()
        if name in pictures or (not dtype.is_nested() and dtype not in (pl.Binary, pl.Object))
    )
    flat = flat.rename({name: name.replace("\0", "�") for name in flat.columns if "\0" in name})
    texts = [name for name, dtype in flat.schema.items() if is_text_type(dtype)]
    table = flat.with_columns(pl.col(texts).cast(pl.String)).to_arrow()
    fields = [
        field.with_type(pa.string()) if is_text(field.type) else field for field in table.schema
    ]
    named = [name.replace("\0", "�") for name in pictures]
    return marked(table.cast(pa.schema(fields)), named)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether an Arrow type is one of the string types."""
    return bool(
        pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    )


def is_text_type(dtype: pl.DataType) -> bool:
    """Tell whether a polars type is one of texts."""
    return dtype == pl.String or isinstance(dtype, pl.Categorical | pl.Enum)
