"""How long UMAP will take: the estimate that stands beside the choice to draw all."""

from __future__ import annotations

import pytest

from explorer.projection import time_needed
from explorer.projection.time_needed import umap_seconds


def test_more_points_and_more_dimensions_take_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_needed, "cores", lambda: 2)
    few, many, wide = (
        umap_seconds(50_000, 128),
        umap_seconds(400_000, 128),
        umap_seconds(400_000, 768),
    )
    assert 8 * few < many < wide
    assert many < 180 < umap_seconds(2_000_000, 128)


def test_more_cores_only_help_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(time_needed, "cores", lambda: 2)
    two = umap_seconds(400_000, 768)
    monkeypatch.setattr(time_needed, "cores", lambda: 16)
    assert two / 8 < umap_seconds(400_000, 768) < two
