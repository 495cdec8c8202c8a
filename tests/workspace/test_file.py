"""The workspace file: equal when opened again, here or elsewhere; a stranger's, within bounds."""

from __future__ import annotations

import base64
import datetime
import io
import json
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, Workspace, open_space, open_workspace, save_workspace
from explorer.errors import TargetError, WorkspaceError
from explorer.projection.sampling import draw
from explorer.space import Source
from explorer.workspace import recipe as module
from explorer.workspace.annotations import Annotations
from explorer.workspace.file import recipe_of

Spoil = Callable[[dict[str, Any]], Any]


@pytest.fixture
def work(space: EmbeddingSpace) -> Workspace:
    """Five words with columns that are hard to keep, sets, tags and a view."""
    metadata = pa.table(
        {
            "label": ["K", "Q", None, "W", "P"],  # not the labels of the space
            "vector": [1, 2, None, 4, 5],
            "when": [datetime.datetime(2026, 1, n + 1) for n in range(5)],
            'a "b"\n': ["=1+1", "", "x", None, "é"],
        }
    )
    whole = EmbeddingSpace(
        space.label_array,
        space.vectors,
        name="five words",
        metadata=metadata,
        source=Source("words.npy", "NumPy array", ("cleaned",), model="all-MiniLM-L6-v2"),
    )
    found = Annotations(5).with_set("royal", [0, 1]).with_set('quo"te', [4]).named("a, b", "verbs")
    found = found.tagged("bad", [0, 4]).tagged("odd", [4])
    view = {"method": "PCA", "filter": '"royal" AND NOT "tag: bad"', "selected": "king"}
    return Workspace(whole, found, view, {"opacity": 0.5})


def test_a_workspace_opened_again_is_equal(work: Workspace, tmp_path: Path) -> None:
    path = save_workspace(work, tmp_path / "five.workspace.zip")
    again = open_workspace(path)
    assert again.space.digest == work.space.digest
    assert again.space.source == work.space.source
    assert (again.annotations, again.view, again.look) == (work.annotations, work.view, work.look)
    assert again.filter(again.view["filter"]).label_array.to_pylist() == ["queen"]
    with pytest.raises(TargetError, match="exists"):
        save_workspace(work, path)


def test_a_sample_opened_again_is_the_same_sample(tmp_path: Path) -> None:
    whole = EmbeddingSpace([f"w{n}" for n in range(50)], np.eye(50), name="fifty")
    drawn = draw(whole, 7, "random", 3)
    found = Annotations(50).with_set("s", [49])
    save_workspace(Workspace(drawn, found), tmp_path / "fifty.zip")
    again = open_workspace(tmp_path / "fifty.zip").space
    assert again.drawn_from is not None
    assert drawn.drawn_from is not None
    assert again.drawn_from.rows.tolist() == drawn.drawn_from.rows.tolist()
    assert (again.digest, again.notes, again.source) == (drawn.digest, drawn.notes, drawn.source)
    assert again.drawn_from.whole.digest == whole.digest


def test_without_vectors_it_asks_for_the_space_that_it_was_made_of(
    work: Workspace, tmp_path: Path
) -> None:
    path = save_workspace(work, tmp_path / "five.zip", vectors=False)
    with pytest.raises(WorkspaceError, match=r"words\.npy.*Open that first"):
        open_workspace(path)
    other = EmbeddingSpace(["a"], [[1.0]], name="another")
    with pytest.raises(WorkspaceError, match=r"belongs to another space.*words\.npy.*another"):
        open_workspace(path, other)
    again = open_workspace(path, work.space)
    assert again.annotations == work.annotations
    assert again.space is work.space


def spoiled(work: Workspace, path: Path, spoil: Spoil) -> Path:
    """Return a workspace file whose recipe was changed."""
    recipe = recipe_of(work, vectors=False)
    changed = spoil(recipe)
    text = changed if isinstance(changed, bytes) else json.dumps(recipe).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(module.RECIPE, text)
    return path


