"""Projections: pictures of a space in two or three dimensions, by one table of methods."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from explorer.errors import ProjectionError
from explorer.projection import pca, umap
from explorer.projection.projection import Projection
from explorer.projection.quality import Quality, projection_quality
from explorer.projection.report import Report, no_report
from explorer.space import EmbeddingSpace

__all__ = ["METHODS", "Method", "Projection", "Quality", "project", "projection_quality"]


@dataclass(frozen=True)
class Method:
    """One way to project: its title, what to say of it, and the function that does it."""

    title: str
    sentence: str
    project: Callable[..., Projection]
    is_slow: bool  # slow ones run outside the web process
    params: tuple[str, ...] = ()


METHODS = {
    "pca": Method(
        "PCA",
        "the flat shadow that keeps the most variance; the other directions are left out.",
        pca.project,
        is_slow=False,
    ),
    "umap": Method(
        "UMAP",
        "drawn so that near neighbors stay near. Read who sits beside whom; the sizes of "
        "groups and the distances between them mean little.",
        umap.project,
        is_slow=True,
        params=("n_neighbors", "min_dist", "metric", "n_epochs"),
    ),
}


def project(
    space: EmbeddingSpace,
    method: str = "umap",
    n_components: int = 2,
    seed: int = 42,
    *,
    report: Report = no_report,
    **params: Any,
) -> Projection:
    """Project a space to two or three dimensions.

    Parameters
    ----------
    space
        The points.
    method
        'pca' (Pearson 1901) or 'umap' (McInnes, Healy & Melville 2018).
    n_components
        2 or 3.
    seed
        Equal seeds give equal pictures on one machine.
    report
        Called with the share done and the step's name; may raise to stop.
    **params
        For 'umap': n_neighbors (15), min_dist (0.1), metric ('cosine' or 'euclidean'),
        n_epochs (chosen by umap-learn).

    Raises
    ------
    ProjectionError
        Unknown method or parameter, or too few points.

    Examples
    --------
    >>> space = EmbeddingSpace(["a", "b", "c"], [[0, 0, 1], [2, 0, 1], [4, 0, 1]])
    >>> project(space, "pca").variance_share.round(3).tolist()
    [1.0, 0.0]
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
    return chosen.project(space, n_components, seed, report, **params)
