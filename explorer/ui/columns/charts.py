"""The charts below the map: each shows all rows and those filtered, and a click on it filters."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import streamlit as st

from explorer import EmbeddingSpace
from explorer.columns.bars import Chart, counted
from explorer.columns.charts import brush, choose, chosen, span_of
from explorer.columns.clauses import of_column
from explorer.mapdata.message import write_message
from explorer.ui.columns import kept
from explorer.ui.filter import state
from explorer.ui.filter.state import Filtered
from explorer.ui.pointcloud import labels_of, outbox
from explorer.ui.pointcloud.component import renderer

KEY = "charts"


def show_charts(
    space: EmbeddingSpace, table: pa.Table, names: list[str], found: Filtered | None
) -> None:
    """Draw the charts of some columns, and filter by what is brushed or clicked there."""
    charts = {name: kept.chart(space, table, name) for name in names}
    condition = found.condition if found else ""
    parts = {
        name: kept.bins(space, table, name, chart) for name, chart in charts.items() if chart.bars
    }
    header = {
        "kind": "charts",
        "answered": outbox.answered(KEY),
        "of": labels_of(space).id,
        "total": len(table),
        "filtered": None if found is None else len(found.rows),
        "charts": [
            {
                "bins": parts[name].id if name in parts else "",
                **described(chart, None if found is None else found.rows, condition),
            }
            for name, chart in charts.items()
        ],
    }

    def tell() -> None:
        for asked in outbox.fresh(KEY, st.session_state[KEY].get("asked")):
            wanted = answer(charts, state.condition(), asked)
            if wanted is not None:
                state.apply(wanted)

    draw = renderer("columns")
    message = write_message(header, {"kept": bits(found, len(space))})
    draw(key=KEY, data=message, default={"asked": None}, on_asked_change=tell)
    with st.container(gap=None, height=1, border=False):  # after what they belong to
        for part in parts.values():
            draw(key=f"{KEY} {part.id}", data=part.data, height=1)


def described(chart: Chart, rows: Any, condition: str) -> dict[str, Any]:
    """Return a chart as the browser reads it."""
    axis = chart.axis
    return {
        "column": chart.column,
        "bars": [bar.label for bar in chart.bars],
        "clickable": [bool(bar.clause) for bar in chart.bars],
        "counts": chart.counts.tolist(),
        "filtered": None if rows is None else counted(chart, rows).tolist(),
        "axis": axis and {"edges": axis.edges.tolist(), "kind": axis.kind},
        "note": chart.note,
        "rest": chart.rest,
        "chosen": chosen(chart, condition),
        "span": span_of(chart, condition),
        "isFiltered": bool(condition and of_column(condition, chart.column)),
    }


def answer(charts: dict[str, Chart], condition: str, asked: dict[str, Any]) -> str | None:
    """Return the condition after what was asked in the browser; None where that makes no sense."""
    chart = charts.get(str(asked.get("column")))
    if chart is None:
        return None
    if "bar" in asked:
        bar = int(asked["bar"])
        if not 0 <= bar < len(chart.bars):
            return None
        return choose(chart, condition, clicked(chart, condition, bar, adds=bool(asked["adds"])))
    if "low" not in asked:
        return choose(chart, condition, [])
    low, high = float(asked["low"]), float(asked["high"])
    return brush(chart, condition, low, high) if math.isfinite(low + high) else None


def clicked(chart: Chart, condition: str, bar: int, *, adds: bool) -> list[int]:
    """Return the bars to keep after a click: one bar alone, or one more or less."""
    now = chosen(chart, condition)
    others = [one for one in now if one != bar]
    if adds:
        return others if bar in now else [*now, bar]
    return [] if now == [bar] else [bar]


def bits(found: Filtered | None, n: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
    """Return a bit for each drawn point, whether the filter keeps it; none without a filter."""
    if found is None:
        return np.empty(0, np.uint8)
    mask = np.zeros(n, bool)
    mask[found.drawn] = True
    return np.packbits(mask, bitorder="little")
