"""Migration of the first version's cache: loose files beside the store, which nothing counts."""

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
RUNS, RUNS_NOW = "runs", "runs-v1"  # training runs have not changed, and links to them stay valid
OURS = re.compile(r"[0-9a-f]{32}(-\d+)?(\.(npz|npy|arrow|ngrams|json|txt))?")


def clear(cache_dir: Path, store: Path) -> None:
    """Move former training runs into the store, and remove former files and no others."""
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
        with contextlib.suppress(OSError):  # not empty: it has files of others
            (cache_dir / name).rmdir()
