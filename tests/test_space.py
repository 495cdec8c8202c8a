"""EmbeddingSpace: what it keeps, what it tells, and what it refuses."""

from __future__ import annotations

import dataclasses
import pickle
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, ExplorerError, Source
from explorer import matrix as matrix_module
from explorer.errors import LabelCountError, SpaceError, UnknownLabelError, VectorValueError
from explorer.wording import count


def test_labels_become_a_tuple_and_vectors_float32(space: EmbeddingSpace) -> None:
    assert space.labels == ("king", "queen", "man", "woman", "pea")
    assert space.vectors.dtype == np.float32
    assert space.vectors.flags.c_contiguous


def test_len_and_dim_are_rows_and_columns(space: EmbeddingSpace) -> None:
    assert (len(space), space.dim) == (5, 3)


def test_repr_tells_name_and_size(space: EmbeddingSpace) -> None:
    assert repr(space) == "EmbeddingSpace 'five words': 5 vectors of 3 dimensions"


def test_repr_of_one_vector_speaks_of_one() -> None:
    assert repr(EmbeddingSpace(["a"], [[1]], name="one")).endswith("1 vector of 1 dimension")


def test_vectors_cannot_be_written_to(space: EmbeddingSpace) -> None:
    with pytest.raises(ValueError, match="read-only"):
        space.vectors[0, 0] = 7


def test_attributes_cannot_be_set(space: EmbeddingSpace) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        space.name = "other"  # type: ignore[misc]


def test_a_later_change_of_the_callers_array_does_not_reach_the_space() -> None:
    array = np.eye(2, dtype=np.float32)
    space = EmbeddingSpace(["a", "b"], array)
    array[0, 0] = 7
    assert space.vectors[0, 0] == 1


def test_a_read_only_array_is_used_without_a_copy() -> None:
    array = np.eye(2, dtype=np.float32)
    array.flags.writeable = False
    assert np.shares_memory(EmbeddingSpace(["a", "b"], array).vectors, array)


@pytest.mark.parametrize(
    "array",
    [
        np.asfortranarray([[1, 2], [3, 4]], dtype=np.float64),
        np.array([[1, 2], [3, 4]], dtype=">f4"),
        np.array([[1, 2], [3, 4]], dtype=np.uint8),
        np.array([[1, 2], [3, 4]], dtype=np.float16),
        np.array([[1, 9, 2], [3, 9, 4]], dtype=np.float32)[:, ::2],
    ],
    ids=["Fortran order", "big-endian", "uint8", "float16", "strided"],
)
def test_any_real_numbers_are_taken_as_float32(array: Any) -> None:
    space = EmbeddingSpace(["a", "b"], array)
    assert space.vectors.tolist() == [[1, 2], [3, 4]]
    assert space.vectors.flags.c_contiguous


def test_getitem_gives_the_vector_under_its_label(space: EmbeddingSpace) -> None:
    queen = space["queen"]
    assert queen.name == "queen"
    assert queen.values.tolist() == [1.0, -0.5, 0.0]


def test_contains_knows_labels(space: EmbeddingSpace) -> None:
    assert "pea" in space
    assert "bean" not in space


def test_unknown_label_names_the_closest_ones(space: EmbeddingSpace) -> None:
    with pytest.raises(UnknownLabelError) as caught:
        space["quean"]
    assert caught.value.suggestions[0] == "queen"
    for part in ("“quean”", "five words", "“queen”"):
        assert part in str(caught.value)


def test_unknown_label_is_a_key_error_with_a_readable_message(space: EmbeddingSpace) -> None:
    with pytest.raises(KeyError) as caught:
        space["xylophone"]
    assert str(caught.value) == (
        "“xylophone” is not in five words. No label of this space is spelled like it."
    )


def test_closest_labels_ignore_case(space: EmbeddingSpace) -> None:
    assert space.closest_labels("WOMEN") == ("woman",)


@pytest.mark.parametrize(
    ("labels", "vectors", "error", "words"),
    [
        (["a"], [[1, 2], [3, 4]], LabelCountError, ["1 label", "2 vectors", "header"]),
        (["a", "b"], [[1, 2], [3]], SpaceError, ["differ in length"]),
        (["a"], [["x", "y"]], SpaceError, ["not numbers"]),
        (["a"], [[1j, 2]], SpaceError, ["complex"]),
        (["a", "b"], [1, 2], SpaceError, ["1 axes", "(2,)", "matrix"]),
        ([], np.empty((0, 3)), SpaceError, ["no rows"]),
        (["a", "b"], np.empty((2, 0)), SpaceError, ["2 rows", "no dimensions"]),
        (["a", 5], [[1], [2]], SpaceError, ["row 1", "5", "not text"]),
        (["a\ud800"], [[1]], SpaceError, ["character pair"]),
        (["a"], [[np.nan]], VectorValueError, ["Of 1 vector, 1 holds NaN", "row 0"]),
        (
            ["a", "b", "c"],
            [[1], [np.inf], [-np.inf]],
            VectorValueError,
            ["Of 3 vectors, 2 hold", "rows 1, 2"],
        ),
        (["a"], [[1e300]], VectorValueError, ["infinite"]),
    ],
)
def test_bad_input_is_refused_with_what_is_wrong(
    labels: Any, vectors: Any, error: type[ExplorerError], words: list[str]
) -> None:
    with pytest.raises(error) as caught:
        EmbeddingSpace(labels, vectors)
    for word in words:
        assert word in str(caught.value)


