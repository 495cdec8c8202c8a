"""Results of evaluations as Plotly figures."""

from __future__ import annotations

import plotly.graph_objects as go

from explorer.analogies.word_similarity import SimilarityReport
from explorer.figures.style import ink_for, plain_hover, style


def similarity_figure(
    report: SimilarityReport, *, height: int = 440, dark: bool = False
) -> go.Figure:
    """Draw each judged pair: people's judgement to the right, cosine similarity upwards."""
    ink = ink_for(dark)
    words, others, judged, cosines = zip(*report.pairs, strict=True)
    figure = go.Figure(
        go.Scatter(
            x=judged,
            y=cosines,
            mode="markers",
            marker={"size": 8, "color": ink.points, "opacity": 0.6},
            hovertext=[
                f"{plain_hover(word)} – {plain_hover(other)}"
                for word, other in zip(words, others, strict=True)
            ],
            hovertemplate="<b>%{hovertext}</b><br>people %{x:.2f}, cosine %{y:.3f}<extra></extra>",
            showlegend=False,
        )
    )
    style(figure, ink, height)
    figure.update_layout(
        xaxis_title="people's judgement",
        yaxis_title="cosine similarity",
    )
    return figure
