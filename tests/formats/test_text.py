"""word2vec and GloVe text: the same as gensim reads, whatever the words hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from explorer import EmbeddingSpace, inspect_file, nearest_neighbors, open_space
from explorer.errors import BrokenRowsError, FormatError, ParseError, UnknownFormatError
from explorer.formats import encodings
from explorer.formats.file import File

HOSTILE = (
    "new\u00a0york",
    "next\u0085line",
    "line\u2028separator",
    '"',
    '"quoted"',
    'one"',
    "nan",
    "null",
    "NULL",
    "#",
    "# comment",
    "a, b",
    ". . .",
    "at name@domain.com",
    "1",
    "1 2",
    "1e5",
    "-",
    "",
    " ",
    "tab\tinside",
    "\x01",
    "\x1c",
    "a\ufeff",
    "emoji 🙂",
    "Ärger",
    "\\n",
)
TOKEN = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=8),
)
NUMBER = st.floats(width=32, allow_nan=False, allow_infinity=False)


def as_text(labels: list[str], vectors: NDArray[np.float32], header: bool) -> bytes:
    """Write the lines as word2vec (with header) or GloVe does."""
    lines = [f"{len(labels)} {vectors.shape[1]}"] if header else []
    lines += [
        " ".join((label, *(str(value) for value in row)))
        for label, row in zip(labels, vectors, strict=True)
    ]
    return ("\n".join(lines) + "\n").encode()


@given(st.lists(TOKEN, min_size=1, max_size=6), st.integers(1, 4), st.data())
def test_any_word_comes_back_from_word2vec_text(
    labels: list[str], dim: int, data: st.DataObject
) -> None:
    vectors = data.draw(arrays(np.float32, (len(labels), dim), elements=NUMBER))
    space = open_space(as_text(labels, vectors, header=True))
    assert list(space.labels) == labels
    np.testing.assert_array_equal(space.vectors, vectors)


@pytest.mark.parametrize("label", HOSTILE)
def test_a_hostile_word_comes_back_from_glove_text(space: EmbeddingSpace, label: str) -> None:
    labels = [*space.labels[:2], label, *space.labels[3:]]
    found = open_space(as_text(labels, space.vectors, header=False))
    assert list(found.labels) == labels
    np.testing.assert_array_equal(found.vectors, space.vectors)


@pytest.mark.parametrize("header", [True, False])
def test_lines_that_begin_as_a_packed_file_does_are_text(
    space: EmbeddingSpace, header: bool
) -> None:
    labels = ["x^", *space.labels[1:]]  # the first two bytes of many a zlib stream
    found = open_space(as_text(labels, space.vectors, header=header))
    assert list(found.labels) == labels
    np.testing.assert_array_equal(found.vectors, space.vectors)


@pytest.fixture(scope="module")
def gensim_file(words: EmbeddingSpace, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A text file that gensim wrote."""
    few = words.take(range(300), name="few", step="first 300")
    keyed = KeyedVectors(few.dim)
    keyed.add_vectors(list(few.labels), few.vectors)
    path = tmp_path_factory.mktemp("gensim") / "few.vec"
    keyed.save_word2vec_format(str(path), binary=False)
    return path


def test_a_file_that_gensim_wrote_holds_what_gensim_reads(gensim_file: Path) -> None:
    expected = KeyedVectors.load_word2vec_format(str(gensim_file), binary=False)
    space = open_space(gensim_file)
    assert list(space.labels) == expected.index_to_key
    np.testing.assert_array_equal(space.vectors, expected.vectors)


def test_neighbors_in_a_file_that_gensim_wrote_are_gensims(gensim_file: Path) -> None:
    reference = KeyedVectors.load_word2vec_format(str(gensim_file), binary=False)
    expected = reference.most_similar("she", topn=10)
    found = nearest_neighbors(open_space(gensim_file), "she", k=10)
    assert list(found.labels) == [label for label, _ in expected]
    np.testing.assert_allclose(found.scores, [score for _, score in expected], atol=1e-5)


