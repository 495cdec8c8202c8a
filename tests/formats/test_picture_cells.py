"""Pictures in the columns of tables: bytes, data URLs, and names of files that came along."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from PIL import Image

from explorer import inspect_file, open_space, save_space
from explorer.errors import PictureError, UnknownFormatError
from explorer.formats import isolated, picture_cells, save
from explorer.formats.contents import Options
from explorer.formats.file import File
from explorer.formats.picture_cells import NamedPictures, plain_path
from explorer.pictures.column import picture_columns, pictures_of, with_pictures
from explorer.pictures.decode import is_thumbnail, shrunk
from explorer.space import EmbeddingSpace

COLORS = ("red", "green", "blue")
VECTORS = [[1.0, 0, 0], [0, 1, 0], [0, 0, 1]]
LABELS = ["tomato", "pea", "plum"]


def png(color: str, size: tuple[int, int] = (40, 20)) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, color).save(out, "PNG")
    return out.getvalue()


PICTURES = [png(color) for color in COLORS]


def url(data: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(data).decode()


def parquet(**columns: Any) -> bytes:
    stream = io.BytesIO()
    pq.write_table(pa.table({"word": LABELS, "vector": VECTORS, **columns}), stream)
    return stream.getvalue()


def arrow(**columns: Any) -> bytes:
    stream = io.BytesIO()
    table = pa.table({"word": LABELS, "vector": VECTORS, **columns})
    with pa.ipc.new_file(stream, table.schema) as writer:
        writer.write_table(table)
    return stream.getvalue()


def lines(**columns: list[Any]) -> bytes:
    rows = zip(LABELS, VECTORS, *columns.values(), strict=True)
    names = ("word", "vector", *columns)
    return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in rows).encode()


def zipped(files: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def colors_of(space: EmbeddingSpace) -> list[tuple[int, ...] | None]:
    """The color in the middle of each row's picture, rounded: WebP changes it a little."""
    found: list[tuple[int, ...] | None] = []
    for data in pictures_of(space, range(len(space))):
        if data is None:
            found.append(None)
            continue
        assert is_thumbnail(data)
        image = Image.open(io.BytesIO(data)).convert("RGB")
        middle = image.getpixel((image.width // 2, image.height // 2))
        assert isinstance(middle, tuple)
        found.append(tuple(round(value / 255) for value in middle))
    return found


SEEN = [(1, 0, 0), (0, 1, 0), (0, 0, 1)]
SEEN[1] = tuple(round(v / 255) for v in (0, 128, 0))  # type: ignore[call-overload]
HUGGING_FACE = [
    {"bytes": data, "path": f"{c}.png"} for data, c in zip(PICTURES, COLORS, strict=True)
]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.parquet", lambda: parquet(image=PICTURES)),
        ("a.arrow", lambda: arrow(image=PICTURES)),
        ("a.parquet", lambda: parquet(image=HUGGING_FACE)),
        ("a.arrow", lambda: arrow(image=HUGGING_FACE)),
        ("a.parquet", lambda: parquet(image=[url(one) for one in PICTURES])),
        ("a.jsonl", lambda: lines(image=[url(one) for one in PICTURES])),
        ("a.jsonl", lambda: lines(image=[base64.b64encode(one).decode() for one in PICTURES])),
        (
            "a.jsonl",
            lambda: lines(
                image=[{"bytes": base64.b64encode(one).decode(), "path": None} for one in PICTURES]
            ),
        ),
    ],
)
def test_pictures_in_a_column_are_thumbnails_of_the_space(
    name: str, content: Callable[[], bytes]
) -> None:
    space = open_space(File(name, content=content()))
    assert space.labels == tuple(LABELS)
    assert picture_columns(space.metadata) == ("image",)
    assert colors_of(space) == SEEN


@pytest.mark.parametrize("folder", ["", "data/", "data/images/"])
def test_names_of_files_in_the_same_zip_are_found(folder: str) -> None:
    names = [f"images/{color}.png" for color in COLORS]
    files = {f"{folder}{name}": data for name, data in zip(names, PICTURES, strict=True)}
    content = zipped({f"{folder}rows.jsonl": lines(file=names), **files})
    space = open_space(File("all.zip", content=content))
    assert picture_columns(space.metadata) == ("file (picture)",)
    assert space.metadata is not None
    assert space.metadata["file"].to_pylist() == names
    assert colors_of(space) == SEEN


