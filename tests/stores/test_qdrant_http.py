"""Qdrant over HTTP. No server was to be had: a stand-in answers, made of Qdrant's local mode.

It parses what is sent and writes what it answers by the client's own models of the protocol.
"""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import unquote

import numpy as np
import pytest
from qdrant_client import QdrantClient, models

from explorer.errors import StoreError
from explorer.space import EmbeddingSpace
from explorer.stores import transfer
from explorer.stores.known import open_store
from explorer.stores.recall import measure_recall
from explorer.stores.store import Clause, Part
from explorer.stores.transfer import read, save

KEY = "pl4nted-s3cret"


class StandIn(BaseHTTPRequestHandler):
    """Answers as a server does, from a collection in memory."""

    local: ClassVar[Any]
    dies_at: ClassVar[str] = ""  # the end of a path; "" for never
    lives: ClassVar[int] = 0  # so many such calls are answered before

    def dies(self) -> bool:
        """Return whether the server is dead from this call on."""
        if type(self).dies_at and f"{self.command} {self.path}".split("?")[0].endswith(
            self.dies_at
        ):
            type(self).lives -= 1
        return type(self).lives < 0

    def do_any(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        given = json.loads(self.rfile.read(length) or b"{}")
        if self.dies():
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        if self.headers.get("api-key") != KEY:
            self.answer(401, {"status": {"error": f"no such key: {self.headers.get('api-key')}"}})
            return
        found = self.result(self.path.split("?")[0].strip("/").split("/"), given)
        self.answer(200, {"result": found, "status": "ok", "time": 0.0})

    do_GET = do_POST = do_PUT = do_DELETE = do_any  # noqa: N815 - as http.server calls them

    def answer(self, status: int, body: dict[str, Any]) -> None:
        raw = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(raw)))
        self.end_headers()
        self.wfile.write(raw)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""

    def result(self, path: list[str], given: dict[str, Any]) -> Any:
        local = self.local
        match [self.command, *map(unquote, path)]:
            case ["GET", "collections"]:
                return plain(local.get_collections())
            case ["GET", "collections", name]:
                info = plain(local.get_collection(name))
                return {**info, "indexed_vectors_count": info["points_count"]}
            case ["PUT", "collections", name]:
                made = models.CreateCollection(**given)
                return local.create_collection(name, made.vectors, metadata=made.metadata)
            case ["DELETE", "collections", name]:
                return local.delete_collection(name)
            case ["PUT", "collections", name, "points"]:
                return plain(local.upsert(name, models.PointsBatch(**given).batch))
            case ["POST", "collections", name, "points", "count"]:
                asked = models.CountRequest(**given)
                return plain(local.count(name, asked.filter))
            case ["POST", "collections", name, "points"]:
                asked = models.PointRequest(**given)
                return [plain(one) for one in local.retrieve(name, asked.ids, with_vectors=True)]
            case ["POST", "collections", name, "points", "scroll"]:
                asked = models.ScrollRequest(**given)
                points, after = local.scroll(
                    name,
                    asked.filter,
                    asked.limit,
                    offset=asked.offset,
                    with_payload=asked.with_payload,
                    with_vectors=bool(asked.with_vector),
                )
                return {"points": [plain(one) for one in points], "next_page_offset": after}
            case ["POST", "collections", name, "points", "query", "batch"]:
                searches = models.QueryRequestBatch(**given).searches
                for one in searches:
                    one.params = None  # the local mode warns that it has no index
                return [plain(one) for one in local.query_batch_points(name, searches)]
        raise AssertionError(f"{self.command} {path}")


def plain(model: Any) -> Any:
    return json.loads(model.model_dump_json())


@pytest.fixture
def host() -> Iterator[str]:
    StandIn.dies_at, StandIn.lives = "", 0
    StandIn.local = QdrantClient(":memory:", force_disable_check_same_thread=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), StandIn)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    StandIn.local.close()


def test_a_collection_goes_through_http_and_back(host: str) -> None:
    vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    space = EmbeddingSpace([f"w{i}" for i in range(300)], vectors)
    store = open_store(f"qdrant+http://:{KEY}@{host}", write=True)
    assert save(store, "a b", space, metric="dot") == 300
    about = store.describe("a b")
    assert (about.rows, about.dim, about.metric) == (300, 8, "dot")
    assert about.index == "HNSW m=16, ef_construct=100"
    back = read(store, "a b")
    order = np.argsort(back.metadata["id"].to_numpy())
    np.testing.assert_array_equal(back.vectors[order], vectors)
    sample = read(store, "a b", Part(size=20, seed=1))
    again = read(store, "a b", Part(size=20, seed=1))
    assert len(sample) == 20
    assert sample.labels == again.labels
    assert read(store, "a b", Part((Clause("label", "=", "w7"),))).labels == ("w7",)
    found = measure_recall(store, "a b", queries=20)
    assert (found.default.recall, found.knob) == (1.0, "hnsw_ef")
    store.drop("a b")
    assert store.collections() == ()
    store.close()


def test_a_server_that_dies_while_writing_reading_or_searching_is_told(
    host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "batch_rows", lambda dim: 50)
    vectors = np.random.default_rng(0).standard_normal((300, 8)).astype(np.float32)
    space = EmbeddingSpace([f"w{i}" for i in range(300)], vectors)
    store = open_store(f"qdrant+http://:{KEY}@{host}", write=True)
    StandIn.dies_at, StandIn.lives = "/points", 3  # PUT, a batch each
    with pytest.raises(StoreError, match=r"failed while writing points.*as it was") as caught:
        save(store, "t", space)
    assert KEY not in str(caught.value)
    StandIn.dies_at, StandIn.lives = "", 0  # it is started again
    assert store.count("t") == 150
    assert save(store, "t", space, if_exists="continue") == 150
    StandIn.dies_at, StandIn.lives = "/scroll", 2
    with pytest.raises(StoreError, match="failed while reading points"):
        read(store, "t")
    StandIn.dies_at, StandIn.lives = "/query/batch", 1
    with pytest.raises(StoreError, match="failed while searching"):
        store.search("t", vectors[:150], 3, "cosine")  # two calls
    StandIn.dies_at, StandIn.lives = "", 0
    assert sorted(read(store, "t").metadata["id"].to_pylist()) == list(range(300))
    store.close()


def test_a_wrong_key_is_told_and_not_shown(host: str) -> None:
    store = open_store(f"qdrant+http://:wr0ng-{KEY}@{host}")
    with pytest.raises(StoreError, match="401") as caught:
        store.collections()
    assert KEY not in str(caught.value)
    store.close()
