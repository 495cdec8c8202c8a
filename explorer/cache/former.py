"""What the first version of the cache left: loose files beside the store, which count nowhere."""

from __future__ import annotations

import contextlib
import re
from pathlib import Path

FILES = (
    "digests",
    "encodings",
    "frames",
    "learned",
    "parsed",
    "projections",
    "quality",
    "texts",
    "unpacked",
    "vectors",
)
RUNS, RUNS_NOW = "runs", "runs-v1"  # training runs are as they were: links to them stay good
OURS = re.compile(r"[0-9a-f]{32}(-\d+)?(\.(npz|npy|arrow|ngrams|json|txt))?")


def clear(cache_dir: Path, store: Path) -> None:
    """Move former training runs into the store, and remove former files; nothing else is ours."""
    for path in (cache_dir / RUNS).glob("*/run.json"):
        with contextlib.suppress(OSError):
            if OURS.fullmatch(path.parent.name):
                (store / RUNS_NOW).mkdir(exist_ok=True)
                path.parent.rename(store / RUNS_NOW / path.parent.name)
    for name in FILES:
        for path in (cache_dir / name).glob("*"):
            if OURS.fullmatch(path.name) and path.is_file():
                with contextlib.suppress(OSError):
                    path.unlink()
    for name in (*FILES, RUNS):
        with contextlib.suppress(OSError):  # others' files are in it
            (cache_dir / name).rmdir()
