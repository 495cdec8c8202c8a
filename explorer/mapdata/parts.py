"""The parts of a view that are too big to send twice: coordinates, labels, columns.

Each part has an id made from its content. A view names its parts, and the browser keeps them: a
change of colors sends only the colors.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from explorer.figures.colors import Categories, Numbers, colorable, coloring
from explorer.mapdata.message import write_message
from explorer.pictures.column import picture_columns, without_pictures
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace

MOST_WITH_TEXTS = 50_000  # rows; beyond that a column of different texts is left out on hover
MOST_HOVERED = 3  # columns
PICTURES_BYTES = 4 << 20  # of the pictures in one part
MOST_PICTURE_BYTES = 256 << 20  # of all that a browser gets
BATCH_ROWS = 4_096
LONGEST_TEXT = 120  # characters of a text that is shown on hover


@dataclass(frozen=True, eq=False)
class Part:
    """A message and the id that views know it by."""

    id: str
    data: bytes
    column: str = ""


def points_part(projection: Projection) -> Part:
    """Return a projection's coordinates."""
    coordinates = projection.coordinates
    return part("points", {"dimensions": projection.n_components}, {"coordinates": coordinates})


def labels_part(space: EmbeddingSpace) -> Part:
    """Return a space's labels."""
    return texts_part("label", space.labels)


def texts_part(column: str, texts: Sequence[str]) -> Part:
    """Return one text per point: all texts as one run of UTF-8, and where each ends."""
    encoded = [text.encode("utf-8", "replace") for text in texts]
    ends = np.cumsum([len(one) for one in encoded], dtype=np.uint32)
    utf8 = np.frombuffer(b"".join(encoded), np.uint8)
    return part("texts", {"column": column}, {"utf8": utf8, "ends": ends})


def rounded_points_part(projection: Projection) -> Part:
    """Return coordinates as 16-bit steps of one length on all axes, in a quarter of the bytes."""
    coordinates = projection.coordinates.astype(np.float64)
    low = coordinates.min(axis=0)
    step = float((coordinates.max(axis=0) - low).max()) / 65_535 or 1.0
    header = {"dimensions": projection.n_components, "low": low.tolist(), "step": step}
    steps = np.rint((coordinates - low) / step).astype(np.uint16)
    return part("points", header, {"coordinates": steps})


def column_part(colors: Categories | Numbers) -> Part:
    """Return the values of a column that can be colored by."""
    if isinstance(colors, Numbers):
        values = colors.values.astype(np.float32)
        return part("numbers", {"column": colors.column}, {"values": values})
    codes = colors.codes.astype(np.uint8 if len(colors.names) <= 256 else np.uint16)
    header = {"column": colors.column, "names": list(colors.names)}
    return part("codes", header, {"codes": codes})


def outside_part(n: int, kept: NDArray[np.intp]) -> Part:
    """Return which of n points a filter leaves out: all but those kept, one bit each."""
    outside = np.ones(n, bool)
    outside[kept] = False
    return part("bits", {"n": n}, {"bits": np.packbits(outside, bitorder="little")})


def hover_parts(space: EmbeddingSpace, columns: Sequence[str] | None) -> list[Part]:
    """Return the columns to show on hover: those named, or the first few."""
    metadata = without_pictures(space.metadata)
    if metadata is None:
        return []
    known = set(colorable(metadata))
    found = []
    for name in metadata.column_names if columns is None else columns:
        if name in known:
            # the same codes as for coloring, so that the browser needs them only once
            found.append(column_part(coloring(metadata, name, dark=False)))
        elif columns is not None or len(space) <= MOST_WITH_TEXTS:
            texts = pc.fill_null(pc.cast(metadata[name], pa.string()), "—")
            found.append(texts_part(name, [one[:LONGEST_TEXT] for one in texts.to_pylist()]))
        if columns is None and len(found) == MOST_HOVERED:
            break
    return found


def picture_parts(space: EmbeddingSpace) -> list[Part]:
    """Return the thumbnails of the first column of pictures, some megabytes to a part.

    They are sent as they are kept, and the browser decodes those that it shows. Beyond a bound
    on all bytes, rows stay points.
    """
    names = picture_columns(space.metadata)
    if space.metadata is None or not names:
        return []
    found: list[Part] = []
    first = total = 0
    waiting: list[bytes] = []

    def close() -> None:
        nonlocal first, waiting
        ends = np.cumsum([len(one) for one in waiting], dtype=np.uint32)
        data = np.frombuffer(b"".join(waiting), np.uint8)
        header = {"column": names[0], "first": first}
        found.append(part("pictures", header, {"bytes": data, "ends": ends}))
        first += len(waiting)
        waiting = []

    size = 0
    for batch in space.metadata.select([names[0]]).to_batches(max_chunksize=BATCH_ROWS):
        for one in batch.column(0).to_pylist():
            data = one or b""
            total += len(data)
            if total > MOST_PICTURE_BYTES:
                break
            if size + len(data) > PICTURES_BYTES and waiting:
                close()
                size = 0
            waiting.append(data)
            size += len(data)
    if waiting:
        close()
    return found


def part(kind: str, header: dict[str, Any], arrays: dict[str, NDArray[Any]]) -> Part:
    """Return a part; its id is a digest of all that is in it."""
    digest = hashlib.blake2b(repr(header).encode(), digest_size=12)
    for name, values in arrays.items():
        digest.update(f"{name} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    part_id = f"{kind} {digest.hexdigest()}"
    message = write_message({"kind": kind, "id": part_id, **header}, arrays)
    return Part(part_id, message, header.get("column", ""))
