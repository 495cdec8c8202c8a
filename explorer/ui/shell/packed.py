"""Serves Streamlit's own scripts packed, from memory.

Streamlit leaves packing them to a proxy, and the teacher's laptop that a class comes to has none.
Each is packed once, after the server has started, so that no visitor waits for it.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from pathlib import Path

import streamlit as st
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

STATIC = Path(st.__file__).parent / "static" / "static"
KINDS = {".js": "text/javascript", ".css": "text/css"}
LEVEL = 6  # of gzip: level 9 takes three times as long for 1 % less
# Their names hold what is in them, so a browser that has one never asks again; as Streamlit says.
FOREVER = "public, immutable, max-age=31536000"

packed: dict[str, bytes] = {}  # by the part of the address after /static/


class Packed:
    """Middleware: answers with what is packed by now, and leaves all else to the app."""

    def __init__(self, app: ASGIApp, files: Mapping[str, bytes] = packed) -> None:
        self.app = app
        self.files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        answer = self.app if scope["type"] != "http" else self.answer(scope) or self.app
        await answer(scope, receive, send)

    def answer(self, scope: Scope) -> Response | None:
        """Return a packed file, if one was asked for and the browser takes it."""
        name = scope["path"].partition("/static/")[2]
        if scope["method"] != "GET" or name not in self.files:
            return None
        asked = Headers(scope=scope)
        if "gzip" not in asked.get("accept-encoding", "") or "range" in asked:
            return None
        return Response(
            self.files[name],
            media_type=KINDS[Path(name).suffix],
            headers={
                "cache-control": FOREVER,
                "content-encoding": "gzip",
                "vary": "Accept-Encoding",
            },
        )


def pack() -> None:
    """Pack all scripts and styles."""
    for path in STATIC.rglob("*"):
        if path.suffix in KINDS:
            name = path.relative_to(STATIC).as_posix()
            packed[name] = gzip.compress(path.read_bytes(), LEVEL)
