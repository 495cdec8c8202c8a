"""The samples: really the model's vectors, chosen by the rule that is told, and worth a look."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open

from explorer import EmbeddingSpace, nearest_neighbors, open_space
from explorer.encoding.offline import offline_model_folder
from explorer.projection import projection_quality, shipped
from explorer.projection.job import measured_key
from explorer.projection.storage import load_projection, load_quality

SAMPLES = Path(__file__).parents[1] / "sample_data"
MODEL = offline_model_folder()
EIGHT_MEGABYTES = 8_000_000


@pytest.fixture(scope="module")
def books() -> EmbeddingSpace:
    return open_space(SAMPLES / "books.npy")


@pytest.fixture(scope="module")
def vocabulary() -> list[str]:
    """The model's word pieces, in its own order."""
    return (MODEL / "vocab.txt").read_text(encoding="utf-8").split("\n")


def test_words_are_the_first_ten_thousand_alphabetic_pieces(
    words: EmbeddingSpace, vocabulary: list[str]
) -> None:
    rule = [piece for piece in vocabulary if len(piece) > 1 and piece.isascii() and piece.isalpha()]
    assert list(words.labels) == rule[:10_000]


def test_word_vectors_are_rows_of_the_models_table(
    words: EmbeddingSpace, vocabulary: list[str]
) -> None:
    rows = {piece: row for row, piece in enumerate(vocabulary)}
    with safe_open(MODEL / "model.safetensors", framework="numpy") as weights:
        table = weights.get_tensor("embeddings.word_embeddings.weight")
    expected = table[[rows[word] for word in words.labels]]
    np.testing.assert_array_equal(words.vectors, expected.astype(np.float16).astype(np.float32))


def test_words_have_columns_worth_coloring_by(words: EmbeddingSpace) -> None:
    assert words.metadata is not None
    table = words.metadata.to_pydict()
    assert table["rank"] == list(range(1, 10_001))
    assert table["length"] == [len(word) for word in words.labels]
    assert len(set(table["cluster"])) == 8  # as many as there are colors for the color-blind


def test_king_minus_man_plus_woman_is_queen(words: EmbeddingSpace) -> None:
    formula = words["king"] - words["man"] + words["woman"]
    assert nearest_neighbors(words, formula, exclude=formula.labels).labels[0] == "queen"


@pytest.mark.parametrize("path", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_no_file_is_larger_than_eight_megabytes(path: Path) -> None:
    assert path.stat().st_size <= EIGHT_MEGABYTES


def test_books_are_three_hundred_with_their_facts(books: EmbeddingSpace) -> None:
    assert len(books) >= 300
    assert books.metadata is not None
    assert books.metadata.column_names == ["author", "year", "genre", "description"]
    assert all(books.labels)
    for column in books.metadata.columns:
        assert column.null_count == 0


def test_no_book_is_there_twice(books: EmbeddingSpace) -> None:
    assert books.metadata is not None
    keys = list(zip(books.labels, books.metadata["author"].to_pylist(), strict=True))
    assert len(set(keys)) == len(keys)


def test_books_are_old_enough_to_be_free(books: EmbeddingSpace) -> None:
    assert books.metadata is not None
    assert max(books.metadata["year"].to_pylist()) <= 1930


def test_book_vectors_are_unit_sentence_embeddings(books: EmbeddingSpace) -> None:
    assert books.dim == 384
    np.testing.assert_allclose(books.norms, 1, atol=1e-3)


def test_samples_open_without_a_warning(words: EmbeddingSpace, books: EmbeddingSpace) -> None:
    assert words.notes == ()
    assert books.notes == ()


@pytest.mark.parametrize("name", ["words", "books"])
def test_a_sample_comes_with_its_picture_as_good_as_one_drawn_anew(
    name: str, cache_dir: Path
) -> None:
    path = SAMPLES / f"{name}.npy"
    space = open_space(path)
    assert shipped.keep(space, shipped.path_for(path), shipped.COMPARED.draw(space))
    kept = load_projection(shipped.SHIPPED.key(space))
    assert kept is not None
    told = load_quality(measured_key(space, kept, shipped.NEIGHBORS))
    assert told is not None
    anew = projection_quality(space, shipped.SHIPPED.draw(space), shipped.NEIGHBORS)
    assert told.trustworthiness == pytest.approx(anew.trustworthiness, abs=0.01)
    assert told.neighbors_kept == pytest.approx(anew.neighbors_kept, abs=0.4)


def test_a_picture_of_other_vectors_is_not_taken_for_that_of_the_sample(cache_dir: Path) -> None:
    space = open_space(SAMPLES / "books.npy")
    other = EmbeddingSpace(space.labels, -space.vectors, name="other")
    pca = shipped.COMPARED.draw(other)
    assert not shipped.keep(other, shipped.path_for(SAMPLES / "books.npy"), pca)
    assert load_projection(shipped.SHIPPED.key(other)) is None


@pytest.fixture(scope="module")
def dishes() -> list[dict[str, str]]:
    with (SAMPLES / "dishes.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_dishes_are_of_all_the_worlds_kitchens(dishes: list[dict[str, str]]) -> None:
    assert len(dishes) >= 600
    assert len({row["dish"] for row in dishes}) == len(dishes)
    kitchens = Counter(row["kitchen"] for row in dishes)
    assert len(kitchens) == 8
    assert min(kitchens.values()) >= 80
    assert len({row["country"] for row in dishes}) >= 100


def test_a_dish_has_at_least_four_ingredients_none_twice(dishes: list[dict[str, str]]) -> None:
    for row in dishes:
        items = row["ingredients"].split("; ")
        assert len(items) >= 4, row["dish"]
        assert len(set(items)) == len(items), row["dish"]
        assert all(one == one.strip() and one for one in items), row["dish"]


def test_ingredients_in_fewer_than_three_dishes_are_told(dishes: list[dict[str, str]]) -> None:
    counts = Counter(one for row in dishes for one in row["ingredients"].split("; "))
    rare = sorted(one for one, n in counts.items() if n < 3)
    readme = " ".join((SAMPLES / "README.md").read_text(encoding="utf-8").split())
    assert f"in one or two dishes: {', '.join(rare)}." in readme


def test_an_ingredient_has_one_name(dishes: list[dict[str, str]]) -> None:
    names = {one for row in dishes for one in row["ingredients"].split("; ")}
    folded = Counter(one.casefold().rstrip("s") for one in names)
    assert [one for one, n in folded.items() if n > 1] == []


def test_salt_is_the_most_popular_ingredient(dishes: list[dict[str, str]]) -> None:
    counts = Counter(one for row in dishes for one in row["ingredients"].split("; "))
    assert counts.most_common(1)[0][0] == "salt"
