"""Projecting a Parquet file into another one: what it never overwrites."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.cli.main import main
from explorer.errors import TargetError
from explorer.projection.job import Picture
from explorer.projection.large import project_parquet

NO_JOBS: Any = None  # it is refused before any work


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "words.parquet"
    pq.write_table(pa.table({"word": ["a", "b"], "vector": [[1.0, 2.0], [3.0, 4.0]]}), path)
    return path


def test_a_target_that_exists_stays(tmp_path: Path, source: Path) -> None:
    target = tmp_path / "out.parquet"
    target.write_bytes(b"of somebody")
    with pytest.raises(TargetError, match="exists, and nothing was written"):
        project_parquet(source, target, Picture("pca"), jobs=NO_JOBS)
    assert target.read_bytes() == b"of somebody"


def test_the_source_is_never_overwritten(source: Path) -> None:
    before = source.read_bytes()
    with pytest.raises(TargetError, match="never overwritten"):
        project_parquet(source, source, Picture("pca"), overwrite=True, jobs=NO_JOBS)
    assert source.read_bytes() == before


def test_the_commands_own_choice_of_a_name_overwrites_nothing(
    tmp_path: Path, source: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words-pca.parquet").write_bytes(b"an earlier picture")
    assert main(["project", str(source), "--method", "pca", "--workers", "0"]) == 2
    assert "words-pca.parquet exists" in capsys.readouterr().err
    assert (tmp_path / "words-pca.parquet").read_bytes() == b"an earlier picture"
