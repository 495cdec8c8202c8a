"""Histograms of numbers: round edges, and bars of their own for what has no place on an axis."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from explorer.columns.bars import Axis, Bar, Chart, extras, no_chart
from explorer.columns.clauses import between, is_missing
from explorer.conditions import quoted

MOST_BINS = 40
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
FINEST = 4  # decimals up to which numbers are taken as written so, as prices are
BRUSH_STEPS = 100  # at least so many ends of a brush differ
Mask = NDArray[np.bool_]
TAILS = (0.5, 99.5)  # percentiles
TAIL_SHARE = 5  # the axis leaves tails out if without them it is so many times shorter


def number_chart(name: str, column: pa.ChunkedArray) -> Chart:
    """Return the histogram of a column of numbers.

    Missing values, NaN among them, and infinite ones have bars of their own, and so have tails:
    where half a percent of the values at each end make the axis more than five times as long, it
    leaves them out.
    """
    values = column.cast(pa.float64(), safe=False).to_numpy()
    missing = np.isnan(values)  # in conditions NaN is no value either
    finite = np.isfinite(values)
    subject = quoted(name)
    rest = [
        ("missing", is_missing(name), missing),
        ("−∞", f"{subject} = CAST('-inf' AS DOUBLE)", np.isneginf(values)),
        ("∞", f"{subject} = CAST('inf' AS DOUBLE)", np.isposinf(values)),
    ]
    if not finite.any():
        return no_axis(name, rest)
    known = values[finite]
    grain = 1.0 if pa.types.is_integer(column.type) else decimals(known)
    low, high = span(known)
    if low == high:
        return one_number(name, low, finite, rest)
    edges = round_edges(low, high, grain)
    codes = np.zeros(len(values), np.uint8)
    codes[finite] = placed(known, edges)
    bars = []
    for left, right in pairwise(edges):
        bottom, top = text_of(left, grain), text_of(last_below(left, right, grain), grain)
        label = bottom if bottom == top else f"{bottom} – {top}"
        if not grain and right < edges[-1] and (known == right).any():  # that is in the next bin
            precise = np.float32 if column.type == pa.float32() else np.float64
            top = repr(float(np.nextafter(precise(right), precise(left))))
        bars.append(Bar(label, between(subject, bottom, top)))
    bottom, top = text_of(edges[0], grain), text_of(edges[-1], grain)
    rest += [
        (f"below {bottom}", f"{subject} < {bottom}", finite & (values < edges[0])),
        (f"above {top}", f"{subject} > {top}", finite & (values > edges[-1])),
    ]
    extras(codes, bars, rest)
    brush = max(grain, 10.0 ** math.floor(math.log10((edges[-1] - edges[0]) / BRUSH_STEPS)))
    return Chart(name, tuple(bars), codes, Axis(edges, "number", brush, subject))


def one_number(name: str, value: float, finite: Mask, rest: list[tuple[str, str, Mask]]) -> Chart:
    """Return the chart of a column with one number, which needs no axis."""
    text = text_of(value, 1.0) if value.is_integer() else repr(value)
    bars: list[Bar] = []
    codes = np.zeros(len(finite), np.uint8)
    extras(codes, bars, [(text, f"{quoted(name)} = {text}", finite), *rest])
    return Chart(name, tuple(bars), codes, note=f"All numbers are {text}.")


def no_axis(name: str, rest: list[tuple[str, str, Mask]]) -> Chart:
    """Return the chart of a column that has nothing to put on an axis."""
    n = len(rest[0][2])
    if rest[0][2].all():
        return no_chart(name, n, f"All {n:,} values are missing.")
    bars: list[Bar] = []
    codes = np.zeros(n, np.uint8)
    extras(codes, bars, rest)
    return Chart(name, tuple(bars), codes, note="No value is a finite number.")


def span(values: NDArray[np.float64]) -> tuple[float, float]:
    """Return the first and the last value that the axis shows."""
    low, high = float(values.min()), float(values.max())
    first, last = np.percentile(values, TAILS)
    if last > first and high / 2 - low / 2 > TAIL_SHARE * (last / 2 - first / 2):
        return float(first), float(last)
    return low, high


def decimals(values: NDArray[np.float64]) -> float:
    """Return the step that all values are multiples of, 1 to 0.0001; 0 where there is none."""
    for digits in range(FINEST + 1):
        # most columns fail in their first thousand
        if all(np.array_equal(np.round(some, digits), some) for some in (values[:1000], values)):
            return float(10.0**-digits)
    return 0.0


def round_edges(low: float, high: float, grain: float) -> NDArray[np.float64]:
    """Return at most 41 edges at round numbers, from at or below `low` to at or above `high`.

    They are multiples of the grain, if there is one, and the last is then above `high`.
    """
    rough = high / MOST_BINS - low / MOST_BINS  # high − low may be infinite
    unit = max(10.0 ** math.floor(math.log10(rough)), grain)  # a few small integers, say
    for step in (unit * one for one in (*STEPS, 20.0, 50.0)):
        if grain and (step < grain or not math.isclose(step / grain % 1, round(step / grain % 1))):
            continue
        first, last = math.floor(low / step), math.floor(high / step) + 1
        if not grain and (last - 1) * step >= high:
            last -= 1
        if last - first <= MOST_BINS:
            break
    digits = 12 - math.floor(math.log10(step))
    return np.array([round(tick * step, digits) for tick in range(first, last + 1)])


def placed(values: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Return each value's bin, (n,); the last one includes its right edge, as in NumPy."""
    found = np.searchsorted(edges, values, side="right") - 1
    return np.clip(found, 0, len(edges) - 2).astype(np.uint8)


def last_below(left: float, right: float, grain: float) -> float:
    """Return the last value of a bin: its right edge is the next one's, where values have steps."""
    return max(left, right - grain)


def text_of(value: float, grain: float) -> str:
    """Return a number as conditions take it, with no more decimals than its grain has."""
    if grain >= 1 or (value == int(value) and abs(value) < 1e15):
        return str(round(value))
    if grain > 0:
        return repr(round(float(value), max(0, -math.floor(math.log10(grain)))))
    return f"{value:.12g}"


def brushed(axis: Axis, low: float, high: float) -> str:
    """Return the clause for a brush from `low` to `high`, its ends rounded to the grain."""
    low, high = sorted((low, high))
    low, high = (round(end / axis.grain) * axis.grain for end in (low, high))
    return between(axis.subject, text_of(low, axis.grain), text_of(high, axis.grain))


def value_of(text: str) -> float:
    """Return the number of a text in a condition; raises ValueError."""
    return float(text)
