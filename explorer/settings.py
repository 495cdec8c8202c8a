"""Settings: one table. `EXPLORER_*` environment variables first, then the defaults."""

from __future__ import annotations

import os
from dataclasses import dataclass, fields
from pathlib import Path


def default_cache_dir() -> Path:
    """Return the folder where this system's programs keep what can be made again."""
    if local := os.environ.get("LOCALAPPDATA"):
        return Path(local) / "embedding-explorer" / "cache"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "embedding-explorer"


@dataclass(frozen=True)
class Settings:
    """What can be set from outside; the variable of `cache_dir` is EXPLORER_CACHE_DIR, and so on.

    Attributes
    ----------
    cache_dir
        Folder for what can be made again: projections, vectors for the workers.
    cache_gb
        Its largest size in gigabytes; what was not used for longest goes first.
    workers
        Local worker processes for long work; 0 computes in the web process.
    scheduler
        Address of a Dask scheduler to use instead of local workers, such as
        tcp://host:8786.
    """

    cache_dir: Path
    cache_gb: float = 10.0
    workers: int = 2
    scheduler: str = ""


def load_settings() -> Settings:
    """Return the settings from the environment and the defaults."""
    given = {
        one.name: value
        for one in fields(Settings)
        if (value := os.environ.get(f"EXPLORER_{one.name.upper()}"))
    }
    return Settings(
        cache_dir=Path(given["cache_dir"]) if "cache_dir" in given else default_cache_dir(),
        cache_gb=number("cache_gb", given.get("cache_gb"), Settings.cache_gb),
        workers=max(0, int(number("workers", given.get("workers"), Settings.workers))),
        scheduler=given.get("scheduler", Settings.scheduler),
    )


def number(name: str, text: str | None, default: float) -> float:
    """Return the number a variable holds; raises ValueError that names the variable."""
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"EXPLORER_{name.upper()} is “{text}”, not a number. Example: {default:g}."
        ) from None
