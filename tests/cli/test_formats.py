"""The command line's inspect, convert and serve."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer import open_space
from explorer.cli.main import main

GLOVE = "king 1 0.5\nqueen 1 -0.5\npea 0 nan\n"


@pytest.fixture
def glove(tmp_path: Path) -> Path:
    path = tmp_path / "royals.txt"
    path.write_text(GLOVE)
    return path


def test_inspect_prints_the_report(glove: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", str(glove), "--skip-broken"]) == 0
    told = capsys.readouterr().out
    for words in (
        "GloVe text",
        "2 of 2 dimensions",
        "king         1      0.5",
        "1 broken line left out: line 3 has “nan” for a number",
    ):
        assert words in told


def test_convert_writes_what_opens_again(
    glove: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.safetensors"
    assert main(["convert", str(glove), str(out), "--skip-broken"]) == 0
    assert open_space(out).labels == ("king", "queen")
    told = capsys.readouterr().out
    assert "left out" in told
    assert "2 vectors of 2 dimensions written" in told


def test_convert_takes_some_rows(glove: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.txt"
    assert main(["convert", str(glove), str(out), "--skip-broken", "--rows", "1"]) == 0
    assert open_space(out).labels == ("king",)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["inspect", "missing.txt"], "no file missing.txt"),
        (["convert", "royals.txt", "out.doc", "--skip-broken"], "cannot be saved as “.doc”"),
        (["convert", "royals.txt", "out.npy"], "line 3 has “nan” for a number"),
        (["inspect", "royals.txt"], "line 3 has “nan” for a number"),
        (["serve", "--data", "missing"], "no folder"),
    ],
)
def test_what_is_wrong_is_told_with_status_2(
    glove: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    told: str,
) -> None:
    monkeypatch.chdir(glove.parent)
    assert main(arguments) == 2
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("out", ["royals.npy", "out.txt", "out.tsv", "out.parquet"])
def test_convert_destroys_nothing(
    glove: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], out: str
) -> None:
    monkeypatch.chdir(glove.parent)
    convert = ["convert", "royals.txt", out, "--skip-broken"]
    assert main(convert) == 0
    assert main(convert) == 2
    assert ", and nothing was written" in capsys.readouterr().err
    assert main([*convert, "--force"]) == 0
    assert main(["convert", "royals.txt", "royals.txt", "--skip-broken", "--force"]) == 2
    assert "royals.txt is the file that was read" in capsys.readouterr().err
    assert glove.read_text() == GLOVE


def test_convert_tells_of_cells_that_a_spreadsheet_would_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "a.txt").write_text("=cmd|x 1 2\nking 3 4\n")
    assert main(["convert", str(tmp_path / "a.txt"), str(tmp_path / "b.tsv")]) == 0
    assert "1 cell begins with a sign that spreadsheets take for a formula" in (
        capsys.readouterr().out
    )
