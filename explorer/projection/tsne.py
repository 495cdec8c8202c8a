"""t-SNE (van der Maaten & Hinton 2008) by openTSNE, with our neighbors and a PCA start."""

from __future__ import annotations

import os

import numpy as np
from numpy.typing import NDArray

from explorer.errors import ProjectionError
from explorer.jobs.progress import DrawingReport, no_report
from explorer.neighbors.graph import nearest_graph
from explorer.projection import pca
from explorer.projection.projection import Projection
from explorer.space import EmbeddingSpace

FEWEST_POINTS = 5
GRAPH_SHARE = 0.2  # of the progress bar
EXAGGERATED = 250  # iterations of early exaggeration, openTSNE's default
FRAME_EVERY = 10  # iterations
EXACT_TO = 1000  # points; FFT (Linderman et al. 2019) is faster beyond
GRADIENTS = ("auto", "exact", "FFT")


def project(
    space: EmbeddingSpace,
    n_components: int,
    seed: int | None,
    report: DrawingReport = no_report,
    *,
    perplexity: float = 30,
    early_exaggeration: float = 12,
    learning_rate: float | None = None,
    n_iter: int = 500,
    gradient: str = "auto",
    metric: str = "cosine",
) -> Projection:
    """Lay the points out so that each has its nearest neighbors beside it.

    The initial layout is PCA's (Kobak & Berens 2019). `n_iter` counts the iterations after the
    250 of early exaggeration. The default learning rate is n / exaggeration (Belkina et al.
    2019). 'exact' sums over all pairs, 'FFT' interpolates (Linderman et al. 2019), 'auto' is
    exact up to 1,000 points.
    """
    n = len(space)
    if n < FEWEST_POINTS:
        raise ProjectionError(
            f"t-SNE needs at least {FEWEST_POINTS} points, {space.name} has {n}. Use PCA."
        )
    if perplexity < 1:
        raise ProjectionError(f"perplexity is {perplexity:g}. t-SNE needs at least 1.")
    if early_exaggeration < 1:
        raise ProjectionError(f"early_exaggeration is {early_exaggeration:g}. Give at least 1.")
    if learning_rate is not None and learning_rate <= 0:
        raise ProjectionError(f"learning_rate is {learning_rate:g}. Give more than 0.")
    if n_iter < 1:
        raise ProjectionError(f"n_iter is {n_iter}. t-SNE needs at least 1.")
    if gradient not in GRADIENTS:
        raise ProjectionError(f"gradient is “{gradient}”. Known: {', '.join(GRADIENTS)}.")
    if gradient == "FFT" and n_components == 3:
        raise ProjectionError("FFT works in two dimensions only. Choose “auto”, or 2D.")
    # affinities use 3 x perplexity neighbors, and there are n − 1
    perplexity = min(perplexity, (n - 1) / 3)
    k = max(2, min(n - 1, int(3 * perplexity)))
    indices, distances, notes = nearest_graph(
        space, k + 1, metric, seed, report=report, share=GRAPH_SHARE
    )
    start = pca.project(space, n_components, 0).coordinates.astype(np.float64)
    # a standard deviation of 1e-4, as openTSNE's own start; the noise separates equal points
    noise = np.random.default_rng(seed).normal(scale=1e-6, size=start.shape)
    start = start * (1e-4 / max(float(start[:, 0].std()), 1e-12)) + noise
    report(GRAPH_SHARE, "loading t-SNE", start.astype(np.float32))
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import PerplexityBasedNN
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    cores = os.cpu_count() or 1
    affinities = PerplexityBasedNN(
        perplexity=perplexity,
        knn_index=PrecomputedNeighbors(
            indices[:, 1:].astype(np.int64), distances[:, 1:].astype(np.float64)
        ),
        n_jobs=cores,
    )
    exact = gradient == "exact" or (gradient == "auto" and (n <= EXACT_TO or n_components == 3))
    total = EXAGGERATED + n_iter

    def tell(before: int) -> object:
        def callback(iteration: int, error: float, embedding: NDArray[np.float64]) -> bool:
            done = before + iteration
            share = GRAPH_SHARE + (1 - GRAPH_SHARE) * done / total
            step = f"iteration {done} of {total}"
            report(share, step, np.asarray(embedding, np.float32))
            return False

        return callback

    embedding = TSNEEmbedding(
        start,
        affinities,
        negative_gradient_method="bh" if exact else "fft",
        # 0 sums over all pairs; more points in 3D, which has no FFT, take Barnes-Hut's usual 0.5
        theta=0.0 if exact and n <= EXACT_TO else 0.5,
        learning_rate="auto" if learning_rate is None else learning_rate,
        # on several threads, Barnes-Hut sums in an order that differs from run to run
        n_jobs=1 if exact and seed is not None else cores,
        random_state=seed,
        callbacks_every_iters=FRAME_EVERY,
    )
    # start, iterations, exaggeration, and momentum as in van der Maaten & Hinton 2008
    phases = ((0, EXAGGERATED, early_exaggeration, 0.5), (EXAGGERATED, n_iter, 1, 0.8))
    for before, iterations, exaggeration, momentum in phases:
        embedding.optimize(
            n_iter=iterations,
            exaggeration=exaggeration,
            momentum=momentum,
            inplace=True,
            propagate_exception=True,
            callbacks=tell(before),
        )
    report(1.0, "done")
    params = {
        "perplexity": float(perplexity),
        "early_exaggeration": early_exaggeration,
        "learning_rate": "auto" if learning_rate is None else learning_rate,
        "n_iter": n_iter,
        "gradient": "exact" if exact else "FFT",
        "metric": metric,
    }
    return Projection(np.asarray(embedding, np.float32), "tsne", params, seed, notes=notes)
