"""STORES, the table of all stores: a new one is one entry."""

from __future__ import annotations

import importlib
import importlib.util
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from explorer.errors import MissingPackageError, StoreError
from explorer.stores.store import Store


@dataclass(frozen=True)
class StoreKind:
    """One kind of store: how its address looks, and the packages and module that open it.

    An address is a URL with one of `schemes`, a path with one of `suffixes`, or
    `first scheme:path`. One whose scheme ends in http or https, or whose kind has no suffixes, is a
    server's. `module` has `open_store(address, write) -> Store`.
    """

    name: str
    schemes: tuple[str, ...]
    suffixes: tuple[str, ...]
    packages: tuple[str, ...]
    module: str
    example: str

    @property
    def installed(self) -> bool:
        """Whether its client is there."""
        return all(importlib.util.find_spec(package) for package in self.packages)


INSTALL = 'pip install "embedding-explorer[stores]"'
STORES = (
    StoreKind(
        "PostgreSQL with pgvector",
        schemes=("postgresql", "postgres"),
        suffixes=(),
        packages=("psycopg",),
        module="postgres",
        example="postgresql://user:password@host:5432/database",
    ),
    StoreKind(
        "DuckDB",
        schemes=("duckdb",),
        suffixes=(".duckdb",),
        packages=("duckdb",),
        module="duck",
        example="vectors.duckdb",
    ),
    StoreKind(
        "SQLite with sqlite-vec",
        schemes=("sqlite",),
        suffixes=(".sqlite", ".sqlite3", ".db"),
        packages=("apsw", "sqlite_vec"),
        module="sqlite",
        example="vectors.sqlite",
    ),
    StoreKind(
        "LanceDB",
        schemes=("lancedb",),
        suffixes=(".lancedb",),
        packages=("lancedb",),
        module="lance",
        example="vectors.lancedb",
    ),
    StoreKind(
        "Qdrant",
        schemes=("qdrant", "qdrant+http", "qdrant+https"),
        suffixes=(".qdrant",),
        packages=("qdrant_client",),
        module="qdrant",
        example="qdrant+https://:api-key@host:6333",
    ),
    StoreKind(
        "Milvus",
        schemes=("milvus", "milvus+http", "milvus+https"),
        suffixes=(".milvus",),
        packages=("pymilvus", "milvus_lite"),
        module="milvus",
        example="milvus+http://user:password@host:19530",
    ),
    StoreKind(
        "FAISS index files",
        schemes=("faiss",),
        suffixes=(".faiss", ".index"),
        packages=("faiss",),
        module="faiss_files",
        example="vectors.faiss",
    ),
)


@dataclass(frozen=True)
class Address:
    """Where a store is. It may hold a password, so it is never shown: `str` gives the kind."""

    kind: StoreKind
    text: str

    def __str__(self) -> str:
        return self.kind.name

    def __repr__(self) -> str:
        return f"<{self.kind.name}>"

    @property
    def is_remote(self) -> bool:
        """Whether a server is meant, and no file or folder."""
        return (
            not self.kind.suffixes
            or re.match(r"[a-z]+\+https?:", self.text, re.IGNORECASE) is not None
        )

    @property
    def url(self) -> str:
        """The address of a server, without what only tells the kind of store."""
        return re.sub(r"^[a-z]+\+", "", self.text, flags=re.IGNORECASE)

    @property
    def path(self) -> Path:
        """The file or folder of a local store."""
        return Path(
            re.sub(rf"^({'|'.join(map(re.escape, self.kind.schemes))}):(//)?", "", self.text)
        )


def as_address(text: str) -> Address:
    """Return the address that a text is; raises StoreError, which does not repeat the text."""
    scheme = match[1].lower() if (match := re.match(r"([A-Za-z][A-Za-z+]+):", text)) else ""
    for kind in STORES:
        if scheme in kind.schemes or (not scheme and Path(text).suffix.lower() in kind.suffixes):
            return Address(kind, text)
    examples = ", ".join(kind.example for kind in STORES)
    raise StoreError(f"This is no address of a known store. Addresses look like: {examples}.")


def open_store(address: str | Address, *, write: bool = False) -> Store:
    """Open a store; for reading only, unless `write` is set.

    Raises
    ------
    StoreError
        It cannot be reached, or the address is of no known kind.
    MissingPackageError
        Its client is not installed; the message holds the line that installs it.
    """
    found = as_address(address) if isinstance(address, str) else address
    kind = found.kind
    if not kind.installed:
        raise MissingPackageError(
            f"{kind.name} needs {' and '.join(kind.packages)}. Install them with: {INSTALL}"
        )
    if not found.is_remote and not write and not found.path.exists():
        raise StoreError(f"There is no file for {kind.name} at that address.")
    module = importlib.import_module(f"explorer.stores.{kind.module}")
    store: Store = module.open_store(found, write)
    return store


def secrets_of(text: str) -> tuple[str, ...]:
    """Return what no message may show of an address: itself, and its password however spelled."""
    from urllib.parse import parse_qsl, unquote, urlsplit

    found = {text, re.sub(r"^[a-z+]+:(//)?", "", text)}  # of a file, also its path alone
    with suppress(ValueError):
        parts = urlsplit(text)
        found |= {parts.password or "", parts.netloc.rpartition("@")[0]}
        found |= {v for key, v in parse_qsl(parts.query) if "pass" in key or "key" in key}
    # of an address that cannot be parsed: what stands between the first colon of the user and @
    found |= set(re.findall(r"//[^/@:]*:(.+)@", text))
    found |= set(re.findall(r"password\s*=\s*'?([^'\s]+)", text))
    found |= {unquote(one) for one in found}
    return tuple(sorted((one for one in found if one), key=len, reverse=True))


def without_secrets(message: object, text: str) -> str:
    """Return a client's message on one line, with every secret of the address replaced."""
    told = " ".join(str(message).split())
    for secret in secrets_of(text):
        told = told.replace(secret, "•••")
    return told
