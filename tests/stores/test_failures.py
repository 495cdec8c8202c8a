"""Stores that die, and passwords that nobody may see."""

from __future__ import annotations

import logging
import os
import pickle
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import MissingPackageError, StoreError
from explorer.space import EmbeddingSpace
from explorer.stores import known, milvus, postgres, qdrant, transfer
from explorer.stores.known import Address, as_address, open_store, without_secrets
from explorer.stores.postgres_copy import blocks
from explorer.stores.transfer import read, save

SERVER = "PostgreSQL with pgvector"
PLANTED = "pl4nted-s3cret"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://me:{PLANTED}@127.0.0.1:1/x",
        f"postgresql://me:{PLANTED}@127.0.0.1:not-a-port/x",
        f"postgresql://me:{PLANTED}@[broken/x",
        f"postgresql://me@127.0.0.1:1/x?password={PLANTED}",
        f"postgresql://127.0.0.1:1/x?unknown={PLANTED}",
        f"mysql://me:{PLANTED}@host/x",
        f"qdrant+http://:{PLANTED}@127.0.0.1:1",
        f"qdrant+http://:{PLANTED}@127.0.0.1:not-a-port",
        f"milvus+http://me:{PLANTED}@127.0.0.1:1",
        f"milvus+http://me:{PLANTED}@127.0.0.1:not-a-port",
        f"vectors/{PLANTED}.lancedb",
        f"faiss:vectors/{PLANTED}",
    ],
)
def test_no_message_shows_the_password(
    address: str,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(milvus, "CONNECT_SECONDS", 1)
    caplog.set_level(logging.DEBUG)
    with pytest.raises(StoreError) as caught:
        open_store(address).collections()
    told = "".join(traceback.format_exception(caught.value, limit=0))
    printed = "".join(capfd.readouterr())
    assert PLANTED not in str(caught.value) + told + repr(caught.value) + printed + caplog.text


def test_an_address_does_not_show_itself() -> None:
    address = as_address(f"postgresql://me:{PLANTED}@host/x")
    assert PLANTED not in f"{address} {address!r} {[address]}"
    assert without_secrets("bad p%40ss and p@ss", "postgresql://u:p%40ss@h/x") == "bad ••• and •••"


def killed_while(uri: str) -> None:
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE application_name = 'embedding-explorer'"
        )


def space_of(n: int) -> EmbeddingSpace:
    # many and wide enough that they do not fit into the buffers between client and server
    vectors = np.random.default_rng(0).standard_normal((n, 256)).astype(np.float32)
    return EmbeddingSpace([f"w{i}" for i in range(n)], vectors)


@pytest.fixture
def filled(address_of) -> str:
    address = address_of(SERVER)
    store = open_store(address, write=True)
    save(store, "t", space_of(20_000))
    store.close()
    return address


def test_a_server_that_dies_while_reading_is_told(filled) -> None:
    store = open_store(filled)
    with pytest.raises(StoreError, match="failed while reading rows"):
        read(store, "t", report=lambda share, step: killed_while(filled))
    with pytest.raises(StoreError, match="failed while"):
        store.search("t", space_of(1).vectors, 1, "cosine")
    store.close()


def test_a_server_that_dies_while_searching_is_told(filled) -> None:
    """It dies while it compares: 20,000 rows, thousands of times."""
    store = open_store(filled)
    killer = threading.Thread(target=when_searching, args=(filled,))
    killer.start()
    queries = np.repeat(space_of(1).vectors, 20_000, axis=0)
    with pytest.raises(
        StoreError, match=r"failed while searching.*What was open here is as it was"
    ):
        store.search("t", queries, 1, "cosine")
    killer.join()
    store.close()


def when_searching(uri: str) -> None:
    """End the connection as soon as it has sent a query."""
    import psycopg

    with psycopg.connect(uri, autocommit=True) as connection:
        for _ in range(3000):
            ended = connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = "
                "'embedding-explorer' AND query LIKE '%ORDER BY%<=>%'"
            ).fetchall()
            if ended:
                return
            time.sleep(0.01)


def test_a_server_that_dies_while_writing_loses_no_whole_batch(
    filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "batch_rows", lambda dim: 500)
    space = space_of(2000)

    def kill(share: float, step: str) -> None:
        if share == 0.5:
            killed_while(filled)

    with pytest.raises(StoreError, match="failed while"):
        save(open_store(filled, write=True), "new", space, report=kill)
    store = open_store(filled, write=True)
    assert store.count("new") == 1000
    assert save(store, "new", space, if_exists="continue") == 1000
    assert np.array_equal(np.sort(read(store, "new").vectors[:, 0]), np.sort(space.vectors[:, 0]))
    store.close()


def test_a_server_that_is_silent_in_the_middle_of_a_copy_is_left(filled) -> None:
    store = open_store(filled)
    with (
        pytest.raises(StoreError, match="no answer for 0 seconds"),
        store._telling("waiting", 0.2),
        store._client_cursor().copy("COPY (SELECT pg_sleep(60)) TO STDOUT (FORMAT BINARY)") as copy,
    ):
        list(blocks(copy, 10))


