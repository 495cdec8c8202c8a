"""Figures of pictures and texts in one space: who finds whom, and the two clouds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from explorer.figures.colors import ORANGE, SCALE
from explorer.figures.style import TEXT_SIZE, color_bar, ink_for, plain_hover, style

Floats = NDArray[np.float32]
KINDS = ("pictures", "texts")
LOWEST, HIGHEST = -0.2, 0.9  # cosines that the scale of the matrix spans, so that looks compare


def matrix_figure(
    scores: Floats, names: Sequence[str], *, dark: bool, height: int = 400
) -> go.Figure:
    """Draw the cosine of each picture with each text; pairs lie on the diagonal.

    Parameters
    ----------
    scores
        (n, n): row i is picture i, column j is text j.
    names
        n names of the pairs.
    """
    ink = ink_for(dark)
    shown = [plain_hover(name) for name in names]
    figure = go.Figure(
        go.Heatmap(
            z=scores,
            zmin=LOWEST,
            zmax=HIGHEST,
            colorscale=SCALE,
            colorbar=color_bar(ink, "cosine"),
            customdata=[[[row, column] for column in shown] for row in shown],
            hovertemplate=(
                "picture: %{customdata[0]}<br>text: %{customdata[1]}<br>cosine %{z:.2f}"
                "<extra></extra>"
            ),
        )
    )
    style(figure, ink, height, grid=False)
    figure.update_xaxes(title_text="text", showticklabels=False, constrain="domain")
    figure.update_yaxes(
        title_text="picture",
        showticklabels=False,
        autorange="reversed",
        scaleanchor="x",
        constrain="domain",
    )
    return figure


def clouds_figure(
    looks: Mapping[str, tuple[Floats, Floats]], *, dark: bool, height: int = 300
) -> go.Figure:
    """Draw the cloud of the pictures and that of the texts, once for each look.

    Parameters
    ----------
    looks
        By title: places of the pictures and of the texts, (n, 2) each, in one picture.
    """
    ink = ink_for(dark)
    figure = make_subplots(1, len(looks), subplot_titles=list(looks), horizontal_spacing=0.06)
    colors = (ink.points, ORANGE)
    for column, clouds in enumerate(looks.values(), 1):
        for kind, color, symbol, places in zip(
            KINDS, colors, ("circle", "diamond"), clouds, strict=True
        ):
            figure.add_scatter(
                x=places[:, 0],
                y=places[:, 1],
                mode="markers",
                marker={"color": color, "size": 5, "symbol": symbol, "opacity": 0.55},
                name=kind,
                legendgroup=kind,
                showlegend=column == 1,
                hoverinfo="skip",
                row=1,
                col=column,
            )
    style(figure, ink, height, true_lengths=False)
    figure.update_xaxes(showticklabels=False, zeroline=False)
    figure.update_yaxes(showticklabels=False, zeroline=False)
    for place in range(1, len(looks) + 1):
        figure.update_yaxes(scaleanchor=f"x{place if place > 1 else ''}", col=place)
    figure.update_annotations(font={"size": TEXT_SIZE, "color": ink.text})
    figure.update_layout(
        legend={"orientation": "h", "y": -0.02, "x": 0.5, "xanchor": "center", "yanchor": "top"},
        margin={"t": 30},
    )
    return figure


def plane_of(pictures: Floats, texts: Floats) -> tuple[Floats, Floats]:
    """Return both kinds in the plane of the two largest principal components, (n, 2) each."""
    both = np.concatenate([pictures, texts])
    centered = both - both.mean(axis=0)
    _, _, directions = np.linalg.svd(centered, full_matrices=False)
    places = np.asarray(centered @ directions[:2].T, np.float32)
    return places[: len(pictures)], places[len(pictures) :]
