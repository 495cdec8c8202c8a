"""The command line: streams, goes on where it was stopped, and says what is wrong."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import explorer
from explorer.cli.main import main
from explorer.encoding import stream
from explorer.encoding.job import EncodeOptions
from explorer.errors import JobCancelled

ROOT = Path(__file__).parents[2]
PATIENCE = 180.0  # seconds, for a busy machine


@pytest.fixture
def books(tmp_path: Path) -> Path:
    """A table of 250 texts, each tenth of them empty."""
    path = tmp_path / "books.csv"
    lines = ["title,year,description"]
    for number in range(250):
        text = "" if number % 10 == 9 else f"the old house and {number} cats"
        lines.append(f"book {number},{1800 + number},{text}")
    path.write_text("\n".join(lines) + "\n")
    return path


def encode(books: Path, output: Path, model: Path, *more: str) -> int:
    told = ["--column", "description", "--label", "title", "--model", str(model)]
    return main(["encode", str(books), *told, "--output", str(output), *more])


def test_a_file_becomes_a_parquet_file_of_vectors(
    books: Path, tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.parquet"
    assert encode(books, output, tiny_bert) == 0
    assert "225 texts" in capsys.readouterr().out
    table = pq.read_table(output)
    assert table.column_names == ["label", "year", "description", "vector"]
    assert table["label"].to_pylist()[:2] == ["book 0", "book 1"]
    expected = explorer.encode(table["description"].to_pylist(), tiny_bert, cache=False)
    vectors = np.stack(table["vector"].to_numpy())
    np.testing.assert_allclose(vectors, expected.vectors, atol=1e-5)
    assert not list(tmp_path.glob("*.parts"))


def test_parts_of_any_size_give_the_same_file(books: Path, tiny_bert: Path, tmp_path: Path) -> None:
    options = EncodeOptions(str(tiny_bert))
    for rows in (7, 1000):
        stream.encode_file(
            books, tmp_path / f"{rows}.parquet", column="description", options=options, rows=rows
        )
    small, large = (pq.read_table(tmp_path / f"{rows}.parquet") for rows in (7, 1000))
    assert small.column_names == large.column_names
    assert small.equals(large)


def test_a_run_that_was_stopped_goes_on_after_its_finished_parts(
    books: Path, tiny_bert: Path, tmp_path: Path
) -> None:
    output, options = tmp_path / "out.parquet", EncodeOptions(str(tiny_bert))
    told = 0

    def stop(share: float, step: str) -> None:
        nonlocal told
        told += 1
        if told > 8:
            raise JobCancelled("stopped")

    arguments = {"column": "description", "options": options, "rows": 50}
    with pytest.raises(JobCancelled):
        stream.encode_file(books, output, report=stop, **arguments)  # type: ignore[arg-type]
    assert not output.exists()
    finished = len(list(tmp_path.glob("out.parquet.parts/part-*.parquet")))
    assert 0 < finished < 5
    counts = stream.encode_file(books, output, **arguments)  # type: ignore[arg-type]
    assert counts.resumed == 45 * finished
    assert (counts.texts, counts.empty) == (225, 25)
    assert len(pq.read_table(output)) == 225


def test_parts_of_another_run_stay_until_it_is_asked_to_replace_them(
    books: Path, tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.parquet"
    folder = tmp_path / "out.parquet.parts"
    folder.mkdir()
    (folder / stream.RUN).write_text('{"column": "another"}')
    (folder / "part-000000.parquet").write_bytes(b"of another run")
    assert encode(books, output, tiny_bert) == 2
    assert "is not of this run" in capsys.readouterr().err
    assert (folder / "part-000000.parquet").read_bytes() == b"of another run"
    assert encode(books, output, tiny_bert, "--force") == 0
    assert len(pq.read_table(output)) == 225


def test_a_strangers_folder_of_that_name_is_never_removed(
    books: Path, tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out.parquet.parts"
    folder.mkdir()
    (folder / "thesis.docx").write_bytes(b"years of work")
    assert encode(books, tmp_path / "out.parquet", tiny_bert, "--force") == 2
    assert "thesis.docx, and stays" in capsys.readouterr().err
    assert (folder / "thesis.docx").read_bytes() == b"years of work"


def test_an_output_that_exists_stays_unless_forced_and_the_input_always(
    books: Path, tiny_bert: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.parquet"
    output.write_bytes(b"of somebody")
    assert encode(books, output, tiny_bert) == 2
    assert "exists, and nothing was written" in capsys.readouterr().err
    assert output.read_bytes() == b"of somebody"
    assert encode(books, output, tiny_bert, "--force") == 0
    again = ["encode", str(output), "--column", "description", "--model", str(tiny_bert)]
    assert main([*again, "--output", str(output), "--force"]) == 2
    assert "never overwritten" in capsys.readouterr().err
    assert len(pq.read_table(output)) == 225


@pytest.mark.parametrize("suffix", [".csv", ".jsonl"])
def test_a_path_is_no_pattern(tmp_path: Path, suffix: str) -> None:
    from explorer.encoding.tables import open_table
    from explorer.formats.file import as_file

    rows = {".csv": "text,n\n{0} words here,1\n", ".jsonl": '{{"text": "{0}", "n": 1}}\n'}[suffix]
    for name in ("a[1]", "a1"):
        (tmp_path / f"{name}{suffix}").write_text(rows.format(name))
    (table,) = open_table(as_file(tmp_path / f"a[1]{suffix}")).batches(10)
    assert table["text"].to_pylist()[0].startswith("a[1]")


def test_a_killed_command_is_finished_by_the_same_command(
    books: Path, tiny_bert: Path, tmp_path: Path
) -> None:
    output = tmp_path / "out.parquet"
    script = (
        "import sys; from explorer.encoding import stream; stream.ROWS = 20;"
        "stream.encode_file.__kwdefaults__['rows'] = 20;"
        "from explorer.cli.main import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", script, "encode", str(books), "--column", "description"]
    command += ["--model", str(tiny_bert), "--output", str(output)]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + PATIENCE
        while not (begun := list(tmp_path.glob("*.parts/part-000001.parquet"))):
            if process.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.002)
        process.kill()  # also where it hangs: leaving this block waits for its end
    assert begun
    assert not output.exists()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert "from an earlier run that was stopped" in done.stdout
    assert len(pq.read_table(output)) == 225


@pytest.mark.parametrize(
    ("column", "message"),
    [("year", "“year” holds numbers"), ("plot", "no column “plot”")],
)
def test_what_is_wrong_is_told_in_a_sentence(
    books: Path, column: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = str(tmp_path / "out.parquet")
    assert main(["encode", str(books), "--column", column, "--output", output]) == 2
    assert message in capsys.readouterr().err


def test_a_file_without_texts_is_told(
    tmp_path: Path, tiny_bert: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "empty.csv"
    path.write_text("title,text\na,\nb,\nc,x\n")
    path.write_text(path.read_text().replace("c,x\n", 'c," "\n'))
    told = ["--column", "text", "--model", str(tiny_bert)]
    assert main(["encode", str(path), *told, "--output", str(tmp_path / "out.parquet")]) == 2
    assert "holds no text: 3 rows" in capsys.readouterr().err


def test_the_cache_is_shown_and_emptied(
    tiny_bert: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    explorer.encode(["king", "queen"], tiny_bert)
    assert main(["cache"]) == 0
    assert "2 vectors of texts" in capsys.readouterr().out
    assert main(["cache", "--empty", "encoded"]) == 0
    assert "0 vectors of texts" in capsys.readouterr().out
    assert main(["cache", "--empty", "nonsense"]) == 2
    assert "The cache has no kind “nonsense”" in capsys.readouterr().err


def test_another_suffix_than_that_of_what_is_written_is_refused(
    books: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["encode", str(books), "--output", str(tmp_path / "out.csv")]) == 2
    assert "Name it out.parquet" in capsys.readouterr().err
