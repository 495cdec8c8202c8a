"""The built files of the map are what their sources make: told without Node, by a hash in them."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

POINTCLOUD = Path(__file__).parents[2] / "explorer" / "ui" / "pointcloud"
FRONTEND = POINTCLOUD / "frontend"
BUILT = ("columns.js", "pointcloud.js", "program.js")
MOST_BYTES = 40_000  # each visit loads them; with three.js it was 165,000
OTHERS = ("build.mjs", "package-lock.json", "package.json", "tsconfig.json")


@pytest.mark.parametrize("name", BUILT)
def test_the_built_files_are_made_from_these_sources(name: str) -> None:
    sources = [f"src/{path.name}" for path in (FRONTEND / "src").iterdir()]
    digest = hashlib.sha256()
    for source in sorted([*OTHERS, *sources]):
        digest.update(f"{source}\0".encode() + (FRONTEND / source).read_bytes() + b"\0")
    first_line = (POINTCLOUD / "built" / name).read_text(encoding="utf-8").split("\n")[0]
    assert first_line == f"/* sources: {digest.hexdigest()} */", "run: make frontend"


def test_the_program_stays_small() -> None:
    program = (POINTCLOUD / "built" / "program.js").read_bytes()
    assert len(gzip.compress(program)) < MOST_BYTES


@pytest.mark.parametrize("name", BUILT)
def test_the_built_files_ask_no_other_host(name: str) -> None:
    text = (POINTCLOUD / "built" / name).read_text(encoding="utf-8")
    for way in ("XMLHttpRequest(", "WebSocket(", "importScripts(", "sendBeacon(", "EventSource("):
        assert way not in text
