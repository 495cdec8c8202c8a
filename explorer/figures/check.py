"""Charts of “Check”: how a value is distributed over the rows, and which labels mix."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import SCALE, SELECTED
from explorer.figures.style import TEXT_SIZE, color_bar, ink_for, shown_text, style

BINS = 60
MOST_LABELS = 20  # of a drawn table: more names would not fit
LABEL_LENGTH = 18
DECADES = 1.5  # from which on the axis counts powers of ten


def spread_figure(
    values: NDArray[np.floating],
    bound: float,
    title: str,
    *,
    below: bool = False,
    dark: bool = False,
    height: int = 230,
) -> go.Figure:
    """Draw how many rows have which value; those beyond the bound are red.

    Parameters
    ----------
    values
        (n,) numbers, NaN where there is none.
    bound
        Drawn as a line.
    title
        What the values are.
    below
        Whether the rows up to the bound are concerned; else those above it.
    """
    ink = ink_for(dark)
    known = values[np.isfinite(values)].astype(np.float64)
    positive = known[known > 0]
    logs = (
        below
        and len(positive) == len(known) > 0
        and np.log10(positive.max() / max(positive.min(), 1e-12)) > DECADES
    )
    shown = np.log10(np.maximum(known, 1e-12)) if logs else known
    place = float(np.log10(max(bound, 1e-12))) if logs else bound
    low, high = (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    # the bound is an edge, so that a bar is on one side of it
    width = (high - low) / BINS
    first = place - np.ceil(max(0.0, (place - low) / width)) * width if low < place < high else low
    edges = first + width * np.arange(BINS + 3)
    counts, edges = np.histogram(shown, edges)
    middles = (edges[:-1] + edges[1:]) / 2
    concerned = middles <= place if below else middles > place
    ends = 10**edges if logs else edges
    figure = go.Figure(
        go.Bar(
            x=middles,
            y=counts,
            width=width * 0.92,
            marker={"color": np.where(concerned, SELECTED, ink.points), "line": {"width": 0}},
            customdata=np.stack([ends[:-1], ends[1:]], axis=1),
            hovertemplate="%{customdata[0]:.3g} to %{customdata[1]:.3g}: %{y:,} rows"
            "<extra></extra>",
            showlegend=False,
        )
    )
    style(figure, ink, height, bargap=0)
    figure.add_vline(
        x=place,
        line={"color": ink.text, "dash": "dot"},
        annotation={
            "text": f"{bound:.3g}",
            "font": {"color": ink.text, "size": TEXT_SIZE - 1},
            "bgcolor": ink.ground,
        },
        annotation_position="top",
    )
    few_among_many = counts.max(initial=0) > 50 * max(1, counts[concerned].max(initial=0))
    figure.update_yaxes(
        title_text="rows",
        nticks=5,
        type="log" if few_among_many else "linear",
        tickformat="~s",
        dtick=1 if few_among_many else None,
    )
    figure.update_xaxes(title_text=title, range=[edges[0], edges[-1]])
    if logs:
        powers = range(int(np.floor(low)), int(np.ceil(high)) + 1)
        ticks = [10.0**power * step for power in powers for step in (1, 3)]
        figure.update_xaxes(tickvals=np.log10(ticks), ticktext=[f"{tick:.1g}" for tick in ticks])
    return figure


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
