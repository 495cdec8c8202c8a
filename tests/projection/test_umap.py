"""UMAP: as trustworthy as umap-learn's own, seeded, reported and stoppable."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from sklearn.manifold import trustworthiness
from sklearn.neighbors import NearestNeighbors
from umap import UMAP
from umap.umap_ import fuzzy_simplicial_set

from explorer import EmbeddingSpace, project
from explorer.errors import ExplorerError, ProjectionError
from explorer.neighbors import graph
from explorer.projection.umap.graph import fuzzy_graph

FEW = 1000


@pytest.fixture(scope="module")
def few_words(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(FEW), name="few words", step=f"first {FEW}")


@pytest.fixture(scope="module")
def tiny(words: EmbeddingSpace) -> EmbeddingSpace:
    return words.take(range(60), name="tiny", step="first 60")


def test_it_is_as_trustworthy_as_umap_learn(few_words: EmbeddingSpace) -> None:
    vectors = few_words.vectors
    theirs = UMAP(metric="cosine", random_state=42, n_jobs=1).fit_transform(vectors)
    ours = project(few_words, "umap").coordinates
    theirs_kept, ours_kept = (
        trustworthiness(vectors, picture, n_neighbors=15, metric="cosine")
        for picture in (theirs, ours)
    )
    assert ours_kept >= theirs_kept - 0.01


@pytest.mark.parametrize("n_components", [2, 3])
def test_equal_seeds_give_equal_pictures(tiny: EmbeddingSpace, n_components: int) -> None:
    one, other = (project(tiny, "umap", n_components, seed=3, n_epochs=20) for _ in range(2))
    assert one.coordinates.shape == (60, n_components)
    np.testing.assert_array_equal(one.coordinates, other.coordinates)


def test_another_seed_gives_another_picture(tiny: EmbeddingSpace) -> None:
    one, other = (project(tiny, "umap", seed=seed, n_epochs=20) for seed in (1, 2))
    assert not np.array_equal(one.coordinates, other.coordinates)


def test_it_tells_the_parameters_that_were_used(space: EmbeddingSpace) -> None:
    found = project(space, "umap", n_epochs=5, metric="euclidean")
    assert found.params == {
        "n_neighbors": 4,  # the 15 asked for, bounded by the five words
        "min_dist": 0.1,
        "metric": "euclidean",
        "n_epochs": 5,
        "negative_sample_rate": 5,
        "negatives_drawn": 8,
        "learning_rate_decay": 2,
    }
    assert found.seed == 42


def test_progress_is_told_upward_to_the_end(tiny: EmbeddingSpace) -> None:
    told: list[tuple[float, str]] = []
    project(tiny, "umap", report=lambda *one: told.append(one[:2]), n_epochs=200)
    shares = [share for share, _ in told]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0, 1)
    steps = " | ".join(dict.fromkeys(step for _, step in told))
    for step in ("comparing every point", "starting from PCA", "of 200", "done"):
        assert step in steps


@pytest.mark.parametrize("step", ["comparing", "epoch"])
def test_an_exception_in_report_stops_it(tiny: EmbeddingSpace, step: str) -> None:
    class StopError(Exception):
        pass

    def stop(share: float, now: str, coordinates: Any = None) -> None:
        if now.startswith(step):
            raise StopError

    with pytest.raises(StopError):
        project(tiny, "umap", report=stop)


def test_nothing_is_printed(space: EmbeddingSpace, capfd: pytest.CaptureFixture[str]) -> None:
    project(space, "umap", n_epochs=5)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", "")


def test_equal_and_zero_vectors_are_laid_out() -> None:
    vectors = [[0, 0], [0, 0], [1, 0], [1, 0], [1, 0], [0, 1]]
    found = project(EmbeddingSpace(list("abcdef"), vectors), "umap", n_epochs=20)
    assert np.isfinite(found.coordinates).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"target": "taste"}, ["no column “taste”"]),
        ({"n_neighbors": 1}, ["n_neighbors is 1", "at least 2"]),
        ({"min_dist": 1.5}, ["min_dist is 1.5", "0 to 1"]),
        ({"min_dist": -0.1}, ["min_dist is -0.1", "0 to 1"]),
        ({"n_epochs": 0}, ["n_epochs is 0", "at least 1"]),
        ({"metric": "dot"}, ["“dot”", "cosine or euclidean"]),
    ],
)
def test_parameters_that_cannot_be_are_refused(
    space: EmbeddingSpace, options: dict[str, Any], words: list[str]
) -> None:
    with pytest.raises(ExplorerError) as caught:
        project(space, "umap", **options)
    for word in words:
        assert word in str(caught.value)


def test_too_few_points_are_told() -> None:
    three = EmbeddingSpace(["a", "b", "c"], np.eye(3), name="three")
    with pytest.raises(ProjectionError, match=r"at least 4 points, three has 3\. Use PCA"):
        project(three, "umap")


def test_frames_begin_at_pca_and_end_at_the_picture(tiny: EmbeddingSpace) -> None:
    frames: list[Any] = []

    def keep(share: float, step: str, coordinates: Any = None) -> None:
        if coordinates is not None:
            frames.append(coordinates.copy())

    found = project(tiny, "umap", report=keep, n_epochs=200)
    flat = project(tiny, "pca").coordinates
    # PCA but for its scale and a little noise
    assert np.corrcoef(frames[0][:, 0], flat[:, 0])[0, 1] > 0.999
    np.testing.assert_array_equal(frames[-1], found.coordinates)


def test_without_a_seed_it_is_drawn_too(tiny: EmbeddingSpace) -> None:
    found = project(tiny, "umap", seed=None, n_epochs=20)
    assert found.seed is None
    assert np.isfinite(found.coordinates).all()


@pytest.fixture(scope="module")
def labelled() -> EmbeddingSpace:
    """Random points, and a column that assigns them to two classes in turn."""
    vectors = np.random.default_rng(5).normal(size=(120, 10))
    kinds = pa.table({"kind": ["odd", "even"] * 60, "size": [float(i) for i in range(120)]})
    return EmbeddingSpace([str(row) for row in range(120)], vectors, metadata=kinds)


def test_supervised_by_a_column_its_values_come_together(labelled: EmbeddingSpace) -> None:
    def distance(picture: Any) -> float:
        odd, even = picture.coordinates[::2], picture.coordinates[1::2]
        gap = np.linalg.norm(odd.mean(axis=0) - even.mean(axis=0))
        return float(gap / (odd.std() + even.std()))

    told = project(labelled, "umap", n_epochs=100, target="kind")
    assert told.params["target"] == "kind"
    assert distance(told) > 2 * distance(project(labelled, "umap", n_epochs=100))


def test_a_column_of_numbers_can_supervise(labelled: EmbeddingSpace) -> None:
    found = project(labelled, "umap", target="size", n_epochs=20)
    assert np.isfinite(found.coordinates).all()


def test_densmap_keeps_densities_as_umap_learns_does(few_words: EmbeddingSpace) -> None:
    def radii(points: Any) -> Any:
        ways, _ = NearestNeighbors(n_neighbors=16).fit(points).kneighbors()
        return np.log((ways**2).mean(axis=1))

    lengths = np.linalg.norm(few_words.vectors, axis=1, keepdims=True)
    truth = radii(few_words.vectors / lengths)
    theirs = UMAP(metric="cosine", densmap=True, random_state=42, n_jobs=1)
    pictures = (
        project(few_words, "umap", densmap=True).coordinates,
        theirs.fit_transform(few_words.vectors),
        project(few_words, "umap").coordinates,
    )
    ours, reference, plain = (np.corrcoef(truth, radii(one))[0, 1] for one in pictures)
    assert ours > reference - 0.05
    assert ours > plain + 0.2


def test_vectors_of_hardly_any_length_are_drawn() -> None:
    tiny = np.random.default_rng(0).normal(size=(30, 4)) * 1e-40
    found = project(EmbeddingSpace([str(row) for row in range(30)], tiny), "umap", n_epochs=20)
    assert np.isfinite(found.coordinates).all()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("kind", ["words", "duplicates", "all in one place"])
def test_the_graph_is_umap_learns(few_words: EmbeddingSpace, metric: str, kind: str) -> None:
    apart = np.random.default_rng(1).normal(size=(40, 5))
    vectors = {
        "words": few_words.vectors,
        "duplicates": np.repeat(apart, 5, axis=0).astype(np.float32),
        "all in one place": np.ones((50, 3), np.float32),
    }[kind]
    space = EmbeddingSpace([str(row) for row in range(len(vectors))], vectors)
    indices, distances, _ = graph.nearest_graph(space, 8, metric, 42)
    expected, _, _ = fuzzy_simplicial_set(
        vectors, 8, np.random.RandomState(0), metric, knn_indices=indices, knn_dists=distances
    )
    assert abs(fuzzy_graph(indices, distances, metric) - expected).max() < 1e-6


def test_a_picture_tells_that_its_neighbors_are_approximate(
    few_words: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert project(few_words, "umap", n_epochs=20).notes == ()
    monkeypatch.setattr(graph, "EXACT_TO", FEW - 1)
    picture = project(few_words, "umap", n_epochs=20)
    (note,) = picture.notes
    assert "approximate" in note
    again = project(few_words, "umap", n_epochs=20)
    np.testing.assert_array_equal(picture.coordinates, again.coordinates)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_a_gpu_would_find_the_same_neighbors(
    few_words: EmbeddingSpace, metric: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Shown on torch's processor: the same code, another device."""
    exact, far, _ = graph.nearest_graph(few_words, 15, metric, 42)
    monkeypatch.setattr(graph, "GPU_FROM", 100)
    monkeypatch.setattr(graph, "gpu", lambda: "cpu")
    monkeypatch.setattr("explorer.neighbors.gpu.BLOCK_BYTES", 300_000)
    found, ways, notes = graph.nearest_graph(few_words, 15, metric, 42)
    assert notes == ()
    assert found[:, 0].tolist() == list(range(len(few_words)))
    np.testing.assert_allclose(ways, far, atol=1e-3 if metric == "euclidean" else 1e-6)
    assert np.mean([len(set(a) & set(b)) / 15 for a, b in zip(exact, found, strict=True)]) > 0.999