def test_many_bad_rows_are_named_up_to_five() -> None:
    vectors = np.full((8, 2), np.nan)
    with pytest.raises(VectorValueError, match=r"8 hold NaN.*rows 0, 1, 2, 3, 4 …"):
        EmbeddingSpace(list("abcdefgh"), vectors)


def test_bad_rows_are_found_in_each_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix_module, "BLOCK_BYTES", 8)
    vectors = np.ones((5, 2))
    vectors[3, 1] = np.nan
    with pytest.raises(VectorValueError, match="row 3"):
        EmbeddingSpace(list("abcde"), vectors)


def test_metadata_of_another_length_is_refused() -> None:
    with pytest.raises(LabelCountError, match="1 metadata row for 2 vectors"):
        EmbeddingSpace(["a", "b"], [[1], [2]], metadata=pa.table({"x": [1]}))


def test_repeated_labels_are_told_and_the_first_is_found() -> None:
    space = EmbeddingSpace(["bank", "bank", "pea"], [[1], [2], [3]])
    assert space.row("bank") == 0
    assert space.notes == (
        "1 label repeats an earlier one; a search by label finds the first of them.",
    )


def test_zero_vectors_are_told() -> None:
    (note,) = EmbeddingSpace(["a", "b", "c"], [[0, 0], [1, 0], [0, 0]]).notes
    assert "2 vectors hold only zeros (rows 0, 2)" in note


def test_notes_that_were_given_stay_and_stand_once() -> None:
    first = EmbeddingSpace(["a", "a"], [[1], [2]], notes=["The file was cut off."])
    again = EmbeddingSpace(first.labels, first.vectors, notes=first.notes)
    assert again.notes == first.notes
    assert again.notes[0] == "The file was cut off."


def test_equal_content_gives_an_equal_digest(space: EmbeddingSpace) -> None:
    assert space.digest == EmbeddingSpace(space.labels, space.vectors, name="other").digest


@pytest.mark.parametrize(
    ("labels", "vectors", "metadata"),
    [
        (["a", "c"], [[1, 2], [3, 4]], {"x": [1, 2]}),
        (["a", "b"], [[1, 2], [3, 5]], {"x": [1, 2]}),
        (["b", "a"], [[1, 2], [3, 4]], {"x": [1, 2]}),
        (["a", "b"], [[1, 2], [3, 4]], {"x": [1, 3]}),
        (["a", "b"], [[1, 2], [3, 4]], {"y": [1, 2]}),
        (["a", "b"], [[1, 2], [3, 4]], None),
    ],
    ids=["label", "value", "order", "metadata value", "metadata name", "no metadata"],
)
def test_another_content_gives_another_digest(
    labels: list[str], vectors: list[list[int]], metadata: dict[str, list[int]] | None
) -> None:
    base = EmbeddingSpace(["a", "b"], [[1, 2], [3, 4]], metadata=pa.table({"x": [1, 2]}))
    table = None if metadata is None else pa.table(metadata)
    assert EmbeddingSpace(labels, vectors, metadata=table).digest != base.digest


def test_digest_sees_through_arrow_chunks_and_slices() -> None:
    whole = pa.table({"x": ["p", "q", None], "y": [1, None, 3]})
    chunked = pa.concat_tables([whole.slice(0, 1), whole.slice(1, 2)])
    one, other = (
        EmbeddingSpace(["a", "b", "c"], [[1], [2], [3]], metadata=table)
        for table in (whole, chunked)
    )
    assert one.digest == other.digest


def test_norms_are_numpys(words: EmbeddingSpace) -> None:
    expected = np.linalg.norm(words.vectors.astype(np.float64), axis=1)
    np.testing.assert_allclose(words.norms, expected, rtol=1e-6)


def test_take_keeps_rows_metadata_and_provenance_together() -> None:
    space = EmbeddingSpace(
        ["a", "b", "c"],
        [[1], [2], [3]],
        metadata=pa.table({"x": [10, 20, 30]}),
        source=Source("a.csv", "table"),
    )
    taken = space.take([2, 0], name="two", step="2 of 3 rows")
    assert taken.labels == ("c", "a")
    assert taken.vectors.tolist() == [[3], [1]]
    assert taken.metadata is not None
    assert taken.metadata["x"].to_pylist() == [30, 10]
    assert str(taken.source) == "a.csv · table · 2 of 3 rows"


def test_a_pickled_space_has_the_same_digest(space: EmbeddingSpace) -> None:
    assert pickle.loads(pickle.dumps(space)).digest == space.digest


@pytest.mark.parametrize(
    ("n", "singular", "plural", "text"),
    [
        (1, "label", "", "1 label"),
        (2000, "label", "", "2,000 labels"),
        (0, "row is", "rows are", "0 rows are"),
        (1, "row is", "rows are", "1 row is"),
    ],
)
def test_count_agrees_with_its_number(n: int, singular: str, plural: str, text: str) -> None:
    assert count(n, singular, plural) == text
