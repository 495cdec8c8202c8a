"""Pictures in zips, folders and single files: found by name or content, read as they are."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from PIL import Image

from explorer import open_space
from explorer.errors import FormatError, ParseError, PictureError, RefusedError, UnknownFormatError
from explorer.formats import picture_files
from explorer.formats.file import File
from explorer.formats.picture_files import list_pictures, read_pictures
from explorer.pictures.isolated import decoded_pictures


def png(color: str = "red") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), color).save(out, "PNG")
    return out.getvalue()


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


FILES = {
    "set/cats/tom.png": png("red"),
    "set/cats/__MACOSX/._tom.png": b"no picture",
    "set/dogs/rex": png("blue"),  # by its content
    "set/dogs/rex.txt": b"a good dog",
    "top.jpg": b"broken",
}


def test_the_pictures_in_a_zip_are_found_by_name_or_content() -> None:
    listed = list_pictures(zipped(FILES))
    assert [(one.label, one.folder) for one in listed.pictures] == [
        ("tom", "cats"),
        ("rex", "dogs"),
        ("top", ""),
    ]
    assert listed.notes == ("1 file left out, not pictures: rex.txt.",)
    assert [data for _, data in read_pictures(listed)] == [
        FILES["set/cats/tom.png"],
        FILES["set/dogs/rex"],
        b"broken",
    ]


def test_the_pictures_below_a_folder_are_found_in_order(tmp_path: Path) -> None:
    root = tmp_path / "photos"
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / ".hidden.png").write_bytes(png())
    (tmp_path / "secret.png").write_bytes(png())
    (root / "out.png").symlink_to(tmp_path / "secret.png")
    listed = list_pictures(root)
    assert [(one.label, one.folder) for one in listed.pictures] == [
        ("top", ""),
        ("tom", "cats"),
        ("rex", "dogs"),
    ]
    assert next(read_pictures(listed))[1] == b"broken"


def test_several_files_given_together_are_one_set() -> None:
    listed = list_pictures(File("a.png", content=png()), File("b.zip", content=zipped(FILES)))
    assert [one.label for one in listed.pictures] == ["a", "tom", "rex", "top"]
    assert [data for _, data in read_pictures(listed)][:2] == [png(), FILES["set/cats/tom.png"]]


def test_a_broken_member_is_told_when_its_turn_comes_and_the_others_go_on() -> None:
    archive = bytearray(zipped({"a.png": png("red"), "b.png": png("blue")}))
    place = archive.find(b"PK\x03\x04") + 30 + len("a.png") + 20
    archive[place : place + 8] = bytes(8)
    items = ((one.name, data) for one, data in read_pictures(list_pictures(bytes(archive))))
    first, second = decoded_pictures(items)
    assert first.error
    assert not second.error


def test_a_zip_of_thousands_of_pictures_is_listed() -> None:
    listed = list_pictures(zipped({f"{i}.png": b"\x89PNG" for i in range(12_000)}))
    assert len(listed.pictures) == 12_000


@pytest.mark.parametrize(("bound", "value"), [("PICTURES", 2), ("PICTURE_BYTES", 100)])
def test_too_many_pictures_are_refused(
    monkeypatch: pytest.MonkeyPatch, bound: str, value: int, tmp_path: Path
) -> None:
    for index in range(3):
        (tmp_path / f"{index}.png").write_bytes(png())
    monkeypatch.setattr(picture_files, bound, value)
    with pytest.raises(RefusedError, match="Up to that are taken"):
        list_pictures(tmp_path)
    with pytest.raises(RefusedError):
        list_pictures(zipped(FILES | {"d.png": png()}))


def test_of_a_picture_that_is_too_large_no_more_is_read_than_shows_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_files, "BYTES", 50)
    ((_, data),) = read_pictures(list_pictures(File("a.png", content=png() + bytes(1000))))
    assert len(data) == 51


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.txt": b"hello"}, r"There are no pictures\. What was given holds a\.txt"),
        ({"inner.zip": zipped(FILES)}, r"inner\.zip\. Unpack an archive"),
        ({}, r"There are no pictures\. Pictures are PNG"),
    ],
)
def test_no_pictures_at_all_is_told(files: dict[str, bytes], said: str) -> None:
    with pytest.raises(PictureError, match=said):
        list_pictures(zipped(files))


def test_an_encrypted_zip_is_told() -> None:
    content = bytearray(zipped({"a.png": png()}))
    content[6] |= 1
    content[content.find(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(ParseError, match="encrypted"):
        list_pictures(bytes(content))


def test_pictures_where_vectors_are_asked_for_are_sent_to_the_encoder(tmp_path: Path) -> None:
    many = zipped({f"{i}.png": b"\x89PNG" for i in range(1_500)} | {"README.md": b"# Mine"})
    with pytest.raises(UnknownFormatError, match=r"1,500 pictures and no vectors\. “Encode pict"):
        open_space(many)
    with pytest.raises(UnknownFormatError, match="“Encode pictures”"):
        open_space(png())
    (tmp_path / "a.png").write_bytes(png())
    with pytest.raises(FormatError, match="is a folder of pictures"):
        open_space(tmp_path)
