"""A Milvus server in a process of its own, which is killed: Milvus Lite, spoken to over gRPC."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from explorer.errors import StoreError
from explorer.space import EmbeddingSpace
from explorer.stores import transfer
from explorer.stores.known import open_store
from explorer.stores.transfer import read, save

SERVE = """
import sys
from milvus_lite.adapter.grpc.server import start_server_in_thread
server, _, port = start_server_in_thread(data_dir=sys.argv[1], host="127.0.0.1", port=0)
print(port, flush=True)
sys.stdin.read()
"""


class Server:
    """A server on a folder, which can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.start()

    def start(self) -> None:
        """Start it, on another port."""
        self._process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        self.address = f"milvus+http://127.0.0.1:{int(self._process.stdout.readline())}"

    def kill(self) -> None:
        """Kill it; twice is as good as once."""
        self._process.kill()
        self._process.communicate()

    def kill_when_half_is_done(self, share: float, step: str) -> None:
        """Be the report of a reading or writing."""
        if share >= 0.5 and self._process.poll() is None:
            self.kill()


def test_a_server_that_dies_while_writing_reading_or_searching_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "batch_rows", lambda dim: 50)
    vectors = np.random.default_rng(0).standard_normal((400, 8)).astype(np.float32)
    space = EmbeddingSpace([f"w{i}" for i in range(400)], vectors)
    server = Server(tmp_path / "milvus")
    try:
        store = open_store(server.address, write=True)
        with pytest.raises(StoreError, match=r"Milvus failed while.*as it was"):
            save(store, "t", space, report=server.kill_when_half_is_done)
        server.start()
        store = open_store(server.address, write=True)
        assert store.count("t") == 200
        assert save(store, "t", space, if_exists="continue") == 200
        with pytest.raises(StoreError, match="Milvus failed while reading rows"):
            read(store, "t", report=server.kill_when_half_is_done)
        with pytest.raises(StoreError, match="Milvus failed while"):
            store.search("t", vectors[:2], 3, "cosine")
        server.start()
        with pytest.raises(StoreError, match="not loaded"):  # since the start
            read(open_store(server.address), "t")
        store = open_store(server.address, write=True)
        assert sorted(read(store, "t").metadata["id"].to_pylist()) == list(range(400))
        store.close()
    finally:
        server.kill()
