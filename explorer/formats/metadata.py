"""The columns of a table that go along with its vectors, as Arrow holds them in a space."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import polars as pl
import pyarrow as pa

from explorer.pictures.column import marked

DAY, TIME = r"[1-9]\d{3}-\d{2}-\d{2}", r"[T ]\d{2}:\d{2}:\d{2}(\.\d{1,6})?"
ZONE = r"(Z|[+-]\d{2}:?\d{2})"
MOMENT = "%Y-%m-%d %H:%M:%S%.f"
# How ISO 8601 writes them; other ways are ambiguous, and 20240131 may be a number.
MOMENTS: tuple[tuple[str, Callable[[pl.Series], pl.Series]], ...] = (
    (DAY, lambda texts: texts.str.to_date("%Y-%m-%d", strict=False)),
    (DAY + TIME, lambda texts: spaced(texts).str.to_datetime(MOMENT, strict=False)),
    (
        DAY + TIME + ZONE,
        lambda texts: spaced(texts).str.to_datetime(f"{MOMENT}%#z", strict=False, time_zone="UTC"),
    ),
)


def with_dates(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a whole table with its columns of ISO 8601 dates as dates, with or without times.

    A column stays text where one value is no date.
    """
    texts = (column for column in frame if column.dtype == pl.String)
    found = (as_moments(column) for column in texts)
    return frame.with_columns(one for one in found if one is not None)


def as_moments(texts: pl.Series) -> pl.Series | None:
    """Return texts as dates, or None where one is not written as the first is."""
    first = texts.drop_nulls().head(1)
    for pattern, parse in MOMENTS:
        whole = f"^{pattern}$"
        if first.str.contains(whole).any() and texts.str.contains(whole).all():
            moments = parse(texts)
            return moments if moments.null_count() == texts.null_count() else None
    return None


def spaced(texts: pl.Series) -> pl.Series:
    """Return moments with a space between day and time."""
    return texts.str.replace("T", " ", literal=True)


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
