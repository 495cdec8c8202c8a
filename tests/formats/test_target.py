"""What exists is never overwritten unasked, what was read never is; a failure leaves no trace."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from explorer import EmbeddingSpace, open_space, save_space
from explorer.errors import TargetError
from explorer.formats import target
from explorer.formats.save import WRITERS, Writer, save_notes
from explorer.formats.target import new_files


def content_of(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.is_file()}


def write_new(
    paths: list[Path], *, overwrite: bool = False, meanwhile: Callable[[], object] = lambda: None
) -> None:
    with new_files(paths, overwrite=overwrite) as fresh:
        for path in fresh:
            path.write_bytes(b"new")
        meanwhile()


@pytest.mark.parametrize("suffix", WRITERS)
def test_what_exists_stays_unless_overwriting_is_asked(
    tmp_path: Path, space: EmbeddingSpace, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"of somebody")
    with pytest.raises(TargetError, match=rf"a\{suffix} exists, and nothing was written"):
        save_space(space, path)
    assert content_of(tmp_path) == {path.name: b"of somebody"}
    save_space(space, path, overwrite=True)
    assert open_space(path).labels == space.labels


@pytest.mark.parametrize("suffix", [".npy", ".tsv"])
def test_a_second_file_that_exists_stays_too(
    tmp_path: Path, space: EmbeddingSpace, suffix: str
) -> None:
    beside = tmp_path / f"a{suffix}{WRITERS[suffix].beside}"
    beside.write_bytes(b"of somebody")
    with pytest.raises(TargetError, match=f"{beside.name} exists"):
        save_space(space, tmp_path / f"a{suffix}")
    assert content_of(tmp_path) == {beside.name: b"of somebody"}


@pytest.mark.parametrize("suffix", [".npy", ".tsv"])
def test_files_of_the_same_stem_stay_as_they_are(
    tmp_path: Path, space: EmbeddingSpace, suffix: str
) -> None:
    strangers = [f"words{one}" for one in (".txt", ".csv", ".json", ".vec")] + ["metadata.tsv"]
    for name in strangers:
        (tmp_path / name).write_bytes(b"of somebody")
    save_space(space, tmp_path / f"words{suffix}", overwrite=True)
    assert {content_of(tmp_path)[name] for name in strangers} == {b"of somebody"}
    assert open_space(tmp_path / f"words{suffix}").labels == space.labels


@pytest.mark.parametrize("suffix", WRITERS)
def test_the_file_that_was_read_is_never_overwritten(
    tmp_path: Path, space: EmbeddingSpace, suffix: str
) -> None:
    path = tmp_path / f"a{suffix}"
    save_space(space, path)
    before = content_of(tmp_path)
    (tmp_path / f"link{suffix}").symlink_to(path)
    (tmp_path / "folder").mkdir()
    read = open_space(path).take([0, 1], name="two", step="first 2")
    for same in (path, tmp_path / "folder" / ".." / path.name):
        with pytest.raises(TargetError, match="was read, and is never overwritten"):
            save_space(read, same, overwrite=True)
    (tmp_path / f"link{suffix}").unlink()
    assert content_of(tmp_path) == before


def test_the_label_file_that_was_read_is_never_overwritten(tmp_path: Path) -> None:
    np.save(tmp_path / "words.npy", np.eye(2, dtype=np.float32))
    (tmp_path / "words.txt").write_text("king\nqueen\n")
    with pytest.raises(TargetError, match=r"words\.txt is the file that was read"):
        save_space(open_space(tmp_path / "words.npy"), tmp_path / "words.txt", overwrite=True)
    assert (tmp_path / "words.txt").read_text() == "king\nqueen\n"


def test_vectors_that_are_mapped_survive_the_overwriting_of_their_file(tmp_path: Path) -> None:
    given = np.arange(6, dtype=np.float32).reshape(3, 2)
    np.save(tmp_path / "m.npy", given)
    mapped = open_space(tmp_path / "m.npy")
    other = EmbeddingSpace(["a"], [[9.0, 9.0]])
    save_space(other, tmp_path / "m.npy", overwrite=True)
    np.testing.assert_array_equal(mapped.vectors, given)


def test_a_failure_while_writing_leaves_everything_as_it_was(
    tmp_path: Path, space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_space(space, tmp_path / "a.npy")
    before = content_of(tmp_path)

    def full(*_: object) -> None:
        raise OSError("no space left on device")

    writer = WRITERS[".npy"]
    monkeypatch.setitem(WRITERS, ".npy", Writer(writer.write, writer.beside, full))
    with pytest.raises(OSError, match="no space left"):
        save_space(space, tmp_path / "a.npy", overwrite=True)
    assert content_of(tmp_path) == before


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_two_files_appear_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    """The second one fails: the first one, which stood already, goes back to what it was."""
    for name in "ab":
        (tmp_path / name).write_bytes(b"old")
    moved: list[Path] = []
    rename = Path.rename

    def replace(path: Path, to: Path) -> Path:
        if path.read_bytes() == b"new":
            moved.append(path)
            if len(moved) == 2:
                raise OSError("the disk is gone")
        return rename(path, to)

    def no_links(*_: object, **__: object) -> None:
        raise OSError("not supported")

    monkeypatch.setattr(Path, "replace", replace)
    if not links:
        monkeypatch.setattr(target.os, "link", no_links)
    with pytest.raises(OSError, match="disk is gone"):
        write_new([tmp_path / "a", tmp_path / "b"], overwrite=True)
    assert content_of(tmp_path) == {"a": b"old", "b": b"old"}


def test_a_file_that_somebody_makes_meanwhile_stays(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    with pytest.raises(TargetError, match="b exists"):
        write_new([first, second], meanwhile=lambda: second.write_bytes(b"of somebody"))
    assert content_of(tmp_path) == {"b": b"of somebody"}


def test_new_files_have_the_permissions_of_any_new_file(
    tmp_path: Path, space: EmbeddingSpace
) -> None:
    (tmp_path / "plain").touch()
    mode = (tmp_path / "plain").stat().st_mode
    for suffix in WRITERS:
        for path in save_space(space, tmp_path / f"a{suffix}"):
            assert path.stat().st_mode == mode, path.name


def test_a_folder_is_no_target(tmp_path: Path, space: EmbeddingSpace) -> None:
    (tmp_path / "a.npy").mkdir()
    with pytest.raises(TargetError, match="is a folder"):
        save_space(space, tmp_path / "a.npy", overwrite=True)


def test_what_a_format_has_no_place_for_is_told() -> None:
    space = EmbeddingSpace(["a", "b"], [[1, 0], [0, 1]], metadata=pa.table({"price": [1, 2]}))
    assert "price were left out" in save_notes(space, "back.txt")[0]
    assert save_notes(space, "back.parquet") == ()


def test_all_files_in_the_way_are_named_the_wanted_one_first(tmp_path: Path) -> None:
    space = EmbeddingSpace(["a", "b"], [[1, 0], [0, 1]])
    save_space(space, tmp_path / "a.npy")
    with pytest.raises(TargetError, match=r"a\.npy and .*a\.npy\.labels\.json exist, and"):
        save_space(space, tmp_path / "a.npy")