def test_a_server_that_is_silent_is_left_after_the_timeout(filled) -> None:
    store = open_store(filled)
    with (
        pytest.raises(StoreError, match="no answer for 0 seconds"),
        store._telling("waiting", 0.2),
    ):
        store._connection.execute("SELECT pg_sleep(60)")


@pytest.mark.parametrize("scheme", ["postgresql", "qdrant+http", "milvus+http"])
def test_a_server_that_never_answers_is_left(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((postgres, "CONNECT_SECONDS"), (milvus, "CONNECT_SECONDS")):
        monkeypatch.setattr(module, name, 2)
    monkeypatch.setattr(qdrant, "TIMEOUT", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host = f"127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(StoreError, match=r"time|answer"):
            open_store(f"{scheme}://me:{PLANTED}@{host}/x").collections()


def test_a_missing_package_is_said_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(known.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError, match=r'pip install "embedding-explorer\[stores\]"'):
        open_store(str(tmp_path / "a.duckdb"), write=True)


def test_a_file_that_is_not_there_is_not_made_for_reading(tmp_path: Path) -> None:
    for suffix in (".duckdb", ".sqlite", ".lancedb", ".qdrant", ".milvus", ".faiss"):
        with pytest.raises(StoreError, match="no file"):
            open_store(str(tmp_path / f"none{suffix}"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("suffix", [".duckdb", ".sqlite", ".faiss"])
def test_a_file_of_something_else_is_told(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"broken{suffix}"
    file.write_bytes(b"no database at all " * 100)
    with pytest.raises(StoreError):
        open_store(Address(as_address(str(file)).kind, str(file))).describe("broken")


@pytest.mark.parametrize("suffix", [".qdrant", ".milvus"])
def test_a_folder_of_something_else_is_told_and_left_as_it_is(tmp_path: Path, suffix: str) -> None:
    folder = tmp_path / f"other{suffix}"
    folder.mkdir()
    (folder / "letter.txt").write_text("dear")
    with pytest.raises(StoreError, match="folder"):
        open_store(str(folder))
    assert [one.name for one in folder.iterdir()] == ["letter.txt"]


@pytest.mark.parametrize("name", ["t.sqlite", "t.lancedb", "t.qdrant"])
def test_files_that_are_cut_while_they_are_open_are_told(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    store = open_store(str(path), write=True)
    save(store, "t", space_of(100))
    for file in [path] if path.is_file() else [one for one in path.rglob("*") if one.is_file()]:
        os.truncate(file, file.stat().st_size // 3)
    with pytest.raises(StoreError, match="What was open here is as it was"):
        save(store, "t", space_of(200), if_exists="continue")
    store.close()


class Evil:
    """Would run code where a pickle of it is read."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path("never-made"),)


def test_a_folder_of_qdrant_runs_no_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    address = str(tmp_path / "words.qdrant")
    store = open_store(address, write=True)
    save(store, "t", space_of(3))
    store.close()
    file = next(Path(address).rglob("storage.sqlite"))
    with sqlite3.connect(file) as connection:
        connection.execute("UPDATE points SET point = ?", (pickle.dumps(Evil()),))
    connection.close()
    with pytest.raises(StoreError, match=r"cannot open the folder.*no point"):
        open_store(address)
    assert not Path("never-made").exists()


KILLED = """
import os, sys
import numpy as np
from explorer.space import EmbeddingSpace
from explorer.stores import transfer
from explorer.stores.known import open_store
transfer.batch_rows = lambda dim: 100
vectors = np.random.default_rng(0).standard_normal((1000, 8)).astype(np.float32)
space = EmbeddingSpace([f"w{i}" for i in range(1000)], vectors)
store = open_store(sys.argv[1], write=True)
def report(share, step):
    if share > 0.5:
        os.kill(os.getpid(), 9)
transfer.save(store, "t", space, report=report)
"""


@pytest.mark.parametrize(
    "address", ["t.duckdb", "t.sqlite", "t.lancedb", "t.qdrant", "t.milvus", "faiss:t"]
)
def test_a_save_whose_process_was_killed_goes_on_without_doubles(
    address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = Path(__file__).parents[2]
    monkeypatch.setenv("PYTHONPATH", str(root))
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, address], cwd=tmp_path, capture_output=True, check=False
    )
    assert killed.returncode != 0
    assert killed.stderr == b""
    monkeypatch.chdir(tmp_path)
    vectors = np.random.default_rng(0).standard_normal((1000, 8)).astype(np.float32)
    space = EmbeddingSpace([f"w{i}" for i in range(1000)], vectors)
    store = open_store(address, write=True)
    there = store.count("t")
    assert 0 < there < 1000
    assert save(store, "t", space, if_exists="continue") == 1000 - there
    back = read(store, "t")
    assert sorted(back.metadata["id"].to_pylist()) == list(range(1000))
    assert store.search("t", vectors[:1], 1, "cosine") == [[0]]
    store.close()
