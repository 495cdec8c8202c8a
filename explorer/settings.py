"""Settings: one table. `EXPLORER_*` environment variables first, then the defaults."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path

SMALL = 2 << 30  # bytes; with less memory there are no workers unless somebody asks for them
SWITCH = {"1": True, "yes": True, "true": True, "0": False, "no": False, "false": False}


def default_cache_dir() -> Path:
    """Return this system's folder for caches of a user's programs."""
    if local := os.environ.get("LOCALAPPDATA"):
        return Path(local) / "embedding-explorer" / "cache"
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "embedding-explorer"


def default_model_dir() -> Path:
    """Return the default folder for models that a user puts there by hand."""
    if local := os.environ.get("LOCALAPPDATA"):
        return Path(local) / "embedding-explorer" / "models"
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "embedding-explorer" / "models"


@cache
def memory_limit() -> int:
    """Return the bytes that this process and its children may use together."""
    import psutil

    return min(int(psutil.virtual_memory().total), cgroup_limit(Path("/")))


def cgroup_limit(root: Path) -> int:
    """Return the least limit of the control groups that hold this process; huge if there is none.

    Reads version 2 (`memory.max`) and version 1 (`memory.limit_in_bytes`) below `root`.
    """
    limits = [1 << 62]
    for line in read(root / "proc" / "self" / "cgroup").splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers and "memory" not in controllers.split(","):
            continue
        base = root / "sys" / "fs" / "cgroup" / ("memory" if controllers else "")
        name = "memory.limit_in_bytes" if controllers else "memory.max"
        group = base / path.strip("/")
        for folder in (group, *group.parents):
            text = read(folder / name).strip()
            if text.isdigit():
                limits.append(int(text))
            if folder == base:
                break
    return min(limits)


def read(file: Path) -> str:
    """Return a file's text, or nothing where it cannot be read."""
    try:
        return file.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""


def default_workers() -> int:
    """Return how many workers this machine or container has room for."""
    return 0 if memory_limit() < SMALL else Settings.workers


class NamedStores(dict[str, str]):
    """Addresses of databases by name; shown as the names alone, for addresses hold passwords."""

    def __repr__(self) -> str:
        return ", ".join(self) or "none"

    __str__ = __repr__


@dataclass(frozen=True)
class Settings:
    """The settings; the environment variable of `cache_dir` is EXPLORER_CACHE_DIR, and so on.

    Attributes
    ----------
    cache_dir
        Folder of the cache: projections, encoded texts, vectors for the workers.
    cache_gb
        Its largest size in gigabytes; the longest unused is evicted first.
    workers
        Local worker processes for long work; 0 computes in the web process, which is the default
        where this machine or container has less than 2 GB.
    scheduler
        Address of a Dask scheduler to use instead of local workers, such as
        tcp://host:8786.
    data_dir
        Folder whose files the Open page offers, or None.
    lessons
        Folder of lesson plans that the Lessons page offers beside ours, or None.
    model_dir
        Folder of models put there by hand, each under its name: `BAAI/bge-small-en-v1.5`.
    model_gb
        Largest model in gigabytes that is downloaded from the hub.
    models
        Names of the models that may be loaded, on a server for many; empty: any.
    stores
        Databases of vectors that visitors may open, by name: `name=address`, one a line or with
        `;` between.
    allow_store_writes
        Whether visitors may save into those databases.
    sign_in, may_open, may_encode
        Who may see the pages, open files, encode: entries as `explorer.access.admits` reads them.
        Empty: everybody. With any of them set, visitors can sign in (docs/deploy.md).
    allow_hub_models, allow_model_folders, allow_forgetting, allow_data_sets
        Whether visitors may name a model on the hub, which is then downloaded; name a folder
        of this machine as a model; empty the cache of vectors, which all visitors share; have a
        data set fetched from its publisher. None: only where the server answers this machine
        alone.
    """

    cache_dir: Path
    cache_gb: float = 10.0
    workers: int = 2
    scheduler: str = ""
    data_dir: Path | None = None
    lessons: Path | None = None
    model_dir: Path = field(default_factory=default_model_dir)
    model_gb: float = 5.0
    models: tuple[str, ...] = ()
    allow_hub_models: bool | None = None
    allow_model_folders: bool | None = None
    allow_forgetting: bool | None = None
    allow_data_sets: bool | None = None
    stores: NamedStores = field(default_factory=NamedStores)
    allow_store_writes: bool = False
    sign_in: tuple[str, ...] = ()
    may_open: tuple[str, ...] = ()
    may_encode: tuple[str, ...] = ()


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
        workers=max(0, int(number("workers", given.get("workers"), default_workers()))),
        scheduler=given.get("scheduler", Settings.scheduler),
        data_dir=Path(given["data_dir"]) if "data_dir" in given else None,
        lessons=Path(given["lessons"]) if "lessons" in given else None,
        model_dir=Path(given["model_dir"]) if "model_dir" in given else default_model_dir(),
        model_gb=number("model_gb", given.get("model_gb"), Settings.model_gb),
        models=entries(given.get("models", "")),
        allow_hub_models=switch("allow_hub_models", given.get("allow_hub_models")),
        allow_model_folders=switch("allow_model_folders", given.get("allow_model_folders")),
        allow_forgetting=switch("allow_forgetting", given.get("allow_forgetting")),
        allow_data_sets=switch("allow_data_sets", given.get("allow_data_sets")),
        stores=named_stores(given.get("stores", "")),
        allow_store_writes=bool(switch("allow_store_writes", given.get("allow_store_writes"))),
        sign_in=entries(given.get("sign_in", "")),
        may_open=entries(given.get("may_open", "")),
        may_encode=entries(given.get("may_encode", "")),
    )


def entries(text: str) -> tuple[str, ...]:
    """Return what stands between the commas of a variable."""
    return tuple(filter(None, (one.strip() for one in text.split(","))))


def named_stores(text: str) -> NamedStores:
    """Return the databases that a variable names; raises ValueError, which shows no address."""
    found = NamedStores()
    for place, line in enumerate(filter(None, (one.strip() for one in re.split(r"[;\n]", text)))):
        name, sign, address = (part.strip() for part in line.partition("="))
        if not (name and sign and address) or ":" in name:
            raise ValueError(
                f"EXPLORER_STORES: entry {place + 1} is not name=address. Example: "
                "shop=postgresql://user:password@host/database"
            )
        found[name] = address
    return found


def switch(name: str, text: str | None) -> bool | None:
    """Return the switch that a variable sets, or None; raises ValueError naming the variable."""
    if text is None:
        return None
    if text.lower() not in SWITCH:
        raise ValueError(f"EXPLORER_{name.upper()} is “{text}”. Expected: {', '.join(SWITCH)}.")
    return SWITCH[text.lower()]


def number(name: str, text: str | None, default: float) -> float:
    """Return the number that a variable sets, or the default; raises ValueError naming it."""
    if text is None:
        return default
    try:
        return float(text)
    except ValueError:
        raise ValueError(
            f"EXPLORER_{name.upper()} is “{text}”, not a number. Example: {default:g}."
        ) from None
