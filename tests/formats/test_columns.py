"""Tables from anywhere: vectors as columns, lists or texts of lists; labels; metadata."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer import open_space
from explorer.errors import BrokenRowsError, ParseError
from explorer.formats import cells, json_table, parquet
from explorer.formats.columns import from_frame, series_of
from explorer.formats.contents import Contents, Options
from explorer.formats.file import File
from explorer.formats.recognition import recognize
from tests.formats.written import LABELS, arrow_stream, feather_1
from tests.formats.written import VECTORS as FIVE

WORDS = ["king", "queen", "pea"]
VECTORS = [[1.0, 0.5], [1.0, -0.5], [0.0, 2.0]]
FILE = File("table")


def read(frame: pl.DataFrame, **options: Any) -> Contents:
    return from_frame(FILE, frame, Options(**options))


@pytest.mark.parametrize(
    "vectors",
    [
        pl.Series(VECTORS, dtype=pl.List(pl.Float64)),
        pl.Series(VECTORS, dtype=pl.Array(pl.Float32, 2)),
        pl.Series([[1, 0], [1, -2], [0, 2]], dtype=pl.List(pl.Int64)),
        pl.Series([str(one) for one in VECTORS]),
        pl.Series([f"({x}; {y})" for x, y in VECTORS]),
        pl.Series([str(np.array(one)) for one in VECTORS]),
        pl.Series([repr(np.array(one)) for one in VECTORS]),
    ],
    ids=["list", "fixed list", "whole numbers", "JSON text", "tuple", "numpy text", "numpy repr"],
)
def test_one_column_holds_the_vectors(vectors: pl.Series) -> None:
    found = read(pl.DataFrame({"word": WORDS, "embedding": vectors, "rank": [1, 2, 3]}))
    assert found.labels == WORDS
    expected = VECTORS if vectors.dtype != pl.List(pl.Int64) else [[1, 0], [1, -2], [0, 2]]
    assert found.vectors.tolist() == expected
    assert found.metadata is not None
    assert found.metadata.column_names == ["rank"]


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("dim_12", "dim"),
        ("dim12", "dim"),
        ("12", ""),
        ("a.b-7", "a.b"),
        ("x", None),
        ("", None),
        ("1" * 60_000 + "x" + "1" * 60_000, "1" * 60_000 + "x"),
    ],
)
def test_a_name_in_a_series_ends_in_a_number(name: str, prefix: str | None) -> None:
    assert series_of(name) == prefix


def test_a_table_of_very_many_texts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "TEXT_COLUMNS", 3)
    frame = pl.DataFrame({"word": ["a"], **{f"x{place}": ["1"] for place in range(4)}})
    with pytest.raises(ParseError, match="4 columns of text"):
        read(frame)


@pytest.mark.parametrize(
    "text",
    ["tensor([0.5, 1.0])", "array([0.5, 1.0], dtype=float32)", "{0.5,1.0}", "[0.5, 1.0]"],
)
def test_a_list_in_a_text_is_read_as_its_program_writes_it(text: str) -> None:
    assert read(pl.DataFrame({"word": ["a"], "v": [text]})).vectors.tolist() == [[0.5, 1]]


@pytest.mark.parametrize(
    ("vectors", "told"),
    [
        (["[1, 2]", "[1, NA]", "[3, 4]"], "row 2 has “NA” in its list in the column “v”"),
        (["[1, 2]", "[1, nan]", "[3, 4]"], "row 2 has “nan” in its list"),
        (["[1, 2]", None, "[3, 4]"], "row 2 has no list in the column “v”"),
        ([[1.0, 2.0], [1.0, None], [3.0, 4.0]], "row 2 has nothing in its list"),
        ([[1.0, 2.0], [1.0, float("inf")], [3.0, 4.0]], "row 2 has “inf” in its list"),
    ],
)
def test_a_list_with_something_else_than_numbers_is_told(vectors: Any, told: str) -> None:
    with pytest.raises(BrokenRowsError, match=told):
        read(pl.DataFrame({"word": WORDS, "v": vectors}))


@pytest.mark.parametrize("as_list", [True, False], ids=["array", "repr"])
def test_vectors_that_numpy_shortened_are_told_with_the_lines_that_save_them_right(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_list: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    vectors = np.random.default_rng(0).normal(size=(2, 1536))
    frame = pandas.DataFrame({"text": ["One.", "Two."], "embedding": list(vectors)})
    written = frame if as_list else frame.assign(embedding=[repr(one) for one in vectors])
    written.to_csv("openai.csv", index=False)
    with pytest.raises(ParseError, match="NumPy left numbers out") as caught:
        open_space(tmp_path / "openai.csv")
    _, _, lines = str(caught.value).partition("\n")
    exec(compile(lines, "told", "exec"), {"frame": frame})
    np.testing.assert_allclose(open_space(tmp_path / "openai.parquet").vectors, vectors, rtol=1e-6)


def test_lists_of_different_lengths_are_told_or_left_out() -> None:
    frame = pl.DataFrame({"word": WORDS, "v": [[1.0, 2.0], [1.0], [3.0, 4.0]]})
    with pytest.raises(
        ParseError, match="1 has no whole vector: row 2 has 1 number in the column “v”"
    ):
        read(frame)
    found = read(frame, skip_broken=True)
    assert found.labels == ["king", "pea"]
    assert "1 row without a whole vector left out: row 2" in found.notes[0]


def test_of_two_columns_of_vectors_one_is_chosen() -> None:
    frame = pl.DataFrame({"word": WORDS, "a": VECTORS, "b": [[0.0]] * 3})
    assert read(frame).arrays == ("a", "b")
    assert read(frame, array="b").vectors.shape == (3, 1)
    with pytest.raises(ParseError, match=r"no vectors called “c”\. It holds “a”, “b”"):
        read(frame, array="c")


def test_the_label_column_can_be_chosen_and_the_others_are_offered() -> None:
    frame = pl.DataFrame({"word": WORDS, "nom": ["roi", "reine", "pois"], "v": VECTORS})
    assert read(frame).columns == ("word", "nom")
    assert read(frame, label_column="nom").labels == ["roi", "reine", "pois"]


def test_a_table_without_vectors_or_rows_is_told() -> None:
    with pytest.raises(ParseError, match="no numeric columns and none of lists"):
        read(pl.DataFrame({"word": WORDS}))
    with pytest.raises(ParseError, match="without rows"):
        read(pl.DataFrame({"word": [], "x": []}))


def test_a_label_that_looks_like_a_number_stays_as_it_is() -> None:
    content = b"word,x,y\n007,1,2\n1e5,3,4\n1.50,5,6\n"
    assert open_space(File("a.csv", content=content)).labels == ("007", "1e5", "1.50")


def to_parquet(frame: pandas.DataFrame) -> bytes:
    stream = io.BytesIO()
    frame.to_parquet(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    "index", [None, pandas.Index(WORDS, name="word"), pandas.Index(WORDS)], ids=str
)
def test_pandas_parquet_keeps_its_index_as_labels(tmp_path: Any, index: Any) -> None:
    frame = pandas.DataFrame(VECTORS, columns=["0", "1"], index=index)
    path = tmp_path / "a.parquet"
    path.write_bytes(to_parquet(frame))
    found = parquet.read_parquet(File("a.parquet", path=path), Options())
    assert found.vectors.tolist() == VECTORS
    assert found.labels == (None if index is None else WORDS)


def test_a_tensor_type_is_read_by_its_values(tmp_path: Any) -> None:
    kind = pa.fixed_shape_tensor(pa.float32(), [2])
    values = pa.FixedSizeListArray.from_arrays(pa.array([1, 0.5, 1, -0.5, 0, 2], pa.float32()), 2)
    table = pa.table({"word": WORDS, "v": pa.ExtensionArray.from_storage(kind, values)})
    pq.write_table(table, tmp_path / "a.parquet")
    file = File("a.parquet", path=tmp_path / "a.parquet")
    assert parquet.read_parquet(file, Options()).vectors.tolist() == VECTORS
    assert parquet.look_parquet(file, Options()).rows == 3


@pytest.mark.parametrize("kind", ["file", "stream"])
def test_each_way_that_arrow_writes_is_read(tmp_path: Any, kind: str) -> None:
    table = pa.table(
        {"word": pa.array(WORDS).dictionary_encode(), "x": [1.0, 2, 3], "y": [1, 2, 3]}
    )
    path = tmp_path / "a.arrow"
    new = pa.ipc.new_file if kind == "file" else pa.ipc.new_stream
    with path.open("wb") as stream, new(stream, table.schema) as writer:
        writer.write_table(table)
    file = File("a.arrow", path=path)
    assert parquet.is_arrow(file, file.head())
    assert parquet.look_arrow(file, Options()).labels == WORDS
    assert parquet.read_arrow(file, Options()).vectors.tolist() == [[1, 1], [2, 2], [3, 3]]


@pytest.mark.parametrize("write", [arrow_stream, feather_1])
def test_what_begins_otherwise_is_an_arrow_table_too(
    tmp_path: Path, write: Callable[[], File]
) -> None:
    written = write()
    path = tmp_path / written.name
    path.write_bytes(written.content)
    file = File(written.name, path=path)
    assert recognize(file).name == "Arrow table"
    assert parquet.look_arrow(file, Options()).labels == list(LABELS)
    np.testing.assert_array_equal(parquet.read_arrow(file, Options()).vectors, FIVE)
    path.write_bytes(written.content[:-40])
    with pytest.raises(
        (ParseError, OSError), match=r"from before 2020|Expected to be able|Invalid"
    ):
        parquet.read_arrow(file, Options())


SHAPES: dict[str, Callable[[pandas.DataFrame], str]] = {
    "records": lambda frame: frame.to_json(orient="records"),
    "columns": lambda frame: frame.to_json(),
    "split": lambda frame: frame.to_json(orient="split"),
    "lists": lambda frame: json.dumps(frame.to_dict(orient="list")),
    "words": lambda frame: json.dumps(dict(zip(WORDS, VECTORS, strict=True))),
    "labels and vectors": lambda frame: json.dumps({"labels": WORDS, "vectors": VECTORS}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_each_usual_shape_of_json_is_read(shape: str) -> None:
    content = SHAPES[shape](pandas.DataFrame({"word": WORDS, "vector": VECTORS}))
    found = json_table.read(File("a.json", content=content.encode()), Options())
    assert found.labels == WORDS
    assert found.vectors.tolist() == VECTORS


def test_a_bare_matrix_in_json_takes_its_labels_from_beside() -> None:
    beside = (File("a.txt", content="\n".join(WORDS).encode()),)
    file = File("a.json", content=json.dumps(VECTORS).encode(), beside=beside)
    assert json_table.read(file, Options()).label_array().to_pylist() == WORDS


@pytest.mark.parametrize(
    "content",
    [b"[1, 2]", b'{"a": "b"}', b"[[1, 2], [3]]", b"[" * 100_000, b"{", b'[{"a": 1}, 2]', b"[[]]"],
    ids=["numbers", "text", "ragged", "deep", "cut off", "mixed", "empty"],
)
def test_json_without_vectors_is_told(content: bytes) -> None:
    with pytest.raises(ParseError):
        json_table.read(File("a.json", content=content), Options())


def test_a_broken_line_of_json_lines_is_named() -> None:
    lines = b'{"word": "a", "v": [1, 2]}\n{"word": "b", "v": [1, 0.5]\n'
    with pytest.raises(ParseError, match=r"Line 2 of a\.jsonl is not valid JSON"):
        json_table.read_lines(File("a.jsonl", content=lines), Options())


def test_json_lines_may_mix_whole_numbers_and_others() -> None:
    lines = b'{"word": "a", "v": [1, 2]}\n{"word": "b", "v": [1, 0.5]}\n'
    found = json_table.read_lines(File("a.jsonl", content=lines), Options())
    assert found.vectors.tolist() == [[1, 2], [1, 0.5]]
