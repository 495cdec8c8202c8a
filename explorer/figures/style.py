"""The look of every Plotly figure: colors that are not data, one layout, escaped text."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import Any

import plotly.graph_objects as go

FONT = "Source Sans, Source Sans Pro, sans-serif"
TEXT_SIZE = 14  # readable from the back of a classroom
FONTS = ("font", "tickfont", "textfont")  # as Plotly names them
HOVER_LENGTH = 60  # letters: a hover stays on one line
LABEL_LENGTH = 28  # letters of a label in a figure


@dataclass(frozen=True)
class Ink:
    """The colors that are not data; `ground` and `border` are those of `.streamlit/config.toml`."""

    text: str
    quiet: str
    grid: str
    border: str
    ground: str
    veil: str  # behind text over points
    points: str  # points without a color column


LIGHT = Ink(
    text="#1b242c",
    quiet="#52606d",
    grid="#e4e7eb",
    border="#d5dce2",
    ground="#fcfdfd",
    veil="rgba(255,255,255,0.65)",
    points="#0072B2",
)
DARK = Ink(
    text="#e4e9ed",
    quiet="#9aa5b1",
    grid="#2a343d",
    border="#303a42",
    ground="#0f1418",
    veil="rgba(15,20,24,0.65)",
    points="#56B4E9",
)


def ink_for(dark: bool) -> Ink:
    """Return the colors that suit a dark or a light ground."""
    return DARK if dark else LIGHT


def style(
    figure: go.Figure,
    ink: Ink,
    height: int,
    *,
    grid: bool = True,
    true_lengths: bool = False,
    **layout: Any,
) -> go.Figure:
    """Give a figure its layout, and return it.

    Parameters
    ----------
    ink
        The colors that are not data.
    height
        In pixels.
    grid
        Whether to draw grid lines; matrices have none, and names as ticks.
    true_lengths
        Whether one unit is as long on both axes. Dragging moves such a figure, and the wheel zooms.
    layout
        Further settings of Plotly's layout.
    """
    axis = {
        "automargin": True,
        "gridcolor": ink.grid,
        "showgrid": grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {
            "color": ink.quiet if grid else ink.text,
            "size": TEXT_SIZE - 1 if grid else TEXT_SIZE,
        },
        "title": {"font": {"color": ink.quiet, "size": TEXT_SIZE}, "standoff": 6},
    }
    figure.update_layout(
        height=height,
        margin={"l": 8, "r": 8, "t": 8, "b": 8},
        paper_bgcolor=ink.ground,  # a figure saved from a dark page has light letters
        plot_bgcolor="rgba(0,0,0,0)",
        font={"color": ink.text, "family": FONT, "size": TEXT_SIZE},
        hoverlabel={"bgcolor": ink.text, "font": {"color": ink.ground, "size": TEXT_SIZE}},
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    )
    figure.update_xaxes(axis)
    figure.update_yaxes(axis)
    if true_lengths:
        figure.update_layout(dragmode="pan")
        figure.update_yaxes(scaleanchor="x")
    figure.update_layout(**layout)
    return figure


def color_bar(ink: Ink, title: str = "", **more: Any) -> dict[str, Any]:
    """Return a slim color bar."""
    small = {"size": TEXT_SIZE - 2, "color": ink.quiet}
    return {
        "thickness": 10,
        "outlinewidth": 0,
        "nticks": 5,
        "tickfont": small,
        "title": {"text": title, "side": "right", "font": small},
        **more,
    }


def without_motion(figure: go.Figure) -> go.Figure:
    """Return the figure with animations replaced by steps, for visitors who ask for less motion."""
    still = go.Figure(figure)
    still.update_layout(transition={"duration": 0})
    steps = [step for slider in still.layout.sliders for step in slider.steps]
    buttons = [button for menu in still.layout.updatemenus for button in menu.buttons]
    for one in (*steps, *buttons):
        frames, options = one.args
        one.args = [frames, {**options, "transition": {"duration": 0}}]
    return still


def for_projector(figure: go.Figure, size: int) -> go.Figure:
    """Return the figure with letters of at least a size in pixels and lines twice as thick."""
    large = figure.to_dict()
    thicken(large, size)
    drawn = go.Figure(large, skip_invalid=False)
    named = [one for one in drawn.data if one.name and one.showlegend is not False]
    if len(named) > 1:
        drawn.update_layout(showlegend=True)  # colors alone may not be told apart on the wall
    return drawn


def thicken(part: Any, size: int) -> None:
    """Enlarge fonts and lines in a part of a figure's dictionary, in place."""
    if isinstance(part, list | tuple):
        for one in part:
            thicken(one, size)
        return
    if not isinstance(part, dict):
        return
    for name, value in part.items():
        if name in FONTS and isinstance(value, dict):
            given = value.get("size")
            value["size"] = max(size, given) if isinstance(given, int | float) else size
        elif (
            name == "line"
            and isinstance(value, dict)
            and isinstance(value.get("width"), int | float)
        ):
            value["width"] = 2 * value["width"]
        elif name == "arrowwidth" and value:
            part[name] = 1.6 * value
        thicken(value, size)


def moves(figure: go.Figure) -> bool:
    """Return whether anything in the figure is animated."""
    return bool(figure.frames) or bool(figure.layout.transition.duration)


def plain_hover(text: str) -> str:
    """Return the text escaped for Plotly, which reads some HTML."""
    return shown_text(text, HOVER_LENGTH)


def shown_text(text: str, length: int) -> str:
    """Return the text cut to a length, on one line, with HTML's signs escaped."""
    line = " ".join(text.split()) if text.strip() else repr(text)
    cut = line if len(line) <= length else f"{line[: length - 1]}…"
    return html.escape(cut, quote=False)
