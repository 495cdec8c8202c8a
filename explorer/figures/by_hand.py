"""Figures of the page By hand: words in the plane of their two numbers."""

from __future__ import annotations

import plotly.graph_objects as go

from explorer.figures.style import TEXT_SIZE, ink_for, shown_text, style
from explorer.lessons.by_hand.update import Reading

LETTERS = 16  # of a word
MOVED = "#D55E00"
SIDES = ("top center", "bottom center", "middle right", "middle left")


def words_in_plane(found: Reading, *, dark: bool, height: int = 300) -> go.Figure:
    """Draw each word at its two numbers, and an arrow for the last step, ten times its length."""
    ink = ink_for(dark)
    figure = go.Figure(
        go.Scatter(
            x=found.vectors[:, 0],
            y=found.vectors[:, 1],
            mode="markers+text",
            text=[shown_text(word, LETTERS) for word in found.words],
            # neighbors in the text have their names on different sides
            textposition=[SIDES[at % len(SIDES)] for at in range(len(found.words))],
            textfont={"size": TEXT_SIZE, "color": ink.text},
            marker={"size": 9, "color": ink.points},
            cliponaxis=False,
            hovertemplate="%{text}: (%{x:.2f}, %{y:.2f})<extra></extra>",
        )
    )
    step = found.last
    ahead = step.center + 10 * (step.new_center - step.center)
    figure.add_annotation(
        x=ahead[0],
        y=ahead[1],
        ax=step.center[0],
        ay=step.center[1],
        xref="x",
        yref="y",
        axref="x",
        ayref="y",
        arrowhead=2,
        arrowwidth=2.5,
        arrowcolor=MOVED,
    )
    return style(figure, ink, height, true_lengths=True, showlegend=False)
