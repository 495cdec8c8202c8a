"""The command line: what it prints, and how it fails."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from explorer.cli.main import COMMANDS, main

ROOT = Path(__file__).parents[2]
WORDS = str(ROOT / "sample_data" / "words.npy")


def test_evaluate_prints_each_section_and_the_wrong_ones(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    questions = tmp_path / "questions.txt"
    questions.write_text(
        ": kin\nman king woman queen\nman king woman xyzzy\nman doctor woman nurse\n"
    )
    assert main(["evaluate", WORDS, "--analogies", str(questions), "--wrong", "5"]) == 0
    printed = capsys.readouterr().out
    lines = {line.split()[0]: line.split()[1:] for line in printed.splitlines()}
    assert lines["kin"] == ["1", "2", "50.0%", "1"]
    assert lines["all"] == lines["kin"]
    assert "1 word is not in words: xyzzy" in printed
    assert "man : doctor :: woman : nurse, answered doctors" in printed


def test_evaluate_knows_the_sets_that_come_with_gensim(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", WORDS, "--similarity", "wordsim353"]) == 0
    printed = capsys.readouterr().out
    assert "261 pairs" in printed
    assert "section" not in printed  # analogies are asked only where nothing else is


def test_settings_name_the_variable_that_changes_them(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EXPLORER_WORKERS", "3")
    assert main(["settings"]) == 0
    line = next(one for one in capsys.readouterr().out.splitlines() if one.startswith("workers"))
    assert line.split() == ["workers", "3", "set", "by", "EXPLORER_WORKERS"]


def test_a_users_mistake_is_one_sentence_and_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "no-such-file.txt"]) == 2
    assert capsys.readouterr().err.startswith("embedding-explorer: There is no file")


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[name].help in capsys.readouterr().out


def test_the_module_ends_with_the_commands_status() -> None:
    command = [sys.executable, "-m", "explorer.cli", "inspect", "not-there.txt"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 2
    assert "not-there.txt" in ended.stderr