STRANGE: dict[str, tuple[Spoil, str]] = {
    "no JSON": (lambda one: b"{", "is broken"),
    "deep JSON": (lambda one: b"[" * 200_000, "is broken"),
    "a list": (lambda one: b"[]", "is broken"),
    "another format": (lambda one: one.update(format="x"), "format “x”"),
    "a newer version": (lambda one: one.update(version=2), "update Embedding Explorer"),
    "no space": (lambda one: one.pop("space"), "KeyError"),
    "rows without end": (lambda one: one["space"].update(rows=10**12), "announces 1000000000000"),
    "no rows": (lambda one: one["space"].update(rows=0), "announces 0"),
    "rows that are true": (lambda one: one["space"].update(rows=True), "announces True"),
    "other rows": (lambda one: one["space"].update(rows=900), "hold no rows"),
    "no base64": (lambda one: one["sets"][0].update(rows="?"), "cannot be read"),
    "no zlib": (lambda one: one["sets"][0].update(rows="AAAA"), "cannot be read"),
    "a number for a name": (lambda one: one["sets"][0].update(name=7), "TypeError"),
    "a long name": (lambda one: one["sets"][0].update(name="a" * 10_000), "may have 60"),
    "a name of a column": (lambda one: one["sets"][0].update(name="tag: x"), "column already"),
    "100,000 tags": (
        lambda one: one.update(
            tags=[{"name": f"t{n}", "rows": one["tags"][0]["rows"]} for n in range(100_000)]
        ),
        "100,000 tags",
    ),
    "a view without end": (
        lambda one: one.update(view={f"p{n}": "" for n in range(101)}),
        "parameters",
    ),
}


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_recipe_is_told_in_a_sentence(work: Workspace, tmp_path: Path, name: str) -> None:
    spoil, told = STRANGE[name]
    path = spoiled(work, tmp_path / "strange.zip", spoil)
    with pytest.raises(WorkspaceError, match=told) as error:
        open_workspace(path, work.space)
    assert len(str(error.value)) < 500


def test_rows_that_unpack_without_end_are_read_up_to_the_bound(
    work: Workspace, tmp_path: Path
) -> None:
    bomb = base64.b64encode(zlib.compress(bytes(10 << 20))).decode()
    path = spoiled(
        work, tmp_path / "bomb.zip", lambda one: one["sets"][0].update(rows=bomb) or None
    )
    with pytest.raises(WorkspaceError, match="2 bytes hold no rows of 5"):
        open_workspace(path, work.space)


def test_a_recipe_is_read_up_to_its_bound(
    work: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = spoiled(work, tmp_path / "five.zip", lambda one: None)
    monkeypatch.setattr(module, "RECIPE_BYTES", 100)
    with pytest.raises(WorkspaceError, match="was not read"):
        open_workspace(path, work.space)


def test_a_zip_of_many_files_or_of_none_is_no_workspace(space: EmbeddingSpace) -> None:
    for names, told in (
        ([f"{n}.txt" for n in range(11)], "A workspace holds two"),
        (["a.npy"], "no workspace.json in it"),
    ):
        content = io.BytesIO()
        with zipfile.ZipFile(content, "w") as archive:
            for name in names:
                archive.writestr(name, b"")
        with pytest.raises(WorkspaceError, match=told):
            open_workspace(content.getvalue())
    with pytest.raises(WorkspaceError, match="is no workspace"):
        open_workspace(b"king 1 0\n")


def test_vectors_that_are_not_as_announced_are_told(work: Workspace, tmp_path: Path) -> None:
    path = save_workspace(work, tmp_path / "five.zip")
    other = EmbeddingSpace(["a", "b"], [[1.0], [2.0]])
    other_path = save_workspace(Workspace(other, Annotations(2)), tmp_path / "two.zip")
    with zipfile.ZipFile(path) as archive:
        recipe = archive.read(module.RECIPE)
    with zipfile.ZipFile(other_path) as archive:
        table = archive.read(module.VECTORS)
    mixed = tmp_path / "mixed.zip"
    for content, told in ((table, "it announces 5 vectors"), (b"PAR1 no table", "cannot be read")):
        with zipfile.ZipFile(mixed, "w") as archive:
            archive.writestr(module.RECIPE, recipe)
            archive.writestr(module.VECTORS, content)
        with pytest.raises(WorkspaceError, match=told):
            open_workspace(mixed)


def test_names_in_the_zip_are_no_paths(work: Workspace, tmp_path: Path) -> None:
    path = save_workspace(work, tmp_path / "five.zip")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("../../outside.txt", b"x")
    before = {one.name for one in tmp_path.iterdir()}
    assert open_workspace(path).space.digest == work.space.digest
    assert {one.name for one in tmp_path.iterdir()} - before <= {"cache"}


def test_a_space_from_a_file_opens_by_its_workspace_without_vectors(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("word,x,y\nking,1,0\npea,0,1\n")
    space = open_space(tmp_path / "a.csv", label_column="word")
    path = save_workspace(
        Workspace(space, Annotations(2).with_set("s", [1])), tmp_path / "a.zip", vectors=False
    )
    assert open_workspace(path, open_space(tmp_path / "a.csv")).filter("s").labels == ("pea",)
