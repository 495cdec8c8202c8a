"""Charts of “Search at scale”: what an index gives up, re-ranking, filters, dimensions, cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.figures.colors import GRAY, ORANGE, SELECTED, palette
from explorer.figures.style import TEXT_SIZE, ink_for, style
from explorer.lessons.dimensionality import DIMENSIONS, Curse
from explorer.neighbors.indexes.cost import Cost
from explorer.neighbors.indexes.job import Measured
from explorer.neighbors.indexes.known import INDEXES
from explorer.neighbors.indexes.stages import AFTER, EXACT, WITHIN, Stages

SPEED, MEMORY = "queries a second", "memory"
SYMBOLS = (
    "star",
    "circle",
    "square",
    "diamond",
    "cross",
    "x",
    "triangle-up",
    "hexagon",
    "pentagon",
)
WAY_LOOKS = {EXACT: ("star", "solid"), WITHIN: ("circle", "dash"), AFTER: ("x", "dot")}


def tradeoff_figure(
    measured: Mapping[str, Measured],
    against: str,
    *,
    alone: bool = True,
    legend: bool = True,
    dark: bool = False,
    height: int = 410,
) -> go.Figure:
    """Draw recall against queries a second, or against memory: one curve an index.

    Parameters
    ----------
    against
        SPEED or MEMORY. Memory is in parts of what the vectors take.
    alone
        Whether queries come one at a time; else all together.
    """
    ink = ink_for(dark)
    colors = dict(zip(INDEXES, (ink.text, *palette(8, dark=dark)), strict=True))
    figure = go.Figure()
    whole = measured["exact"].points[0].nbytes if "exact" in measured else None
    for place, name in enumerate(INDEXES):
        if name not in measured:
            continue
        points = measured[name].points
        unit = whole or 4 * measured[name].n * measured[name].dim
        seconds = [one.seconds_alone if alone else one.seconds for one in points]
        figure.add_scatter(
            x=[one.recall for one in points],
            y=[1 / one for one in seconds]
            if against == SPEED
            else [one.nbytes / unit for one in points],
            mode="lines+markers" if len(points) > 1 else "markers",
            name=INDEXES[name].title,
            marker={
                "symbol": SYMBOLS[place],
                "size": 16 if name == "exact" else 9,
                "color": colors[name],
            },
            line={"color": colors[name], "width": 2},
            text=[one.setting for one in points],
            customdata=[
                [1 / second, one.nbytes / unit] for one, second in zip(points, seconds, strict=True)
            ],
            hovertemplate="<b>%{fullData.name}</b>, %{text}<br>%{x:.1%} of the true neighbors"
            "<br>%{customdata[0]:,.0f} queries a second<br>%{customdata[1]:.2f} × the vectors’ "
            "memory<extra></extra>",
            showlegend=legend,
        )
    small = {"size": TEXT_SIZE - 1}
    style(figure, ink, height)
    figure.update_layout(legend={"font": small, "entrywidth": 102})
    figure.update_xaxes(title_text="recall: share of the true neighbors found", tickformat=".0%")
    title = "queries a second" if against == SPEED else "memory, in parts of the vectors’"
    figure.update_yaxes(title_text=title, type="log", nticks=6, exponentformat="none")
    figure.update_yaxes(dtick=1 if against == SPEED else None, tickformat="~g")
    if against == SPEED:
        figure.update_yaxes(tickformat=",.0f", minor={"dtick": "D1", "showgrid": False})
    return figure


def rerank_figure(stages: Stages, k: int, *, dark: bool = False, height: int = 300) -> go.Figure:
    """Draw the recall by how many candidates are compared again with their own vectors."""
    ink = ink_for(dark)
    names = [f"{one.candidates:,}" for one in stages.reranked]
    figure = go.Figure(
        go.Bar(
            x=names,
            y=[one.recall for one in stages.reranked],
            marker={"color": ink.points},
            text=[f"{one.recall:.0%}" for one in stages.reranked],
            textposition="outside",
            customdata=[
                [1e6 * one.first_seconds, 1e6 * one.second_seconds] for one in stages.reranked
            ],
            hovertemplate="%{x} candidates: %{y:.1%}<br>codes %{customdata[0]:,.0f} µs, "
            "re-ranking %{customdata[1]:,.0f} µs a query<extra></extra>",
        )
    )
    style(figure, ink, height)
    figure.add_hline(
        y=stages.alone,
        line={"color": ink.quiet, "dash": "dot"},
        annotation={
            "text": f"codes alone {stages.alone:.0%}",
            "font": {"color": ink.quiet, "size": TEXT_SIZE - 1},
            "bgcolor": ink.ground,
        },
        annotation_position="top right",
    )
    figure.update_xaxes(title_text=f"candidates for {k} neighbors", type="category")
    figure.update_yaxes(title_text="recall", tickformat=".0%", range=[0, 1.12], nticks=6)
    return figure


def filter_figure(stages: Stages, *, dark: bool = False, height: int = 300) -> go.Figure:
    """Draw the recall of the three ways by the share of vectors that pass the filter."""
    ink = ink_for(dark)
    colors = {EXACT: ink.text, WITHIN: ink.points, AFTER: SELECTED}
    figure = go.Figure()
    for way, (symbol, dash) in WAY_LOOKS.items():
        points = [one for one in stages.filtered if one.way == way]
        figure.add_scatter(
            x=[one.selectivity for one in points],
            y=[one.recall for one in points],
            mode="lines+markers",
            name=way,
            marker={"symbol": symbol, "size": 10, "color": colors[way]},
            line={"dash": dash, "color": colors[way], "width": 2},
            customdata=[1e6 * one.seconds for one in points],
            hovertemplate=f"<b>{way}</b><br>%{{x:.0%}} pass: recall %{{y:.1%}}"
            "<br>%{customdata:,.0f} µs a query<extra></extra>",
        )
    style(figure, ink, height)
    shares = sorted({one.selectivity for one in stages.filtered})
    figure.update_xaxes(
        title_text="share of the vectors that pass the filter",
        type="log",
        autorange="reversed",
        tickvals=shares,
        ticktext=[f"{one:.0%}" for one in shares],
    )
    figure.update_yaxes(title_text="recall", tickformat=".0%", range=[0, 1.05], nticks=6)
    return figure


def contrast_figure(curse: Curse, *, dark: bool = False, height: int = 310) -> go.Figure:
    """Draw nearest and farthest distance by the dimension, of random points and of the space."""
    ink = ink_for(dark)
    figure = go.Figure()
    for name, values, color, dash in (
        ("farthest", curse.farthest, ORANGE, "dash"),
        ("nearest", curse.nearest, ink.points, "solid"),
    ):
        figure.add_scatter(
            x=DIMENSIONS,
            y=values,
            mode="lines+markers",
            name=f"{name} of random points",
            line={"color": color, "width": 2.5, "dash": dash},
            marker={"size": 8},
            hovertemplate=f"%{{x:,}} dimensions<br>{name}: %{{y:.2f}} × the mean<extra></extra>",
        )
    figure.add_scatter(
        x=[curse.dim],
        y=[curse.contrast_space],
        mode="markers+text",
        showlegend=False,
        marker={"symbol": "star", "size": 16, "color": SELECTED},
        text=["this space"],
        textposition="bottom center",
        textfont={"color": ink.text, "size": TEXT_SIZE},
        hovertemplate="%{x:,} dimensions<br>nearest: %{y:.2f} × the mean<extra></extra>",
    )
    style(figure, ink, height)
    figure.add_hline(y=1, line={"color": ink.quiet, "dash": "dot"})
    figure.update_xaxes(
        title_text="dimensions",
        type="log",
        tickvals=DIMENSIONS,
        ticktext=[f"{d}" for d in DIMENSIONS],
    )
    figure.update_yaxes(title_text="distance ÷ mean distance", rangemode="tozero", nticks=6)
    return figure


def distances_figure(curse: Curse, *, dark: bool = False, height: int = 310) -> go.Figure:
    """Draw how far the nearest is, in the space and in noise of its dimension, beside any two."""
    ink = ink_for(dark)
    middles = (curse.edges[:-1] + curse.edges[1:]) / 2
    figure = go.Figure()
    for name, values, color in (
        ("any two", curse.all_pairs, GRAY),
        ("nearest, in noise", curse.nearest_noise, ink.points),
        ("nearest, in this space", curse.nearest_space, SELECTED),
    ):
        figure.add_scatter(
            x=middles,
            y=values,
            mode="lines",
            name=name,
            line={"color": color, "width": 2.5, "shape": "hvh"},
            fill="tozeroy",
            hovertemplate=f"{name}<br>%{{x:.2f}} × mean: %{{y:.1%}}<extra></extra>",
        )
    style(figure, ink, height)
    full = np.flatnonzero(curse.nearest_space + curse.nearest_noise + curse.all_pairs > 5e-3)
    figure.update_xaxes(
        title_text="distance ÷ mean distance",
        range=[float(curse.edges[max(0, full[0] - 2)]), float(curse.edges[min(60, full[-1] + 3)])],
    )
    figure.update_yaxes(title_text="share", tickformat=".0%", nticks=5)
    return figure


def cost_figure(
    sizes: Sequence[int],
    by_size: Sequence[Sequence[Cost]],
    here: int,
    machine_bytes: float,
    *,
    dark: bool = False,
    height: int = 340,
) -> go.Figure:
    """Draw the memory of each index from ten thousand to ten billion vectors."""
    ink = ink_for(dark)
    colors = (ink.text, *palette(8, dark=dark))
    figure = go.Figure()
    for place, cost in enumerate(by_size[0]):
        figure.add_scatter(
            x=sizes,
            y=[one[place].nbytes for one in by_size],
            mode="lines+markers",
            name=cost.title,
            line={"color": colors[place], "width": 2},
            marker={"symbol": SYMBOLS[place], "size": 8},
            hovertemplate=f"<b>{cost.title}</b><br>%{{x:,.0f}} vectors: %{{y:.3s}}B<extra></extra>",
        )
    style(figure, ink, height)
    figure.add_vline(x=here, line={"color": ink.quiet, "dash": "dot"})
    figure.add_hline(
        y=machine_bytes,
        line={"color": SELECTED, "dash": "dash"},
        annotation={"text": "one machine", "font": {"color": ink.text, "size": TEXT_SIZE - 1}},
        annotation_position="top left",
    )
    figure.update_xaxes(
        title_text="vectors",
        type="log",
        tickvals=sizes,
        ticktext=["10 K", "100 K", "1 M", "10 M", "100 M", "1 B", "10 B"],
    )
    powers = range(6, 14)
    figure.update_yaxes(
        title_text="memory",
        type="log",
        tickvals=[10**power for power in powers],
        ticktext=["1 MB", "10 MB", "100 MB", "1 GB", "10 GB", "100 GB", "1 TB", "10 TB"],
    )
    return figure
