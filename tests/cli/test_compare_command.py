"""The command `compare`: its report, and its exit status in a pipeline."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from explorer import EmbeddingSpace, save_space
from explorer.cli.main import main


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """Return two files of the same 60 items: the second turned, its first ten moved."""
    random = np.random.default_rng(0)
    vectors = random.normal(size=(60, 6))
    later = vectors[:, ::-1].copy()
    later[:10] = random.normal(size=(10, 6))
    labels = ["<script>alert(1)</script>", *(f"w{row}" for row in range(1, 60))]
    made = []
    for name, matrix in (("old", vectors), ("new", later)):
        save_space(EmbeddingSpace(labels, matrix, name=name), tmp_path / f"{name}.parquet")
        made.append(str(tmp_path / f"{name}.parquet"))
    return made


def test_a_comparison_writes_an_escaped_report_and_ends_with_1_past_its_threshold(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.html"
    assert main(["compare", *files, "--report", str(report)]) == 0
    assert "60 shared items" in capsys.readouterr().out
    page = report.read_text(encoding="utf-8")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "default-src 'none'" in page
    assert main(["compare", *files, "--least-overlap", "0.95"]) == 1
    assert "below --least-overlap 0.95" in capsys.readouterr().out
    assert main(["compare", *files, "--report", str(report)]) == 2  # it exists
    assert main(["compare", *files, "--report", files[0], "--force"]) == 2  # it was read
    assert main(["compare", *files, "--on", "id"]) == 2


def test_drift_of_two_sets_ends_with_1_where_they_differ_by_more_than_chance(
    files: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    far = tmp_path / "far.parquet"
    random = np.random.default_rng(1)
    save_space(
        EmbeddingSpace([f"x{row}" for row in range(60)], random.normal(2, 1, size=(60, 6))), far
    )
    report = tmp_path / "drift.html"
    assert main(["compare", "--drift", files[0], str(far), "--report", str(report)]) == 1
    assert "has drifted" in capsys.readouterr().out
    assert "<script" not in report.read_text(encoding="utf-8")
    assert main(["compare", "--drift", files[0], files[0]]) == 0
    assert "Nothing has drifted" in capsys.readouterr().out
