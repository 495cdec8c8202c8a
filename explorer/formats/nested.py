"""Tables whose vectors are wrapped: nested records, base64, bytes, PostgreSQL's braces.

Whatever table is read, `plain_vectors` brings its vectors into lists of numbers, which
`columns` then finds.
"""

from __future__ import annotations

import base64
import binascii

import numpy as np
import polars as pl

PAYLOADS = (  # records whose fields keep their names
    "payload",  # Qdrant
    "metadata",  # Pinecone, Chroma
    "metadatas",
    "properties",  # Weaviate
    "_additional",
    "_source",  # Elasticsearch
    "fields",
)
BATCH_LABEL = "custom_id"  # what the user called a line of OpenAI's batch
DEPTH = 6  # of records in records
FIELDS = 2_000  # of all records together: more columns than these are data, not names
SEEN = 20  # values that tell what a column of texts or bytes holds
BASE64 = r"^[A-Za-z0-9+/]{16,}={0,2}$"
BRACES = r"^\s*\{[-+.0-9eEnaifNI,\s]+\}\s*$"  # PostgreSQL's real[]: {0.1,-0.2}
PLAUSIBLE = 1e4  # numbers in embeddings are smaller; other bytes read as numbers are not


def plain_vectors(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table with its vectors as columns of lists, one row for each vector."""
    frame = flat(frame)
    if BATCH_LABEL in frame.columns and "id" in frame.columns:
        frame = frame.drop("id")  # drawn at random by the service
    for name, dtype in frame.schema.items():
        if dtype not in (pl.Binary, pl.String):
            continue
        seen = frame[name].drop_nulls().head(SEEN)
        if not len(seen):
            continue
        if dtype == pl.Binary:
            made = from_bytes(frame[name])
        elif dtype == pl.String and seen.str.contains(BASE64).all():
            made = from_base64(frame[name])
        elif dtype == pl.String and seen.str.contains(BRACES).all():
            made = from_braces(frame[name])
        else:
            continue
        if made is not None:
            frame = frame.with_columns(made.alias(name))
    return frame


def flat(frame: pl.DataFrame) -> pl.DataFrame:
    """Return a table without records in its cells: their fields become columns.

    A list of records that hold vectors becomes a row for each of them.
    """
    for _ in range(DEPTH):
        nested = {
            name: len(dtype.fields)
            for name, dtype in frame.schema.items()
            if isinstance(dtype, pl.Struct)
        }
        if nested:
            if sum(nested.values()) > FIELDS:
                return frame
            for name in nested:
                frame = with_fields(frame, name)
            continue
        lists = [name for name, dtype in frame.schema.items() if holds_vectors_in_records(dtype)]
        if not lists:
            break
        frame = frame.explode(lists[0])
    return frame


def with_fields(frame: pl.DataFrame, name: str) -> pl.DataFrame:
    """Return a table with the fields of a column of records in its place."""
    place = frame.columns.index(name)
    fields = frame[name].struct.unnest()
    taken = set(frame.columns) - {name}
    for field in fields.columns:
        free = field if name in PAYLOADS and field not in taken else f"{name}.{field}"
        while free in taken:
            free += " "
        taken.add(free)
        fields = fields.rename({field: free}) if free != field else fields
    left, right = frame.columns[:place], frame.columns[place + 1 :]
    return pl.concat([frame.select(left), fields, frame.select(right)], how="horizontal")


def holds_vectors_in_records(dtype: pl.DataType) -> bool:
    """Tell whether a type is a list of records, one of whose fields is a list of numbers."""
    if not isinstance(dtype, pl.List) or not isinstance(dtype.inner, pl.Struct):
        return False
    kinds = [field.dtype for field in dtype.inner.fields]
    return any(isinstance(one, pl.List) and one.inner.is_numeric() for one in kinds) or any(
        field.name == "embedding" and field.dtype == pl.String for field in dtype.inner.fields
    )


def from_base64(texts: pl.Series) -> pl.Series | None:
    """Return vectors that are base64 of float32, as OpenAI's `encoding_format="base64"`."""
    try:
        found = [None if one is None else base64.b64decode(one, validate=True) for one in texts]
    except (binascii.Error, ValueError):
        return None
    return from_bytes(pl.Series(found, dtype=pl.Binary))


def from_bytes(values: pl.Series) -> pl.Series | None:
    """Return vectors that are the bytes of float32 or float64, little-endian; None if they are not.

    All have one length. Bytes of something else, such as pictures, are no small numbers.
    """
    given = values.drop_nulls()
    sizes = given.bin.size().unique()
    if len(sizes) != 1 or sizes[0] < 8 or sizes[0] % 4:
        return None
    joined = b"".join(given)
    kinds = ["<f4", "<f8"] if sizes[0] % 8 == 0 else ["<f4"]
    if len(kinds) == 2 and not np.frombuffer(joined, "<f4")[::2].any():
        kinds.reverse()  # the lower halves of float64 that once was float32
    for kind in kinds:
        numbers = np.frombuffer(joined, kind)
        size = np.abs(numbers)
        if np.isfinite(numbers).all() and (size < PLAUSIBLE).all():
            matter = (size > 1 / PLAUSIBLE) | (size == 0)
            if matter.mean() > 0.9:
                rows = iter(numbers.reshape(len(given), -1).tolist())
                lists = [None if one is None else next(rows) for one in values]
                return pl.Series(lists, dtype=pl.List(pl.Float64))
    return None


def from_braces(texts: pl.Series) -> pl.Series:
    """Return vectors that PostgreSQL wrote as arrays."""
    parts = texts.str.strip_chars("{} \t\r\n").str.split(",")
    return parts.list.eval(pl.element().str.strip_chars()).cast(pl.List(pl.Float64), strict=False)
