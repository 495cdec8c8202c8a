"""The server around the pages: what it prepares when it starts.

The first page needs a second or two of imports. They begin with the server, so that its first
visitor finds them done. Runs of pages wait for them, because two threads that import the same
packages at once can find them half made.
"""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware

from explorer.ui.shell import gate
from explorer.ui.shell.announcing import Announcing

prepared = threading.Event()  # set when the map's program is served


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Prepare in the background while the server runs; `st.App` calls it."""
    preparing = threading.Thread(target=prepare, name="prepare", daemon=True)
    gate.install(gate.Gate(), after=preparing)
    preparing.start()
    yield


def prepare() -> None:
    """Import what Start and the Map need, and unpack the samples' pictures."""
    from explorer.ui.map import screen as map_screen  # noqa: F401
    from explorer.ui.picture.drawing import shipped_projection
    from explorer.ui.pointcloud.component import renderer
    from explorer.ui.shell import spaces
    from explorer.ui.start import screen  # noqa: F401

    renderer()
    prepared.set()
    for name in spaces.SAMPLES:
        shipped_projection(spaces.sample_space(name))


middleware = [Middleware(Announcing, with_map=prepared.is_set)]
