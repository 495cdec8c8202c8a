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
