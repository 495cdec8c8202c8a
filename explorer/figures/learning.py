"""A training run as Plotly figures: the words on the map, the loss, the cosines."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from explorer.figures.colors import palette
from explorer.figures.label_placement import Sheet, label_sides
from explorer.figures.style import TEXT_SIZE, ink_for, plain_hover, shown_text, style

Floats = NDArray[np.float32]

FRAME_SHEET = (540.0, 340.0)  # pixels of the map, less its margins
NO_CLASS = "other words"
MOVE_MILLISECONDS = 300  # half of a frame's 0.6 seconds, so that the eye sees each rest
LABEL_LENGTH = 16  # letters: hardly a word is longer


def frame_map(
    places: Floats,
    words: Sequence[str],
    classes: Mapping[str, str],
    followed: Sequence[str],
    *,
    dark: bool,
    height: int = 440,
) -> go.Figure:
    """Draw the words as they stand after a step, colored by class where it is known.

    Parameters
    ----------
    places
        (n, 2) float32.
    words
        n words, the most frequent first.
    classes
        The class of each word that has one.
    followed
        Words that are labelled first, in bold.
    """
    ink = ink_for(dark)
    shown = words[: len(places)]
    names = [*dict.fromkeys(classes.values())]
    colors = dict(zip(names, palette(len(names), dark=dark), strict=True))
    colors[NO_CLASS] = ink.points if not classes else ink.quiet
    order = labelled(shown, classes, followed)
    sides = label_sides(Sheet(places, FRAME_SHEET), places, shown, order)
    figure = go.Figure()
    for name in [NO_CLASS, *names]:
        rows = [row for row, word in enumerate(shown) if classes.get(word, NO_CLASS) == name]
        if not rows:
            continue
        quiet = name == NO_CLASS and bool(classes)
        figure.add_scatter(
            x=places[rows, 0],
            y=places[rows, 1],
            mode="markers+text",
            marker={
                "color": colors[name],
                "size": [13 if shown[row] in followed else 5 if quiet else 8 for row in rows],
                "opacity": 0.45 if quiet else 0.9,
            },
            text=[label(shown[row], followed) if sides[row] else "" for row in rows],
            textposition=[sides[row] or "top center" for row in rows],
            textfont={"size": TEXT_SIZE - 1, "color": ink.text},
            hovertext=[plain_hover(shown[row]) for row in rows],
            hovertemplate="<b>%{hovertext}</b><extra></extra>",
            name=name,
            ids=[shown[row] for row in rows],
        )
    style(figure, ink, height, true_lengths=True, transition={"duration": MOVE_MILLISECONDS})
    low, high = places.min(axis=0), places.max(axis=0)
    room = 0.1 * (high - low) + 1e-6
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    figure.update_xaxes(showticklabels=False, range=[left, right])
    figure.update_yaxes(showticklabels=False, range=[bottom, top])
    figure.update_layout(
        showlegend=bool(classes),
        legend={"orientation": "h", "y": -0.02, "yanchor": "top", "itemsizing": "constant"},
    )
    return figure


def label(word: str, followed: Sequence[str]) -> str:
    """Return the label of a word, bold if it is followed."""
    text = shown_text(word, LABEL_LENGTH)
    return f"<b>{text}</b>" if word in followed else text


def labelled(
    words: Sequence[str], classes: Mapping[str, str], followed: Sequence[str]
) -> list[int]:
    """Return the rows to label: the followed first, then those with a class (all if none has)."""
    rows = sorted(
        range(len(words)), key=lambda row: (words[row] not in followed, words[row] not in classes)
    )
    return [row for row in rows if not classes or words[row] in classes or words[row] in followed]


def loss_curve(
    steps: Sequence[int],
    losses: Sequence[float],
    now: int,
    end: int,
    *,
    dark: bool,
    height: int = 100,
) -> go.Figure:
    """Draw the loss over a run of `end` steps, with a mark at the step shown."""
    ink = ink_for(dark)
    figure = go.Figure(
        go.Scatter(
            x=steps,
            y=losses,
            mode="lines+markers",
            marker={"size": [9 if step == now else 0 for step in steps]},  # one point is no line
            line={"color": ink.points, "width": 2.5},
            hovertemplate="step %{x:,}: %{y:.3f}<extra></extra>",
        )
    )
    style(figure, ink, height)
    figure.add_vline(x=now, line={"color": ink.quiet, "dash": "dot"})
    figure.update_xaxes(showticklabels=False, range=[0, end])
    highest = max((loss for loss in losses if math.isfinite(loss)), default=1.0)
    figure.update_yaxes(title_text="loss", nticks=4, range=[0, 1.1 * highest])
    return figure


def cosine_curves(
    steps: Sequence[int],
    pairs: Mapping[str, Sequence[float]],
    now: int,
    end: int,
    *,
    dark: bool,
    height: int = 165,
) -> go.Figure:
    """Draw the cosines of word pairs over a run of `end` steps."""
    ink = ink_for(dark)
    figure = go.Figure()
    for (name, values), color in zip(pairs.items(), palette(len(pairs), dark=dark), strict=True):
        figure.add_scatter(
            x=steps,
            y=values,
            mode="lines",
            line={"color": color, "width": 2.5},
            name=shown_text(name, 2 * LABEL_LENGTH),
            hovertemplate=f"{plain_hover(name)}, step %{{x:,}}: %{{y:.2f}}<extra></extra>",
        )
    style(figure, ink, height)
    figure.add_vline(x=now, line={"color": ink.quiet, "dash": "dot"})
    figure.update_xaxes(title_text="step", nticks=5, range=[0, end])
    lowest = min((min(values) for values in pairs.values()), default=0.0)
    figure.update_yaxes(title_text="cosine", range=[min(-0.2, lowest - 0.1), 1.05], nticks=5)
    figure.update_layout(showlegend=True, legend={"font": {"size": TEXT_SIZE - 2}})
    return figure
