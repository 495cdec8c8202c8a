"""The binary message, part by part; the browser's reader is tested against the same file."""

from __future__ import annotations

import base64
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, Projection
from explorer.figures.colors import Categories, Numbers, coloring
from explorer.mapdata.message import write_message
from explorer.mapdata.parts import column_part, hover_parts, labels_part, outside_part, points_part
from explorer.mapdata.view import Arrow, arrow_data, order
from explorer.ui.pointcloud import selection

# What frontend/test/message.test.ts reads.
WRITTEN = Path(__file__).parents[2] / "explorer/ui/pointcloud/frontend/test/message.bin"


def test_a_message_is_the_bytes_that_the_browser_is_tested_with() -> None:
    message = write_message(
        {"kind": "view", "name": "köнig 👑", "n": 3},
        {
            "coordinates": np.array([[0.5, -1], [2, 3.25], [1e-3, 7]], np.float32),
            "rows": np.array([0, 2**32 - 1], np.uint32),
            "codes": np.array([1, 65535, 2], np.uint16),
            "bytes": np.array([7, 8, 9], np.uint8),
            "none": np.empty(0, np.uint32),
        },
    )
    assert message == WRITTEN.read_bytes()


def test_other_dtypes_are_refused() -> None:
    with pytest.raises(ValueError, match="is of float64"):
        write_message({}, {"values": np.zeros(2)})


def test_the_same_coordinates_have_the_same_id_and_others_another() -> None:
    one = Projection(np.array([[0, 1], [2, 3]], np.float32), "pca")
    same = Projection(np.array([[0, 1], [2, 3]], np.float32), "umap")
    other = Projection(np.array([[0, 1], [2, 4]], np.float32), "pca")
    assert points_part(one).id == points_part(same).id != points_part(other).id


def test_labels_travel_as_utf8_whatever_they_hold() -> None:
    labels = ["könig", "", "👑", "a\x00b"]
    space = EmbeddingSpace(labels, np.eye(4), name="odd")
    assert "könig👑a\x00b".encode() in labels_part(space).data


def test_many_categories_travel_as_two_bytes_each() -> None:
    names = tuple(f"{code}" for code in range(300))
    codes = np.arange(300) % 300
    part = column_part(Categories("kind", names, ("#000000",) * 300, codes))
    assert codes.astype("<u2").tobytes() in part.data


def test_on_hover_stand_the_first_columns_and_colors_find_theirs_there() -> None:
    metadata = pa.table(
        {"kind": ["a", "b", "a", "a", "b"], "year": [1, 2, 3, 4, 5], "note": list("vwxyz")}
    )
    space = EmbeddingSpace(list("ABCDE"), np.eye(5), name="five", metadata=metadata)
    columns = hover_parts(space, None)
    assert len(columns) == 3
    assert columns[0].id == column_part(coloring(metadata, "kind", dark=True)).id
    assert [one.id for one in hover_parts(space, ["year"])] == [columns[1].id]


def test_what_a_filter_leaves_out_is_a_bit_a_point() -> None:
    part = outside_part(200_000, np.arange(0, 200_000, 2))
    assert len(part.data) < 200_000 / 8 + 200
    assert part.data.endswith(bytes([0b10101010]) * 100)
    assert part.id != outside_part(200_000, np.arange(1, 200_000, 2)).id


def test_numbers_that_are_missing_stay_missing() -> None:
    part = column_part(Numbers("year", np.array([1.0, np.nan]), 0.0, 1.0))
    assert np.array([1.0, np.nan], "<f4").tobytes() in part.data


def test_a_choice_is_read_as_rows_the_first_one_first() -> None:
    assert selection({"rows": [4, 1], "of": "a"}, "a", 5).rows.tolist() == [4, 1]
    assert selection({"rows": [4, 9, -1], "of": "a"}, "a", 5).rows.tolist() == [4]
    assert selection({"rows": [4, 1], "of": "b"}, "a", 5).first is None
    assert selection(None, "a", 5).first is None


def test_a_choice_of_many_is_read_from_its_bits() -> None:
    bits = np.packbits([0, 1, 0, 0, 1, 1, 0, 0, 1], bitorder="little").tobytes()
    choice = {"rows": [4], "bits": base64.b64encode(bits).decode(), "of": "a"}
    assert selection(choice, "a", 9).rows.tolist() == [4, 1, 5, 8]


def test_an_arrow_ends_at_a_row_or_at_coordinates() -> None:
    data = arrow_data(Arrow(3, (0.5, 1.0), "king"))
    ends = {"rows": [3, -1], "start": [], "end": [0.5, 1.0]}
    assert data == {"label": "king", "color": None, **ends}


def test_the_more_important_are_named_first() -> None:
    assert order([1.0, 9.0, 9.0, 2.0]).tolist() == [1, 2, 3, 0]
    assert order(None).tolist() == []