@pytest.mark.parametrize(
    "content",
    [
        b"2 2\nking 1 0.5\nqueen 1 -0.5\n",
        b"2 2\r\nking 1 0.5\r\nqueen 1 -0.5\r\n",
        b"2 2\nking 1 0.5 \nqueen 1 -0.5 \n",
        b"2 2\nking 1 0.5\t\nqueen 1 -0.5\n",
        b"2 2\nking 1 0.5\nqueen 1 -0.5",
        b"\xef\xbb\xbf2 2\nking 1 0.5\nqueen 1 -0.5\n",
        b"king 1 0.5\nqueen 1 -0.5\n",
        b"\xef\xbb\xbfking 1 0.5\nqueen 1 -0.5\n",
        b"king 1 0.5\n\nqueen 1 -0.5\n\n\n",
        b"king +1. .5\nqueen 1e0 -5E-1\n",
    ],
    ids=[
        "header",
        "Windows line ends",
        "space at the line's end",
        "tab at the line's end",
        "no last line end",
        "byte order mark and header",
        "no header",
        "byte order mark",
        "empty lines",
        "other ways to write numbers",
    ],
)
def test_the_ways_to_write_the_same_are_read_the_same(content: bytes) -> None:
    space = open_space(content)
    assert space.labels == ("king", "queen")
    assert space.vectors.tolist() == [[1, 0.5], [1, -0.5]]


@pytest.mark.parametrize(
    "content",
    [
        b"king  1  0.5\nnew york  1  -0.5\n",
        b"king      1   0.5\nnew york  1  -0.5\n",
        b"king\t1 0.5\nnew york\t1 -0.5\n",
        b"2 2\nking  1  0.5\nnew york  1  -0.5\n",
        b"2 2\nking\t1 0.5\nnew york\t1 -0.5\n",
        b"king 1 0,5\nnew york 1 -0,5\n",
        b"2 2\nking 1 0,5\nnew york 1 -0,5\n",
    ],
    ids=["double", "aligned", "tab", "double, header", "tab, header", "comma", "comma, header"],
)
def test_other_ways_to_separate_and_write_numbers_are_read(content: bytes) -> None:
    report, space = inspect_file(content), open_space(content)
    assert space.labels == ("king", "new york")
    assert space.vectors.tolist() == [[1, 0.5], [1, -0.5]]
    assert (report.rows, report.dim) == (2, 2)


def test_decimal_commas_are_told() -> None:
    assert "The numbers have decimal commas." in open_space(b"king 1 0,5\nman 1 0,25\n").notes


@pytest.mark.parametrize("wrong", ["nan", "-inf", "NaN", "1e60"])
def test_what_is_no_finite_number_is_named_with_its_line_before_the_file_is_opened(
    wrong: str,
) -> None:
    content = f"2 2\nking 1 0\n\nqueen {wrong} 1\n".encode()
    for look in (inspect_file, open_space):
        with pytest.raises(BrokenRowsError, match=f"line 4 has “{wrong}” for a number"):
            look(content)
    assert inspect_file(content, skip_broken=True).rows == 1
    assert open_space(content, skip_broken=True).labels == ("king",)


@pytest.mark.parametrize(
    ("encoding", "told", "labels"),
    [
        ("gb18030", "GB18030", ["国王", "女王", "人工智能", "计算机"]),
        ("cp1251", "Windows-1251", ["король", "королева", "горох", "предложение"]),
        ("shift_jis", "Shift JIS", ["これは", "王様", "女王", "えんどう"]),
        ("cp1252", "Latin-1", ["König", "Äpfel", "schön", "süß"]),
        ("cp1250", "Windows-1250", ["król", "żółta", "gęś", "śpiewa"]),
    ],
)
def test_labels_in_other_encodings_are_read_and_the_encoding_told(
    encoding: str, told: str, labels: list[str]
) -> None:
    content = "".join(f"{label} 1 0.5\n" for label in labels).encode(encoding)
    space = open_space(content)
    assert list(space.labels) == labels
    assert f"The labels are not UTF-8. They were read as {told}" in space.notes[0]


