"""What is taken home: the same rows and values in each format, and by the lines of Python."""

from __future__ import annotations

import datetime
import io
import json
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer import EmbeddingSpace, Workspace, open_space, project, save_workspace
from explorer.conditions import matching_rows
from explorer.errors import QueryError
from explorer.projection.sampling import draw, whole_space
from explorer.workspace.annotations import Annotations
from explorer.workspace.python_lines import python_lines
from explorer.workspace.take_home import FORMATS, file_name, formula_cells, rows_table

ROWS = np.array([1, 4])


@pytest.fixture
def whole(space: EmbeddingSpace) -> EmbeddingSpace:
    """Five words with columns, one of formulas."""
    metadata = pa.table(
        {
            "note": ["=cmd()", "+1+1", "plain", "-2", "@x"],
            "price": [1.5, None, 3.0, 4.0, 5.0],
            "day": [datetime.date(2026, 1, n + 1) for n in range(5)],
            "row": [9, 9, 9, 9, 9],
        }
    )
    return EmbeddingSpace(space.label_array, space.vectors, name="five words", metadata=metadata)


@pytest.fixture
def marked() -> Annotations:
    """A set and a tag."""
    return Annotations(5).with_set("royal", [0, 1]).tagged("bad", [4])


def test_each_format_gives_the_same_rows(whole: EmbeddingSpace, marked: Annotations) -> None:
    table = rows_table(whole, ROWS, marked, projection=project(whole, "pca"), vectors=True)
    written = {name: one.write(table, as_it_is=True) for name, one in FORMATS.items()}
    parquet = pq.read_table(io.BytesIO(written["Parquet"]))
    assert parquet.equals(table)
    expected = table.to_pylist()
    assert [one["row (here)"] for one in expected] == [1, 4]
    lines = [json.loads(line) for line in written["JSON Lines"].splitlines()]
    csv = pl.read_csv(written["CSV"], try_parse_dates=True).to_dicts()
    for mine, line, cells in zip(expected, lines, csv, strict=True):
        assert np.float32(line.pop("vector")).tolist() == mine["vector"]
        assert np.float32(json.loads(cells.pop("vector"))).tolist() == mine["vector"]
        for name in ("x", "y"):
            assert np.float32(line.pop(name)) == np.float32(cells.pop(name)) == mine[name]
        rest = {name: value for name, value in mine.items() if name not in ("vector", "x", "y")}
        assert line | {"day": datetime.date.fromisoformat(line["day"])} == rest
        assert cells == rest


@pytest.mark.parametrize("suffix", [".csv", ".parquet", ".jsonl"])
def test_what_was_taken_home_with_vectors_opens_again(
    whole: EmbeddingSpace, marked: Annotations, tmp_path: Path, suffix: str
) -> None:
    writer = next(one for one in FORMATS.values() if one.suffix == suffix)
    table = rows_table(whole, ROWS, marked, vectors=True)
    (tmp_path / f"a{suffix}").write_bytes(writer.write(table, as_it_is=False))
    again = open_space(tmp_path / f"a{suffix}")
    assert again.labels == ("queen", "pea")
    assert np.array_equal(again.vectors, whole.vectors[ROWS])


def test_formulas_are_harmless_in_a_spreadsheet_unless_they_are_wanted(
    whole: EmbeddingSpace, marked: Annotations
) -> None:
    table = rows_table(whole, np.arange(5), marked.with_set("=A1", [0]))
    assert formula_cells(table) == 4  # "-2" is a number
    safe = FORMATS["CSV"].write(table, as_it_is=False)
    cells = pl.read_csv(safe, infer_schema=False)
    assert cells["note"].to_list() == ["'=cmd()", "'+1+1", "plain", "-2", "'@x"]
    assert "'=A1" in cells.columns
    as_it_is = pl.read_csv(FORMATS["CSV"].write(table, as_it_is=True), infer_schema=False)
    assert as_it_is["note"].to_list()[0] == "=cmd()"


def test_ids_are_numbers_and_labels_alone(whole: EmbeddingSpace, marked: Annotations) -> None:
    found = rows_table(whole, ROWS, marked, ids_only=True).to_pylist()
    assert found == [{"row": 1, "label": "queen"}, {"row": 4, "label": "pea"}]


def test_rows_that_are_not_drawn_have_no_coordinates(whole: EmbeddingSpace) -> None:
    drawn = draw(whole, 3)
    projection = project(drawn, "pca")
    table = rows_table(drawn, ROWS, Annotations(5), projection=projection)
    assert table["x"].to_pylist() == [pytest.approx(projection.coordinates[1, 0]), None]


def test_lists_and_bytes_become_text_in_csv() -> None:
    table = pa.table({"a": [[{"b": 1}], None], "c": [b"\xff", None], "d": [["=x"], ["y"]]})
    csv = pl.read_csv(FORMATS["CSV"].write(table, as_it_is=False), infer_schema=False).to_dicts()
    assert csv == [
        {"a": "[{'b': 1}]", "c": "b'\\xff'", "d": "['=x']"},
        {"a": None, "c": None, "d": "['y']"},
    ]


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (("words", "filtered 1204"), "words filtered 1204.csv"),
        (("../../etc/passwd",), "etc passwd.csv"),
        (("a" * 10_000,), "a" * 80 + ".csv"),
        (("\x00\n", "..."), "rows.csv"),
    ],
)
def test_a_file_is_named_after_what_it_holds(parts: tuple[str, ...], expected: str) -> None:
    assert file_name(*parts, suffix=".csv") == expected


CONDITIONS = {
    "a column": 'price > 2 AND "it\'s" = \'x "y"\\\'',
    "a set": '"royal" AND price > 0',
    "a tag": 'NOT "tag: bad"',
    "what was measured": "trust < 0.5",
    "chosen by hand": "",
}


@pytest.mark.parametrize("condition", CONDITIONS.values(), ids=CONDITIONS)
@pytest.mark.parametrize("place", ["a file", "memory", "a sample"])
def test_the_lines_of_python_give_the_same_rows(
    place: str, condition: str, marked: Annotations, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    lines = ["word,price,it's,d1,d2"]
    lines += [f'{word},{price},"x ""y""\\",{price},1' for price, word in enumerate("abcde", 1)]
    Path("the words.csv").write_text("\n".join(lines))
    space = open_space("the words.csv", label_column="word", metadata_columns=["price"])
    if place == "memory":
        space = EmbeddingSpace(
            space.label_array, space.vectors, name="#\n1", metadata=space.metadata
        )
    if place == "a sample":
        space = draw(space, 3)
    work = Workspace(space, marked)
    save_workspace(work, file_name(whole_space(space).name, suffix=".workspace.zip"))
    rows = np.array([0, 3])
    if condition and "trust" not in condition:
        rows = matching_rows(work.table(), condition)
    code = python_lines(space, rows, condition=condition, annotations=marked)
    found: dict[str, EmbeddingSpace] = {}
    exec(code, found)  # our own lines, made of hostile names
    assert np.array_equal(found["part"].vectors, whole_space(space).vectors[rows])
    assert found["part"].label_array.to_pylist() == list(whole_space(space).labels_at(rows))


def test_rows_without_a_condition_are_listed_up_to_a_bound() -> None:
    space = EmbeddingSpace([str(n) for n in range(1001)], np.ones((1001, 1)))
    with pytest.raises(QueryError, match="Save them as a set"):
        python_lines(space, np.arange(1001))
