"""The column of a space that holds pictures."""

from __future__ import annotations

import io

import pyarrow as pa
from PIL import Image

from explorer.pictures.column import (
    data_url,
    has_pictures,
    picture_columns,
    pictures_of,
    with_pictures,
    without_pictures,
)
from explorer.pictures.decode import is_thumbnail, shrunk
from explorer.space import EmbeddingSpace

LABELS = ["a", "b", "c"]
VECTORS = [[1, 0], [0, 1], [1, 1]]


def thumbnail(color: str, size: int = 20) -> bytes:
    return shrunk(Image.new("RGB", (size, size), color), size)


RED, BLUE = thumbnail("red"), thumbnail("blue")


def test_a_column_of_pictures_is_found_by_its_field_alone() -> None:
    table = pa.table({"raw": pa.array([b"x"] * 3, pa.large_binary()), "n": [1, 2, 3]})
    assert picture_columns(table) == ()
    assert picture_columns(None) == ()
    assert picture_columns(with_pictures(table, "photo", [RED, None, BLUE])) == ("photo",)


def test_the_pictures_of_some_rows_come_in_the_order_asked_for() -> None:
    space = EmbeddingSpace(LABELS, VECTORS, metadata=with_pictures(None, "p", [RED, b"", BLUE]))
    assert has_pictures(space)
    assert pictures_of(space, [2, 1, 0]) == (BLUE, None, RED)


def test_a_space_without_pictures_has_none() -> None:
    space = EmbeddingSpace(LABELS, VECTORS)
    assert not has_pictures(space)
    assert pictures_of(space, [0, 1]) == (None, None)


def test_rows_that_are_taken_keep_their_pictures() -> None:
    space = EmbeddingSpace(LABELS, VECTORS, metadata=with_pictures(None, "p", [RED, None, BLUE]))
    part = space.take([2, 0], name="part", step="two")
    assert pictures_of(part, [0, 1]) == (BLUE, RED)


def test_pictures_count_in_the_digest() -> None:
    one, other = (
        EmbeddingSpace(LABELS, VECTORS, metadata=with_pictures(None, "p", pictures))
        for pictures in ([RED, None, BLUE], [BLUE, None, BLUE])
    )
    assert one.digest != other.digest


def test_a_table_is_given_without_its_pictures() -> None:
    table = with_pictures(pa.table({"n": [1, 2, 3]}), "p", [RED, None, BLUE])
    rest = without_pictures(table)
    assert rest is not None
    assert rest.column_names == ["n"]
    assert without_pictures(with_pictures(None, "p", [RED])) is None


def test_a_thumbnail_of_ours_is_known_and_nothing_else_is() -> None:
    assert is_thumbnail(RED)
    assert not is_thumbnail(RED + b"more")
    assert not is_thumbnail(RED[:-2])
    assert not is_thumbnail(RED[:20] + bytes(len(RED) - 20))
    assert not is_thumbnail(thumbnail("red", 300))
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    assert not is_thumbnail(out.getvalue())
    exif = Image.Exif()
    exif[0x010E] = "home"
    out = io.BytesIO()
    Image.new("RGB", (9, 9)).save(out, "WEBP", exif=exif)
    assert not is_thumbnail(out.getvalue())


def test_a_picture_is_given_as_the_address_of_an_image() -> None:
    address = data_url(RED)
    assert address is not None
    assert address.startswith("data:image/webp;base64,UklGR")
    assert data_url(None) is None
