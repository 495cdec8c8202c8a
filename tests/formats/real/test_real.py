"""Files as people have them: each opens as what it is, or is refused by name."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from explorer import inspect_file, open_space
from explorer.errors import ExplorerError
from explorer.formats import isolated, kept
from explorer.formats.known import named_format
from tests.formats.real.files import REAL, VECTORS, Real


@pytest.fixture(autouse=True)
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read here what has a process of its own elsewhere: starting one takes seconds."""

    def read_here(file: Any, name: str, kind: str, options: Any, out: Path) -> None:
        with isolated.on_disk(file) as placed:
            kept.save(getattr(named_format(name), kind)(placed, options), out)

    monkeypatch.setattr("explorer.formats.isolated.read_isolated", read_here)


@pytest.mark.parametrize("real", REAL, ids=[one.name for one in REAL])
def test_a_file_of_the_world_opens_as_what_it_is_or_is_refused_by_name(
    tmp_path: Path, real: Real
) -> None:
    folder = tmp_path / "files"
    folder.mkdir()
    path = folder / real.name
    real.make(path)
    if real.labels is None:
        for look in (inspect_file, open_space):
            with pytest.raises(ExplorerError) as caught:
                look(path)
            assert real.says in str(caught.value)
        return
    report, space = inspect_file(path), open_space(path)
    assert space.labels == real.labels
    assert (report.rows, report.dim) == space.vectors.shape
    if real.vectors is not False:
        expected = VECTORS if real.vectors is None else real.vectors
        np.testing.assert_allclose(space.vectors, expected, rtol=1e-6)
    shutil.rmtree(folder)