def test_a_zip_of_thousands_of_pictures_and_a_table_is_opened() -> None:
    names = [f"images/{color}.png" for color in COLORS]
    files = dict(zip(names, PICTURES, strict=True)) | {f"more/{i}.png": b"" for i in range(2_000)}
    space = open_space(File("a.zip", content=zipped({"rows.jsonl": lines(file=names), **files})))
    assert colors_of(space) == SEEN


def test_two_files_of_one_name_in_a_zip_are_told_apart_by_their_folders() -> None:
    files = {"a/x.png": PICTURES[0], "b/x.png": PICTURES[1], "y.png": PICTURES[2]}
    table = lines(file=["a/x.png", "x.png", "y.png"])
    space = open_space(File("a.zip", content=zipped({"rows.jsonl": table, **files})))
    assert colors_of(space) == [SEEN[0], None, SEEN[2]]  # “x.png” may be either
    assert any("row 2" in note for note in space.notes)


def test_names_of_files_below_the_tables_folder_are_found_and_none_outside(tmp_path: Path) -> None:
    inside = tmp_path / "data"
    (inside / "images").mkdir(parents=True)
    (inside / "images" / "red.png").write_bytes(PICTURES[0])
    (tmp_path / "secret.png").write_bytes(PICTURES[1])
    (inside / "link.png").symlink_to(tmp_path / "secret.png")
    for names in (
        ["images/red.png", "../secret.png", "link.png"],
        ["./images/red.png", str(tmp_path / "secret.png"), "images/../../secret.png"],
        ["images\\red.png", "..\\secret.png", "file:///etc/x.png"],
    ):
        path = inside / "rows.jsonl"
        path.write_bytes(lines(file=names))
        space = open_space(path)
        assert colors_of(space) == [SEEN[0], None, None]
        assert any("2 pictures" in note and "no file of its name" in note for note in space.notes)


def test_an_upload_names_no_file_of_the_server(tmp_path: Path, cache_dir: Path) -> None:
    (cache_dir / "red.png").parent.mkdir(parents=True, exist_ok=True)
    (cache_dir / "red.png").write_bytes(PICTURES[0])
    content = lines(file=["red.png", str(cache_dir / "red.png"), "x.png"])
    assert not picture_columns(open_space(File("a.jsonl", content=content)).metadata)


def test_the_same_table_in_another_folder_has_that_folder_s_pictures(tmp_path: Path) -> None:
    for folder, data in (("one", PICTURES[0]), ("other", PICTURES[2])):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.png").write_bytes(data)
        (tmp_path / folder / "rows.jsonl").write_bytes(lines(file=["x.png"] * 3))
    assert colors_of(open_space(tmp_path / "one" / "rows.jsonl")) == [SEEN[0]] * 3
    assert colors_of(open_space(tmp_path / "other" / "rows.jsonl")) == [SEEN[2]] * 3


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("a/b.png", "a/b.png"),
        ("./a.png", "a.png"),
        ("a\\b.png", "a/b.png"),
        ("../a.png", ""),
        ("a/../../b.png", ""),
        ("/etc/a.png", ""),
        ("C:\\a.png", ""),
        ("a\0.png", ""),
    ],
)
def test_a_name_that_could_lead_elsewhere_is_none(name: str, plain: str) -> None:
    assert plain_path(name) == plain


def test_a_path_is_looked_up_only_if_it_is_called_a_picture(tmp_path: Path) -> None:
    (tmp_path / "key.txt").write_bytes(PICTURES[0])
    with NamedPictures(File("a.jsonl", path=tmp_path / "a.jsonl")) as named:
        assert not named.holds("key.txt")


def test_a_broken_picture_is_told_and_the_row_stays() -> None:
    content = parquet(image=[PICTURES[0], PICTURES[1][:60], None])
    space = open_space(File("a.parquet", content=content))
    assert colors_of(space) == [SEEN[0], None, None]
    (note,) = [one for one in space.notes if "picture" in one]
    assert "1 picture in “image” could not be opened: row 2 (it " in note


def test_a_bomb_in_a_column_is_told() -> None:
    from tests.pictures.test_decode import stated_png

    content = parquet(image=[PICTURES[0], stated_png(50_000, 50_000), PICTURES[2]])
    space = open_space(File("a.parquet", content=content))
    assert colors_of(space) == [SEEN[0], None, SEEN[2]]


