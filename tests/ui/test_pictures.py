"""Pictures on their way to the browser: packed for the map, as addresses in tables."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace
from explorer.mapdata import parts
from explorer.mapdata.parts import hover_parts, picture_parts
from explorer.pictures.column import picture_columns, with_pictures
from explorer.ui.shell.tables import pictured, with_addresses

PICTURES = [b"first", None, b"third one", b"4"]


def space() -> EmbeddingSpace:
    metadata = with_pictures(pa.table({"n": [1, 2, 3, 4]}), "photo", PICTURES)
    return EmbeddingSpace(["a", "b", "c", "d"], np.eye(4), metadata=metadata)


def read(part: parts.Part) -> tuple[int, list[bytes]]:
    """Return the first row of a part, and the bytes of each of its rows."""
    import json

    size = int.from_bytes(part.data[4:8], "little")
    header = json.loads(part.data[8 : 8 + size])
    start = -(-(8 + size) // 8) * 8
    arrays = {
        name: np.frombuffer(part.data, kind, n, start + offset)
        for name, kind, n, offset in header["arrays"]
    }
    pieces = np.split(arrays["bytes"], arrays["ends"][:-1])
    return header["first"], [piece.tobytes() for piece in pieces]


def test_all_pictures_are_packed_in_row_order() -> None:
    (part,) = picture_parts(space())
    assert read(part) == (0, [b"first", b"", b"third one", b"4"])


def test_many_are_packed_into_several_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "PICTURES_BYTES", 8)
    found = [read(one) for one in picture_parts(space())]
    assert found == [(0, [b"first", b""]), (2, [b"third one"]), (3, [b"4"])]


def test_beyond_the_bound_on_all_bytes_rows_stay_points(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "MOST_PICTURE_BYTES", 13)
    (part,) = picture_parts(space())
    assert read(part) == (0, [b"first", b""])


def test_a_space_without_pictures_sends_none() -> None:
    assert picture_parts(EmbeddingSpace(["a"], [[1.0]])) == []


def test_hover_tells_no_bytes() -> None:
    assert len(hover_parts(space(), None)) == 1


def test_a_table_gets_the_pictures_of_its_rows() -> None:
    table, config = pictured(pa.table({"label": ["c", "b"]}), space(), [2, 1])
    assert table.column_names == ["picture", "label"]
    assert table["picture"].to_pylist() == ["data:image/webp;base64,dGhpcmQgb25l", None]
    assert list(config) == ["picture"]
    plain = EmbeddingSpace(["a"], [[1.0]])
    assert pictured(table, plain, [0])[0] is table


def test_columns_of_pictures_become_addresses() -> None:
    metadata = space().metadata
    assert metadata is not None
    table, config = with_addresses(metadata)
    assert picture_columns(table) == ()
    assert str(table["photo"][0]).startswith("data:image/webp;base64,")
    assert list(config) == ["photo"]


def test_the_labels_of_a_table_make_room_for_the_pictures() -> None:
    given = {"label": {"width": 110}}
    _, config = pictured(pa.table({"label": ["a"]}), space(), [0], given)
    assert config["label"]["width"] == 70
    assert given == {"label": {"width": 110}}
    _, config = pictured(pa.table({"label": ["a"]}), space(), [0], {"label": {"width": None}})
    assert config["label"] == {"width": None}
