"""The table's order is that of Polars, and its cells are texts on one line."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from explorer.columns.order import lines, only, sorted_rows

TABLE = pa.table({"it": pa.chunked_array([[3.0, None], [1.0, 3.0, -2.5]]), "text": list("abcde")})


@pytest.mark.parametrize("descending", [False, True])
def test_rows_are_sorted_as_by_polars_and_missing_values_come_last(descending: bool) -> None:
    order = sorted_rows(TABLE["it"], descending=descending)
    frame = pl.DataFrame(TABLE).with_row_index()
    expected = frame.sort("it", descending=descending, nulls_last=True, maintain_order=True)
    assert order.tolist() == expected["index"].to_list()


def test_only_the_filtered_rows_stay_in_order() -> None:
    order = sorted_rows(TABLE["it"])
    assert only(order, np.array([0, 1, 2])).tolist() == [2, 0, 1]
    assert only(order, None) is order


def test_cells_are_texts_on_one_line() -> None:
    table = pa.table(
        {"number": [1234.5, None], "text": ["a\n<b>", "x" * 500], "flag": [True, None]}
    )
    first, second = lines(table, [0, 1])
    assert first == ["1,234.5", "a <b>", "true"]
    assert second[0] is None
    assert len(second[1] or "") == 200


def test_lists_have_no_order() -> None:
    with pytest.raises(TypeError, match="no order"):
        sorted_rows(pa.chunked_array([[[1], [2]]]))
