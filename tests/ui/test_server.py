"""What the server does besides pages: it answers at once, and serves Streamlit's scripts packed."""

from __future__ import annotations

import asyncio
import gzip
import socket

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.testclient import TestClient

from explorer.ui.shell import packed, server

SCRIPTS = sorted(one.relative_to(packed.STATIC).as_posix() for one in packed.STATIC.rglob("*.js"))


def test_an_answer_waits_for_no_confirmation(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a socket made as Streamlit makes it: then asyncio alone leaves the option out."""
    monkeypatch.setattr(server, "prepare", lambda: None)
    monkeypatch.setattr(server.gate, "install", lambda *_, **__: None)

    async def option() -> int:
        listening = socket.socket(family=socket.AF_INET)
        listening.bind(("127.0.0.1", 0))
        app = Starlette(lifespan=server.lifespan)
        running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
        serving = asyncio.create_task(running.serve(sockets=[listening]))
        while not running.started:
            await asyncio.sleep(0.01)
        _, writer = await asyncio.open_connection(*listening.getsockname())
        while not running.server_state.connections:
            await asyncio.sleep(0.01)
        (one,) = running.server_state.connections
        found: int = one.transport.get_extra_info("socket").getsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY
        )
        writer.close()
        running.should_exit = True
        await serving
        return found

    assert asyncio.run(option())


@pytest.fixture(scope="module")
def browser() -> TestClient:
    """Ask an app that has one address, with what is packed before it."""
    packed.pack()
    route = Route("/{rest:path}", lambda request: PlainTextResponse("the app's"))
    return TestClient(Starlette(routes=[route], middleware=[Middleware(packed.Packed)]))


@pytest.mark.parametrize("base", ["", "/below/an/address"])
def test_each_script_comes_packed_and_is_the_same(browser: TestClient, base: str) -> None:
    for name in SCRIPTS[:5]:
        answer = browser.get(f"{base}/static/{name}", headers={"accept-encoding": "gzip"})
        assert answer.headers["content-encoding"] == "gzip"
        assert "immutable" in answer.headers["cache-control"]
        assert answer.headers["content-type"].startswith("text/javascript")
        assert answer.content == (packed.STATIC / name).read_bytes()
        assert gzip.decompress(packed.packed[name]) == answer.content


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/static/js/none.js", {}),
        ("/static/../pyproject.toml", {}),
        ("/map", {}),
        (f"/static/{SCRIPTS[0]}", {"accept-encoding": "identity"}),
        (f"/static/{SCRIPTS[0]}", {"range": "bytes=0-9"}),
    ],
)
def test_all_else_is_the_apps(browser: TestClient, path: str, headers: dict[str, str]) -> None:
    answer = browser.get(path, headers=headers)
    assert answer.text == "the app's"
