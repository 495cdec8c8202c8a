"""The built file of the map is what its sources make: told without Node, by a hash in it."""

from __future__ import annotations

import hashlib
from pathlib import Path

POINTCLOUD = Path(__file__).parents[2] / "explorer" / "ui" / "pointcloud"
FRONTEND = POINTCLOUD / "frontend"
OTHERS = ("build.mjs", "package-lock.json", "package.json", "tsconfig.json")


def test_the_built_file_is_made_from_these_sources() -> None:
    sources = [f"src/{path.name}" for path in (FRONTEND / "src").iterdir()]
    digest = hashlib.sha256()
    for name in sorted([*OTHERS, *sources]):
        digest.update(f"{name}\0".encode() + (FRONTEND / name).read_bytes() + b"\0")
    first_line = (POINTCLOUD / "built" / "pointcloud.js").read_text(encoding="utf-8").split("\n")[0]
    assert first_line == f"/* sources: {digest.hexdigest()} */", "run: make frontend"


def test_the_built_file_asks_no_other_host() -> None:
    text = (POINTCLOUD / "built" / "pointcloud.js").read_text(encoding="utf-8")
    for way in ("XMLHttpRequest(", "WebSocket(", "importScripts(", "sendBeacon(", "EventSource("):
        assert way not in text
