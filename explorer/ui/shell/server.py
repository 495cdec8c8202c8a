"""The server around the pages: what it prepares when it starts.

The first page needs a second or two of imports. They begin with the server, so that its first
visitor finds them done. Runs of pages wait for them, because two threads that import the same
packages at once can find them half made.
"""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st
from starlette.middleware import Middleware

from explorer.ui.shell import gate
from explorer.ui.shell.packed import Packed, pack

PACK_AFTER = 10.0  # seconds: the first visitor needs the processor for the page


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepare in the background while the server runs; `st.App` calls it before it listens."""
    send_at_once(asyncio.get_running_loop())
    preparing = threading.Thread(target=prepare, name="prepare", daemon=True)
    gate.install(gate.Gate(), after=preparing)
    preparing.start()
    yield


def send_at_once(loop: asyncio.AbstractEventLoop) -> None:
    """Have what a loop will serve sent without waiting for the browser to confirm what came before.

    asyncio sets TCP_NODELAY only for sockets that say that they are of TCP, and Streamlit makes one
    that does not. Then each answer's body, and each message after the first, waits for the
    browser's confirmation, which it gives 40 ms later (Nagle's algorithm, RFC 896, beside delayed
    confirmations, RFC 1122). Accepted connections inherit the option from the listening socket.
    """
    create: Callable[..., Awaitable[asyncio.Server]] = loop.create_server

    async def create_server(*given: Any, **named: Any) -> asyncio.Server:
        listening = named.get("sock")
        if listening is not None and listening.family in (socket.AF_INET, socket.AF_INET6):
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return await create(*given, **named)

    loop.create_server = create_server  # type: ignore[method-assign]


def prepare() -> None:
    """Import what Start and the Map need, and unpack the samples' pictures."""
    from explorer.ui.map import screen as map_screen  # noqa: F401
    from explorer.ui.picture.drawing import shipped_projection
    from explorer.ui.pointcloud.component import renderer
    from explorer.ui.shell import spaces
    from explorer.ui.start import screen  # noqa: F401

    renderer()
    for name in spaces.SAMPLES:
        shipped_projection(spaces.sample_space(name))
    packing = threading.Timer(PACK_AFTER, pack)
    packing.daemon = True
    packing.start()


middleware = [Middleware(Packed)]