def test_bytes_that_are_no_pictures_are_left_out_as_before() -> None:
    space = open_space(File("a.parquet", content=parquet(raw=[b"abc", b"defg", b"h"])))
    assert space.metadata is None or "raw" not in space.metadata.column_names


def test_more_pictures_than_the_bound_are_left_out_and_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_cells, "PICTURES", 2)
    frame = picture_cells.pl.DataFrame({"word": LABELS, "image": PICTURES})
    kept, names, notes = picture_cells.take_pictures(
        frame, File("a.parquet"), Options(isolated=True), look=False
    )
    assert names == ()
    assert kept.columns == ["word"]
    assert "up to 2 are shown" in notes[0]


def test_a_look_makes_few_thumbnails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(picture_cells, "LOOKED_AT", 1)
    frame = picture_cells.pl.DataFrame({"word": LABELS, "image": PICTURES})
    kept, _, _ = picture_cells.take_pictures(
        frame, File("a.parquet"), Options(isolated=True), look=True
    )
    assert [one is None for one in kept["image"]] == [False, True, True]


def test_the_reader_asks_for_time_by_the_number_of_pictures_and_gets_no_more_than_a_bound() -> None:
    asked: list[float] = []
    frame = picture_cells.pl.DataFrame({"word": LABELS, "image": PICTURES})
    options = Options(isolated=True, ask_seconds=asked.append)
    picture_cells.take_pictures(frame, File("a.parquet"), options, look=False)
    assert asked == [3 * picture_cells.PICTURE_SECONDS]
    more = isolated.MoreTime()
    for _ in range(3):
        more.add(1e12)
        more.add(-1e12)
    assert more.seconds == isolated.PICTURES * isolated.PICTURE_SECONDS


def test_pictures_without_vectors_are_sent_to_the_encoder() -> None:
    stream = io.BytesIO()
    pq.write_table(pa.table({"word": LABELS, "image": PICTURES}), stream)
    with pytest.raises(UnknownFormatError, match="3 pictures and no vectors"):
        open_space(File("a.parquet", content=stream.getvalue()))


def test_a_file_with_pictures_is_looked_at() -> None:
    report = inspect_file(File("a.parquet", content=parquet(image=PICTURES)))
    assert "image" in report.metadata_columns
    assert "image" not in report.columns
    assert picture_columns(report.first_rows) == ("image",)


def test_a_space_with_pictures_comes_back_equal_from_parquet(tmp_path: Path) -> None:
    small = [shrunk(Image.new("RGB", (96, 50), color)) for color in COLORS[:2]]
    table = with_pictures(pa.table({"n": [1, 2, 3]}), "photo", [*small, None])
    space = EmbeddingSpace(LABELS, np.array(VECTORS, np.float32), metadata=table)
    path = tmp_path / "a.parquet"
    save_space(space, path)
    assert save.save_notes(space, path) == ()
    again = open_space(path)
    assert again.metadata is not None
    assert again.metadata.equals(space.metadata, check_metadata=True)
    assert again.digest == space.digest


@pytest.mark.parametrize("suffix", [".npy", ".tsv", ".txt", ".vec", ".bin", ".safetensors"])
def test_a_format_that_holds_no_pictures_says_so(suffix: str, tmp_path: Path) -> None:
    table = with_pictures(
        pa.table({"n": [1, 2, 3]}), "photo", [shrunk(Image.new("RGB", (9, 9)))] * 3
    )
    space = EmbeddingSpace(LABELS, VECTORS, metadata=table)
    path = tmp_path / f"a{suffix}"
    save_space(space, path)
    assert "photo" in save.save_notes(space, path)[0]
    assert open_space(path).labels == tuple(LABELS)
    alone = EmbeddingSpace(LABELS, VECTORS, metadata=table.select(["photo"]))
    save_space(alone, path, overwrite=True)
    assert open_space(path).labels == tuple(LABELS)


def test_base64_of_more_than_a_picture_may_have_is_not_decoded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(picture_cells, "BYTES", 30)
    with pytest.raises(PictureError, match="more than"):
        picture_cells.from_text(url(PICTURES[0]))
    with pytest.raises(PictureError, match="not in base64"):
        picture_cells.from_text("data:image/png,abc")
    with pytest.raises(PictureError, match="broken"):
        picture_cells.from_text("iVBORw0KGgo*")
