"""Charts of “Check”: how a value is distributed over the rows, and which labels mix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.checks.findings import COMPARISONS
from explorer.figures.colors import SCALE, SELECTED
from explorer.figures.style import TEXT_SIZE, color_bar, ink_for, shown_text, style

BINS = 60
MOST_LABELS = 20  # of a drawn table: more names would not fit
LABEL_LENGTH = 18
SIGNS = {"<=": "≤", ">=": "≥", "=": "=", ">": ">"}
DECADES = 1.5  # from which on the axis counts powers of ten


def spread_figure(
    values: NDArray[np.floating],
    compare: str,
    bound: float,
    title: str,
    *,
    dark: bool = False,
    height: int = 250,
) -> go.Figure:
    """Draw how many rows have which value; those beyond the bound are red.

    Parameters
    ----------
    values
        (n,) numbers, NaN where there is none.
    compare, bound
        A row is concerned where its value compares so with the bound: '<=', '=', '>=' or '>'.
    title
        What the values are.
    """
    ink = ink_for(dark)
    known = values[np.isfinite(values)].astype(np.float64)
    logs = spans_decades(known)
    shown, place = (
        (np.log10(known), float(np.log10(bound))) if logs and bound > 0 else (known, bound)
    )
    logs = logs and bound > 0
    different, repeats = np.unique(shown, return_counts=True)
    if 1 <= len(different) <= BINS:  # a bar for each
        width = float(np.diff(different).min(initial=1.0))
        middles, counts = different, repeats
        concerned = COMPARISONS[compare](different, place)
        low, high = middles - width / 2, middles + width / 2
        place += width / 2 if compare in ("<=", "=", ">") else -width / 2
    else:
        edges = edges_at(shown, place)
        counts, edges = np.histogram(shown, edges)
        low, high = edges[:-1], edges[1:]
        middles, width = (low + high) / 2, float(edges[1] - edges[0])
        concerned = middles <= place if compare in ("<=", "=") else middles > place
    ends = np.stack([10**low, 10**high] if logs else [low, high], axis=1)
    figure = go.Figure(
        go.Bar(
            x=middles,
            y=counts,
            width=width * 0.92,
            marker={
                "color": [SELECTED if red else ink.points for red in concerned],
                "line": {"width": 0},
            },
            customdata=ends,
            hovertemplate="%{customdata[0]:.3g} to %{customdata[1]:.3g}: %{y:,} rows"
            "<extra></extra>",
            showlegend=False,
        )
    )
    style(figure, ink, height, bargap=0, margin={"l": 8, "r": 8, "t": 26, "b": 8})
    figure.add_vline(
        x=place,
        line={"color": ink.text, "dash": "dot"},
        annotation={
            "text": f"{SIGNS[compare]} {bound:.3g}",
            "font": {"color": ink.text, "size": TEXT_SIZE - 1},
            "yanchor": "bottom",
        },
        annotation_position="top",
    )
    unseen = counts.max(initial=0) > 50 * max(1, counts[concerned].max(initial=0))
    figure.update_yaxes(title_text="rows", nticks=5, tickformat="~s")
    if unseen:
        figure.update_yaxes(type="log", dtick=1)
    ends_at = (min(low[0], place - width), max(high[-1], place + width))
    figure.update_xaxes(title_text=title, range=ends_at)
    if logs:
        powers = range(int(np.floor(ends_at[0])), int(np.ceil(ends_at[1])) + 1)
        ticks = [10.0**power * step for power in powers for step in (1, 3)]
        figure.update_xaxes(tickvals=np.log10(ticks), ticktext=[f"{tick:.1g}" for tick in ticks])
    return figure


def spans_decades(known: NDArray[np.float64]) -> bool:
    """Return whether values, all positive, span so much that their logarithms are drawn."""
    if not len(known) or known.min() <= 0:
        return False
    return bool(np.log10(known.max() / known.min()) > DECADES)


def edges_at(shown: NDArray[np.float64], place: float) -> NDArray[np.float64]:
    """Return the edges of some sixty bins, one of them at `place` if it is among the values."""
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    width = (high - low) / BINS
    if bool((shown == np.floor(shown)).all()):  # a bar holds whole numbers, each in one bar
        width, low, place = float(np.ceil(width)), low - 0.5, place + 0.5
    first = place - np.ceil((place - low) / width) * width if low < place < high else low
    return np.arange(first, high + 2 * width, width)


def confusion_figure(
    pairs: NDArray[np.int64], labels: Sequence[str], *, dark: bool = False, height: int = 380
) -> go.Figure:
    """Draw which labels the neighbors of each label's rows have, as shares of each line.

    Parameters
    ----------
    pairs
        (c, c) how many neighbors of rows with one label (line) have another (column).
    labels
        c names.
    """
    ink = ink_for(dark)
    shares = pairs / np.maximum(pairs.sum(axis=1, keepdims=True), 1)
    names = [shown_text(label, LABEL_LENGTH) for label in labels]
    places = list(range(len(names)))
    figure = go.Figure(
        go.Heatmap(
            z=shares,
            x=places,
            y=places,
            customdata=[[[one, other] for other in names] for one in names],
            text=[[f"{share:.0%}" if share >= 0.005 else "" for share in line] for line in shares],
            texttemplate="%{text}" if len(names) <= 12 else None,
            colorscale=SCALE,
            zmin=0,
            zmax=1,
            xgap=1,
            ygap=1,
            hovertemplate="Of the neighbors of <b>%{customdata[0]}</b>, %{z:.1%} are "
            "<b>%{customdata[1]}</b><extra></extra>",
            colorbar=color_bar(ink, "share of the neighbors", tickformat=".0%"),
        )
    )
    style(figure, ink, height, grid=False)
    ticks = {"tickvals": places, "ticktext": names}
    figure.update_xaxes(side="top", title_text="the neighbors’ label", **ticks)
    figure.update_yaxes(autorange="reversed", title_text="the row’s label", **ticks)
    return figure