def test_blocks_join_without_a_seam(space: EmbeddingSpace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 7)
    labels = ["new york", "a", "b", "c", '"']
    found = open_space(as_text(labels, space.vectors, header=True))
    assert list(found.labels) == labels
    np.testing.assert_array_equal(found.vectors, space.vectors)


def test_a_broken_label_in_a_file_of_utf_8_shows_a_replacement_sign() -> None:
    space = open_space("naïve 1 2\ncafé 3 4\nté".encode() + b"\xe9 3 4\n")
    assert space.labels == ("naïve", "café", "té\ufffd")
    assert "1 label is not valid UTF-8" in space.notes[0]


def test_latin_1_is_recognized_and_told() -> None:
    space = open_space("naïve 1 2\ncafé 3 4\ntea 3 4\n".encode("latin-1"))
    assert space.labels == ("naïve", "café", "tea")
    assert "read as Latin-1 (Windows-1252): “naïve”" in space.notes[0]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
@pytest.mark.parametrize("header", [True, False])
def test_other_unicode_encodings_are_recognized(
    space: EmbeddingSpace, encoding: str, header: bool
) -> None:
    labels = ["king", "naïve", "日本", "😀", "pea"]
    content = as_text(labels, space.vectors, header).decode().encode(encoding)
    for found in (
        open_space(content).labels,
        inspect_file(content).first_rows["label"].to_pylist(),
    ):
        assert list(found) == labels


def test_the_format_is_told() -> None:
    assert open_space(b"2 1\na 1\nb 2\n").source.format == "word2vec text"
    assert open_space(b"a 1 2\nb 2 3\n").source.format == "GloVe text"


@pytest.mark.parametrize(
    ("stated", "note"),
    [
        (2, None),
        (3, "The header says 3 vectors, the file holds 2: 1 is missing. Was the file cut off?"),
        (1, "The header says 1 vector, the file holds 2; all are read."),
    ],
)
def test_a_header_that_is_wrong_is_told(stated: int, note: str | None) -> None:
    content = f"{stated} 2\nking 1 0\nqueen 0 1\n".encode()
    expected = (note,) if note else ()
    assert open_space(content).notes == expected
    assert open_space(content, name="renamed").notes == expected
    assert inspect_file(content).warnings == expected


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"king 1 0\nqueen 0 1\npea 1\nman 1 1\n",
            ["1 line does not hold a label and 2 numbers", "line 3 has 1 number"],
        ),
        (
            b"4 2\nking 1 0\nqueen 0\npea 1\nman 1 1\n",
            ["2 lines do not hold", "line 3 has 1 number; line 4 has 1 number"],
        ),
        (
            b"king 1 0\nqueen 0 1\npea 1 x\nman 1 1\n",
            ["1 line does not hold", "line 3 has “x” for a number", "2 numbers"],
        ),
    ],
    ids=["too few", "too few, after a header", "not a number"],
)
def test_broken_lines_are_named(content: bytes, words: list[str]) -> None:
    with pytest.raises(ParseError) as caught:
        open_space(content)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            b"3 3\nking 1 0\nqueen 0 1\npea 1 1\n",
            "line 1, the header, says 3 dimensions, but line 2 and those after it hold 2 numbers",
        ),
        (b"3 2\nking 1\nqueen 0 1\npea 1 1\n", "label and 2 numbers: line 2 has 1 number"),
        (b"3 2\nking x 1\nqueen 0 1\npea 1 1\n", "line 2 has “x” for a number. Repair"),
        (b"2 2\nking a b\nqueen c d\n", "line 2 is “king a b”, where a label and 2 numbers were"),
        (b"2 2\nking 0,5 1.5\nqueen 1.5 0,5\n", "2 numbers were expected (with a decimal point"),
    ],
    ids=["header's dimensions", "first line short", "first line wrong", "all wrong", "commas"],
)
@pytest.mark.parametrize("suffix", [".vec", ".txt", ""])
def test_what_is_broken_after_a_header_is_named_with_its_line(
    content: bytes, words: str, suffix: str
) -> None:
    for look in (open_space, inspect_file):
        with pytest.raises(FormatError) as caught:
            look(File(f"a{suffix}", content=content))
        assert words in str(caught.value)


