"""Charts and table on the server: what a browser may ask, and what is kept of whom."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace
from explorer.columns.charts import chart_of
from explorer.ui.columns.charts import answer, bits, described
from explorer.ui.columns.kept import known_by
from explorer.ui.columns.table import after_click
from explorer.ui.filter.state import Filtered
from explorer.ui.pointcloud import outbox

TABLE = pa.table({"price": [1, 5, 9, 20], "kind": ["a", "b", "a", None]})
CHARTS = {name: chart_of(name, TABLE[name]) for name in TABLE.column_names}


@pytest.mark.parametrize(
    ("asked", "condition"),
    [
        ({"column": "kind", "bar": 2, "adds": True}, '("kind" = \'a\' OR "kind" IS NULL)'),
        ({"column": "kind", "bar": 2, "adds": False}, '"kind" IS NULL'),
        ({"column": "kind", "bar": 0, "adds": False}, ""),
        ({"column": "kind", "bar": 0, "adds": True}, ""),
        ({"column": "kind", "bar": 7, "adds": False}, None),
        ({"column": "kind", "bars": []}, ""),
        (
            {"column": "price", "low": 4.6, "high": 9.2},
            '"kind" = \'a\' AND "price" BETWEEN 5 AND 9',
        ),
        ({"column": "price", "low": float("nan"), "high": 9}, None),
        ({"column": "kind", "low": 1, "high": 2}, "\"kind\" = 'a'"),
        ({"column": "none of these", "bar": 0, "adds": False}, None),
    ],
)
def test_what_a_browser_asks_is_a_clause_or_nothing(
    asked: dict[str, object], condition: str | None
) -> None:
    assert answer(CHARTS, "\"kind\" = 'a'", asked) == condition


def test_each_question_is_answered_once_and_none_is_displaced() -> None:
    first, second = {"row": 3, "at": 10.0}, {"row": 7, "at": 11.0}
    assert outbox.fresh("a table", [first]) == [first]
    assert outbox.fresh("a table", [first, second]) == [second]  # the browser had not heard yet
    assert outbox.fresh("a table", [second]) == outbox.fresh("a table", None) == []
    assert outbox.answered("a table") == 11.0


def test_three_clicks_on_a_head_sort_upwards_downwards_and_as_the_rows_come() -> None:
    order: tuple[str | None, bool] = ("kind", False)
    seen = [order := after_click(order, "price") for _ in range(3)]
    assert seen == [("price", False), ("price", True), (None, False)]


def test_a_chart_tells_how_many_of_the_filtered_rows_are_in_each_bar() -> None:
    told = described(CHARTS["kind"], np.array([0, 3]), "\"kind\" = 'a'")
    assert (told["counts"], told["filtered"], told["chosen"]) == ([2, 1, 1], [1, 0, 1], [0])


def test_the_filtered_points_are_sent_as_bits() -> None:
    found = Filtered("", np.array([0, 9]), np.array([0, 9]))
    assert bits(found, 10).tolist() == [1, 2]
    assert bits(None, 10).tolist() == []


def test_a_measured_column_is_known_by_its_values_and_not_by_its_name() -> None:
    space = EmbeddingSpace(list("abcd"), np.eye(4), metadata=TABLE)
    own = known_by(space, "price", space.table()["price"])
    first, again, other = (
        known_by(space, "price", pa.chunked_array([values]))
        for values in ([1, 5, 9, 20], [1, 5, 9, 20], [1, 5, 9, 21])
    )
    assert own.startswith(space.digest)
    assert first == again != other
