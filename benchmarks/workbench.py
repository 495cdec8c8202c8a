"""From a brush to charts and counts: our summaries, and DuckDB with the same aggregations.

    python benchmarks/workbench.py [rows …]

Twenty columns of products; a brush over the price keeps a part of them. Ours is what the Map's
server does then: the condition, the counts of twenty charts, the message to the browser. The peer
is DuckDB, the query engine of Embedding Atlas: one `GROUP BY` on the same bars for each chart, over
tables of its own. We find each row's bar once, so DuckDB is timed both ways: it computes the bars
in each query, and it has them as columns of one byte. Equal counts are checked.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from explorer.columns.bars import Chart, counted
from explorer.columns.charts import brush, chart_of
from explorer.columns.order import only, sorted_rows
from explorer.conditions import matching_rows
from explorer.mapdata.message import write_message
from explorer.ui.columns.charts import described

ROWS = (400_000, 1_000_000)
REPEATS = 7


def products(n: int) -> pa.Table:
    """Return n rows of twenty columns: numbers, categories, dates, flags and texts."""
    random = np.random.default_rng(0)
    kinds = np.array([f"kind {code}" for code in range(50)])
    words = np.array([f"{one}{two}ar" for one in "bdfgklm" for two in ("ali", "omi", "untu", "ek")])
    start = np.datetime64("2023-01-01T00:00:00", "s")
    texts = words[random.zipf(1.6, (n, 6)) % len(words)]
    return pa.table(
        {
            **{f"price {i}": np.round(random.lognormal(3, 0.7, n), 2) for i in range(6)},
            **{f"stock {i}": random.integers(0, 1_000, n) for i in range(4)},
            **{f"kind {i}": kinds[random.integers(0, 50, n)] for i in range(4)},
            **{f"at {i}": start + random.integers(0, 10**8, n) for i in range(2)},
            **{f"flag {i}": random.random(n) < 0.3 for i in range(2)},
            "sku": [f"{row:07d}" for row in range(n)],
            "text": [f"{row} {' '.join(line)}" for row, line in enumerate(texts)],
        }
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Return the median seconds of several runs, and the last answer."""
    seconds = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        answer = work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), answer


def bar_in_sql(chart: Chart) -> str:
    """Return an expression for the number of a row's bar, for charts with an axis or values."""
    name = f'"{chart.column}"'
    if chart.axis is not None and chart.axis.kind == "number":
        first, second = (float(edge) for edge in chart.axis.edges[:2])
        return f"floor(({name} - {first!r}) / {second - first!r})"
    if chart.axis is not None:
        unit = {1: "day", 31: "month"}.get(
            round((chart.axis.edges[1] - chart.axis.edges[0]) / 864e8)
        )
        return f"date_trunc('{unit or 'month'}', {name})"
    return name


def peer(
    table: pa.Table, charts: list[Chart], condition: str, n_threads: int
) -> tuple[float, float]:
    """Return DuckDB's seconds: with the bars computed in each query, and with bars as columns."""
    database = duckdb.connect(config={"threads": n_threads})
    codes = {f"bar {i}": chart.codes for i, chart in enumerate(charts)}
    database.register("given", table)
    database.register(
        "given_bars", pa.table({**codes, **{name: table[name] for name in ["price 0"]}})
    )
    database.execute("CREATE TABLE products AS SELECT * FROM given")
    database.execute("CREATE TABLE bars AS SELECT * FROM given_bars")

    def computed() -> None:
        for chart in charts:
            if chart.codes.dtype == np.uint8 and chart.bars:
                bar = bar_in_sql(chart)
                database.execute(
                    f"SELECT {bar} AS bar, count(*) FROM products WHERE {condition} GROUP BY 1"
                ).fetchnumpy()
            elif chart.bars:
                sums = ", ".join(f"count(*) FILTER (WHERE {bar.clause})" for bar in chart.bars)
                database.execute(f"SELECT {sums} FROM products WHERE {condition}").fetchnumpy()

    def known() -> list[Any]:
        answers = []
        for i, chart in enumerate(charts):
            if chart.codes.dtype == np.uint8:
                sql = (
                    f'SELECT "bar {i}" AS bar, count(*) AS n FROM bars WHERE {condition} GROUP BY 1'
                )
            else:
                sums = ", ".join(
                    f'count(*) FILTER (WHERE "bar {i}" & {1 << bit} != 0)'
                    for bit in range(len(chart.bars))
                )
                sql = f"SELECT {sums} FROM bars WHERE {condition}"
            answers.append(database.execute(sql).fetchnumpy())
        return answers

    by_query, _ = timed(computed)
    by_column, answers = timed(known)
    rows = matching_rows(table, condition)
    for chart, answer in zip(charts, answers, strict=True):
        if chart.bars and chart.codes.dtype == np.uint8:
            found = np.zeros(len(chart.bars), np.intp)
            found[answer["bar"]] = answer["n"]
            assert found.tolist() == counted(chart, rows).tolist(), chart.column
    return by_query, by_column


def measure(n: int) -> None:
    """Print what a brush takes at n rows of twenty columns."""
    table = products(n)
    start = time.perf_counter()
    charts = [chart_of(name, table[name]) for name in table.column_names]
    first = time.perf_counter() - start
    condition = brush(charts[0], "", 10, 40)

    def ours() -> bytes:
        rows = matching_rows(table, condition)
        told = [described(chart, rows, condition) for chart in charts]
        return write_message({"kind": "charts", "charts": told}, {})

    seconds, message = timed(ours)
    share = len(matching_rows(table, condition)) / n
    kept = sum(chart.codes.nbytes for chart in charts)
    by_query, by_column = peer(table, charts, condition, os.cpu_count() or 1)
    print(f"{n:,} rows, {table.num_columns} columns, {condition} keeps {share:.0%}")
    print(f"  first summaries of all rows   {first:.2f} s, once a space")
    print(f"  brush to charts and counts    {seconds:.3f} s, a message of {len(message):,} bytes")
    print(f"  DuckDB, bars in each query    {by_query:.3f} s, ours: {seconds / by_query:.2f}")
    print(
        f"  DuckDB, bars as columns       {by_column:.3f} s, ours: {seconds / by_column:.2f} of it"
    )
    print(f"  kept beside the Arrow table   {kept / 1e6:.1f} MB of {table.nbytes / 1e6:.1f} MB")
    sorting, order = timed(lambda: sorted_rows(table["price 0"], descending=True))
    rows = matching_rows(table, condition)
    filtering, _ = timed(lambda: only(order, rows))
    print(f"  sort by a number, filtered    {sorting:.3f} s, {filtering:.3f} s")


if __name__ == "__main__":
    print(f"load {os.getloadavg()[0]:.1f}, {os.cpu_count()} cores; medians of {REPEATS}")
    for rows in [int(one) for one in sys.argv[1:]] or ROWS:
        measure(rows)
