"""Histograms of dates and times, in bins of the calendar: minutes, days, months, years."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.columns.bars import Axis, Bar, Chart, extras
from explorer.columns.clauses import between, is_missing
from explorer.columns.numbers import BRUSH_STEPS, MOST_BINS, no_axis, placed, span
from explorer.conditions import quoted

SECOND = 1_000_000  # microseconds
DAY = 86_400 * SECOND
# Steps of bins: how many of a unit of NumPy's, from the finest.
STEPS = (
    *(("s", one) for one in (1, 5, 15, 30)),
    *(("m", one) for one in (1, 5, 15, 30)),
    *(("h", one) for one in (1, 3, 6, 12)),
    *(("D", one) for one in (1, 7)),
    *(("M", one) for one in (1, 3)),
    *(("Y", one) for one in (1, 2, 5, 10, 20, 50, 100, 250, 500, 1000)),
)
GRAINS = (SECOND, 60 * SECOND, 3600 * SECOND, DAY)

WRITABLE = (np.datetime64("0001-01-01", "us"), np.datetime64("10000-01-01", "us"))


@dataclass(frozen=True)
class Sort:
    """How conditions compare a column of dates or times; values are `step` microseconds apart."""

    kind: str
    subject: str
    step: int
    letters: int  # of a value as it is written


def date_chart(name: str, column: pa.ChunkedArray) -> Chart:
    """Return the histogram of a column of dates or of times; those with a zone are told in UTC."""
    zone = getattr(column.type, "tz", None)
    if pa.types.is_date(column.type):
        sort = Sort("date", quoted(name), DAY, 10)
    else:
        subject = f"CAST({quoted(name)} AS TIMESTAMP)" if zone else quoted(name)
        sort = Sort("time", subject, SECOND, 19)
    missing = column.is_null().to_numpy().astype(bool)
    micro = column.cast(pa.timestamp("us", zone), safe=False).cast(pa.int64())
    values = micro.fill_null(0).to_numpy().astype(np.float64)
    if sort.kind == "time" and (values % SECOND).any():
        sort = replace(sort, step=1, letters=26)
    rest = [("missing", is_missing(name), missing)]
    if missing.all():
        return no_axis(name, rest)
    known = values[~missing]
    edges = calendar_edges(*span(known), at_least=sort.step)
    codes = np.zeros(len(values), np.uint8)
    codes[~missing] = placed(known, edges)
    bars = [bar(sort, left, right) for left, right in pairwise(edges)]
    first, last = (written(sort, end) for end in (edges[0], edges[-1]))
    rest += [
        (f"before {shown(first)}", f"{sort.subject} < {first}", ~missing & (values < edges[0])),
        (f"after {shown(last)}", f"{sort.subject} > {last}", ~missing & (values > edges[-1])),
    ]
    extras(codes, bars, rest)
    fine = (edges[-1] - edges[0]) / BRUSH_STEPS
    grain = max((one for one in GRAINS if one <= fine), default=min(GRAINS))
    axis = Axis(edges, sort.kind, float(max(grain, sort.step)), sort.subject)
    return Chart(name, tuple(bars), codes, axis, "Times are in UTC." if zone else "")


def calendar_edges(low: float, high: float, *, at_least: int) -> NDArray[np.float64]:
    """Return at most 41 edges in microseconds since 1970, at round places of the calendar."""
    first, last = (np.int64(end).astype("datetime64[us]") for end in (low, high))
    for unit, step in STEPS:
        if at_least == DAY and unit in ("s", "m", "h"):
            continue
        shift = 4 if (unit, step) == ("D", 7) else 0  # 1970-01-01 was a Thursday: Mondays
        begin, end = (
            (int(one.astype(f"datetime64[{unit}]").astype(np.int64)) - shift) // step
            for one in (first, last)
        )
        if end + 1 - begin <= MOST_BINS:
            break
    ticks = np.arange(begin, end + 2) * step + shift
    edges = ticks.astype(f"datetime64[{unit}]").astype("datetime64[us]")
    micro: NDArray[np.float64] = np.clip(edges, *WRITABLE).astype(np.int64).astype(np.float64)
    return micro


def bar(sort: Sort, left: float, right: float) -> Bar:
    """Return the bar of the values from `left` up to `right`."""
    first, last = written(sort, left), written(sort, right - sort.step)
    label = shown(first) if first == last else f"{shown(first)} – {shown(last)}"
    return Bar(label, between(sort.subject, first, last))


def written(sort: Sort, value: float) -> str:
    """Return a time as conditions take it."""
    text = str(np.int64(value).astype("datetime64[us]")).replace("T", " ")[: sort.letters]
    text = text.removesuffix(".000000")
    return f"{'DATE' if sort.kind == 'date' else 'TIMESTAMP'} '{text}'"


def shown(value: str) -> str:
    """Return a time as people read it, of one as conditions take it: midnight is not told."""
    return value.split("'")[1].removesuffix(" 00:00:00")


def brushed(axis: Axis, low: float, high: float) -> str:
    """Return the clause for a brush from `low` to `high`, its ends rounded to the grain."""
    sort = Sort(axis.kind, axis.subject, int(axis.grain), 10 if axis.kind == "date" else 19)
    first, last = (round(end / axis.grain) * axis.grain for end in sorted((low, high)))
    return between(axis.subject, written(sort, first), written(sort, last))


def value_of(text: str) -> float:
    """Return the microseconds since 1970 of a date or a time in a condition; raises ValueError."""
    _, _, quoted_time = text.partition(" ")
    return float(np.datetime64(quoted_time.strip("'"), "us").astype(np.int64))
