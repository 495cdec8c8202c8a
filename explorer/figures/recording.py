"""Two recorded training runs side by side, as a Plotly figure that plays by itself."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from explorer.figures.colors import palette
from explorer.figures.style import TEXT_SIZE, ink_for, plain_hover, style
from explorer.training.recording import Recording

FRAME_MILLISECONDS = 600  # of 31 frames: some twenty seconds
MARGIN = 0.08  # of the widest place, around it
NAMED = (
    "king",
    "mother",
    "dog",
    "paris",
    "bread",
    "ate",
)  # one a class, so that none hides another


def side_by_side(left: Recording, right: Recording, *, dark: bool, height: int = 360) -> go.Figure:
    """Draw the words of two runs, colored by class, with a button that plays all frames.

    Each half keeps one scale, that of its widest frame, so that what grows is seen to grow.
    """
    ink = ink_for(dark)
    classes = [*dict.fromkeys(left.classes)]
    colors = dict(zip(classes, palette(len(classes), dark=dark), strict=True))
    figure = make_subplots(1, 2, subplot_titles=("The text", "Shuffled"), horizontal_spacing=0.04)
    for column, run in enumerate((left, right), start=1):
        for name in classes:
            rows = rows_of(run, name)
            figure.add_scatter(
                x=run.places[0, rows, 0],
                y=run.places[0, rows, 1],
                mode="markers",
                marker={"color": colors[name], "size": 9},
                hovertext=[plain_hover(run.words[row]) for row in rows],
                hovertemplate="<b>%{hovertext}</b><extra></extra>",
                name=name,
                legendgroup=name,
                showlegend=column == 1,
                row=1,
                col=column,
            )
        rows = [run.words.index(name) for name in NAMED]
        # a trace of their own: Plotly mixes up names where some points of a trace have none
        figure.add_scatter(
            x=run.places[0, rows, 0],
            y=run.places[0, rows, 1],
            mode="markers+text",
            marker={"size": 12, "opacity": 0},  # keeps the name off its point
            text=NAMED,
            textposition="top center",
            textfont={"size": TEXT_SIZE - 1, "color": ink.text},
            hoverinfo="skip",
            showlegend=False,
            row=1,
            col=column,
        )
    style(figure, ink, height, grid=False)
    for column, run in enumerate((left, right), start=1):
        reach = (1 + MARGIN) * float(np.abs(run.places).max())
        figure.update_xaxes(range=[-reach, reach], col=column)
        figure.update_yaxes(range=[-reach, reach], col=column)
    figure.update_xaxes(showticklabels=False, zeroline=False)
    figure.update_yaxes(showticklabels=False, zeroline=False)
    figure.frames = [frame(left, right, classes, number) for number in range(len(left.steps))]
    figure.update_layout(
        updatemenus=[play_button()],
        sliders=[slider(left, ink.quiet)],
        legend={"orientation": "h", "y": -0.3, "yanchor": "top", "itemsizing": "constant"},
        margin={"t": 34, "b": 10, "l": 10, "r": 10},
    )
    return figure


def rows_of(run: Recording, name: str) -> list[int]:
    """Return the rows of a class's words."""
    return [row for row, one in enumerate(run.classes) if one == name]


def frame(left: Recording, right: Recording, classes: list[str], number: int) -> go.Frame:
    """Return a frame: new places for each class and for the names, in both halves."""
    return go.Frame(
        name=str(left.steps[number]),
        data=[
            go.Scatter(x=run.places[number, rows, 0], y=run.places[number, rows, 1])
            for run in (left, right)
            for rows in (
                *(rows_of(run, name) for name in classes),
                [run.words.index(name) for name in NAMED],
            )
        ],
    )


def play_button() -> dict[str, object]:
    """Return the buttons that play and pause."""
    moving = {
        "frame": {"duration": FRAME_MILLISECONDS, "redraw": False},
        "transition": {"duration": FRAME_MILLISECONDS // 2},
        "fromcurrent": True,
    }
    still = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate"}
    return {
        "type": "buttons",
        "direction": "left",
        "showactive": False,
        "x": 0,
        "y": -0.06,
        "xanchor": "left",
        "yanchor": "top",
        "pad": {"t": 0, "r": 8},
        "buttons": [
            {"label": "▶ Play", "method": "animate", "args": [None, moving]},
            {"label": "❚❚", "method": "animate", "args": [[None], still]},
        ],
    }


def slider(run: Recording, color: str) -> dict[str, object]:
    """Return the slider over all frames."""
    jump = {"frame": {"duration": 0, "redraw": False}, "mode": "immediate"}
    return {
        "x": 0.17,
        "len": 0.83,
        "y": 0,
        "currentvalue": {"prefix": "step ", "font": {"color": color}, "xanchor": "right"},
        "ticklen": 0,
        "minorticklen": 0,
        "pad": {"t": 20},
        "font": {"color": "rgba(0,0,0,0)"},  # the current step alone is written
        "steps": [
            {"label": f"{step:,}", "method": "animate", "args": [[str(step)], jump]}
            for step in run.steps
        ],
    }
