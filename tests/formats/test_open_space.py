"""open_space and inspect_file: any kind of source, the right format, one and the same answer."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import inspect_file, open_space
from explorer.errors import FormatError, SpaceError, UnknownFormatError
from explorer.formats.file import File, as_file
from explorer.formats.known import FORMATS
from explorer.formats.recognition import choose_main, recognize
from tests.formats.written import VECTORS, WRITTEN, expected_labels

GLOVE = b"king 1 0.5\nqueen 1 -0.5\npea 0 0\n"


OPENED = [name for name in WRITTEN if name not in ("Python pickle", "fastText binary")]


def npy_bytes() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.arange(6, dtype=np.float16).reshape(3, 2))
    return stream.getvalue()


def test_a_file_of_each_format_is_written_for_the_tests() -> None:
    assert set(WRITTEN) == {one.name for one in FORMATS}


@pytest.mark.parametrize("name", WRITTEN)
def test_content_is_recognized_under_any_name(name: str) -> None:
    file = WRITTEN[name]()
    for suffix in ("", ".txt", ".csv", ".npy", ".png"):
        assert recognize(replace(file, name=f"file{suffix}")).name == name


@pytest.mark.parametrize("name", OPENED)
def test_what_its_own_program_wrote_is_looked_at_and_opened(name: str) -> None:
    file = WRITTEN[name]()
    report, space = inspect_file(file), open_space(file)
    assert list(space.labels) == list(expected_labels(name))
    np.testing.assert_array_equal(space.vectors, VECTORS)
    assert space.source.format == name
    assert report.format == name
    assert (report.rows, report.dim) == (len(space), space.dim)
    assert report.memory == space.vectors.nbytes
    metadata = () if space.metadata is None else space.metadata.column_names
    assert list(report.metadata_columns) == list(metadata)
    labels, *others = report.first_rows.columns
    assert labels.to_pylist() == list(space.labels)
    values = [one.to_pylist() for one in others[len(metadata) :]]
    if len(values) == 1:  # a column of lists is shown as one, as text
        values = list(zip(*(text.split(", ") for text in values[0]), strict=True))
    np.testing.assert_allclose(np.transpose(values).astype(float), space.vectors)


@pytest.mark.parametrize(
    "source",
    [
        lambda path: path,
        str,
        lambda path: path.read_bytes(),
        lambda path: io.BytesIO(path.read_bytes()),
        lambda path: File(path.name, path=path),
    ],
    ids=["Path", "str", "bytes", "stream", "File"],
)
def test_any_source_gives_the_same_space(tmp_path: Path, source: Callable[[Path], Any]) -> None:
    path = tmp_path / "royals.txt"
    path.write_bytes(GLOVE)
    assert open_space(source(path)).digest == open_space(GLOVE).digest


def test_a_stream_is_read_from_its_beginning_and_named_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "royals.txt"
    path.write_bytes(GLOVE)
    with path.open("rb") as stream:
        stream.read(5)
        space = open_space(stream)
    assert (space.name, len(space)) == ("royals", 3)


@pytest.mark.parametrize("name", ["../../etc/passwd", "C:\\Users\\me\\passwd"])
def test_an_uploads_name_is_no_path(name: str) -> None:
    stream = io.BytesIO(GLOVE)
    stream.name = name
    assert as_file(stream).name == "passwd"


def test_the_name_can_be_chosen() -> None:
    assert open_space(GLOVE, name="royals").name == "royals"


def test_the_format_can_be_chosen() -> None:
    assert open_space(b"1 2\n3 4 5\n", format="word2vec text").labels == ("3",)


def test_an_array_is_chosen_among_files_with_the_others_beside_it() -> None:
    array, labels = File("a.npy", content=npy_bytes()), File("b.txt", content=b"x\ny\nz\n")
    assert open_space(choose_main([labels, array])).labels == ("x", "y", "z")


def test_several_files_of_vectors_are_refused() -> None:
    with pytest.raises(UnknownFormatError, match=r"2 files.*a.txt, b.txt"):
        choose_main([File("a.txt", content=GLOVE), File("b.txt", content=GLOVE)])


def test_many_files_of_vectors_are_told_in_a_line_and_compared_with_no_other() -> None:
    class Files(list[File]):
        walks = 0

        def __iter__(self) -> Iterator[File]:
            self.walks += 1
            return super().__iter__()

    files = Files(File(f"{index}.txt", content=GLOVE) for index in range(300))
    with pytest.raises(UnknownFormatError, match=r"^300 files .*: 0\.txt, 1\.txt.* …\.") as caught:
        choose_main(files)
    assert files.walks < 10
    assert len(str(caught.value)) < 400


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match=r"no file .*missing\.txt"):
        open_space(tmp_path / "missing.txt")


def test_a_folder_is_told(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="is a folder"):
        open_space(tmp_path)


def test_a_stream_opened_as_text_is_told() -> None:
    with pytest.raises(FormatError, match="binary mode"):
        open_space(io.StringIO("king 1 2"))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", ["empty", "0 bytes"]),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", ["is a picture (PNG)"]),
        (b"\x01\x02\0\x03 what is it", ["binary bytes 01 02 00 03"]),
        (b"The quick brown fox\njumps\n", ["“The quick brown fox”", "no vector"]),
    ],
    ids=["empty", "image", "binary", "prose"],
)
def test_what_is_no_vector_file_is_told(content: bytes, words: list[str]) -> None:
    with pytest.raises(UnknownFormatError) as caught:
        open_space(File("photo.png", content=content))
    for word in ("photo.png", *words):
        assert word in str(caught.value)


def test_the_known_formats_are_listed() -> None:
    with pytest.raises(UnknownFormatError) as caught:
        open_space(b"\0\1\2\3")
    for one in FORMATS:
        assert one.name in str(caught.value)


def test_an_unknown_format_name_is_told() -> None:
    with pytest.raises(UnknownFormatError, match=r"“papyrus” is unknown.*“GloVe text”"):
        open_space(GLOVE, format="papyrus")


def test_the_wrong_number_of_labels_is_told() -> None:
    with pytest.raises(SpaceError, match="1 label for 3 vectors"):
        open_space(GLOVE, labels=["only one"])
