"""What a container allows is found where the system says it."""

from __future__ import annotations

from pathlib import Path

import pytest

from explorer.settings import cgroup_limit, load_settings, memory_limit

GIGABYTE = 1 << 30


@pytest.mark.parametrize(
    ("line", "limits", "expected"),
    [
        ("0::/", {"memory.max": "734003200\n"}, 734003200),
        ("0::/a/b", {"a/memory.max": "900", "a/b/memory.max": "max"}, 900),
        ("0::/a", {}, 1 << 62),
        ("4:memory:/a", {"memory/a/memory.limit_in_bytes": "800"}, 800),
        ("4:cpu:/a", {"cpu/a/memory.limit_in_bytes": "800"}, 1 << 62),
    ],
)
def test_the_least_limit_of_the_groups_counts(
    tmp_path: Path, line: str, limits: dict[str, str], expected: int
) -> None:
    texts = {f"sys/fs/cgroup/{name}": text for name, text in limits.items()}
    for name, text in {"proc/self/cgroup": f"{line}\n", **texts}.items():
        file = tmp_path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="ascii")
    assert cgroup_limit(tmp_path) == expected


def test_the_machine_itself_has_a_limit() -> None:
    assert 0 < memory_limit() < 1 << 62


@pytest.mark.parametrize(("gigabytes", "workers"), [(1.9, 0), (2.1, 2)])
def test_little_memory_means_no_workers_unless_they_are_asked_for(
    monkeypatch: pytest.MonkeyPatch, gigabytes: float, workers: int
) -> None:
    monkeypatch.setattr("explorer.settings.memory_limit", lambda: int(gigabytes * GIGABYTE))
    monkeypatch.delenv("EXPLORER_WORKERS", raising=False)
    assert load_settings().workers == workers
    monkeypatch.setenv("EXPLORER_WORKERS", "1")
    assert load_settings().workers == 1
