"""The files that a server offers: those of its folder, and nothing outside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.errors import FormatError
from explorer.formats.data_folder import list_files, offered_file


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to offer, with a secret beside it and links that lead there."""
    folder = tmp_path / "data"
    (folder / "deep").mkdir(parents=True)
    (tmp_path / "secret.txt").write_text("king 1 2\n")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "b.txt").write_text("secret\n")
    (folder / "a.txt").write_text("king 1 2\nqueen 3 4\n")
    (folder / "deep" / "b.npy").write_bytes(b"\x93NUMPY")
    (folder / "deep" / "b.txt").symlink_to(tmp_path / "elsewhere" / "b.txt")
    (folder / ".hidden").write_text("x")
    (folder / "link.txt").symlink_to(tmp_path / "secret.txt")
    (folder / "inner.txt").symlink_to(folder / "a.txt")
    (folder / "linked").symlink_to(tmp_path / "elsewhere")
    (folder / "circle").symlink_to(folder / "circle")
    monkeypatch.setenv("EXPLORER_DATA_DIR", str(folder))
    return folder


def test_files_of_the_folder_are_offered_and_links_out_of_it_are_not(folder: Path) -> None:
    assert [one.name for one in list_files()] == ["a.txt", "inner.txt", "deep/b.npy"]
    assert list_files()[0].size == 19


def test_an_offered_file_opens(folder: Path) -> None:
    assert offered_file("a.txt").path == (folder / "a.txt").resolve()
    assert offered_file("deep/b.npy").beside == ()  # the label file is a link out of the folder


@pytest.mark.parametrize(
    "name",
    [
        "../secret.txt",
        "deep/../../secret.txt",
        "link.txt",
        "linked/b.txt",
        "circle",
        "deep",
        "missing.txt",
        "a\0.txt",
        "",
        ".",
        "/etc/passwd",
    ],
)
def test_nothing_outside_the_folder_can_be_reached(folder: Path, name: str) -> None:
    with pytest.raises(FormatError, match="not among the files"):
        offered_file(name)


def test_an_absolute_path_leads_nowhere(folder: Path) -> None:
    with pytest.raises(FormatError, match="not among the files"):
        offered_file(str(folder.parent / "secret.txt"))


def test_without_a_folder_nothing_is_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EXPLORER_DATA_DIR", raising=False)
    assert list_files() == ()
    with pytest.raises(FormatError, match="not among the files"):
        offered_file("a.txt")
