"""Files projected part by part: vectors of different lengths are an error."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from explorer.errors import ProjectionError
from explorer.jobs.pool import Jobs
from explorer.projection import large
from explorer.projection.job import Picture

RAGGED = [
    pa.array([[1.0, 2, 3], [4.0]]),  # as many numbers as two rows of two
    pa.array([[1.0, 2], [3.0, 4], None]),
    pa.array([None, [1.0, 2]]),
    pa.array([[1.0, 2], None], pa.list_(pa.float32(), 2)),
]


@pytest.mark.parametrize("vectors", RAGGED, ids=["lengths", "missing", "first missing", "fixed"])
def test_vectors_of_different_lengths_are_told(tmp_path: Path, vectors: Any) -> None:
    pq.write_table(pa.table({"v": vectors}), tmp_path / "in.parquet")
    wanted = Picture("pca")
    with pytest.raises(ProjectionError, match="missing or differ in length"):
        large.project_parquet(
            tmp_path / "in.parquet", tmp_path / "out.parquet", wanted, jobs=cast(Jobs, None)
        )
    assert not (tmp_path / "out.parquet").exists()


@pytest.mark.parametrize("kind", [pa.list_(pa.float32()), pa.list_(pa.float32(), 2)])
def test_lists_of_one_length_are_the_vectors(kind: Any) -> None:
    table = pa.table({"v": pa.array([[0.0, 0], [1, 2], [3, 4]], kind)}).slice(1)
    assert large.vectors_of(table, ["v"]).tolist() == [[1, 2], [3, 4]]


def test_a_part_of_another_length_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Nobody:
        def submit(self, *_: Any) -> None:
            """Take the work and do nothing."""

    monkeypatch.setattr(large, "PART_ROWS", 2)
    rows = [[1.0, 2], [3.0, 4], [5.0, 6, 7], [8.0, 9, 10]]
    pq.write_table(pa.table({"v": pa.array(rows)}), tmp_path / "in.parquet")
    parts = large.placed_parts(
        pq.ParquetFile(tmp_path / "in.parquet"), ["v"], np.arange(1), None, cast(Jobs, Nobody())
    )
    with pytest.raises(ProjectionError, match="from row 2 have 3 values, those before them 2"):
        list(parts)
