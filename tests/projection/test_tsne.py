"""t-SNE: as trustworthy as openTSNE's own, seeded, reported and stoppable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from openTSNE import TSNE

from explorer import EmbeddingSpace, Projection, project, projection_quality
from explorer.errors import ExplorerError, ProjectionError

SHORT = {"n_iter": 10}


@pytest.fixture(scope="module")
def few_words(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(400), name="few words", step="first 400")


@pytest.fixture(scope="module")
def tiny(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(60), name="tiny", step="first 60")


def test_it_is_as_trustworthy_as_opentsne(few_words: EmbeddingSpace) -> None:
    theirs = TSNE(metric="cosine", random_state=42, n_iter=250).fit(few_words.vectors)
    ours = project(few_words, "tsne", n_iter=250)
    peer = projection_quality(few_words, Projection(np.asarray(theirs), "tsne"))
    assert projection_quality(few_words, ours).trustworthiness >= peer.trustworthiness - 0.01


@pytest.mark.parametrize(
    "options", [{"n_components": 2}, {"n_components": 3}, {"gradient": "FFT"}], ids=str
)
def test_equal_seeds_give_equal_pictures(tiny: EmbeddingSpace, options: dict[str, Any]) -> None:
    one, other = (project(tiny, "tsne", seed=3, **SHORT, **options) for _ in range(2))
    assert one.coordinates.shape == (60, options.get("n_components", 2))
    np.testing.assert_array_equal(one.coordinates, other.coordinates)


def test_it_tells_the_parameters_that_were_used(space: EmbeddingSpace) -> None:
    found = project(space, "tsne", n_iter=5)
    assert found.params == {
        "perplexity": pytest.approx(4 / 3),  # the 30 asked for, bounded by the five words
        "early_exaggeration": 12,
        "learning_rate": "auto",
        "n_iter": 5,
        "gradient": "exact",
        "metric": "cosine",
    }


def test_progress_and_frames_are_told_upward_to_the_end(tiny: EmbeddingSpace) -> None:
    told: list[tuple[float, str, Any]] = []
    project(tiny, "tsne", report=lambda *one: told.append((*one, None)[:3]), **SHORT)
    shares = [share for share, _, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    frames = [coordinates for _, _, coordinates in told if coordinates is not None]
    assert len(frames) > 20
    assert all(frame.shape == (60, 2) and np.isfinite(frame).all() for frame in frames)


def test_an_exception_in_report_stops_it(tiny: EmbeddingSpace) -> None:
    class StopError(Exception):
        pass

    def stop(share: float, step: str, coordinates: Any = None) -> None:
        if step.startswith("iteration"):
            raise StopError

    with pytest.raises(StopError):
        project(tiny, "tsne", report=stop)


def test_equal_and_zero_vectors_are_laid_out() -> None:
    vectors = [[0, 0], [0, 0], [1, 0], [1, 0], [1, 0], [0, 1]]
    found = project(EmbeddingSpace(list("abcdef"), vectors), "tsne", **SHORT)
    assert np.isfinite(found.coordinates).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"perplexity": 0}, "perplexity is 0"),
        ({"early_exaggeration": 0}, "early_exaggeration is 0"),
        ({"learning_rate": -1}, "learning_rate is -1"),
        ({"n_iter": 0}, "n_iter is 0"),
        ({"gradient": "magic"}, "gradient is “magic”. Known: auto, exact, FFT"),
        ({"gradient": "FFT", "n_components": 3}, "FFT works in two dimensions"),
        ({"metric": "dot"}, "cosine or euclidean"),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    space: EmbeddingSpace, options: dict[str, Any], words: str
) -> None:
    with pytest.raises(ExplorerError, match=words):
        project(space, "tsne", **options)


def test_too_few_points_are_told() -> None:
    with pytest.raises(ProjectionError, match=r"at least 5 points, four has 4\. Use PCA"):
        project(EmbeddingSpace(list("abcd"), np.eye(4), name="four"), "tsne")
