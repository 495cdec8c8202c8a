"""Projections: pictures of a space in two or three dimensions, by one table of methods."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from explorer.errors import ProjectionError
from explorer.jobs.progress import DrawingReport, no_report
from explorer.projection import axes, pca, tsne, umap
from explorer.projection.method import Method, Parameter
from explorer.projection.preparation import PREPARATIONS, prepare
from explorer.projection.projection import Projection
from explorer.projection.quality import Quality, projection_quality
from explorer.space import EmbeddingSpace

__all__ = [
    "METHODS",
    "PREPARATIONS",
    "Method",
    "Parameter",
    "Projection",
    "Quality",
    "project",
    "projection_quality",
]

METRIC = Parameter(
    "metric",
    "Distance",
    "How distance is measured: cosine compares directions, euclidean also lengths.",
    "cosine",
    choices=("cosine", "euclidean"),
)

METHODS = {
    "pca": Method(
        "PCA",
        "the flat shadow that keeps the most variance; the other directions are left out.",
        pca.project,
        is_slow=False,
        parameters=(
            Parameter(
                "components",
                "Components",
                "Which directions are drawn, counted by their variance from the largest.",
                None,
                low=1,
                high=pca.MOST_COMPONENTS,
            ),
        ),
    ),
    "umap": Method(
        "UMAP",
        "drawn so that near neighbors stay near. Read who sits beside whom; the sizes of "
        "groups and the distances between them mean little.",
        umap.project,
        is_slow=True,
        parameters=(
            Parameter(
                "n_neighbors",
                "Neighbors",
                "How many neighbors each point looks at: few show small groups, many the whole.",
                15,
                low=2,
                high=200,
            ),
            Parameter(
                "min_dist",
                "Least distance",
                "How close points may come: near 0 packs groups tight, near 1 spreads them.",
                0.1,
                low=0.0,
                high=1.0,
                step=0.05,
            ),
            METRIC,
            Parameter(
                "n_epochs",
                "Epochs",
                "How many rounds the picture is improved. UMAP chooses 500 for up to 10,000 "
                "points, else 200.",
                None,
                low=10,
                high=2000,
            ),
            Parameter(
                "target",
                "Supervised by",
                "A column whose equal values are drawn together: the picture then shows what "
                "you told it, not only what the vectors say.",
                None,
            ),
            Parameter(
                "densmap",
                "Keep densities (densMAP)",
                "Draws dense regions dense and sparse ones sparse; takes longer.",
                False,
            ),
        ),
        has_seed=True,
    ),
    "tsne": Method(
        "t-SNE",
        "drawn so that each point has its nearest neighbors beside it. The sizes of groups "
        "and the distances between them mean nothing.",
        tsne.project,
        is_slow=True,
        parameters=(
            Parameter(
                "perplexity",
                "Perplexity",
                "About how many neighbors each point looks at.",
                30,
                low=2,
                high=200,
            ),
            Parameter(
                "early_exaggeration",
                "Early exaggeration",
                "How strongly neighbors attract each other in the first 250 iterations.",
                12,
                low=1,
                high=50,
            ),
            Parameter(
                "learning_rate",
                "Learning rate",
                "How far points move at a time. The value that t-SNE chooses grows with the "
                "number of points.",
                None,
                low=1,
                high=100_000,
            ),
            Parameter(
                "n_iter",
                "Iterations",
                "How many rounds the picture is improved after the early exaggeration.",
                500,
                low=50,
                high=2000,
                step=50,
            ),
            Parameter(
                "gradient",
                "Forces",
                "Exact compares all pairs of points; FFT interpolates on a grid and is faster.",
                "auto",
                choices=tsne.GRADIENTS,
            ),
            METRIC,
        ),
        has_seed=True,
    ),
    "axes": Method(
        "Axes",
        "each point stands where it lies along the axes you name; all other directions are "
        "left out.",
        axes.project,
        is_slow=False,
        parameters=(
            Parameter(
                "axes",
                "Axes",
                "A word, or words minus words: “king − man”, or “hot, warm − cold, icy”.",
                (),
            ),
        ),
    ),
}


def project(
    space: EmbeddingSpace,
    method: str = "umap",
    n_components: int = 2,
    seed: int | None = 42,
    *,
    prepared: Sequence[str] = (),
    report: DrawingReport = no_report,
    **params: Any,
) -> Projection:
    """Project a space to two or three dimensions.

    Parameters
    ----------
    space
        The points.
    method
        'pca' (Pearson 1901), 'umap' (McInnes, Healy & Melville 2018), 'tsne' (van der
        Maaten & Hinton 2008), or 'axes': directions named by words.
    n_components
        2 or 3.
    seed
        Equal seeds give equal pictures on one machine; None gives another picture each time.
    prepared
        Steps done to the vectors first: 'center', 'all-but-the-top' (Mu & Viswanath 2018),
        'unit'.
    report
        Called with the share done, the step's name, and the coordinates by now; may raise
        to stop.
    **params
        For 'pca': components (which, from 1 to 10). For 'umap': n_neighbors (15), min_dist
        (0.1), metric ('cosine' or 'euclidean'), n_epochs, target (a metadata column),
        densmap. For 'tsne': perplexity (30), early_exaggeration (12), learning_rate,
        n_iter (500), gradient ('auto', 'exact' or 'FFT'), metric. For 'axes': axes (formulas
        such as 'king − man' or 'hot, warm − cold, icy').

    Returns
    -------
    Projection
        (n, n_components) float32 coordinates in row order, with all parameters that were used.

    Raises
    ------
    ProjectionError
        Unknown method or parameter, or too few points.
    QueryError
        An axis cannot be read, or has no direction.
    UnknownLabelError
        An axis names a label that has no vector in the space.

    Examples
    --------
    >>> space = EmbeddingSpace(["a", "b", "c"], [[0, 0, 1], [2, 0, 1], [4, 0, 1]])
    >>> project(space, "pca").variance_share.round(3).tolist()
    [1.0, 0.0]
    >>> project(space, "axes", axes=["c − a", "a"]).coordinates.tolist()
    [[0.0, 1.0], [2.0, 1.0], [4.0, 1.0]]
    """
    if method not in METHODS:
        raise ProjectionError(f"The method “{method}” is unknown. Known: {', '.join(METHODS)}.")
    if n_components not in (2, 3):
        raise ProjectionError(f"n_components is {n_components}. A picture has 2 or 3.")
    chosen = METHODS[method]
    if unknown := [name for name in params if name not in chosen.params]:
        known = ", ".join(chosen.params) or "none"
        raise ProjectionError(
            f"{chosen.title} has no parameter {', '.join(unknown)}. Its parameters: {known}."
        )
    ready, _ = prepare(space, prepared)
    made = chosen.project(ready, n_components, seed, report, **params)
    if not prepared:
        return made
    steps = [step for step in PREPARATIONS if step in prepared]
    return replace(made, params={**made.params, "prepared": steps})
