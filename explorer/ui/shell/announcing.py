"""Tells the browser with a page's HTML which scripts the page is going to need.

Streamlit loads the script of each kind of element when the first such element arrives, and our
map's program after that: one wait after the other, in the middle of drawing. Announced in the HTTP
header `Link` (`rel=modulepreload`, HTML Living Standard), they come while Streamlit starts and the
page runs. A browser that does not know the header loads them as before.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SCRIPTS = Path(st.__file__).parent / "static" / "static" / "js"
IMPORTED = re.compile(r"""(?:from|import)["`']\./([\w.-]+\.js)["`']""")
NAMED = re.compile(r"static/js/([\w.-]+\.js)")
NOT_MODIFIED = 304
LARGE = 100_000  # bytes: such scripts of Streamlit's own page are asked for before the small ones
FRAME = ("Html", "Selectbox", "BidiComponent", "recordbatch", "Checkbox", "Button")
KINDS = {  # of each page's elements, those that its first picture waits for; by its address
    "": (*FRAME, "TextInput", "PageLink"),
    "map": (*FRAME, "TextInput", "ButtonGroup", "PageLink"),
}
MAP = tuple(
    f"_stcore/bidi-components/embedding-explorer.pointcloud/{name}.js"
    for name in ("pointcloud", "program")
)


class Announcing:
    """Middleware: adds the header to each page's HTML; `with_map` tells if the map is served."""

    def __init__(self, app: ASGIApp, with_map: Callable[[], bool]) -> None:
        self.app = app
        self.with_map = with_map

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def announce(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                page = scope["path"].rpartition("/")[2]
                is_html = headers.get("content-type", "").startswith("text/html")
                # a browser that has the HTML from an earlier visit keeps its other headers
                if is_html or (message["status"] == NOT_MODIFIED and "." not in page):
                    headers["link"] = header(page, with_map=self.with_map())
            await send(message)

        await self.app(scope, receive, announce if scope["type"] == "http" else send)


@cache
def header(page: str, *, with_map: bool) -> str:
    """Return the header's value for a page, by the last part of its address.

    >>> header("map", with_map=False).startswith("<static/js/")
    True
    """
    found = [f"static/js/{name}" for name in scripts(KINDS.get(page, FRAME))]
    if with_map and page in KINDS:
        found += MAP  # a browser remembers a script that was not there
    # a small nginx takes 4 kB of headers in all
    return ", ".join(f"<{one}>; rel=modulepreload" for one in found)


def scripts(kinds: tuple[str, ...]) -> list[str]:
    """Return the files of some kinds of elements, and all that these import.

    Of those that Streamlit's own page names only the large ones, first. A kind without a file is
    left out.
    """
    index = SCRIPTS.parents[1] / "index.html"
    known = dict.fromkeys(NAMED.findall(index.read_text(encoding="utf-8")))
    found = {name: None for name in known if (SCRIPTS / name).stat().st_size > LARGE}
    wanted = [next((one.name for one in SCRIPTS.glob(f"{kind}.*.js")), "") for kind in kinds]
    while wanted:
        name = wanted.pop(0)
        if name and name not in known and name not in found:
            found[name] = None
            wanted += IMPORTED.findall((SCRIPTS / name).read_text(encoding="utf-8"))
    return list(found)
