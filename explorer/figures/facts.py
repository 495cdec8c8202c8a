"""Pictures of a knowledge graph's training: its course, and the way to an answer."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from explorer.analogies.geometry import PlanePicture
from explorer.figures.analogies import MARK, arrow_between, room_for
from explorer.figures.colors import GREEN, ORANGE
from explorer.figures.label_placement import Sheet
from explorer.figures.style import TEXT_SIZE, ink_for, plain_hover, shown_text, style

SHEET = (520.0, 330.0)  # width and height of the picture, less its margins
NAME_LENGTH = 22
MARK_LOOKS = {  # a mark: its symbol and its color; told apart without the color, too
    "trained": ("circle", None),
    "held out": ("star", GREEN),
    "wrong": ("x", ORANGE),
}


def question_figure(
    picture: PlanePicture, marks: Sequence[str], *, height: int = 400, dark: bool = False
) -> go.Figure:
    """Draw the step from the given entity, and the answers by what each is.

    Parameters
    ----------
    marks
        For each answer: a key of MARK_LOOKS.
    """
    ink = ink_for(dark)
    answers = picture.answers
    everything = np.vstack([picture.inputs.places, picture.result.places, answers.places])
    sheet = Sheet(everything.astype(np.float32), SHEET)
    for place in everything:
        sheet.take(place.astype(np.float32), MARK, (0.0, 0.0))  # no label over these
    figure = go.Figure()
    fixed = (
        (picture.inputs, {"symbol": "square", "color": ink.text, "size": 13}),
        (picture.result, {"symbol": "circle-open", "color": ink.text, "size": 17}),
    )
    for dots, marker in fixed:
        name = shown_text(dots.names[0], NAME_LENGTH)
        side = sheet.beside(dots.places[0].astype(np.float32), name) or "top center"
        figure.add_scatter(
            x=dots.places[:, 0],
            y=dots.places[:, 1],
            mode="markers+text",
            marker=marker,
            text=[f"<b>{name}</b>"],
            textposition=[side],
            textfont={"color": ink.text, "size": TEXT_SIZE},
            hovertext=[plain_hover(dots.names[0])],
            hovertemplate="<b>%{hovertext}</b><extra></extra>",
            showlegend=False,
            cliponaxis=False,
        )
    texts = [shown_text(name, NAME_LENGTH) for name in answers.names]
    sides = [
        sheet.beside(place.astype(np.float32), text)
        for place, text in zip(answers.places, texts, strict=True)
    ]
    for mark, (symbol, color) in MARK_LOOKS.items():
        rows = [row for row, one in enumerate(marks) if one == mark]
        if not rows:
            continue
        figure.add_scatter(
            x=answers.places[rows, 0],
            y=answers.places[rows, 1],
            mode="markers+text",
            marker={"symbol": symbol, "color": color or ink.points, "size": 12},
            text=[texts[row] if sides[row] else "" for row in rows],
            textposition=[sides[row] or "top center" for row in rows],
            textfont={"color": ink.text, "size": TEXT_SIZE},
            hovertext=[plain_hover(answers.names[row]) for row in rows],
            customdata=answers.distances[rows],
            hovertemplate="<b>%{hovertext}</b><br>%{customdata:.2f} from this plane<extra></extra>",
            name=mark,
            cliponaxis=False,
        )
    start, end = picture.arrows[0].start, picture.arrows[0].end
    style(figure, ink, height, true_lengths=True)
    figure.update_layout(
        room_for(everything),
        showlegend=True,
        annotations=[arrow_between(start, end, arrowcolor=ink.text, arrowwidth=3)],
    )
    figure.update_xaxes(showticklabels=False)
    figure.update_yaxes(showticklabels=False)
    return figure