def test_what_was_left_out_is_not_missing_from_the_headers_count() -> None:
    content = b"3 2\nking 1 0\nqueen 0\nman 1 1\n"
    notes = ("1 broken line left out: line 3 has 1 number.",)
    assert open_space(content, skip_broken=True).notes == notes
    assert inspect_file(content, skip_broken=True).warnings == notes


def test_a_header_of_other_dimensions_is_left_out_if_that_is_wanted() -> None:
    space = open_space(b"3 3\nking 1 0\nqueen 0 1\n", skip_broken=True)
    assert space.labels == ("king", "queen")
    assert space.notes == (
        "The header says 3 dimensions, the lines hold 2 numbers each: the header was left out.",
    )


def test_at_most_ten_broken_lines_are_named() -> None:
    content = b"good 1 2\n" * 20 + b"bad 1\n" * 12
    with pytest.raises(ParseError, match="line 30 has 1 number; and 2 more"):
        open_space(content)


def test_lines_are_numbered_through_all_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "BLOCK_BYTES", 16)
    with pytest.raises(ParseError, match="line 7 has 1 number"):
        open_space(b"5 2\n" + b"good 1 2\n" * 5 + b"bad 1\n")


def test_broken_lines_are_left_out_if_that_is_wanted() -> None:
    content = b"good 1 2\n" * 3 + b"short 1\nwrong 1 x\nworse 1 nan\nlast 3 4\n"
    space = open_space(content, skip_broken=True)
    assert space.labels == ("good", "good", "good", "last")
    assert "3 broken lines left out: line 4 has 1 number; line 5 has “x”" in space.notes[0]
    assert "line 6 has “nan” for a number" in space.notes[0]


@pytest.mark.parametrize("header", [b"", b"5 2\n"], ids=["GloVe", "word2vec"])
@pytest.mark.parametrize("cut", [b"queen 0.", b"queen 0.5 0.2"], ids=["numbers", "a number"])
def test_a_file_cut_off_in_a_line_opens_without_it(header: bytes, cut: bytes) -> None:
    content = header + b"king 1 0.25\nman 1 0.5\n" + cut
    space = open_space(content)
    if header or cut == b"queen 0.":
        assert space.labels == ("king", "man")
        assert "middle of its last line" in space.notes[0]
        assert set(inspect_file(content).warnings) == set(space.notes)
    else:  # nothing shows that it is cut
        assert space.labels == ("king", "man", "queen")


def test_a_file_of_one_row_and_one_dimension_opens() -> None:
    assert open_space(b"king 0.5\n").vectors.tolist() == [[0.5]]
    assert open_space(b"1 1\nking 0.5\n").vectors.tolist() == [[0.5]]


def test_a_line_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(encodings, "LINE_BYTES", 1000)
    with pytest.raises(ParseError, match="has a line of more than"):
        open_space(b"king 1 2\n" + b"1 " * 10_000)


def test_more_dimensions_than_any_embedding_has_are_refused() -> None:
    with pytest.raises(ParseError, match="70,000 dimensions"):
        open_space(b"king" + b" 1" * 70_000 + b"\n")


def test_a_large_file_is_sampled_everywhere(tmp_path: Path) -> None:
    lines = [f"w{row} {row} {row % 7}\n" for row in range(400_000)]
    (tmp_path / "large.txt").write_text("".join(lines))
    report = inspect_file(tmp_path / "large.txt")
    assert report.rows == 400_000
    assert report.statistics.norms[2] > 350_000


def test_a_header_alone_is_no_vector_file() -> None:
    with pytest.raises(UnknownFormatError, match="“3 2”, which holds no vector"):
        open_space(b"3 2\n")


def test_named_as_text_but_prose_is_told() -> None:
    with pytest.raises(ParseError, match="word2vec or GloVe text"):
        open_space(b"The quick brown fox\njumps over\n", format="GloVe text")
